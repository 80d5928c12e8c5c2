import Foundation
import Glibc
import Testing

@Suite("The simulator tells what happens as it happens")
struct EventStreamTests {
  /// Somebody who follows the journal.
  private func follow(_ simulator: SimulatorProcess) throws -> RunningCommand {
    try Command(
      "/usr/bin/curl",
      [
        "-sS", "-N", "--noproxy", "*", "--cacert", simulator.certificateFile,
        "https://\(simulator.host)/_simulator/events",
      ]
    ).start()
  }

  private func names(_ follower: RunningCommand) throws -> [String] {
    try follower.output.split(separator: "\n").map { line in
      let entry = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return "\(entry?["event"] ?? "") \(entry?["name"] ?? "")"
    }
  }

  /// Waits until a condition holds.
  private func expect(_ condition: () throws -> Bool) async throws {
    let end = ContinuousClock.now + .hang
    while try !condition() {
      try #require(ContinuousClock.now < end)
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  private func backUp(_ simulator: SimulatorProcess, as name: String) async throws {
    let environment = simulator.environment
    let result = try await Command(
      "/usr/bin/curl",
      [
        "-sS", "--fail-with-body", "--noproxy", "*", "--cacert", simulator.certificateFile, "-H",
        "Authorization: Bearer \(environment["ASTRA_API_TOKEN"] ?? "")", "-H",
        "Content-Type: application/astra-appBackup+json", "--data",
        #"{"type": "application/astra-appBackup", "version": "1.1", "name": "\#(name)"}"#,
        "https://\(simulator.host)/accounts/\(environment["ASTRA_INSTANCE_ID"] ?? "")/k8s/v1/apps/"
          + "\(ToolkitTests.production)/appBackups",
      ]
    ).run()
    #expect(result.exit == .code(0), "\(result.summary)")
  }

  @Test("first what was there, then each thing as it comes, also what nobody asks about")
  func passing() async throws {
    let simulator = try await SimulatorProcess.start(arguments: ["--speed", "20"])
    try await simulator.post("namespace", ["cluster": "ocp-prod", "name": "before"])
    let follower = try follow(simulator)
    try await expect { try names(follower) == ["manipulated before"] }
    try await backUp(simulator, as: "later")
    // Nobody asks the simulator for anything until the backup is complete.
    try await expect {
      try names(follower) == ["manipulated before", "created later", "completed later"]
    }
    #expect(follower.ended == nil)
  }

  @Test("where time stands still, it comes with the leap")
  func leaping() async throws {
    let simulator = try await SimulatorProcess.start(arguments: ["--speed", "0"])
    let followers = try (1...3).map { _ in try follow(simulator) }
    try await backUp(simulator, as: "later")
    for follower in followers { try await expect { try names(follower) == ["created later"] } }
    try await simulator.post("advance", ["seconds": 60])
    for follower in followers {
      try await expect { try names(follower) == ["created later", "completed later"] }
    }
  }

  @Test("who stops reading holds nobody up, and who goes is let go")
  func stuck() async throws {
    let simulator = try await SimulatorProcess.start(arguments: ["--speed", "0"])
    func threads() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/\(simulator.processID)/task").count
    }
    let before = try threads()
    let stuck = try follow(simulator)
    let follower = try follow(simulator)
    try await expect { try threads() >= before + 2 }
    stuck.send(SIGSTOP)
    // Far more than the buffers between the two hold.
    let name = String(repeating: "x", count: 100_000)
    for number in 1...200 {
      try await simulator.post("namespace", ["cluster": "ocp-prod", "name": "\(name)\(number)"])
    }
    try await expect { follower.output.count > 20_000_000 && follower.output.hasSuffix("\n") }
    stuck.send(SIGKILL)
    follower.send(SIGKILL)
    try await expect { try threads() <= before }
  }
}
