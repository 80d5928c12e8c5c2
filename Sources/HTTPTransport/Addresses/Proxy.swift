/// One proxy, without its password in any text.
struct Proxy: Hashable {
  /// The variable that names it, or what the user calls it.
  let variable: String
  /// Whether it was given for this server, so that `no_proxy` says nothing of it.
  let isExplicit: Bool
  /// `http://proxy.example.com:3128`, as libcurl takes it.
  let url: String
  /// `proxy.example.com:3128`, for messages.
  let place: String
  let user: String?
  let password: String?

  private static let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

  /// Reads `[scheme://][user[:password]@]host[:port][/]`.
  init(_ text: String, from variable: String, isExplicit: Bool = false) throws(TransportError) {
    self.variable = variable
    self.isExplicit = isExplicit
    let login = Self.login(of: text)
    var rest = Substring(text)
    var scheme = "http"
    if let colon = text.firstRange(of: "://") {
      scheme = text[..<colon.lowerBound].lowercased()
      rest = text[colon.upperBound...]
    }
    guard Self.schemes.contains(scheme) else {
      throw Self.wrong(variable, isExplicit, "has a scheme that no proxy has")
    }
    if let login { rest = rest.dropFirst(login.text.count + 1) }
    let host = String(rest)
    do throws(TransportError) {
      let endpoint = try Endpoint(host.contains("://") ? "" : "https://" + host)
      let hasPort = rest.drop { $0 != "]" }.contains(":") || (rest.first != "[" && rest.contains(":"))
      // Without a port: curl's defaults for a variable; for one that was given those of its scheme.
      let usual = scheme == "https" ? 443 : isExplicit && scheme == "http" ? 80 : 1080
      let port = hasPort ? endpoint.port : usual
      let bracketed = endpoint.host.contains(":") ? "[\(endpoint.host)]" : endpoint.host
      place = "\(bracketed):\(port)"
    } catch {
      throw Self.wrong(variable, isExplicit, String(error.message.prefix { $0 != ";" }))
    }
    url = "\(scheme)://\(place)"
    user = login.map { percentDecoded($0.user) ?? $0.user }
    password = login.flatMap { $0.password.map { percentDecoded($0) ?? $0 } }
  }

  /// What stands before the host: up to the last `@`, since a password may hold one that is not encoded.
  static func login(of text: String) -> (text: String, user: String, password: String?)? {
    let rest = text.firstRange(of: "://").map { text[$0.upperBound...] } ?? text[...]
    guard let at = rest.lastIndex(of: "@") else { return nil }
    let login = rest[..<at]
    let parts = login.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    return (String(login), parts[0], parts.count == 2 ? parts[1] : nil)
  }

  /// What a user can look at where it does not do its work.
  var hint: String { isExplicit ? "check \(variable)" : "check https_proxy and no_proxy" }

  /// What a user can do where it has no such name.
  var nameHint: String { "check \(variable)" + (isExplicit ? "" : ", or name the server's host in no_proxy") }

  private static func wrong(_ variable: String, _ isExplicit: Bool, _ what: String) -> TransportError {
    let example = "give it like http://proxy.example.com:3128"
    return TransportError(
      .misconfigured, "the proxy that \(variable) names \(what)",
      hint: isExplicit ? example : "\(example), or name the server's host in no_proxy", mayHaveBeenSent: false
    )
  }
}
