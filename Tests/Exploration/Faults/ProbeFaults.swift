internal import ServiceSimulation
internal import SimulatedBackend
internal import Timing

// What goes wrong between a step and the pages that it looks at.
extension FaultKind {
  /// One look that does not show what is there; and pages that are away, or turn into others.
  static let probes: [FaultKind] =
    [
      .probe("page-refused", .refused, .passes),
      .probe("page-reset", .resetBefore, .passes),
      .probe("page-silence", .silence, .passes),
      .probe("page-slow", .slow(.seconds(5)), .passes),
      .probe("page-slowPastTheLimit", .slow(.seconds(600)), .passes),
      .probe("page-untrusted", .untrusted, .ends(0, 69)),
      .probe("page-200", .answers(.front(200, "It works!")), .passes),
      .probe("page-302", .answers(.front(302, "")), .passes),
      .probe("page-404", .answers(.front(404, "default backend - 404")), .passes),
      .probe("page-500", .answers(.front(500, "Internal Server Error")), .passes),
      .probe("page-503", .answers(.front(503, "no server is available")), .passes),
      .probe("page-empty", .answers(.front(200, "")), .passes),
      .probe("page-hostile", .answers(.front(200, hostile)), .passes),
      .probe("page-down-20s", .pagesDown(.seconds(20)), .passes),
      .probe("page-down-2min", .pagesDown(.seconds(120)), .passes),
      .probe("page-down-for-good", .pagesDown(nil), .breaks(1)),
    ]
    // Production breaks, or is mended, and a cache on the way shows it once more as it was.
    + with(
      .changesTheWorld,
      [.probe("page-turns", .several([.world { $0.turnProduction() }, .pageOfBefore]), .breaks(0, 1))])
    + bentPages

  /// What a page must not do to a log, a report or a terminal; and the token.
  private static let hostile =
    "\u{1B}]0;owned\u{7}\u{1B}[31m]]></failure>&#0;\u{FFFE}\u{0}\r\n::error::x Bearer not-a-real-token-of-the-magento-scenario"
}

extension ServiceResponse {
  fileprivate static func front(_ status: Int, _ text: String) -> Self {
    ServiceResponse(
      status: status, headers: [("Content-Type", "text/html"), ("Location", "https://login.example.com/")],
      body: Array("<html><body>\(text)</body></html>".utf8))
  }
}

extension SimulatedService {
  /// Somebody rolls out a release that is as broken as the present one is well.
  fileprivate mutating func turnProduction() {
    let isBroken = application(WorkedExample.production)?.content?.broken ?? false
    deploy(version: "2.4.4", broken: !isBroken, to: WorkedExample.production)
  }
}
