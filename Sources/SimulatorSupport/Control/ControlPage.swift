/// The page for people below `/_simulator/`, and what keeps other pages of the same browser away from the endpoints there.
package enum ControlPage {
  /// Where the control endpoints and the page are.
  package static let path = "/_simulator/"

  /// The file of that name below `/_simulator/`, the empty one is the page itself; nil: there is none.
  package static func file(_ name: some StringProtocol) -> SimulatedResponse? {
    let (type, bytes): (String, [UInt8])
    switch name {
    case "": (type, bytes) = ("text/html; charset=utf-8", PackageResources.page_html)
    case "page.css": (type, bytes) = ("text/css; charset=utf-8", PackageResources.page_css)
    case "page.js": (type, bytes) = ("text/javascript; charset=utf-8", PackageResources.page_js)
    default: return nil
    }
    let policy =
      "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
      + "form-action 'none'; frame-ancestors 'none'"
    return SimulatedResponse(
      status: 200,
      headers: [
        ("Content-Type", type), ("Content-Security-Policy", policy), ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
      ], body: bytes)
  }

  /// The way to the page for a browser at the server's root, where the API has nothing for people; nil: no browser asks.
  package static func redirect(_ request: SimulatedRequest) -> SimulatedResponse? {
    guard request.method == "GET", ["/", "/_simulator"].contains(request.target),
      request.header("Authorization") == nil, request.header("Accept")?.contains("text/html") == true
    else { return nil }
    return SimulatedResponse(status: 303, headers: [("Location", path)])
  }

  /// Why a control request is refused that another page of the same browser sends; nil: it may be answered.
  ///
  /// A browser names the origin of the page that sends a POST (Fetch, 3.2), and whoever lets a name of his own lead to
  /// this machine has that name as the host. Programs that are no browsers send neither field.
  package static func refusal(_ request: SimulatedRequest) -> String? {
    let origin = request.header("Origin")
    let site = request.header("Sec-Fetch-Site")
    guard origin != nil || site != nil else { return nil }
    let host = request.header("Host") ?? ""
    guard isLoopback(host) else {
      return
        "the host \(JSON.string(host).shortText) is not this machine: open the page at https://127.0.0.1 and the port"
    }
    guard origin == nil || origin == "https://\(host)", site == nil || site == "same-origin" || site == "none"
    else {
      return "another page of the browser asks: only the page below /_simulator/ and programs may"
    }
    return nil
  }

  /// Whether a `Host` is loopback, with any port.
  private static func isLoopback(_ host: String) -> Bool {
    ["127.0.0.1", "localhost", "[::1]"].contains { name in
      guard host.hasPrefix(name) else { return false }
      let rest = host.dropFirst(name.count)
      return rest.isEmpty
        || rest.first == ":" && !rest.dropFirst().isEmpty && rest.dropFirst().allSatisfy(\.isWholeNumber)
    }
  }
}
