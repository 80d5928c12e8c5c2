import struct ServiceSimulation.ServiceResponse
import AstraControlSimulation
import AstraBackup
import AstraClone
import AstraRestore
import AstraSimulator
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// What a record does not prove is not believed, and evidence has an age.
@Suite(.eachGeneration) struct DoubtTests {
  private static func problem(_ status: Int, _ number: Int) -> ServiceResponse {
    ServiceResponse(
      status: status, headers: [("Content-Type", "application/problem+json")],
      body: Array(#"{"type":"https://astra.netapp.io/problems/\#(number)","title":"No"}"#.utf8))
  }

  /// What the evidence snapshots of the run hold, in order.
  private func evidence(_ harness: StepHarness) -> [[String]?] {
    harness.site.world.points.filter { $0.name.hasPrefix("evidence-") }.map { $0.content?.rows }
  }

  @Test func aRefusedRequestForACloneVouchesForNoClone() throws {
    let harness = try Magento.harness()
    harness.site.faults = [SiteFault(.answers(Self.problem(403, 11)), "POST", endingIn: Magento.apps)]
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

  @Test func whatOthersMadeWhileThisRunWasTurnedAwayIsNotOfThisRun() throws {
    let harness = try Magento.harness()
    harness.environment["BACKUP_NAME"] = "release-2.4.2"
    harness.environment["ASTRA_TIMEOUT"] = "20s"
    harness.site.faults = [
      SiteFault(.overload(Self.problem(409, 148), .seconds(60)), "POST", endingIn: "appBackups")
    ]
    try harness.run(BackupStep.self).expect(.deadlinePassed, saying: "409")
    harness.site.endTroubles()
    var seed = RecoveryPointSeed("release-2-4-2")
    seed.age = .seconds(1)
    harness.site.world.addBackup(seed, of: Magento.production)
    try harness.run(BackupStep.self).expect(.protected, saying: "from an earlier run")
  }

  @Test func theSearchForALostRequestCountsFromTheLastOne() throws {
    let harness = try Magento.harness { $0.duplicateBackupNames = true }
    harness.environment["BACKUP_NAME"] = "release-2.4.2"
    // The application is busy for ten minutes; then the request leaves, and the step is killed with it.
    let first = SiteFault(
      .overload(Self.problem(409, 148), .seconds(600)), "POST", endingIn: "appBackups")
    harness.site.faults = [first]
    harness.site.beforeRequest = { [unowned harness] number in
      guard harness.site.requests[number - 1].hasPrefix("POST"),
        harness.site.time.now.sinceOrigin > .seconds(600)
      else { return }
      harness.site.faults = [
        SiteFault(.several([.lag(.seconds(20)), .killAfter]), atRequest: number)
      ]
      harness.site.beforeRequest = nil
    }
    #expect(try harness.run(BackupStep.self).wasKilled)
    try harness.run(BackupStep.self).expectSuccess()
    #expect(harness.site.world.tally.backupsCreated == 1)
  }

  @Test func aCloneOfAnEarlierRunThatIsBeingLookedThroughIsNotUnderWay() throws {
    let harness = try Magento.harness()
    try harness.run(CloneStep.self).expectSuccess()
    harness.site.pass(.seconds(7 * 86_400))
    harness.environment["BUILD_TAG"] = "jenkins-post-mortem-43"
    harness.site.world.setState("discovering", of: "magento-debug")
    try harness.run(CloneStep.self).expect(.protected, saying: "from an earlier run")
  }

  @Test func anOldSnapshotOfAnEarlierAttemptIsNoEvidence() throws {
    let harness = try Magento.harness()
    harness.environment["DEBUG_APP_NAME"] = nil
    harness.site.faults = [SiteFault(.killBefore, "PUT")]
    #expect(try harness.run(RestoreStep.self).wasKilled)
    harness.site.pass(.seconds(4 * 3600))
    harness.site.world.addRows(["order-2001"], to: Magento.production)
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(evidence(harness) == [Magento.brokenRows, Magento.brokenRows + ["order-2001"]])
  }

  @Test func evidenceIsRenewedWhileTheRestoreWaitsForItsTurn() throws {
    let harness = try Magento.harness()
    harness.environment["DEBUG_APP_NAME"] = nil
    harness.site.beforeRequest = { [unowned harness] number in
      let elapsed = harness.site.time.now.sinceOrigin
      if elapsed > .seconds(300), elapsed < .seconds(310) {
        harness.site.world.addRows(["order-2001"], to: Magento.production)
      }
      guard harness.site.requests[number - 1].hasPrefix("PUT"), elapsed < .seconds(900) else { return }
      harness.site.faults = [SiteFault(.answers(Self.problem(409, 152)), atRequest: number)]
    }
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(evidence(harness).last??.contains("order-2001") == true, "\(evidence(harness))")
    #expect(harness.site.world.tally.snapshotsCreated == 2)
  }

  @Test func anEvidenceNameThatIsTakenDoesNotStopTheRunForEver() throws {
    let harness = try Magento.harness()
    harness.environment["DEBUG_APP_NAME"] = nil
    harness.site.faults = [SiteFault(.answers(Self.problem(409, 176)), "POST", endingIn: "appSnaps")]
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(harness.site.world.points.contains { $0.name.hasSuffix("-2") && $0.kind == .snapshot })
  }

  @Test func anotherApplicationThatTookTheNameIsNotTheOneOfThisRun() throws {
    let harness = try Magento.harness()
    harness.environment["BACKUP_NAME"] = "release-2.4.2"
    try harness.run(BackupStep.self).expectSuccess()
    // Production is removed, and somebody gives its name to another application.
    harness.site.world.removeByOthers(Magento.production)
    harness.site.world.addApplication(
      ApplicationSeed("magento-prod", cluster: "ocp-prod", namespaces: ["elsewhere"]))
    let before = harness.site.world.changes
    try harness.run(CloneStep.self).expect(.protected, saying: "not the one that this run began with")
    try harness.run(BackupStep.self).expect(.protected, saying: Magento.production)
    #expect(harness.site.world.changes == before)
    // A new run begins with what there is.
    harness.environment["BUILD_TAG"] = "jenkins-post-mortem-43"
    try harness.run(BackupStep.self).expectSuccess()
  }

  @Test func oneNameOnTwoClustersIsTwoApplications() throws {
    let harness = try Magento.harness()
    harness.site.world.addApplication(
      ApplicationSeed("magento-prod", cluster: "ocp-debug", namespaces: ["elsewhere"]))
    for (cluster, name) in [("ocp-prod", "one"), ("ocp-debug", "two")] {
      try harness.run(BackupStep.self, "-c", cluster, "-b", name).expectSuccess()
    }
  }

  @Test func aRefusalAsNotReadyOfWhatSaysReadyMakesNewEvidence() throws {
    let harness = try Magento.harness()
    try harness.run(CloneStep.self).expectSuccess()
    // Somebody is at it, though nothing shows: what the clone holds is not what production holds any more.
    let changed = SiteFault.Effect.simulator { $0.addRows(["order-2001"], to: Magento.production) }
    harness.site.faults = [SiteFault(.several([changed, .answers(Self.problem(409, 112))]), "PUT")]
    let restored = try harness.run(RestoreStep.self)
    restored.expectSuccess()
    #expect(restored.values["ASTRA_RESTORE_EVIDENCE"] == "snapshot", "\(restored.standardError)")
    #expect(evidence(harness) == [Magento.brokenRows + ["order-2001"]])
  }

  @Test func evidenceIsNotMadeForEveryRefusal() throws {
    let harness = try Magento.harness()
    harness.environment["ASTRA_TIMEOUT"] = "30m"
    harness.environment["DEBUG_APP_NAME"] = nil
    harness.site.beforeRequest = { [unowned harness] number in
      guard harness.site.requests[number - 1].hasPrefix("PUT") else { return }
      harness.site.faults = [SiteFault(.answers(Self.problem(409, 112)), atRequest: number)]
    }
    try harness.run(RestoreStep.self).expect(.deadlinePassed, saying: "409")
    #expect((2...12).contains(evidence(harness).count), "\(evidence(harness).count)")
  }
}
