import Foundation
import Glibc

/// A running `astra-simulator` with a world of its own.
final class SimulatorProcess: Sendable {
  /// The simulator did not do what it should.
  struct Failed: Error, CustomStringConvertible {
    var description: String
  }

  /// The folder with `env`, `ca.pem` and `port`.
  let folder: TemporaryFolder
  /// The lines of `env`: what a pipeline has in its environment.
  let environment: [String: String]
  private let process: RunningCommand

  /// Starts the simulator and waits until it listens.
  ///
  /// `bend` may change the scenario, as decoded JSON, before it is used; `arguments` are added to the command line.
  static func start(
    scenario: String = "magento", arguments: [String] = [], bend: (inout [String: Any]) -> Void = { _ in }
  ) async throws -> SimulatorProcess {
    let folder = try TemporaryFolder()
    let file = try Data(contentsOf: URL(filePath: Installation.scenario(scenario)))
    guard var json = try JSONSerialization.jsonObject(with: file) as? [String: Any] else {
      throw Failed(description: "the scenario \(scenario) is not an object")
    }
    bend(&json)
    let bent = try JSONSerialization.data(withJSONObject: json)
    try bent.write(to: folder.url.appending(path: "scenario.json"))
    let process = try Command(
      try Installation.program("astra-simulator"),
      ["--scenario", folder.path("scenario.json"), "--port", "0", "--dir", folder.path("")] + arguments,
      timeLimit: .seconds(7200)
    ).start()
    let end = ContinuousClock.now + .hang
    while folder.text("env") == nil {
      guard process.ended == nil, ContinuousClock.now < end else {
        throw Failed(description: "the simulator does not come up: \(process.errors)")
      }
      try await Task.sleep(for: .milliseconds(10))
    }
    return SimulatorProcess(folder, process)
  }

  private init(_ folder: TemporaryFolder, _ process: RunningCommand) {
    (self.folder, self.process) = (folder, process)
    var environment: [String: String] = [:]
    for line in (folder.text("env") ?? "").split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { environment[String(parts[0])] = String(parts[1]) }
    }
    self.environment = environment
  }

  /// The simulator's process id.
  var processID: pid_t { process.processID }

  /// What the simulator has written on standard error.
  var log: String { process.errors }

  /// `127.0.0.1:port`; of several clusters that of the first, which has the control endpoints.
  var host: String { "127.0.0.1:\((folder.text("port") ?? "").prefix { $0 != "\n" })" }

  /// The file with the certificate to trust.
  var certificateFile: String { folder.path("ca.pem") }

  /// The whole world as it is now.
  func world() async throws -> WorldView {
    let answer = try await curl(["https://\(host)/_simulator/world"])
    return try JSONDecoder().decode(WorldView.self, from: Data(answer.utf8))
  }

  /// Posts to a control endpoint: `advance`, `deploy` and the others of `docs/simulator.md`.
  @discardableResult
  func post(_ action: String, _ body: [String: Any]) async throws -> String {
    let text = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
    return try await curl(["--fail-with-body", "--data", text, "https://\(host)/_simulator/\(action)"])
  }

  /// Changes an object in the first cluster, past the steps, by a merge patch.
  func patch(_ path: String, _ change: [String: Any], token: String) async throws {
    let text = String(decoding: try JSONSerialization.data(withJSONObject: change), as: UTF8.self)
    let fields = ["Authorization: Bearer \(token)", "Content-Type: application/merge-patch+json"]
    try await curl(
      ["--fail-with-body", "--request", "PATCH", "--data", text] + fields.flatMap { ["--header", $0] }
        + ["https://\(host)/\(path)"])
  }

  /// The status and the text of an application's front page.
  func page(at address: String) async throws -> (status: Int, text: String) {
    let answer = try await curl(["--write-out", "\n%{http_code}", "http://\(address)/"])
    let lines = answer.split(separator: "\n")
    return (lines.last.flatMap { Int($0) } ?? 0, lines.dropLast().joined(separator: "\n"))
  }

  /// The address that the next new application will get.
  func nextAddress() async throws -> String {
    let addresses = try await world().applications.map(\.address)
    let numbers = addresses.compactMap { address -> Int? in
      let parts = address.split(whereSeparator: { $0 == "." || $0 == ":" }).compactMap { Int($0) }
      return parts.count == 5 ? parts[2] * 250 + parts[3] - 1 : nil
    }
    let next = (numbers.max() ?? 0) + 1
    let port = addresses.first?.split(separator: ":").last.map(String.init) ?? ""
    return "127.77.\(next / 250).\(next % 250 + 1):\(port)"
  }

  /// Ends the simulator with SIGTERM and says how it ended.
  func stop() async throws -> Command.Result {
    process.send(SIGTERM)
    return try await result()
  }

  /// Waits for the simulator's end and says how it ended.
  func result() async throws -> Command.Result {
    try await process.result()
  }

  /// Sends the simulator a signal.
  func send(_ signal: Int32) { process.send(signal) }

  @discardableResult
  private func curl(_ arguments: [String]) async throws -> String {
    let usual = [
      "--silent", "--show-error", "--max-time", "600", "--noproxy", "*", "--cacert", certificateFile,
    ]
    let result = try await Command("/usr/bin/curl", usual + arguments).run()
    guard result.exit == .code(0) else { throw Failed(description: result.summary) }
    return result.output
  }
}
