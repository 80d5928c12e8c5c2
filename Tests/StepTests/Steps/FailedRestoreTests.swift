import StepTestSupport
import ServiceSimulation
import AstraClone
import AstraRestore
import AstraSnapshot
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// What comes after an in-place restore that failed: the evidence taken before it stands, and the step restores again.
@Suite(.eachService) struct FailedRestoreTests {
  static let olderBackup = "before-2-4-1-debian-10-r14"

  /// Every complete copy of production of this run.
  private func copies(_ world: any SimulatedService) -> [[String]] {
    let snapshots = world.recoveryPoints.filter { $0.kind == .snapshot && $0.name.hasPrefix("evidence-") }
    return (snapshots.map(\.content) + world.clones.map(\.content)).compactMap { $0?.rows }
  }

  @Test(
    arguments: [true, false], [Magento.goodBackup, olderBackup])
  func runningItAgainRestoresAgain(withClone: Bool, next: String) throws {
    for effect in [OperationEffect.fails, .failsAtOnce] {
      try restoreAgain(withClone, effect, next)
    }
  }

  private func restoreAgain(_ withClone: Bool, _ effect: OperationEffect, _ next: String) throws {
    let harness = try Magento.harness()
    if withClone { try harness.run(CloneStep.self).expectSuccess() }
    harness.site.service.disturbNext(.restore, effect)
    let first = try harness.run(RestoreStep.self)
    let copy =
      withClone ? "clone \"magento-debug\" (on cluster" : "snapshot \"evidence-jenkins-post-mortem-42\""
    first.expect(.operationFailed, saying: "; \(copy)", "held before", nature: "failure")
    let hint = first.standardError.split(separator: "\n").last { $0.contains("next: ") } ?? ""
    #expect(hint.contains("run the step again to restore again") && !hint.contains("discard"))
    #expect(hint.contains("pointed at the clone") == withClone)
    let snapshots = harness.site.service.tally.snapshotsCreated
    harness.environment["BACKUP_NAME"] = next
    let second = try harness.run(RestoreStep.self)
    second.expectSuccess()
    let world = harness.site.service
    // Where it is seen that nothing was replaced, customers may have written on: a copy of now is made first.
    let isUntouched = effect == .failsAtOnce && world.capabilities.showsReplacedClaims
    #expect(world.tally.snapshotsCreated == snapshots + (isUntouched ? 1 : 0))
    #expect(world.tally.restoresFinished == 1)
    #expect(
      second.values["ASTRA_RESTORE_EVIDENCE"] == (withClone && !isUntouched ? "clone" : "snapshot"))
    #expect(second.values["ASTRA_RESTORE_EVIDENCE_ID"]?.isEmpty == false)
    #expect(world.application(Magento.production)?.state == "ready")
    #expect(world.productionContent?.rows == world.recoveryPoints(named: next).first?.content?.rows)
    #expect(copies(world).contains(Magento.brokenRows))
  }

  @Test func aSecondFailureLeavesItStandingToo() throws {
    let harness = try Magento.harness()
    for _ in 1...3 {
      harness.site.service.disturbNext(.restore, .fails)
      try harness.run(RestoreStep.self).expect(
        .operationFailed, saying: "holds what \"magento-prod\" held before", nature: "failure")
    }
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(harness.site.service.tally.snapshotsCreated == 1)
    #expect(copies(harness.site.service) == [Magento.brokenRows])
  }

  @Test(arguments: [Magento.goodBackup, olderBackup])
  func aFailureThatNobodySawIsFoundLater(next: String) throws {
    let harness = try Magento.harness { $0.restore = .seconds(300) }
    harness.site.service.disturbNext(.restore, .fails)
    try harness.run(RestoreStep.self, "--timeout", "60s").expect(.deadlinePassed)
    harness.site.pass(.seconds(900))
    #expect(harness.site.service.application(Magento.production)?.state == "failed")
    harness.environment["BACKUP_NAME"] = next
    if next == Magento.goodBackup {
      try harness.run(RestoreStep.self).expect(
        .operationFailed, saying: "holds what \"magento-prod\" held before", nature: "failure")
    }
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(harness.site.service.tally.snapshotsCreated == 1)
    #expect(
      harness.site.service.productionContent?.rows
        == harness.site.service.recoveryPoints(named: next).first?.content?.rows)
  }

  @Test func anApplicationThatWasWrittenToSinceGetsASnapshot() throws {
    let harness = try Magento.harness()
    harness.site.service.disturbNext(.restore, .fails)
    try harness.run(RestoreStep.self).expect(.operationFailed, nature: "failure")
    harness.site.service.setState("ready", of: Magento.production)
    harness.site.service.addRows(["order-after-the-failure"], to: Magento.production)
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(copies(harness.site.service).contains { $0.contains("order-after-the-failure") })
    #expect(copies(harness.site.service).contains(Magento.brokenRows))
  }

  @Test(.only { $0.mayRefuseFailedApplications }) func anotherRestoreSinceIsNoWreckOfOurs() throws {
    let harness = try Magento.harness()
    harness.site.service.disturbNext(.restore, .fails)
    try harness.run(RestoreStep.self).expect(.operationFailed, nature: "failure")
    harness.environment["BUILD_TAG"] = "another-run"
    harness.environment["ASTRA_REPORT_DIR"] = "elsewhere"
    harness.environment["BACKUP_NAME"] = Self.olderBackup
    harness.site.service.disturbNext(.restore, .fails)
    try harness.run(RestoreStep.self, "--discard-present-state").expect(.operationFailed, nature: "failure")
    harness.environment["BUILD_TAG"] = "jenkins-post-mortem-42"
    harness.environment["ASTRA_REPORT_DIR"] = nil
    harness.environment["BACKUP_NAME"] = Magento.goodBackup
    try harness.run(RestoreStep.self).expect(.protected, saying: "no copy of the present state")
    #expect(harness.site.service.tally.restoresRequested == 2)
  }

  /// Somebody else restores production while this run is at it, and the server shows nothing of that later: what was seen
  /// is remembered, whichever step of the run saw it.
  @Test(arguments: ["restore", "snapshot"])
  func aRestoreOfOthersThatWasSeenIsRemembered(by step: String) throws {
    let harness = try Magento.harness {
      ($0.showsRestoreModification, $0.showsRestoreSource) = (false, false)
      $0.restore = .seconds(60)
    }
    try harness.run(CloneStep.self).expectSuccess()
    harness.site.service.restoreByOthers(Magento.production, from: CleanupScene.olderBackup)
    harness.site.pass(.seconds(5))
    if step == "restore" {
      try harness.run(RestoreStep.self).expect(.protected, saying: "is being restored in place")
    } else {
      harness.environment["SNAPSHOT_NAME"] = "before"
      try harness.run(SnapshotStep.self).expect(.protected, saying: "is being restored in place")
      harness.environment["SNAPSHOT_NAME"] = nil
    }
    harness.site.pass(.seconds(300))
    harness.site.service.addRows(["order-since"], to: Magento.production)
    let rows = harness.site.service.productionContent?.rows ?? []
    let result = try harness.run(RestoreStep.self)
    result.expectSuccess()
    #expect(result.values["ASTRA_RESTORE_EVIDENCE"] == "snapshot", "\(result.standardError)")
    #expect(copies(harness.site.service).contains(rows) && rows.contains("order-since"))
  }

  /// A replica that lags shows this run's own restore for a while after its end: that is nobody else's.
  @Test func aLateLookAtItsOwnRestoreIsNobodyElses() throws {
    let harness = try Magento.harness {
      ($0.showsRestoreModification, $0.showsRestoreSource) = (false, false)
    }
    try harness.run(RestoreStep.self).expectSuccess()
    harness.site.service.setState("restoring", of: Magento.production)
    let late = try harness.run(RestoreStep.self)
    #expect(late.code == .protected, "\(late.standardError)")
    harness.site.service.setState("ready", of: Magento.production)
    let again = try harness.run(RestoreStep.self)
    again.expectSuccess()
    #expect(harness.site.service.tally.restoresRequested == 1, "\(again.standardError)")
  }

  /// The first look of a step shows the restore of others under way, and the next one that it is over.
  @Test func aRestoreOfOthersThatEndsBetweenTwoLooksIsRemembered() throws {
    let harness = try Magento.harness {
      ($0.showsRestoreModification, $0.showsRestoreSource) = (false, false)
      $0.restore = .seconds(60)
    }
    try harness.run(CloneStep.self).expectSuccess()
    harness.site.service.restoreByOthers(Magento.production, from: CleanupScene.olderBackup)
    harness.site.pass(.seconds(5))
    harness.site.faults = [
      SiteFault(
        .world { service in
          service.completeOperation(of: Magento.production)
          service.setState("ready", of: Magento.production)
        }, .list, .backup)
    ]
    let result = try harness.run(RestoreStep.self)
    result.expectSuccess()
    #expect(result.values["ASTRA_RESTORE_EVIDENCE"] == "snapshot", "\(result.standardError)")
  }

  @Test(.only { $0.mayRefuseFailedApplications }) func evidenceThatIsGoneStandsNoMore() throws {
    let harness = try Magento.harness()
    harness.site.service.disturbNext(.restore, .fails)
    try harness.run(RestoreStep.self).expect(.operationFailed, nature: "failure")
    harness.site.service.removeByOthers(harness.values["ASTRA_RESTORE_EVIDENCE_ID"] ?? "")
    let result = try harness.run(RestoreStep.self)
    result.expect(.protected, saying: "no copy of the present state")
    #expect(result.standardError.contains("no longer there or no longer complete"))
    #expect(harness.site.service.tally.restoresRequested == 1)
  }

  @Test(.only { $0.mayRefuseFailedApplications }) func aServerThatRestoresNoFailedApplicationIsToldSo() throws
  {
    let harness = try Magento.harness { $0.restoresFailedApplications = false }
    harness.site.service.disturbNext(.restore, .fails)
    try harness.run(RestoreStep.self).expect(.operationFailed, nature: "failure")
    let result = try harness.run(RestoreStep.self)
    result.expect(.operationFailed, saying: "held before lies in snapshot", nature: "failure")
    #expect(result.standardError.contains("next: have the application repaired"))
    #expect(!result.standardError.contains("discard") && copies(harness.site.service) == [Magento.brokenRows])
  }
}
