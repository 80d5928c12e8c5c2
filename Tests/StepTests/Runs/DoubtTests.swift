import StepTestSupport
import ServiceSimulation
import AstraBackup
import AstraClone
import AstraRestore
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// What a record does not prove is not believed, and evidence has an age.
@Suite(.eachService) struct DoubtTests {

  /// What the evidence snapshots of the run hold, in order.
  private func evidence(_ harness: StepHarness) -> [[String]?] {
    harness.site.service.recoveryPoints.filter { $0.name.hasPrefix("evidence-") }.map { $0.content?.rows }
  }

  @Test func aRefusedRequestForACloneVouchesForNoClone() throws {
    let harness = try Magento.harness()
    harness.site.faults = [
      SiteFault(.answers(harness.site.service.refusal(.notPermitted)), .create, .application)
    ]
    try harness.run(CloneStep.self).expect(.credentialsRefused, saying: "403")
    // Somebody makes a clone of that name by hand, from the good backup.
    harness.environment["BUILD_TAG"] = "by-hand"
    harness.environment["ASTRA_REPORT_DIR"] = "elsewhere"
    try harness.run(CloneStep.self, "--use-existing-backup", Magento.goodBackup).expectSuccess()
    harness.environment["BUILD_TAG"] = "jenkins-post-mortem-42"
    harness.environment["ASTRA_REPORT_DIR"] = nil
    let restored = try harness.run(RestoreStep.self)
    restored.expectSuccess()
    #expect(restored.values["ASTRA_RESTORE_EVIDENCE"] == "snapshot", "\(restored.standardError)")
    #expect(evidence(harness) == [Magento.brokenRows])
  }

  @Test(.only { $0.clonesByOneRequest }) func whatOthersMadeWhileThisRunWasTurnedAwayIsNotOfThisRun() throws {
    let harness = try Magento.harness()
    harness.environment["BACKUP_NAME"] = "before-2.4.3"
    harness.environment["ASTRA_TIMEOUT"] = "20s"
    harness.site.faults = [
      SiteFault(.overload(harness.site.service.refusal(.snapshotUnderWay), .seconds(60)), .create, .backup)
    ]
    try harness.run(BackupStep.self).expect(.deadlinePassed, saying: "409")
    harness.site.endTroubles()
    var seed = RecoveryPointSeed("before-2-4-3")
    seed.age = .seconds(1)
    harness.site.service.addBackup(seed, of: Magento.production)
    try harness.run(BackupStep.self).expect(.protected, saying: "from an earlier run")
  }

  @Test(.only { $0.clonesByOneRequest }) func theSearchForALostRequestCountsFromTheLastOne() throws {
    let harness = try Magento.harness { $0.duplicateBackupNames = true }
    harness.environment["BACKUP_NAME"] = "before-2.4.3"
    // The application is busy for ten minutes; then the request leaves, and the step is killed with it.
    let first = SiteFault(
      .overload(harness.site.service.refusal(.snapshotUnderWay), .seconds(600)), .create, .backup)
    harness.site.faults = [first]
    harness.site.beforeRequest = { [unowned harness] number in
      guard harness.site.purposes[number - 1].action == .create,
        harness.site.time.now.sinceOrigin > .seconds(600)
      else { return }
      harness.site.faults = [
        SiteFault(.several([.lag(.seconds(20)), .killAfter]), atRequest: number)
      ]
      harness.site.beforeRequest = nil
    }
    #expect(try harness.run(BackupStep.self).wasKilled)
    try harness.run(BackupStep.self).expectSuccess()
    #expect(harness.site.service.tally.backupsCreated == 1)
  }

  @Test func aCloneOfAnEarlierRunThatIsBeingLookedThroughIsNotUnderWay() throws {
    let harness = try Magento.harness()
    try harness.run(CloneStep.self).expectSuccess()
    harness.site.pass(.seconds(7 * 86_400))
    harness.environment["BUILD_TAG"] = "jenkins-post-mortem-43"
    harness.site.service.setState("discovering", of: "magento-debug")
    try harness.run(CloneStep.self).expect(.protected, saying: "from an earlier run")
  }

  @Test func anOldSnapshotOfAnEarlierAttemptIsNoEvidence() throws {
    let harness = try Magento.harness()
    harness.environment["DEBUG_APP_NAME"] = nil
    harness.site.faults = [Magento.killBeforeARestore]
    #expect(try harness.run(RestoreStep.self).wasKilled)
    harness.site.pass(.seconds(4 * 3600))
    harness.site.service.addRows(["order-2001"], to: Magento.production)
    try harness.run(RestoreStep.self).expectSuccess()
    // Where a restore takes several changes, the first attempt did no more than prepare it: its evidence is replaced.
    let isKept = !harness.site.service.capabilities.restoresByChanges
    let earlier = isKept ? [Magento.brokenRows] : []
    #expect(evidence(harness) == earlier + [Magento.brokenRows + ["order-2001"]])
  }

