import Foundation
import Testing

extension StepsTests {
  @Suite("A step that may open hardly a file says so, and claims nothing")
  struct Descriptors {
    /// The codes that a lack of descriptors may end a step with.
    private static let codes: [Int32] = [64, 69, 73]
    /// Of the three standard streams, and this many more.
    private static let fewest = 4
    private static let port = "PORT"

    @Test(
      "each step, with each number that is too small", .inTurn, arguments: fewest...12,
      // The second takes a thread and files of its own to be resolved.
      ["127.0.0.1:\(port)", "localhost:\(port)"])
    func few(_ number: Int, _ host: String) async throws {
      let site = try await StepSite.start(seconds: 0.4)
      for (step, site) in site.pipeline {
        let limited = site.with([
          "ASTRA_FQDN": host.replacing(Self.port, with: site.simulator.host.split(separator: ":")[1]),
          "ASTRA_TIMEOUT": "12s", "ASTRA_OUTPUT_FILE": nil,
        ])
        let result = try await limited.run(
          step, shell: "ulimit -n \(number); exec \"$@\"", leaving: .whatCanBeWritten)
        guard case .code(let code) = result.exit, code != 0 else { continue }
        // One that has found its application has enough of them, and may be slow on a busy machine.
        if code == 75, result.errors.contains("application \"") { continue }
        #expect(Self.codes.contains(code), "\(number): \(result.summary)")
        #expect(
          result.messages.first?.contains("too many open files") == true, "\(number): \(result.summary)")
      }
      let tally = try await site.world().tally
      #expect(tally.backupsCreated <= 1 && tally.clonesCreated <= 1 && tally.restoresBegun <= 1, "\(tally)")
    }

    @Test("a name that cannot be looked up for want of descriptors is not called a wrong one", .inTurn)
    func name() async throws {
      let site = try await StepSite.start().with([
        "ASTRA_FQDN": "no-such-host.invalid", "ASTRA_TIMEOUT": "12s", "ASTRA_OUTPUT_FILE": nil,
      ])
      let result = try await site.run(
        .backup, shell: #"ulimit -n 7; exec "$@""#, leaving: .whatCanBeWritten)
      result.expect(69, saying: "no-such-host.invalid", "too many open files")
      #expect(result.errors.contains("next: raise the limit of open files"), "\(result.summary)")
    }

    @Test("without room for a single library it does not begin")
    func none() async throws {
      let site = try await StepSite.start()
      for step in StepProgram.allCases {
        let program = try Installation.program(step.rawValue)
        let result = try await Command(
          "/bin/sh", ["-c", "ulimit -n 3; exec \"$@\"", "sh", program], environment: site.environment,
          directory: site.workspace.path("")
        ).run()
        #expect(result.exit == .code(127), "\(result.summary)")
        #expect(!FileManager.default.fileExists(atPath: site.reportPath(of: step)))
      }
      #expect(try await site.world().requests.total == 0)
    }
  }
}
