import Foundation
import Glibc
import Testing

@Suite("The path that goes wrong goes wrong as it is told to, and the eye on reports sees what is wrong")
struct RelayTests {
  /// What curl says of a request through a relay, by its exit code (curl(1)).
  private func curl(
    _ relay: Relay, _ simulator: SimulatorProcess, times: Int = 1, patience: Int = 600
  ) async throws -> (code: Int32, duration: Duration) {
    let address = "https://\(relay.host)/_simulator/world"
    let result = try await Command(
      "/usr/bin/curl",
      ["-sS", "--noproxy", "*", "--cacert", simulator.certificateFile, "--max-time", "\(patience)"]
        // As long as a step's request, which carries a token.
        + ["--header", "Padding: \(String(repeating: "x", count: 200))"]
        + Array(repeating: address, count: times)
    ).run()
    guard case .code(let code) = result.exit else { return (-1, result.duration) }
    return (code, result.duration)
  }

  /// A fault, and the codes of curl that it may come to.
  struct Effect: Sendable, CustomTestStringConvertible {
    var fault: PathFault
    var codes: Set<Int32>
    var slowness = Duration.zero
    var testDescription: String { "\(fault)" }
  }

  static let effects = [
    Effect(fault: .refused(.seconds(600)), codes: [7, 35, 56]),
    Effect(fault: .connection(.close), codes: [35]), Effect(fault: .connection(.reset), codes: [7, 35, 56]),
    Effect(fault: .connection(.silence), codes: [28], slowness: .seconds(4)),
    Effect(fault: .request(.close), codes: [52, 56]), Effect(fault: .request(.reset), codes: [56]),
    Effect(fault: .request(.silence), codes: [28], slowness: .seconds(4)),
    Effect(fault: .answer(afterBytes: 0, .reset), codes: [56]),
    Effect(fault: .answer(afterBytes: 0, .close), codes: [52, 56]),
    Effect(fault: .answer(afterBytes: 3000, .close), codes: [18, 56]),
    Effect(fault: .answer(afterBytes: 3000, .silence), codes: [28], slowness: .seconds(4)),
    Effect(fault: .pause(.seconds(1)), codes: [0], slowness: .seconds(1)),
    Effect(fault: .slow(bytes: 100, every: .milliseconds(10)), codes: [0], slowness: .milliseconds(300)),
  ]

  @Test("each fault once, and then nothing any more", .inTurn, arguments: effects)
  func once(_ effect: Effect) async throws {
    let simulator = try await SimulatorProcess.start()
    let relay = try Relay(to: simulator.host)
    relay.arm(effect.fault)
    if case .refused = effect.fault { _ = try await curl(relay, simulator) }
    // Only a silence lasts until nobody waits any longer.
    let disturbed = try await curl(relay, simulator, patience: effect.codes == [28] ? 5 : 600)
    #expect(effect.codes.contains(disturbed.code) && relay.met == 1, "\(disturbed)")
    #expect(disturbed.duration >= effect.slowness, "\(disturbed)")
    if case .refused = effect.fault { return }
    #expect(try await curl(relay, simulator).code == 0 && relay.met == 1)
  }

  @Test("connections are kept, or each is good for one request", arguments: [false, true])
  func connections(_ isFresh: Bool) async throws {
    let simulator = try await SimulatorProcess.start()
    let relay = try Relay(to: simulator.host, isFresh: isFresh)
    #expect(try await curl(relay, simulator, times: 3).code == 0)
    #expect(relay.connections == (isFresh ? 3 : 1))
  }

  @Test("a report that is torn or vanishes while somebody looks is noticed")
  func torn() async throws {
    let folder = try TemporaryFolder()
    let good = try String(
      contentsOf: Installation.root.appending(path: "Fixtures/golden/passed.xml"), encoding: .utf8)
    let torn = String(good.dropLast(20))
    for (text, isBad) in [(good, false), (torn, true), ("", true), (nil, true)] {
      try folder.write(good, to: "report.xml")
      let running = try Command("/bin/sleep", ["600"]).start()
      let looks = LookCount()
      async let watched = ReportWatch.follow(running, folder.path("report.xml"), counting: looks)
      try await looks.more()
      if let text {
        // In one go, or somebody would see it torn before it is.
        try Data(text.utf8).write(to: folder.url.appending(path: "report.xml"), options: .atomic)
      } else {
        try FileManager.default.removeItem(atPath: folder.path("report.xml"))
      }
      try await looks.more()
      running.send(SIGKILL)
      let watch = await watched
      #expect(!watch.versions.isEmpty && watch.faults.isEmpty != isBad, "\(watch)")
    }
  }
}
