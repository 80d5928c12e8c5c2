import Files
import ServiceSimulation
import StepTestSupport
import SimulatedBackend
import StepCommon
import Testing
import Timing
import AstraBackup
import AstraRestore
import AstraSnapshot

/// `astra-snapshot` in every situation of the table that it can meet.
struct SnapshotStepTests {
  private func harness(
    name: String = "before-2.4.3", _ change: (inout ServiceBehaviour) -> Void = { _ in }
  ) throws -> StepHarness {
    let harness = try Magento.harness(change)
    harness.environment["SNAPSHOT_NAME"] = name
    return harness
  }

  @Test func makesANamedSnapshotAndWaitsForIt() throws {
    let harness = try harness()
    let result = try harness.run(SnapshotStep.self)
    result.expectSuccess()
    let snapshot = try #require(harness.site.service.recoveryPoints(named: "before-2-4-3").first)
    #expect(snapshot.kind == .snapshot && snapshot.state == "completed")
    #expect(snapshot.content?.rows == Magento.brokenRows)
    #expect(
      result.values.filter { $0.key.hasPrefix("ASTRA_") }.keys.sorted() == SnapshotStep.outputKeys.sorted())
    #expect(result.values["ASTRA_SNAPSHOT_ID"]?.names(snapshot.id) == true)
    #expect(result.values["ASTRA_SNAPSHOT_NAME"] == "before-2-4-3")
    #expect(result.values["ASTRA_SNAPSHOT_STATE"] == "completed")
    #expect(result.values["ASTRA_SNAPSHOT_CREATED"]?.hasSuffix("Z") == true)
    #expect(result.report.cases.map(\.name) == Runner<SnapshotStep>.phaseNames)
    #expect(harness.site.service.tally.backupsCreated == 0)
  }

  /// The same name, given as it is, leads the restore back to it.
  @Test func isFoundByTheRestoreUnderTheSameName() throws {
    let harness = try harness()
    try harness.run(SnapshotStep.self).expectSuccess()
    harness.site.service.addRows(["order-1006"], to: "magento-prod")
    harness.environment["BACKUP_NAME"] = nil
    let restored = try harness.run(RestoreStep.self)
    restored.expectSuccess()
    #expect(restored.values["ASTRA_RESTORE_POINT_NAME"] == "before-2-4-3")
    #expect(harness.site.service.productionContent?.rows == Magento.brokenRows)
  }

  @Test func isCalledAfterTheRunWithoutAName() throws {
    let harness = try harness(name: "")
    try harness.run(SnapshotStep.self).expectSuccess()
    #expect(harness.site.service.recoveryPoints(named: "jenkins-post-mortem-42").map(\.kind) == [.snapshot])
    harness.environment["BUILD_TAG"] = nil
    try harness.run(SnapshotStep.self).expect(.badParameter, saying: "SNAPSHOT_NAME", "ASTRA_RUN_ID")
  }

  @Test func aBackupOfThatNameIsNoSnapshot() throws {
    let harness = try harness()
    harness.environment["BACKUP_NAME"] = "before-2.4.3"
    try harness.run(BackupStep.self).expectSuccess()
    try harness.run(SnapshotStep.self).expectSuccess()
    #expect(
      harness.site.service.tally.backupsCreated == 1 && harness.site.service.tally.snapshotsCreated == 1)
  }

  @Test func makesNothingTwiceInARun() throws {
    let harness = try harness { $0.duplicateSnapshotNames = true }
    for _ in 1...2 { try harness.run(SnapshotStep.self).expectSuccess() }
    #expect(harness.site.service.tally.snapshotsCreated == 1)
    harness.site.pass(.seconds(7200))
    harness.environment["BUILD_TAG"] = "jenkins-post-mortem-43"
    try harness.run(SnapshotStep.self).expect(.protected, saying: "earlier run", "2h")
    let reused = try harness.run(SnapshotStep.self, "--if-exists", "reuse")
    reused.expectSuccess()
    #expect(reused.standardError.contains("warning: "))
    #expect(harness.site.service.tally.snapshotsCreated == 1)
  }

  @Test func waitsForOneThatIsUnderWay() throws {
    let harness = try harness { $0.snapshot = .seconds(300) }
    harness.environment["ASTRA_TIMEOUT"] = "60s"
    try harness.run(SnapshotStep.self).expect(.deadlinePassed, saying: "before-2-4-3", "running")
    harness.environment["ASTRA_TIMEOUT"] = "10m"
    try harness.run(SnapshotStep.self).expectSuccess()
    #expect(harness.site.service.tally.snapshotsCreated == 1)
  }

  @Test func refusesAFailedOneUnlessItMayReplaceIt() throws {
    let harness = try harness()
    harness.site.service.disturbNext(.snapshot, .fails)
    try harness.run(SnapshotStep.self).expect(.operationFailed, saying: "failed", nature: "failure")
    let before = harness.site.service.changes
    let refused = try harness.run(SnapshotStep.self)
    refused.expect(.protected, saying: "failed")
    #expect(refused.standardError.contains("--replace-failed"))
    #expect(harness.site.service.changes == before)
    try harness.run(SnapshotStep.self, "--replace-failed").expectSuccess()
    #expect(harness.site.service.recoveryPoints(named: "before-2-4-3").map(\.state) == ["completed"])
    #expect(harness.site.service.tally.deletions == 1)
  }

  @Test func failedHooksAreAFailureUnlessAccepted() throws {
    let harness = try harness()
    harness.site.service.disturbNext(.snapshot, .hooksFail)
    try harness.run(SnapshotStep.self).expect(.operationFailed, saying: "hooks", nature: "failure")
    let accepted = try harness.run(SnapshotStep.self, "--accept-failed-hooks")
    accepted.expectSuccess()
    #expect(accepted.standardError.contains("accepted by --accept-failed-hooks"))
  }

  @Test(arguments: [
    (OperationEffect.fails, ExitCode.operationFailed), (.failsAtOnce, .operationFailed),
    (.vanishes, .operationFailed), (.removed, .operationFailed), (.stalls, .deadlinePassed),
    (.unknownState, .success), (.goesBack, .success),
  ])
  func endsAsTheSnapshotEnds(effect: OperationEffect, code: ExitCode) throws {
    let harness = try harness()
    harness.site.service.disturbNext(.snapshot, effect)
    let result = try harness.run(SnapshotStep.self)
    #expect(result.code == code, "\(result.standardError)")
    #expect(result.report.claimsSuccess == (code == .success))
    let isComplete = harness.site.service.recoveryPoints(named: "before-2-4-3").map(\.state) == ["completed"]
    #expect(isComplete == (code == .success))
  }

  @Test func aLostAnswerMakesNoSecondOne() throws {
    let harness = try harness { $0.duplicateSnapshotNames = true }
    harness.site.faults = [SiteFault(.lostAnswer, .create, .snapshot)]
    try harness.run(SnapshotStep.self).expectSuccess()
    #expect(harness.site.service.tally.snapshotsCreated == 1)
  }

  @Test func aDryRunChangesNothing() throws {
    let harness = try harness()
    let before = harness.site.service.changes
    let result = try harness.run(SnapshotStep.self, "--dry-run")
    result.expectSuccess()
    #expect(
      result.standardError.contains(
        "dry run: would make a snapshot of \"magento-prod\" as \"before-2-4-3\""))
    #expect(harness.site.service.changes == before)
    #expect(harness.files.contents["reports/astra-snapshot.json"] == nil)
  }
}
