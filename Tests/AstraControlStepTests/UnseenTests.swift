import StepTestSupport
import AstraControlSimulation
import AstraBackup
import AstraCleanup
import AstraClone
import AstraRestore
import AstraSimulator
import AstraSnapshot
import AstraVerify
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// What the server shows as removed, and what it does not show to this token.
@Suite(.eachGeneration) struct UnseenTests {
  // MARK: Never shown

  @Test func whatATokenMayNotSeeIsNotGone() throws {
    func check<S: Step>(_ step: S.Type, made: (World) -> Int) throws {
      let harness = try Magento.astraControl { $0.newHiddenFromToken = true }
      (harness.environment["BACKUP_NAME"], harness.environment["SNAPSHOT_NAME"]) = ("release", "release")
      // Once, and again in the same run: it is not asked for twice.
      for _ in 1...2 {
        let result = try harness.run(step)
        result.expect(
          .operationFailed, saying: "was accepted as id", "the token may not be allowed to see it",
          nature: "failure")
        #expect(!result.message.contains("vanished") && !result.message.contains("was removed"))
        #expect(result.standardError.contains("next: it may be under way"))
        #expect(made(harness.site.world) == 1)
        harness.site.pass(.seconds(600))
      }
      // Once the token may see it, the run goes on with it.
      harness.site.world.settings.newHiddenFromToken = false
      try harness.run(step).expectSuccess()
      #expect(made(harness.site.world) == 1)
    }
    try check(BackupStep.self) { $0.tally.backupsCreated }
    try check(SnapshotStep.self) { $0.tally.snapshotsCreated }
    try check(CloneStep.self) { $0.tally.clonesCreated }
  }

  @Test func evidenceThatIsNeverShownIsNone() throws {
    let harness = try Magento.astraControl { $0.newHiddenFromToken = true }
    try harness.run(RestoreStep.self).expect(.protected, saying: "the token may not be allowed to see it")
    #expect(harness.site.world.tally.restoresRequested == 0)
  }

  // MARK: Removed

  /// A site whose clone, of an earlier run, is gone from its cluster; the server keeps the entry.
  private func harness(_ change: (inout SimulatorSettings) -> Void = { _ in }) throws -> StepHarness {
    let harness = try Magento.astraControl(run: "run-1", change)
    try harness.run(CloneStep.self).expectSuccess()
    harness.site.world.removeNamespace("magento-debug", onCluster: "ocp-debug")
    harness.site.world.setState("removed", of: "magento-debug")
    harness.environment["BUILD_TAG"] = "run-2"
    return harness
  }

  @Test func aCloneThatIsGoneIsInNobodysWay() throws {
    let harness = try harness()
    // Again in the same run: the new one is recognised beside the old entry.
    for _ in 1...2 { try harness.run(CloneStep.self).expectSuccess() }
    #expect(harness.site.world.clones.map(\.state) == ["removed", "ready"])
    #expect(harness.site.world.tally.deletions == 0)
    // The name means the one that lives, and then the entry that is left.
    try harness.run(VerifyStep.self, "-a", "magento-debug", "-c", "ocp-debug").expectSuccess()
    for left in [["removed"], []] {
      try harness.run(CleanupStep.self, "--remove-clone").expectSuccess()
      #expect(harness.site.world.clones.map(\.state) == left)
    }
  }

  @Test(arguments: [true, false])
  func itsEntryIsClearedOnRequest(isDeletable: Bool) throws {
    let harness = try harness { $0.removedDeletable = isDeletable }
    let result = try harness.run(CloneStep.self, "--replace-failed")
    result.expectSuccess()
    #expect(harness.site.world.clones.map(\.state) == (isDeletable ? ["ready"] : ["removed", "ready"]))
  }

  @Test(arguments: [true, false])
  func aCleanupClearsIt(isDeletable: Bool) throws {
    let harness = try harness { $0.removedDeletable = isDeletable }
    let began = harness.site.time.now
    try harness.run(CleanupStep.self, "--remove-clone").expectSuccess()
    #expect(harness.site.world.clones.map(\.state) == (isDeletable ? [] : ["removed"]))
    #expect(harness.site.time.now - began < .seconds(120))
  }

  @Test func aRemovalThatLeavesAnEntryHasEnded() throws {
    let harness = try Magento.astraControl { $0.deletionLeavesEntry = true }
    try harness.run(CloneStep.self).expectSuccess()
    let began = harness.site.time.now
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    result.expectSuccess()
    #expect(result.values["ASTRA_REMOVED_CLONES"] == "magento-debug")
    #expect(harness.site.world.clones.map(\.state) == ["removed"])
    #expect(harness.site.time.now - began < .seconds(120))
    // And the failed one that was to be replaced.
    let other = try Magento.astraControl {
      ($0.deletionLeavesEntry, $0.failedCloneLeavesNamespace) = (true, false)
    }
    other.site.world.disturbNext(.clone, .fails)
    try other.run(CloneStep.self).expect(.operationFailed, nature: "failure")
    for _ in 1...2 { try other.run(CloneStep.self, "--replace-failed").expectSuccess() }
    #expect(other.site.world.clones.map(\.state) == ["removed", "ready"])
  }

  @Test func aBackupThatIsOutOfReachIsNotGone() throws {
    let harness = try Magento.astraControl()
    harness.site.world.setState("removed", of: Magento.goodBackupID)
    let before = harness.site.world.changes
    for arguments in [[], ["--replace-failed"], ["--if-exists", "reuse"]] {
      try harness.run(BackupStep.self, arguments: arguments).expect(.protected, saying: "is removed")
    }
    #expect(harness.site.world.changes == before)
  }
}
