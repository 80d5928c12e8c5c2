import AstraBackup
import ClusterSimulation
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing
import TridentProtectSimulation

/// What is shown of the bytes that Trident protect tells of a backup while a step waits for it.
@Suite struct ProgressTests {
  /// Backs production up for so long; before each request the service tells as many bytes of two volumes as `done` says.
  private func backUp(
    _ length: Duration, columns: Int?, done: @escaping (Duration) -> Int
  ) -> (code: ExitCode, text: String, requests: Int) {
    let harness = Protect.harness { $0.behaviour.backup = length }
    // What rings only when something has changed would ring for each of these bytes.
    var service = harness.protect
    service.watchTrouble = .forbidden
    harness.site.service = service
    var text = ""
    harness.site.beginAttempt()
    defer { harness.site.endAttempt() }
    harness.environment["ASTRA_LOG_LEVEL"] = "info"
    var host = harness.host(arguments: ["-b", "mine"])
    host.variables["TERM"] = "xterm"
    host.errorColumns = columns
    host.writeError = { text += $0 }
    let began = host.time.now
    let time = host.time
    harness.site.beforeRequest = { _ in
      guard harness.objects("backups").contains(where: { $0.name == "mine" }) else { return }
      harness.change("backups", "mine") {
        let isDone = $0.value(at: "status.state")?.string == "Completed"
        $0[path: ["status", "progress"]] = [
          "volumeBackups": [
            Self.volume("a", done(time.now - began), isDone), Self.volume("b", 0, isDone),
          ]
        ]
      }
    }
    return (Runner<BackupStep>(host).exitCode(), text, harness.site.requests.count)
  }

  /// A volume of 256 MiB.
  private static func volume(_ uid: String, _ done: Int, _ isDone: Bool) -> JSON {
    [
      "pvcUid": .string(uid), "volumeBackupCompleted": .bool(isDone), "volumeBackupCreated": true,
      "progress": ["bytesCompleted": .integer(done), "bytesTotal": .integer(256 << 20)],
    ]
  }

  private func moved(_ text: String) -> [Substring] {
    text.split(separator: "\r\u{1B}[K").filter { !$0.contains("\n") }
  }

  @Test func theLineThatMovesTellsBytesARateAndAnEnd() throws {
    let (code, text, _) = backUp(.seconds(400), columns: 200) { Int($0 / .seconds(1)) << 19 }
    #expect(code == .success)
    #expect(
      moved(text).contains { $0.contains(#/: running, \d+%, \d+ MiB of 512 MiB, 0 of 2 volumes/#) }, "\(text)"
    )
    #expect(moved(text).contains { $0.contains(#/KiB/s, about \d+m left/#) }, "\(text)")
  }

  @Test func oneThatDoesNotMoveIsSaidToBeStalled() throws {
    let (code, text, _) = backUp(.seconds(400), columns: 200) { _ in 64 << 20 }
    #expect(code == .success)
    #expect(
      moved(text).contains { $0.contains("12%, 64 MiB of 512 MiB, 0 of 2 volumes, no progress for 3m") },
      "\(text)")
  }

  @Test func aPipeHasItInItsHeartbeat() throws {
    let (code, text, _) = backUp(.seconds(400), columns: nil) { Int($0 / .seconds(1)) << 19 }
    #expect(code == .success && !text.contains("\r") && !text.contains("\u{1B}"))
    #expect(
      text.contains(#/still running.* after \d+(m|s|m\d+s) \(\d+%, \d+ MiB of 512 MiB, 0 of 2 volumes, /#),
      "\(text)")
  }
}

/// A watch that says at once, and each time anew, what is not so.
@Suite struct LyingWatchTests {
  @Test(arguments: [WatchTrouble.lyingGood, .lyingDeleted])
  func itCostsNoMoreThanNoneAtAll(_ trouble: WatchTrouble) throws {
    func requests(_ trouble: WatchTrouble) throws -> Int {
      let harness = Protect.harness { $0.behaviour.backup = .seconds(1800) }
      var service = harness.protect
      service.watchTrouble = trouble
      harness.site.service = service
      try harness.run(BackupStep.self, "-b", "mine", "--timeout", "1h").expectSuccess()
      return harness.site.requests.count
    }
    // It is tried as seldom as one that is refused; each ring costs a look.
    #expect(try requests(trouble) < requests(.forbidden) * 5 / 4)
  }
}
