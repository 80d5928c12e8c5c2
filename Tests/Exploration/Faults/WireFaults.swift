package import ServiceSimulation
internal import SimulatedBackend
internal import Timing

// What goes wrong between a step and the server.
extension FaultKind {
  /// Connections that are not made, break, or bring nothing.
  static let connection: [FaultKind] =
    [
      .request("refused", .refused, .passes),
      .request("resetBefore", .resetBefore, .passes),
      .request("lostAnswer", .lostAnswer, .passes),
      .request("cutAnswer", .cutAnswer, .passes),
    ]
    + with(
      .blinds,
      [
        .request("silence", .silence, .passes),
        .request("slow", .slow(.seconds(20)), .passes),
        .request("slowPastTheLimit", .slow(.seconds(600)), .passes),
      ]) + [
      .request("late-10s", .late(.seconds(10)), .passes),
      .request("untrusted", .untrusted, .ends(69)),
    ]

  /// Replicas that lag, for one read or for a while.
  static let replicas: [FaultKind] = [
    .request("stale-1", .stale(requests: 1), .passes),
    .request("stale-3", .stale(requests: 3), .passes),
    .request("stale-8", .stale(requests: 8), .passes),
    .request("lag-3s", .lag(.seconds(3)), .passes),
    .request("lag-20s", .lag(.seconds(20)), .passes),
    .request("lostAnswer-lag-20s", .several([.lag(.seconds(20)), .lostAnswer]), .passes),
  ]

  /// Servers that are away or say no to everything, for a while.
  ///
  /// A read is repeated for a minute before an operation runs, and for ten while it does.
  static let outages: [FaultKind] = [
    .request("down-5s", .down(.seconds(5)), .passes),
    .request("down-5min", .down(.seconds(300)), .ends(0, 69)),
    .request("down-20min", .down(.seconds(1200)), .ends(69, 75)),
    .request("overload-503-5s", .overload(.page(503), .seconds(5)), .passes),
    .request("overload-503-5min", .overload(.page(503), .seconds(300)), .ends(0, 69)),
    .request("overload-429-20s", .overload(.page(429, retryAfter: "1"), .seconds(20)), .passes),
    .request("down-for-good", .down(nil), .breaks(69, 75)),
    .request("html-for-good", .overload(.page(200), nil), .breaks(69, 75, 76, 78)),
  ]
}

/// A page of something that is not the API.
package enum Page {
  package static let headers: [ServiceRequest.Field] = [("Content-Type", "text/html")]
  package static let body = Array("<html><body><h1>It works!</h1></body></html>".utf8)
}

extension ServiceResponse {
  /// A page of a gateway.
  package static func page(_ status: Int, retryAfter: String? = nil) -> Self {
    ServiceResponse(
      status: status, headers: Page.headers + (retryAfter.map { [("Retry-After", $0)] } ?? []),
      body: Page.body)
  }
}
