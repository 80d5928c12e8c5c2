import StepTestSupport
import ServiceSimulation
import AstraBackup
import AstraCleanup
import AstraClone
import AstraRestore
import AstraSnapshot
import Files
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// A dry run: what was not done is not reported as done, and the real run's report stays.
struct DryRunTests {
  /// One step, the phase that changes something, and how it is run.
  struct Use: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var change: String
    var run: @Sendable (StepHarness, [String]) throws -> StepHarness.Result
  }

  static let uses = [
    Use(testDescription: "astra-backup", change: "request backup") {
      $0.environment["BACKUP_NAME"] = "before-2-4-3"
      return try $0.run(BackupStep.self, arguments: $1)
    },
    Use(testDescription: "astra-snapshot", change: "request snapshot") {
      $0.environment["SNAPSHOT_NAME"] = "before-2-4-3"
      return try $0.run(SnapshotStep.self, arguments: $1)
    },
    Use(testDescription: "astra-clone", change: "request clone") {
      try $0.run(CloneStep.self, arguments: $1)
    },
    Use(testDescription: "astra-restore", change: "request in-place restore") {
      try $0.run(RestoreStep.self, arguments: $1)
    },
    Use(testDescription: "astra-cleanup", change: "remove recovery points of clones") {
      try $0.run(
        CleanupStep.self, arguments: ["--keep-backups", "1", "--backup-pattern", CleanupScene.pattern] + $1)
    },
  ]

  @Test(arguments: uses, ["", "eu"])
  func whatWasNotDoneIsSkipped(use: Use, suffix: String) throws {
    let harness = try Magento.harness()
    harness.environment["ASTRA_REPORT_SUFFIX"] = suffix
    let program = use.testDescription
    let real = harness.reportPath(of: program)
    harness.files.contents[real] = Array("the report of the real run".utf8)
    let before = (harness.site.service.changes, harness.files.contents.keys.filter { $0.hasSuffix(".json") })
    let result = try use.run(harness, ["--dry-run"])
    result.expectSuccess()
    #expect(harness.site.service.changes == before.0)
    #expect(harness.files.contents.keys.filter { $0.hasSuffix(".json") } == before.1)
    #expect(harness.files.contents[real] == Array("the report of the real run".utf8))
    let ending = suffix.isEmpty ? "" : "-\(suffix)"
    #expect(harness.files.contents["reports/TEST-\(program)\(ending)-dry-run.xml"] != nil)
    let cases = result.report.cases
    let change = try #require(cases.firstIndex { $0.name == use.change })
    for later in cases[change...].dropLast() {
      #expect(
        later.outcome == "skipped" && later.message.hasPrefix("dry run: would "), "\(later.name): \(later)")
    }
  }

  @Test func aBadFlagBesideItLeavesTheRealReportAlone() throws {
    let harness = try Magento.harness()
    let real = harness.reportPath(of: "astra-restore")
    harness.files.contents[real] = Array("the report of the real run".utf8)
    let result = try harness.run(RestoreStep.self, "--dry-run", "--no-such-flag")
    result.expect(.badParameter)
    #expect(harness.files.contents[real] == Array("the report of the real run".utf8))
  }

  @Test func itReadsTheRecordOfTheRealRun() throws {
    let harness = try Magento.harness()
    try harness.run(RestoreStep.self).expectSuccess()
    let dry = try harness.run(RestoreStep.self, "--dry-run")
    dry.expectSuccess()
    #expect(dry.standardError.contains("was restored from it in this run already"))
  }
}
