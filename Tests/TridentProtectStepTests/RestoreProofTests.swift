import AstraBackup
import AstraClone
import AstraRestore
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing
import TridentProtectSimulation

/// What Trident protect calls completed, and is not whole.
@Suite struct RestoreProofTests {
  /// A backup whose object says that a volume was not copied.
  @Test func aBackupThatLacksAVolumeIsNone() throws {
    let harness = Protect.harness()
    harness.change("backups", Magento.goodBackup) {
      $0[path: ["status", "progress", "volumeBackups"]] = [
        ["pvcUid": "u-1", "volumeBackupCreated": true, "volumeBackupCompleted": false]
      ]
    }
    let result = try harness.run(RestoreStep.self)
    result.expect(.protected, saying: "it is called completed, but lacks the data of u-1")
    #expect(harness.site.service.productionContent?.rows == Magento.brokenRows)
    #expect(harness.site.service.tally.restoresRequested == 0)
  }

  /// What is told of its volumes may be written a moment after the end: that is waited for, and no longer.
  @Test(arguments: [true, false]) func whatIsToldOfVolumesMayComeAMomentLater(_ comes: Bool) throws {
    let harness = Protect.harness()
    harness.site.observe = { [unowned harness] _ in
      guard let backup = harness.objects("backups").first(where: { $0.name == "mine" }),
        backup.value(at: "status.state")?.string == "Completed",
        backup.value(at: "status.progress.volumeBackups") == nil
      else { return }
      harness.change("backups", "mine") {
        $0[path: ["status", "progress", "volumeBackups"]] = [
          ["pvcUid": "u-1", "volumeBackupCreated": true, "volumeBackupCompleted": false]
        ]
      }
    }
    let began = harness.site.time.now
    harness.site.beforeRequest = { [unowned harness] _ in
      guard comes, harness.site.time.now - began > .seconds(15) else { return }
      harness.change("backups", "mine") {
        $0[path: ["status", "progress", "volumeBackups"]] = [
          ["pvcUid": "u-1", "volumeBackupCreated": true, "volumeBackupCompleted": true]
        ]
      }
    }
    let result = try harness.run(BackupStep.self, "--backup-name", "mine")
    guard comes else {
      return result.expect(.operationFailed, saying: "lacks the data of u-1", nature: "failure")
    }
    result.expectSuccess()
  }

  /// A copy that nobody has said the content of, and nothing came of it.
  @Test func aCloneOfNothingIsNone() throws {
    let harness = Protect.harness()
    harness.change("backups", Magento.goodBackup) {
      $0[path: ["metadata", "annotations", "astra-steps/inventory"]] = nil
    }
    harness.site.observe = { [unowned harness] _ in
      for resource in ["persistentvolumeclaims", "deployments.apps", "statefulsets.apps"] {
        for object in harness[cluster: "ocp-debug"].store.objects(resource, in: "magento-debug") {
          harness[cluster: "ocp-debug"].store.remove(ObjectKey(resource, "magento-debug", object.name ?? ""))
        }
      }
    }
    try harness.run(CloneStep.self, "--use-existing-backup", Magento.goodBackup).expect(
      .operationFailed, saying: "there is no volume claim and no workload", nature: "failure")
  }

  /// Hooks after a restore run as objects of their own, and may fail after it.
  @Test(arguments: ["Failed", "Completed"]) func hooksThatFailInARunOfTheirOwnAreTold(_ state: String) throws
  {
    let harness = Protect.harness()
    harness.site.observe = { [unowned harness] _ in
      guard harness.objects("exechooksruns").isEmpty,
        let restore = harness.objects("backupinplacerestores").first
      else { return }
      harness[cluster: "ocp-prod"].store.create(
        Protect.resource("exechooksruns"),
        [
          "metadata": [
            "name": "after-the-restore", "namespace": "magento-prod",
            "ownerReferences": [
              [
                "apiVersion": "protect.trident.netapp.io/v1", "kind": "BackupInplaceRestore",
                "name": .string(restore.name ?? ""), "uid": .string(restore.uid ?? ""),
              ]
            ],
          ],
          "spec": ["applicationRef": "magento-prod", "action": "Restore", "stage": "Post"],
          "status": [
            "state": .string(state), "error": "the hook ended with 3",
            "matchingContainers": [],
            "postRestoreExecHooksRunResults": [
              ["execHookRef": "reindex", "failures": [["error": "the hook ended with 3"]]]
            ],
          ],
        ])
    }
    try harness.run(RestoreStep.self).expect(
      .operationFailed, saying: "the hook ended with 3", nature: "failure")
  }

  /// The objects of restores before it are counted, and somebody has removed one of them.
  @Test func aRestoreIsAskedForThoughOneOfBeforeIsGone() throws {
    let harness = Protect.harness()
    for run in ["first", "second"] {
      harness.environment["ASTRA_RUN_ID"] = run
      try harness.run(RestoreStep.self).expectSuccess()
      harness.site.pass(.seconds(3600))
    }
    let names = harness.objects("backupinplacerestores").compactMap(\.name).sorted()
    #expect(names.count == 2)
    harness[cluster: "ocp-prod"].store.remove(
      ObjectKey(Protect.resource("backupinplacerestores"), "magento-prod", names[0]))
    harness.environment["ASTRA_RUN_ID"] = "third"
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(harness.objects("backupinplacerestores").count == 2)
  }

  /// The release that is to be undone has added something that never runs: it stays, and is not waited for.
  @Test func whatTheCopyDidNotHaveIsNotWaitedFor() throws {
    let harness = Protect.harness()
    harness.change("backups", Magento.goodBackup) {
      $0[path: ["metadata", "annotations", "astra-steps/inventory"]] =
        "claims=magento-prod-db;workloads=Deployment/magento-prod;services="
    }
    harness[cluster: "ocp-prod"].store.create(
      "deployments.apps",
      Protect.deployment("crashes"))
    harness.site.observe = { [unowned harness] _ in
      let key = ObjectKey("deployments.apps", "magento-prod", "crashes")
      guard
        harness[cluster: "ocp-prod"].store.object(key)?.value(at: "status.availableReplicas")?.integer != 0
      else { return }
      harness[cluster: "ocp-prod"].store.update(key) { $0[path: ["status", "availableReplicas"]] = 0 }
    }
    try harness.run(RestoreStep.self).expectSuccess()
  }
}