  // Where a restore takes several changes it is what is under way that is waited for (`VeleroStepTests`).
  @Test(.only { !$0.restoresByChanges }) func evidenceIsRenewedWhileTheRestoreWaitsForItsTurn() throws {
    let harness = try Magento.harness()
    harness.environment["DEBUG_APP_NAME"] = nil
    harness.site.beforeRequest = { [unowned harness] number in
      let elapsed = harness.site.time.now.sinceOrigin
      if elapsed > .seconds(300), elapsed < .seconds(310) {
        harness.site.service.addRows(["order-2001"], to: Magento.production)
      }
      guard harness.site.purposes[number - 1].action == .restore, elapsed < .seconds(900) else { return }
      harness.site.faults = [
        SiteFault(.answers(harness.site.service.refusal(.backupUnderWay)), atRequest: number)
      ]
    }
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(evidence(harness).last??.contains("order-2001") == true, "\(evidence(harness))")
    #expect(harness.site.service.tally.snapshotsCreated == 2)
  }

  @Test func anEvidenceNameThatIsTakenDoesNotStopTheRunForEver() throws {
    let harness = try Magento.harness()
    harness.environment["DEBUG_APP_NAME"] = nil
    harness.site.faults = [SiteFault(.answers(harness.site.service.refusal(.nameTaken)), .create, .snapshot)]
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(harness.site.service.recoveryPoints.contains { $0.name.hasSuffix("-2") && $0.kind == .snapshot })
  }

  @Test func anotherApplicationThatTookTheNameIsNotTheOneOfThisRun() throws {
    let harness = try Magento.harness()
    harness.environment["BACKUP_NAME"] = "before-2.4.3"
    try harness.run(BackupStep.self).expectSuccess()
    // Production is removed, and somebody gives its name to another application.
    harness.site.service.removeByOthers(Magento.production)
    harness.site.service.add(
      ApplicationSeed("magento-prod", cluster: "ocp-prod", namespaces: ["elsewhere"]))
    let before = harness.site.service.changes
    try harness.run(CloneStep.self).expect(.protected, saying: "not the one that this run began with")
    try harness.run(BackupStep.self).expect(.protected, saying: Magento.production)
    #expect(harness.site.service.changes == before)
    // A new run begins with what there is.
    harness.environment["BUILD_TAG"] = "jenkins-post-mortem-43"
    try harness.run(BackupStep.self).expectSuccess()
  }

  @Test func oneNameOnTwoClustersIsTwoApplications() throws {
    let harness = try Magento.harness()
    harness.site.service.add(
      ApplicationSeed("magento-prod", cluster: "ocp-debug", namespaces: ["elsewhere"]))
    for (cluster, name) in [("ocp-prod", "one"), ("ocp-debug", "two")] {
      try harness.run(BackupStep.self, "-c", cluster, "-b", name).expectSuccess()
    }
  }

  @Test(.only { $0.mayRefuseFailedApplications }) func aRefusalAsNotReadyOfWhatSaysReadyMakesNewEvidence()
    throws
  {
    let harness = try Magento.harness()
    try harness.run(CloneStep.self).expectSuccess()
    // Somebody is at it, though nothing shows: what the clone holds is not what production holds any more.
    let changed = SiteFault.Effect.world { $0.addRows(["order-2001"], to: Magento.production) }
    harness.site.faults = [
      SiteFault(
        .several([changed, .answers(harness.site.service.refusal(.applicationNotReady))]), .restore,
        .application)
    ]
    let restored = try harness.run(RestoreStep.self)
    restored.expectSuccess()
    #expect(restored.values["ASTRA_RESTORE_EVIDENCE"] == "snapshot", "\(restored.standardError)")
    #expect(evidence(harness) == [Magento.brokenRows + ["order-2001"]])
  }

  @Test(.only { $0.mayRefuseFailedApplications }) func evidenceIsNotMadeForEveryRefusal() throws {
    let harness = try Magento.harness()
    harness.environment["ASTRA_TIMEOUT"] = "30m"
    harness.environment["DEBUG_APP_NAME"] = nil
    harness.site.beforeRequest = { [unowned harness] number in
      guard harness.site.purposes[number - 1].action == .restore else { return }
      harness.site.faults = [
        SiteFault(.answers(harness.site.service.refusal(.applicationNotReady)), atRequest: number)
      ]
    }
    try harness.run(RestoreStep.self).expect(.deadlinePassed, saying: "409")
    #expect((2...12).contains(evidence(harness).count), "\(evidence(harness).count)")
  }
}
