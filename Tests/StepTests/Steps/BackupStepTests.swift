import Files
import ServiceSimulation
import StepTestSupport
import SimulatedBackend
import StepCommon
import Testing
import Timing
import AstraBackup

/// `astra-backup` in every situation of the table.
@Suite(.eachService) struct BackupStepTests {
  private func harness(
    name: String = "before-2.4.3", _ change: (inout ServiceBehaviour) -> Void = { _ in }
  ) throws -> StepHarness {
    let harness = try Magento.harness(change)
    harness.environment["BACKUP_NAME"] = name
    return harness
  }

  @Test func makesANamedBackupAndWaitsForIt() throws {
    let harness = try harness()
    let result = try harness.run(BackupStep.self)
    result.expectSuccess()
    let backup = try #require(harness.site.service.recoveryPoints(named: "before-2-4-3").first)
    #expect(backup.state == "completed" && backup.content?.rows == Magento.brokenRows)
    #expect(
      result.values["ASTRA_BACKUP_ID"]?.names(backup.id) == true
        && result.values["ASTRA_BACKUP_STATE"] == "completed")
    #expect(result.report.cases.map(\.name) == Runner<BackupStep>.phaseNames)
  }

  @Test func isCalledAfterTheRunWithoutAName() throws {
    let harness = try harness(name: "")
    try harness.run(BackupStep.self).expectSuccess()
    #expect(harness.site.service.recoveryPoints(named: "jenkins-post-mortem-42").count == 1)
    harness.environment["BUILD_TAG"] = nil
    try harness.run(BackupStep.self).expect(.badParameter, saying: "BACKUP_NAME", "ASTRA_RUN_ID")
  }

  @Test func recognisesItsOwnEvenWithoutARunName() throws {
    let harness = try harness()
    harness.environment["BUILD_TAG"] = nil
    try harness.run(BackupStep.self).expectSuccess()
    try harness.run(BackupStep.self).expectSuccess()
    #expect(harness.site.service.tally.backupsCreated == 1)
    // Older than the step's own timeout, it may be anybody's.
    harness.site.pass(.seconds(3700))
    try harness.run(BackupStep.self).expect(.protected, saying: "earlier run")
  }

  @Test func refusesYesterdaysBackupOfThatName() throws {
    let harness = try harness(name: Magento.goodBackup)
    let before = harness.site.service.changes
    try harness.run(BackupStep.self).expect(.protected, saying: Magento.goodBackup, "earlier run", "26h old")
    #expect(harness.site.service.changes == before)
    let reused = try harness.run(BackupStep.self, "--if-exists", "reuse")
    reused.expectSuccess()
    #expect(
      reused.standardError.contains("warning: ")
        && reused.values["ASTRA_BACKUP_ID"]?.names(Magento.goodBackupID) == true)
    #expect(harness.site.service.changes == before)
  }

  @Test func waitsForOneThatIsUnderWay() throws {
    let harness = try harness { $0.backup = .seconds(300) }
    harness.environment["ASTRA_TIMEOUT"] = "60s"
    let first = try harness.run(BackupStep.self)
    first.expect(.deadlinePassed, saying: "before-2-4-3", "running", "1m")
    harness.environment["ASTRA_TIMEOUT"] = "10m"
    let second = try harness.run(BackupStep.self)
    second.expectSuccess()
    #expect(harness.site.service.tally.backupsCreated == 1)
  }

  @Test func refusesAFailedOneUnlessItMayReplaceIt() throws {
    let harness = try harness()
    harness.site.service.disturbNext(.backup, .fails)
    try harness.run(BackupStep.self).expect(.operationFailed, saying: "failed", nature: "failure")
    let before = harness.site.service.changes
    let refused = try harness.run(BackupStep.self)
    refused.expect(.protected, saying: "failed")
    #expect(refused.standardError.contains("--replace-failed"))
    #expect(harness.site.service.changes == before)
    try harness.run(BackupStep.self, "--replace-failed").expectSuccess()
    #expect(harness.site.service.recoveryPoints(named: "before-2-4-3").map(\.state) == ["completed"])
    #expect(harness.site.service.tally.deletions == 1)
  }

  @Test(.only { !$0.removedCopiesMayComeBack }) func seesAtOnceThatWhatItRemovesIsGone() throws {
    let harness = try harness()
    harness.site.service.behaviour.deletion = .zero
    harness.site.service.disturbNext(.backup, .fails)
    _ = try harness.run(BackupStep.self)
    let began = harness.site.time.now
    try harness.run(BackupStep.self, "--replace-failed").expectSuccess()
    #expect(harness.site.time.now - began < .seconds(10))
  }

  @Test func failedHooksAreAFailureUnlessAccepted() throws {
    let harness = try harness()
    harness.site.service.disturbNext(.backup, .hooksFail)
    try harness.run(BackupStep.self).expect(.operationFailed, saying: "hooks", nature: "failure")
    try harness.run(BackupStep.self).expect(.operationFailed, saying: "hooks", nature: "failure")
    let accepted = try harness.run(BackupStep.self, "--accept-failed-hooks")
    accepted.expectSuccess()
    #expect(accepted.standardError.contains("accepted by --accept-failed-hooks"))
  }

  @Test(arguments: [
    (OperationEffect.fails, ExitCode.operationFailed), (.failsAtOnce, .operationFailed),
    (.vanishes, .operationFailed), (.removed, .operationFailed), (.stalls, .deadlinePassed),
    (.unknownState, .success), (.goesBack, .success),
  ])
  func endsAsTheBackupEnds(effect: OperationEffect, code: ExitCode) throws {
    let harness = try harness()
    harness.site.service.disturbNext(.backup, effect)
    let result = try harness.run(BackupStep.self)
    #expect(result.code == code, "\(result.standardError)")
    #expect(result.report.claimsSuccess == (code == .success))
    let isComplete =
      harness.site.service.recoveryPoints(named: "before-2-4-3").map(\.state) == ["completed"]
    #expect(isComplete == (code == .success))
  }

  @Test func aDryRunChangesNothing() throws {
    let harness = try harness()
    let before = harness.site.service.changes
    let result = try harness.run(BackupStep.self, "--dry-run")
    result.expectSuccess()
    #expect(
      result.standardError.contains("dry run: would back up \"magento-prod\" as \"before-2-4-3\""))
    #expect(harness.site.service.changes == before)
    #expect(harness.files.contents["reports/astra-backup.json"] == nil)
  }

  @Test func printsOneJSONDocument() throws {
    let harness = try harness()
    let result = try harness.run(BackupStep.self, "--json")
    #expect(result.standardOutput.hasPrefix("{") && result.standardOutput.hasSuffix("}\n"))
    #expect(result.standardOutput.contains(#""exitCode":0"#))
    #expect(result.standardOutput.split(separator: "\n").count == 1)
  }

  @Test func isInterruptedInOrder() throws {
    for (signal, code) in [(Int32(15), ExitCode.terminated), (2, .interrupted)] {
      let harness = try harness()
      harness.site.time.interrupt(with: signal, at: Instant(sinceOrigin: .seconds(3)))
      let result = try harness.run(BackupStep.self)
      #expect(result.code == code)
      #expect(result.report.problem?.name == "wait for backup")
      #expect(result.report.problem?.outcome == "error")
    }
  }
}
