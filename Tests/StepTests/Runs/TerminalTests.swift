import AstraBackup
import AstraRestore
import Files
import ServiceSimulation
import SimulatedBackend
import StepCommon
import StepTestSupport
import Testing
import Timing

/// A person at a terminal gets short lines, colours and a question; a pipe gets what it always got.
@Suite(.eachService) struct TerminalTests {
  /// What a step says at a terminal of that width.
  private func said<S: Step>(
    _ step: S.Type, _ harness: StepHarness, _ arguments: [String], columns: Int? = 80,
    variables: [String: String] = ["TERM": "xterm-256color"], answer: ((Duration) -> String?)? = nil
  ) -> (code: ExitCode, text: String) {
    var text = ""
    harness.site.beginAttempt()
    defer { harness.site.endAttempt() }
    harness.environment["ASTRA_LOG_LEVEL"] = "info"
    var host = harness.host(arguments: arguments)
    host.variables.merge(variables) { $1 }
    host.errorColumns = columns
    host.writeError = { text += $0 }
    host.readAnswer = answer
    return (Runner<S>(host).exitCode(), text)
  }

  @Test func linesAreShortAndTellTheTimeThatHasPassed() throws {
    let harness = try Magento.harness { $0.backup = .seconds(90) }
    let (code, text) = said(BackupStep.self, harness, ["-b", "mine"])
    #expect(code == .success)
    // What stays, without what moved and was taken away.
    let rows = text.split(separator: "\n").map { $0.split(separator: "\u{1B}[K").last.map(String.init) ?? "" }
    #expect(rows.allSatisfy { $0.count <= 80 }, "\(rows.filter { $0.count > 80 })")
    #expect(!text.contains("astra-backup: ") && rows.contains { $0.hasPrefix("1:3") })
    #expect(text.contains("\r\u{1B}[K") && rows.last?.contains("ended well") == true)
    #expect(harness.files.text("reports/TEST-astra-backup.xml")?.contains("\u{1B}") == false)
  }

  /// What changes is what a row too short for all of it keeps.
  @Test func theLineThatMovesKeepsHowItStands() throws {
    let harness = try Magento.harness { $0.backup = .seconds(90) }
    let (code, text) = said(BackupStep.self, harness, ["-b", "with-a-rather-long-name"], columns: 50)
    #expect(code == .success)
    let moved = text.split(separator: "\r\u{1B}[K").filter { !$0.contains("\n") }
    #expect(moved.allSatisfy { $0.count < 50 }, "\(moved)")
    #expect(moved.contains { $0.contains(/^\d+:\d\d backup "with-a-.*…: running/) }, "\(moved)")
  }

  @Test func whatFailedIsRedUnlessColoursAreNotWanted() throws {
    let wrong = ["--timeout", "soon"]
    func text(_ variables: [String: String], columns: Int? = 80) throws -> String {
      said(BackupStep.self, try Magento.harness(), wrong, columns: columns, variables: variables).text
    }
    let coloured = try text(["TERM": "xterm"])
    #expect(coloured.contains("\u{1B}[31merror: ") && coloured.contains("\u{1B}[1mnext: "))
    let plain = try text(["TERM": "xterm", "NO_COLOR": "1"])
    #expect(plain.contains("error: ") && !plain.contains("\u{1B}[31m") && plain.contains("\u{1B}[K"))
    #expect(try text(["TERM": "xterm", "NO_COLOR": ""]).contains("\u{1B}[31m"))
    for pipe in [try text(["TERM": "dumb"]), try text([:]), try text(["TERM": "xterm"], columns: nil)] {
      #expect(!pipe.contains("\u{1B}") && pipe.contains("astra-backup: error: "))
    }
  }

  // MARK: - A restore by hand

  private func byHand() throws -> StepHarness {
    let harness = try Magento.harness(run: nil)
    harness.environment["DEBUG_APP_NAME"] = nil
    return harness
  }

  @Test(arguments: ["", "magento", "yes", nil]) func anotherAnswerChangesNothing(_ answer: String?) throws {
    let harness = try byHand()
    let before = harness.site.service.changes
    let (code, text) = said(
      RestoreStep.self, harness, ["-B", Magento.goodBackup], variables: [:]
    ) { _ in answer }
    #expect(
      code == .protected && text.contains("not-confirmed") && text.contains("type magento-prod to go on"))
    #expect(harness.site.service.changes == before)
  }

  @Test func theNameGoesOn() throws {
    let harness = try byHand()
    var questions = 0
    let (code, _) = said(RestoreStep.self, harness, ["-B", Magento.goodBackup], variables: [:]) { _ in
      questions += 1
      return " magento-prod "
    }
    #expect(code == .success && questions == 1)
    #expect(harness.site.service.productionContent?.rows == Magento.goodRows)
  }

  @Test func nobodyIsAskedWhereNobodyIs() throws {
    let never: (Duration) -> String? = { _ in
      Issue.record("somebody was asked")
      return nil
    }
    let flagged = said(
      RestoreStep.self, try byHand(), ["-B", Magento.goodBackup, "--yes"], variables: [:], answer: never)
    #expect(flagged.code == .success)
    let dry = said(
      RestoreStep.self, try byHand(), ["-B", Magento.goodBackup, "--dry-run"], variables: [:], answer: never)
    #expect(dry.code == .success)
    let inCI = said(
      RestoreStep.self, try byHand(), ["-B", Magento.goodBackup], variables: ["CI": "true"], answer: never)
    #expect(inCI.code == .success)
    let named = said(
      RestoreStep.self, try Magento.harness(), ["-B", Magento.goodBackup], variables: [:], answer: never)
    #expect(named.code == .success)
  }
}
