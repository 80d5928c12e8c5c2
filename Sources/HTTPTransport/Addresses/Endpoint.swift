/// Where the server is: scheme, host and port, as the user gave them in `ASTRA_FQDN`.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  package enum Scheme: String, Hashable, Sendable {
    case http
    case https

    /// The port that a URL of this scheme means when it names none.
    package var defaultPort: Int { self == .https ? 443 : 80 }
  }

  /// HTTPS, or HTTP to a loopback host; of a page either, to any host.
  package let scheme: Scheme
  /// The host in lower case: a DNS name, an IPv4 address, or an IPv6 address without brackets.
  package let host: String
  /// 1-65535.
  package let port: Int
  /// The path below which the API lies, percent-encoded and without a slash at its end; mostly empty.
  package let path: String

  /// The host and port as messages and URLs write them: `astra.example.com:443`, `[::1]:8443`.
  package var description: String { "\(bracketedHost):\(port)" }

  /// The URL up to the path, without the scheme's default port.
  package var origin: String { "\(scheme.rawValue)://\(authority)" }

  /// Whether the host is this machine by its very form: 127.0.0.0/8, `::1` or `localhost`.
  package var isLoopback: Bool {
    host == "localhost" || IPAddress.isLoopback(host)
  }

  /// The host, and the port if it is not the scheme's own: what the `Host` field says.
  var authority: String { bracketedHost + (port == scheme.defaultPort ? "" : ":\(port)") }

  /// The host as URLs write it: an IPv6 address in brackets.
  var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

  /// Reads `host`, `host:port`, `[::1]:443` or `https://host[:port][/]`; `http://` only to a loopback host.
  ///
  /// Throws `.misconfigured` with a clause that follows the value in a message: what is wrong with it, and
  /// what would be right.
  package init(_ text: String) throws(TransportError) {
    try self.init(text, allowsPlainHTTP: false)
  }

  /// Reads a server's URL as `init(_:)` does, but lets it have a path below which the API lies: that of a proxy in
  /// front of a cluster (`https://rancher.example.com/k8s/clusters/c-m-abc`).
  package init(withPath text: String) throws(TransportError) {
    try self.init(text, allowsPlainHTTP: false, allowsPath: true)
  }

  /// Reads the front of a page's URL: nothing secret goes there, so plain HTTP may go to any host.
  package init(page text: String) throws(TransportError) {
    try self.init(text, allowsPlainHTTP: true)
  }

  private init(_ text: String, allowsPlainHTTP: Bool, allowsPath: Bool = false) throws(TransportError) {
    guard !text.isEmpty else { throw Self.wrong("is empty") }
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw Self.wrongCharacter(in: text) }

    var rest = Substring(text)
    var scheme = Scheme.https
    if let colon = rest.firstRange(of: "://") {
      guard let named = Scheme(rawValue: rest[..<colon.lowerBound].lowercased()) else {
        throw Self.wrong("has a scheme other than https")
      }
      scheme = named
      rest = rest[colon.upperBound...]
    }
    guard !rest.contains("@") else { throw Self.wrong("holds user information before an @") }
    guard !rest.contains("?") else { throw Self.wrong("has a query") }
    guard !rest.contains("#") else { throw Self.wrong("has a fragment") }
    if rest.last == "/" { rest.removeLast() }
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    path = String(rest[slash...])
    rest = rest[..<slash]
    guard path.isEmpty || allowsPath else { throw Self.wrong("has a path") }
    guard Self.isPath(path) else {
      throw Self.wrong(
        "has a path with an empty part, a dot for a part, or a character that is not percent-encoded",
        right: "give it like https://rancher.example.com/k8s/clusters/c-m-abc")
    }
    guard !rest.isEmpty else { throw Self.wrong("names no host") }

    let portText: Substring?
    (host, portText) = try Self.hostAndPort(rest)
    self.scheme = scheme
    port = try portText.map { text throws(TransportError) in try Self.port(text) } ?? scheme.defaultPort
    guard scheme == .https || isLoopback || allowsPlainHTTP else {
      throw Self.wrong("asks for plain HTTP, which is for loopback hosts only", right: "give https://\(host)")
    }
  }

  private static func hostAndPort(_ text: Substring) throws(TransportError) -> (String, Substring?) {
    if text.first == "[" {
      guard let end = text.firstIndex(of: "]"), IPAddress.isVersion6(text[..<end].dropFirst()) else {
        throw wrong("holds no IPv6 address between its brackets", right: "give it like [::1]:443")
      }
      let after = text[text.index(after: end)...]
      guard after.isEmpty || after.first == ":" else { throw wrong("goes on after the bracket") }
      return (text[..<end].dropFirst().lowercased(), after.isEmpty ? nil : after.dropFirst())
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2 else {
      throw wrong("has more than one colon", right: "write an IPv6 address in brackets, like [::1]:443")
    }
    return (try name(parts[0]), parts.count == 2 ? parts[1] : nil)
  }

  private static func name(_ text: Substring) throws(TransportError) -> String {
    guard !text.isEmpty else { throw wrong("names no host") }
    let labels = (text.last == "." ? text.dropLast() : text).split(
      separator: ".", omittingEmptySubsequences: false)
    // A name whose last label is a number is an IPv4 address to every resolver, whatever the rest looks like;
    // only the form that cannot be read in two ways is taken.
    if let last = labels.last, isNumber(last) {
      guard IPAddress.isVersion4(text) else {
        throw wrong("is not an IPv4 address", right: "give four numbers of 0-255, like 192.0.2.10")
      }
      return String(text)
    }
    guard text.utf8.count <= 253, labels.allSatisfy(isLabel) else {
      throw wrong("is not a host name", right: "give one like astra.example.com")
    }
    return text.lowercased()
  }

  /// Whether a path can be put before another: no part of it is empty or means the one above, and every character is
  /// one of a path (RFC 3986, 3.3).
  private static func isPath(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    return percentDecoded(path) != nil
      && parts.allSatisfy { part in
        !["", ".", ".."].contains(percentDecoded(part) ?? "")
          && part.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "-._~%!$&'()*+,;=:".utf8.contains(byte)
            }
          }
      }
  }

  /// A DNS label; underscores are no part of the standard for host names but of the names that people use.
  private static func isLabel(_ label: Substring) -> Bool {
    (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
      && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
  }

  /// Whether a label is a number to a URL parser: decimal digits, or hexadecimal ones after `0x`.
  private static func isNumber(_ label: Substring) -> Bool {
    if label.lowercased().hasPrefix("0x") { return label.dropFirst(2).allSatisfy(\.isHexDigit) }
    return !label.isEmpty && label.allSatisfy { $0.isASCII && $0.isNumber }
  }

  private static func port(_ text: Substring) throws(TransportError) -> Int {
    guard !text.isEmpty, text.utf8.count <= 5, text.allSatisfy({ $0.isASCII && $0.isNumber }),
      let number = Int(text), (1...65_535).contains(number)
    else { throw wrong("has no valid port after the colon", right: "give a number of 1-65535") }
    return number
  }

  private static func wrong(
    _ what: String, right: String = "give the host alone, like astra.example.com or astra.example.com:8443"
  ) -> TransportError {
    TransportError(.misconfigured, "\(what); \(right)", mayHaveBeenSent: false)
  }

  private static func wrongCharacter(in text: String) -> TransportError {
    if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      return wrong("holds a control character, such as a line break")
    }
    if text.contains(" ") { return wrong("holds a space") }
    return wrong("holds a character outside ASCII", right: "write an international name in its xn-- form")
  }
}
