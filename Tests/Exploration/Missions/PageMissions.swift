internal import ServiceSimulation
internal import SimulatedBackend
internal import Timing

// Missions that must not be green, whatever is seen of a page.
extension Mission {
  /// Looks for a fault that is not there, and for health that is not there.
  static let bentPages: [Mission] = [
    Mission(
      name: "verify-broken-well",
      stages: [
        Stage(
          program: .verify,
          arguments: [
            "--url", WorkedExample.page, "--expect-broken", "--expect-text", "Release 2.4.1", "--timeout",
            "30s",
          ],
          owed: [1],
          meanwhile: { $0.deploy(version: "2.4.1", broken: false, to: WorkedExample.production) })
      ], isVariant: true, kinds: .probes),
    Mission(
      name: "verify-broken-well-plain",
      stages: [
        Stage(
          program: .verify, arguments: ["--url", WorkedExample.page, "--expect-broken", "--timeout", "20s"],
          owed: [1],
          meanwhile: { $0.deploy(version: "2.4.1", broken: false, to: WorkedExample.production) })
      ], isVariant: true, kinds: .probes),
    Mission(
      name: "verify-well-broken",
      stages: [
        Stage(
          program: .verify,
          arguments: ["--url", WorkedExample.page, "--expect-text", "Release", "--timeout", "20s"], owed: [1])
      ], isVariant: true, kinds: .probes),
  ]
}

// Pages whose bytes are not their text, for good: a cache or a proxy on the way does that to every look.
extension FaultKind {
  static let bentPages: [FaultKind] =
    [
      .page("gzip") {
        $0.headers.append(("Content-Encoding", "gzip"))
        $0.body = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + $0.body.map { $0 ^ 0x5A }
      },
      .page("unknownEncoding") {
        $0.headers.append(("Content-Encoding", "aes128gcm"))
        $0.body = $0.body.map { $0 ^ 0x5A }
      },
      .page("behindTheLimit") { $0.body = Array(repeating: 0x20, count: 1 << 20) + $0.body },
      .page("UTF-16") {
        $0.headers = [("Content-Type", "text/html; charset=utf-16")]
        $0.body = [0xFF, 0xFE] + $0.body.flatMap { [$0, 0] }
      },
    ]
    + with(
      .spoilsPages,
      [
        .page("notInItsCharset") { $0.body = $0.body.map { $0 == 0x20 ? 0xA0 : $0 } },
        .page("206") { ($0.status, $0.body) = (206, Array($0.body.prefix(20))) },
        .page("204") { ($0.status, $0.body) = (204, []) },
        .page("nothingInIt") { $0.body = [] },
      ])

  /// Every look from then on sees the page so.
  private static func page(
    _ name: String, _ bend: @escaping @Sendable (inout ServiceResponse) -> Void
  ) -> FaultKind {
    .probe("pages-\(name)", .pagesBent(bend), .breaks(0, 1))
  }
}
