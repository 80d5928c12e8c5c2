import AstraBackup
import AstraRestore
import Files
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing
import VeleroSimulation

/// What shows that an in-place restore by Velero has brought what it was to bring; that it calls itself completed does not.
@Suite struct InPlaceProofTests {
  // MARK: - Claims

  /// Runs a restore in which somebody does something just before it asks for its Restore, the claims deleted: before or after
  /// it has looked for claims that are there again.
  private func restore(
    _ moment: LookMoment, _ arguments: [String] = [], with others: @escaping (StepHarness) -> Void
  ) throws -> StepHarness.Result {
    let harness = Bucket.harness()
    harness.site.exchanged = { [unowned harness] request, response in
      guard request.target.contains("/restores/magento-prod-"), response.status == 404 else { return }
      harness.site.exchanged = nil
      guard moment == .after else { return others(harness) }
      harness.site.exchanged = { [unowned harness] request, _ in
        guard request.target.contains("/persistentvolumeclaims?") else { return }
        harness.site.exchanged = nil
        others(harness)
      }
    }
    return try harness.run(RestoreStep.self, arguments: ["--replace-volumes"] + arguments)
  }

  private enum LookMoment { case before, after }

  @Test func aClaimThatSomebodyMakesAnewIsNoRestoredOne() throws {
    let result = try restore(.before) { harness in
      harness[cluster: "ocp-prod"].store.create(
        "persistentvolumeclaims",
        [
          "metadata": ["name": "magento-prod-db", "namespace": "magento-prod"],
          "spec": ["storageClassName": "ontap-san"],
        ])
    }
    result.expect(.operationFailed, "is there again", "made by somebody else", "commands: kubectl")
  }

  @Test(arguments: [[], ["--use-snapshot", "nightly-0213"]])
  func aClaimThatWasThereWhenTheRestoreBeganIsNoRestoredOne(_ source: [String]) throws {
    let result = try restore(.after, source) { harness in
      harness[cluster: "ocp-prod"].store.create(
        "persistentvolumeclaims",
        [
          "metadata": ["name": "magento-prod-db", "namespace": "magento-prod"],
          "spec": ["storageClassName": "ontap-san"],
        ])
    }
    result.expect(.operationFailed, "does not hold what Restore", "it was there before", "kubectl")
  }

  @Test func whatARestoreOfSomebodyElseHasBroughtJustBeforeIsNotOurs() throws {
    let result = try restore(.after) { harness in
      let older = harness.backup(named: "before-2-4-1-debian-10-r14")?.name ?? ""
      _ = harness.world.makeVeleroObject(
        "restores", named: "by-hand", of: "ocp-prod",
        spec: ["backupName": .string(older), "existingResourcePolicy": "update"])
    }
    result.expect(.operationFailed, "holds what Restore \"by-hand\" of somebody else has brought just before")
  }

  /// A volume of before that Velero binds a claim to again bears the restore's label, and holds the present data.
  @Test func aVolumeOfBeforeIsNoRestoredOne() throws {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness.site.observe = { [unowned harness] _ in
      // Its movement of data is taken away: the label of the volume is all that is left.
      for movement in harness.objects("datadownloads") {
        let key = ObjectKey("datadownloads.velero.io", movement.namespace, movement.name ?? "")
        guard movement.value(at: "status.phase")?.string == "Completed" else { continue }
        harness[cluster: "ocp-prod"].store.remove(key)
        let restore = harness.objects("restores").compactMap(\.name).last ?? ""
        for volume in harness[cluster: "ocp-prod"].store.objects("persistentvolumes")
        where volume.value(at: "spec.claimRef.name")?.string == claim {
          harness[cluster: "ocp-prod"].store.update(ObjectKey("persistentvolumes", nil, volume.name ?? "")) {
            $0[path: ["metadata", "labels", "velero.io/restore-name"]] = .string(restore)
            $0[path: ["metadata", "creationTimestamp"]] = "2026-01-01T00:00:00Z"
          }
        }
      }
    }
    try harness.restoreInPlace().expect(.operationFailed, "does not hold what Restore")
  }

