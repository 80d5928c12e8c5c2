#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// The proxies that the environment names (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`, also in capitals).
///
/// Read here and not by libcurl: what is chosen is known, so that an address behind a proxy is never taken for the
/// server's, and a password goes to the proxy alone and into no text.
package struct Proxies: Hashable, Sendable {
  private var values: [String: String] = [:]
  /// Whether a CGI program's caller could set `HTTP_PROXY` with a `Proxy` field, as it cannot here.
  private var isCalledByServer: Bool

  /// The one that was given in their place.
  private var explicit: Explicit?

  private struct Explicit: Hashable {
    var title: String
    var url: String
  }

  private static let names = ["https_proxy", "http_proxy", "all_proxy", "no_proxy"]

  /// Reads them from an environment; an empty one is unset, and lower case counts before capitals.
  package init(environment: [String: String]) {
    isCalledByServer = environment["REQUEST_METHOD"] != nil
    for name in Self.names.flatMap({ [$0, $0.uppercased()] }) {
      if let value = environment[name], !value.isEmpty { values[name] = value }
    }
  }

  /// One proxy for every server but this machine, in place of the environment's (a kubeconfig's `proxy-url`).
  ///
  /// `title` is what the user calls it, for messages.
  package init(_ url: String, title: String) {
    isCalledByServer = false
    explicit = Explicit(title: title, url: url)
  }

  /// Those of this process.
  package static func ofProcess() -> Proxies {
    let names = names.flatMap { [$0, $0.uppercased()] } + ["REQUEST_METHOD"]
    var environment: [String: String] = [:]
    for name in names {
      if let value = unsafe getenv(name) { environment[name] = unsafe String(cString: value) }
    }
    return Proxies(environment: environment)
  }

  /// What must not appear in any text: user and password of each, and the password, as given and as meant.
  ///
  /// A password of few letters alone may be part of any text; with its user it is not.
  package var secrets: [Secret] {
    let urls =
      values.filter { !$0.key.lowercased().hasPrefix("no") }.values + [explicit?.url].compactMap { $0 }
    let texts = urls.flatMap { value -> [String] in
      guard let login = Proxy.login(of: value) else { return [] }
      let passwords = login.password.map { [$0, percentDecoded($0) ?? $0] } ?? []
      return [login.text, percentDecoded(login.text) ?? login.text] + passwords.filter { $0.utf8.count >= 8 }
    }
    return Set(texts).sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }.map { Secret($0) }
  }

  /// The proxy on the way to an endpoint; nil if requests go there directly.
  ///
  /// Throws `.misconfigured`, naming the variable but not its value, for a proxy that can never work.
  func proxy(for endpoint: Endpoint) throws(TransportError) -> Proxy? {
    if let explicit { return try Proxy(explicit.url, from: explicit.title, isExplicit: true) }
    var names = endpoint.scheme == .https ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"]
    if endpoint.scheme == .http, !isCalledByServer { names.append("HTTP_PROXY") }
    guard let name = (names + ["all_proxy", "ALL_PROXY"]).first(where: { values[$0] != nil }),
      let value = values[name], !isExcepted(endpoint.host)
    else { return nil }
    return try Proxy(value, from: name)
  }

  /// Checks the proxy on the way to a host, before anything is asked.
  package func check(_ endpoint: Endpoint) throws(TransportError) { _ = try proxy(for: endpoint) }

  /// Whether `no_proxy` names a host: by itself, by a domain that it is in, or by a network of addresses.
  package func isExcepted(_ host: String) -> Bool {
    guard let list = values["no_proxy"] ?? values["NO_PROXY"] else { return false }
    let host = host.last == "." ? String(host.dropLast()) : host
    return list.lowercased().split(whereSeparator: { " ,\t\n".contains($0) }).contains { entry in
      if entry == "*" { return true }
      if let address = IPAddress.bits(host) { return Self.network(entry, holds: address) }
      let name = entry.drop { $0 == "." }
      let domain = name.last == "." ? name.dropLast() : name
      return !domain.isEmpty && (host == domain || host.hasSuffix("." + domain))
    }
  }

  private static func network(_ entry: Substring, holds address: [Bool]) -> Bool {
    let parts = entry.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let bits = IPAddress.bits(parts[0].filter { $0 != "[" && $0 != "]" }), bits.count == address.count
    else { return false }
    let length = parts.count == 2 ? Int(parts[1]) : bits.count
    guard let length, (0...bits.count).contains(length) else { return false }
    return bits.prefix(length) == address.prefix(length)
  }
}
