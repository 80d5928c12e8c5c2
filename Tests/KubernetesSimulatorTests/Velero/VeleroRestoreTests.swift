import KubernetesSimulator
import SimulatorSupport
import Testing

@Suite("Restores of Velero in a simulated world")
struct VeleroRestoreTests {
  private static let namespace = "/api/v1/namespaces/magento"
  private static let deployment = "/apis/apps/v1/namespaces/magento/deployments/magento"
  private static let mapped: JSON = ["namespaceMapping": ["magento": "magento-debug"]]

  @Test("a restore into another namespace brings objects and data, with labels that say so")
  func clone() throws {
    let site = try VeleroSite()
    site.restore("r1", Self.mapped)
    let phases = site.phases("restores", "r1", until: VeleroSite.ends)
    #expect(phases == ["", "InProgress", "WaitingForPluginOperations", "Finalizing", "Completed"])
    site.wait(3)
    #expect(site.content(of: "magento-debug") == VeleroSite.good)
    #expect(site.page(of: "magento-debug") == 200)
    #expect(site.content(of: "magento") == VeleroSite.bad)
    let claim = try #require(site.claim(in: "magento-debug"))
    #expect(claim.label("velero.io/restore-name") == "r1")
    #expect(claim.label("velero.io/backup-name") == "before")
    #expect(claim.value(at: "status.phase")?.string == "Bound")
    #expect(claim.uid != site.claim()?.uid)
    let pods = site.list("/api/v1/namespaces/magento-debug/pods")
    #expect(pods.map { $0.value(at: "status.phase")?.string } == ["Running"])
    #expect(pods[0].label("velero.io/restore-name") == "r1")
    #expect(pods[0].owners.first?["kind"]?.string == "ReplicaSet")
    let restore = try #require(site.object("restores", "r1"))
    #expect(restore.value(at: "status.restoreItemOperationsCompleted")?.integer == 1)
    #expect(
      restore.value(at: "status.progress.itemsRestored") == restore.value(at: "status.progress.totalItems"))
    let downloads = site.list(VeleroSite.path("datadownloads", version: "velero.io/v2alpha1"))
    #expect(downloads.map { $0.value(at: "status.phase")?.string } == ["Completed"])
    #expect(site.world.applications.last?.uid == restore.uid)
    #expect(site.world.tally.clonesCreated == 1)
  }

  @Test("another cluster sees the bucket's backups, under a uid of their own, and restores them")
  func otherCluster() throws {
    let site = try VeleroSite()
    let there = try #require(site.object("backups", "before", at: "debug"))
    let here = try #require(site.object("backups", "before"))
    #expect(there.uid != here.uid)
    #expect(there.value(at: "metadata.creationTimestamp") != here.value(at: "metadata.creationTimestamp"))
    #expect(there.value(at: "status.startTimestamp") == here.value(at: "status.startTimestamp"))
    site.restore("r1", Self.mapped, at: "debug")
    #expect(site.finish("restores", "r1", at: "debug") == "Completed")
    site.wait(3)
    #expect(site.content(of: "magento-debug", in: "debug") == VeleroSite.good)
    #expect(site.page(of: "magento-debug", in: "debug") == 200)
  }

  @Test("what exists is left alone, its data too")
  func existing() throws {
    let site = try VeleroSite()
    let claim = site.claim()?.uid
    site.restore("r1")
    #expect(site.finish("restores", "r1") == "Completed")
    #expect(site.content(of: "magento") == VeleroSite.bad)
    #expect(site.claim()?.uid == claim)
    let warnings = try #require(site.object("restores", "r1")?.value(at: "status.warnings")?.integer)
    #expect(warnings >= 2)
    // Objects are made like the backup's, and the data of a claim never is.
    site.restore("r2", ["existingResourcePolicy": "update"])
    #expect(site.finish("restores", "r2") == "Completed")
    site.wait(3)
    #expect(
      site.content(of: "magento") == WorldContent(version: "2.4.1", broken: false, rows: VeleroSite.bad.rows))
    #expect(site.claim()?.uid == claim)
    #expect(site.claim()?.label("velero.io/restore-name") == "r2")
  }

  /// Stops the workload and deletes its claim.
  private func clear(_ site: VeleroSite) {
    site.patch("\(Self.deployment)/scale", ["spec": ["replicas": 0]])
    site.wait(3)
    #expect(site.list("\(Self.namespace)/pods").isEmpty)
    #expect(site.page(of: "magento") == 503)
    #expect(site.send("DELETE", "\(Self.namespace)/persistentvolumeclaims/magento-db").status == 200)
    site.wait(1)
  }

  @Test("in place, the data comes back once claims are gone; the old volume is kept if it is to be")
  func inPlace() throws {
    let site = try VeleroSite()
    let old = try #require(site.claim())
    let volume = try #require(old.value(at: "spec.volumeName")?.string)
    site.patch("/api/v1/persistentvolumes/\(volume)", ["spec": ["persistentVolumeReclaimPolicy": "Retain"]])
    clear(site)
    #expect(site.claim() == nil)
    #expect(site.get("/api/v1/persistentvolumes/\(volume)")?.value(at: "status.phase")?.string == "Released")
    site.restore("r1", ["existingResourcePolicy": "update"])
    #expect(site.finish("restores", "r1") == "Completed")
    site.wait(3)
    #expect(site.content(of: "magento") == VeleroSite.good)
    #expect(site.page(of: "magento") == 200)
    let new = try #require(site.claim())
    #expect(new.uid != old.uid && new.value(at: "spec.volumeName")?.string != volume)
    #expect(site.world.tally.restoresFinished == 1)
    // The volume of before comes back by hand.
    clear(site)
    site.patch("/api/v1/persistentvolumes/\(volume)", ["spec": ["claimRef": .null]])
    #expect(site.get("/api/v1/persistentvolumes/\(volume)")?.value(at: "status.phase")?.string == "Available")
    let claim: JSON = [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": "magento-db"],
      "spec": [
        "volumeName": .string(volume), "storageClassName": "ontap-san", "accessModes": ["ReadWriteOnce"],
        "resources": ["requests": ["storage": "8Gi"]],
      ],
    ]
    #expect(site.send("POST", "\(Self.namespace)/persistentvolumeclaims", claim).status == 201)
    site.patch("\(Self.deployment)/scale", ["spec": ["replicas": 1]])
    site.wait(5)
    #expect(site.content(of: "magento")?.rows == VeleroSite.bad.rows)
    #expect(site.page(of: "magento") == 200)
  }

  @Test("a volume with the policy Delete goes with its claim")
  func deletePolicy() throws {
    let site = try VeleroSite()
    let volume = try #require(site.claim()?.value(at: "spec.volumeName")?.string)
    clear(site)
    #expect(site.get("/api/v1/persistentvolumes/\(volume)") == nil)
  }

  @Test("a claim in use stays until the pods are gone")
  func protection() throws {
    let site = try VeleroSite()
    _ = site.send("DELETE", "\(Self.namespace)/persistentvolumeclaims/magento-db")
    site.wait(20)
    #expect(site.claim()?.isDeleted == true)
    #expect(site.page(of: "magento") != 503)
    site.patch("\(Self.deployment)/scale", ["spec": ["replicas": 0]])
    site.wait(5)
    #expect(site.claim() == nil)
  }

  @Test("a claim that the backup has no data of is empty, and the restore is complete")
  func empty() throws {
    let site = try VeleroSite { $0.withoutData = ["magento-db"] }
    clear(site)
    site.restore("r1", ["existingResourcePolicy": "update"])
    #expect(site.finish("restores", "r1") == "Completed")
    site.wait(3)
    #expect(site.content(of: "magento")?.rows == [])
    #expect(site.page(of: "magento") == 200)
    // Of a volume that was to be kept it is the old one, which is bound to nobody.
    let kept = try VeleroSite {
      $0.withoutData = ["magento-db"]
      $0.platform.reclaimPolicy = "Retain"
    }
    let volume = try #require(kept.claim()?.value(at: "spec.volumeName")?.string)
    clear(kept)
    kept.restore("r1", ["existingResourcePolicy": "update"])
    #expect(kept.finish("restores", "r1") == "Completed")
    kept.wait(5)
    #expect(kept.claim()?.value(at: "spec.volumeName")?.string == volume)
    #expect(kept.claim()?.value(at: "status.phase")?.string == "Pending")
    #expect(kept.page(of: "magento") == 503)
  }

  @Test("without restorePVs claims come back empty")
  func withoutVolumes() throws {
    let site = try VeleroSite()
    site.restore("r1", ["namespaceMapping": ["magento": "magento-debug"], "restorePVs": false])
    #expect(site.finish("restores", "r1") == "Completed")
    site.wait(3)
    #expect(site.content(of: "magento-debug")?.rows == [])
  }

  @Test("file systems are read back into claims that are bound before")
  func fileSystem() throws {
    let site = try VeleroSite()
    site.backUp("b1", ["defaultVolumesToFsBackup": true])
    _ = site.finish("backups", "b1")
    site.restore("r1", from: "b1", Self.mapped)
    site.wait(3)
    #expect(site.claim(in: "magento-debug")?.value(at: "status.phase")?.string == "Bound")
    #expect(
      site.list("/api/v1/namespaces/magento-debug/pods").first?.value(at: "status.phase")?.string == "Pending"
    )
    let running = try #require(site.list(VeleroSite.path("podvolumerestores")).first)
    #expect(running.value(at: "status.phase")?.string == "InProgress")
    #expect(site.finish("restores", "r1") == "Completed")
    site.wait(3)
    #expect(site.content(of: "magento-debug")?.rows == VeleroSite.bad.rows)
    #expect(site.page(of: "magento-debug") == 500)
  }

  @Test("a snapshot in the storage serves its own cluster, and no other")
  func snapshot() throws {
    let site = try VeleroSite()
    site.backUp("b1", ["snapshotMoveData": false])
    _ = site.finish("backups", "b1")
    site.wait(60)
    site.restore("r1", from: "b1", Self.mapped)
    #expect(site.finish("restores", "r1") == "Completed")
    site.wait(3)
    #expect(site.content(of: "magento-debug")?.rows == VeleroSite.bad.rows)
    site.restore("r1", from: "b1", Self.mapped, at: "debug")
    #expect(site.finish("restores", "r1", at: "debug") == "Completed")
    site.wait(60)
    #expect(site.claim(in: "magento-debug", at: "debug")?.value(at: "status.phase")?.string == "Pending")
    #expect(site.page(of: "magento-debug", in: "debug") == 503)
  }

  @Test("snapshots of the start serve restores too, and so does a backup that is made meanwhile")
  func snapshotOfTheStart() throws {
    let site = try VeleroSite()
    site.world.addCopy(.snapshot, named: "s1", of: site.application, holding: VeleroSite.good)
    site.restore("r1", from: "s1", Self.mapped)
    #expect(site.finish("restores", "r1") == "Completed")
    site.wait(3)
    #expect(site.content(of: "magento-debug") == VeleroSite.good)
    site.backUp("b1")
    site.restore("r2", ["namespaceMapping": ["magento": "second"]])
    site.restore("r3", ["namespaceMapping": ["magento": "third"]])
    site.restore("r4", from: "b1", ["namespaceMapping": ["magento": "fourth"]])
    #expect(site.finish("restores", "r4") == "Completed")
    site.wait(3)
    #expect(site.content(of: "fourth") == VeleroSite.bad)
  }

  @Test("it may be Completed while claims wait for their first pod, or data is on its way")
  func early() throws {
    let site = try VeleroSite {
      $0.platform.bindsOnFirstUse = true
      $0.platform.podsStayPending = true
      $0.forgets = ["magento"]
    }
    let pods = site.list("\(Self.namespace)/pods").compactMap(\.name)
    site.world.veleroSettings.forgets.formUnion(pods)
    site.restore(
      "r1",
      ["namespaceMapping": ["magento": "magento-debug"], "includedResources": ["persistentvolumeclaims"]])
    #expect(site.finish("restores", "r1") == "Completed")
    site.wait(60)
    #expect(site.claim(in: "magento-debug")?.value(at: "status.phase")?.string == "Pending")
    let late = try VeleroSite { $0.completesEarly = true }
    late.restore("r1", Self.mapped)
    #expect(late.finish("restores", "r1") == "Completed")
    #expect(late.page(of: "magento-debug") == 503)
    late.wait(10)
    #expect(late.content(of: "magento-debug") == VeleroSite.good)
    #expect(late.page(of: "magento-debug") == 200)
  }

  @Test("what cannot be begun is FailedValidation, and the phase of the backup is not looked at")
  func validation() throws {
    for (spec, words) in [
      (["backupName": "nosuch"] as JSON, "can't find backup velero/nosuch"),
      ([:], "Either a backup or schedule"),
      (
        ["backupName": "before", "existingResourcePolicy": "nonsense"],
        "Invalid ExistingResourcePolicy: nonsense"
      ),
      (["backupName": "before", "includedResources": ["nodes"]], "nodes are non-restorable resources"),
    ] {
      let site = try VeleroSite()
      site.make("Restore", "restores", "r1", spec)
      #expect(site.finish("restores", "r1") == "FailedValidation")
      let text = site.object("restores", "r1")?.value(at: "status.validationErrors")?.text ?? ""
      #expect(text.contains(words), "\(text)")
    }
    var site = try VeleroSite { $0.locationsAreUnavailable = true }
    site.restore("r1")
    #expect(site.finish("restores", "r1") == "FailedValidation")
    site = try VeleroSite()
    let isSet = site.world.setState("PartiallyFailed", of: site.object("backups", "before")?.uid ?? "")
    #expect(isSet)
    site.restore("r1", Self.mapped)
    #expect(site.finish("restores", "r1") == "Completed")
  }

  @Test("restores run one at a time, and the others are New")
  func oneAtATime() throws {
    let site = try VeleroSite()
    site.restore("r1", Self.mapped)
    site.restore("r2", ["namespaceMapping": ["magento": "second"]])
    site.wait(1)
    #expect(site.phase("restores", "r1") == "InProgress")
    #expect(site.phase("restores", "r2") == nil)
    #expect(site.finish("restores", "r2") == "Completed")
  }

  @Test("a ConfigMap changes the storage class, and rules change objects")
  func changes() throws {
    let site = try VeleroSite()
    let classes: JSON = [
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": [
        "name": "classes",
        "labels": ["velero.io/plugin-config": "", "velero.io/change-storage-class": "RestoreItemAction"],
      ], "data": ["ontap-san": "ontap-san-silver"],
    ]
    #expect(site.send("POST", "/api/v1/namespaces/velero/configmaps", classes).status == 201)
    let rules: JSON = [
      "version": "v1",
      "resourceModifierRules": [
        [
          "conditions": ["groupResource": "deployments.apps"],
          "patches": [["operation": "replace", "path": "/spec/replicas", "value": "0"]],
        ]
      ],
    ]
    let map: JSON = [
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "rules"],
      "data": ["rules": .string(rules.text)],
    ]
    #expect(site.send("POST", "/api/v1/namespaces/velero/configmaps", map).status == 201)
    site.restore(
      "r1",
      [
        "namespaceMapping": ["magento": "magento-debug"],
        "resourceModifier": ["kind": "ConfigMap", "name": "rules"],
      ])
    #expect(site.finish("restores", "r1") == "Completed")
    #expect(site.claim(in: "magento-debug")?.value(at: "spec.storageClassName")?.string == "ontap-san-silver")
    let deployment = site.get("/apis/apps/v1/namespaces/magento-debug/deployments/magento")
    #expect(deployment?.value(at: "spec.replicas")?.integer == 0)
  }

  @Test("ports of the nodes are dropped, or asked for again and taken")
  func ports() throws {
    let site = try VeleroSite()
    site.restore("r1", Self.mapped)
    #expect(site.finish("restores", "r1") == "Completed")
    site.restore("r2", ["namespaceMapping": ["magento": "second"], "preserveNodePorts": true])
    #expect(site.finish("restores", "r2") == "PartiallyFailed")
    #expect(site.get("/api/v1/namespaces/second/services/magento") == nil)
  }

  @Test("hooks of pods run, and rules that take their annotations away keep them off")
  func hooks() throws {
    let site = try VeleroSite()
    site.patch(
      Self.deployment,
      [
        "spec": [
          "template": ["metadata": ["annotations": ["post.hook.restore.velero.io/command": "[\"/sync\"]"]]]
        ]
      ])
    site.wait(3)
    site.backUp("b1")
    _ = site.finish("backups", "b1")
    site.restore("r1", from: "b1", Self.mapped)
    _ = site.finish("restores", "r1")
    #expect(site.object("restores", "r1")?.value(at: "status.hookStatus.hooksAttempted")?.integer == 1)
    let rules: JSON = [
      "version": "v1",
      "resourceModifierRules": [
        [
          "conditions": ["groupResource": "pods"],
          "patches": [
            ["operation": "remove", "path": "/metadata/annotations/post.hook.restore.velero.io~1command"]
          ],
        ]
      ],
    ]
    let map: JSON = [
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "rules"],
      "data": ["rules": .string(rules.text)],
    ]
    _ = site.send("POST", "/api/v1/namespaces/velero/configmaps", map)
    site.restore(
      "r2", from: "b1",
      [
        "namespaceMapping": ["magento": "second"],
        "resourceModifier": ["kind": "ConfigMap", "name": "rules"],
      ])
    #expect(site.finish("restores", "r2") == "Completed")
    #expect(site.object("restores", "r2")?.value(at: "status.hookStatus.hooksAttempted") == nil)
    site.world.disturbNext(.clone, .hooksFail)
    site.restore("r3", from: "b1", ["namespaceMapping": ["magento": "third"]])
    #expect(site.finish("restores", "r3") == "PartiallyFailed")
    #expect(site.object("restores", "r3")?.value(at: "status.hookStatus.hooksFailed")?.integer == 1)
  }
}