  /// A claim whose volume is gone is a good reason to restore.
  @Test func aClaimThatHasLostItsVolumeIsRestored() throws {
    let harness = Bucket.harness()
    let before = harness.claimUIDs
    for name in before.keys {
      let key = ObjectKey("persistentvolumeclaims", "magento-prod", name)
      let volume = harness[cluster: "ocp-prod"].store.object(key)?.value(at: "spec.volumeName")?.string ?? ""
      harness[cluster: "ocp-prod"].store.remove(ObjectKey("persistentvolumes", nil, volume))
      harness[cluster: "ocp-prod"].store.update(key) { $0[path: ["status", "phase"]] = "Lost" }
    }
    try harness.restoreInPlace("--discard-present-state").expectSuccess()
    #expect(harness.site.service.productionContent?.rows == Magento.goodRows)
    for (name, uid) in before { #expect(harness.claimUIDs[name] != uid) }
  }

  /// Pods of the application use a claim that the selector does not select: half of the data would be that of now.
  @Test func aClaimThatTheSelectorLeavesOutIsAnObjection() throws {
    let harness = Bucket.harness()
    harness.environment["ASTRA_APP_SELECTOR"] = "app=magento-prod"
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    harness.changeClaims { $0[path: ["metadata", "labels"]] = [:] }
    let before = harness.claimUIDs
    let result = try harness.restoreInPlace("--use-backup", "mine")
    result.expect(.protected, "but does not bear the labels app=magento-prod")
    #expect(harness.claimUIDs == before && harness.objects("restores").isEmpty)
  }

  // MARK: - Workloads

  @Test func aWorkloadThatCannotBeChangedBackIsNotStarted() throws {
    let harness = Bucket.harness { $0.unchangeable = ["magento-prod"] }
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    let result = try harness.restoreInPlace("--use-backup", "mine")
    result.expect(
      .operationFailed, "Deployment \"magento-prod\" is not as the copy has it", "velero restore logs",
      "which stay")
    #expect(harness.wantedPods["magento-prod"] == 0)
  }

  /// A copy from a time at which the application was scaled to nothing.
  @Test func whatRanBeforeRunsAfterwards() throws {
    let harness = Bucket.harness()
    let (before, pods) = (harness.claimUIDs, harness.wantedPods)
    func scale(_ count: (String) -> Int) {
      for name in pods.keys {
        harness[cluster: "ocp-prod"].store.update(ObjectKey("deployments.apps", "magento-prod", name)) {
          $0[path: ["spec", "replicas"]] = .integer(count(name))
          let isIdle = count(name) == 0
          $0[path: ["metadata", "annotations", "astra-steps/restore"]] = isIdle ? "an-older-one" : nil
          $0[path: ["metadata", "annotations", "astra-steps/replicas"]] = isIdle ? "0" : nil
        }
      }
      harness.site.pass(.seconds(60))
    }
    scale { _ in 0 }
    try harness.run(BackupStep.self, "--backup-name", "asleep").expectSuccess()
    scale { pods[$0] ?? 1 }
    try harness.restoreInPlace("--use-backup", "asleep").expectSuccess()
    #expect(harness.wantedPods == pods)
    for (name, uid) in before { #expect(harness.claimUIDs[name] != uid) }
    for name in pods.keys {
      let key = ObjectKey("deployments.apps", "magento-prod", name)
      let mark = harness[cluster: "ocp-prod"].store.object(key)?[
        path: ["metadata", "annotations", "astra-steps/restore"]]
      #expect(mark == nil)
    }
  }

  // MARK: - Runs

  /// Only the run that began it proves the claims, and starts what it has stopped.
  @Test func anotherRunDoesNotWaitForItInItsPlace() throws {
    let harness = Bucket.harness()
    harness.site.faults = [SiteFault(.killAfter, .restore, .application)]
    #expect(try harness.restoreInPlace().wasKilled)
    harness.site.endTroubles()
    let files = harness.files.contents
    harness.files.contents = harness.files.contents.filter { !$0.key.contains("reports/") }
    harness.environment["ASTRA_RUN_ID"] = "another-run"
    let other = try harness.restoreInPlace()
    other.expect(.protected, "is being restored in place from it by", "run astra-restore again in that run")
    harness.environment["ASTRA_RUN_ID"] = nil
    harness.files.contents = files
    try harness.restoreInPlace().expectSuccess()
    #expect(harness.site.service.productionContent?.rows == Magento.goodRows)
  }

  /// The objects of restores before it are counted, and somebody has removed one of them.
  @Test func aRestoreOfBeforeIsNotTakenForTheNext() throws {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness.behave { $0.failingData = [claim] }
    try harness.restoreInPlace("--discard-present-state").expect(.operationFailed)
    let first = try #require(harness.objects("restores").first)
    harness.behave { $0.failingData = [] }
    try harness.restoreInPlace("--discard-present-state").expectSuccess()
    harness[cluster: "ocp-prod"].store.remove(
      ObjectKey("restores.velero.io", first.namespace, first.name ?? ""))
    let before = harness.claimUIDs
    harness.environment["ASTRA_RUN_ID"] = "a-later-run"
    try harness.restoreInPlace("--discard-present-state").expectSuccess()
    for (name, uid) in before { #expect(harness.claimUIDs[name] != uid) }
  }
}
