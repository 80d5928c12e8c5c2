import AstraBackup
import AstraCleanup
import AstraClone
import AstraVerify
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

/// Clones by a Restore with a namespace mapping.
@Suite struct CloneTests {
  private func harness(
    on destination: String = "ocp-debug", _ change: (inout VeleroSettings) -> Void = { _ in }
  ) -> StepHarness {
    let harness = Bucket.harness(change)
    harness.environment["DEBUG_KUBERNETES_CLUSTER"] = destination
    return harness
  }

  @Test(arguments: ["ocp-debug", "ocp-prod"]) func theCloneHoldsTheFault(_ destination: String) throws {
    let harness = harness(on: destination)
    let result = try harness.run(CloneStep.self)
    result.expectSuccess()
    #expect(harness.cloneContent?.rows == Magento.brokenRows)
    #expect(harness.site.service.productionContent?.rows == Magento.brokenRows)
    #expect(result.values["ASTRA_CLONE_NAMESPACE"] == "magento-debug")
    // By a snapshot beside it, or a backup where it goes elsewhere.
    let carrier = harness.site.service.recoveryPoints(named: "magento-debug-jenkins-post-mortem-42").first
    #expect(carrier?.kind == (destination == "ocp-prod" ? .snapshot : .backup))
    // Once more it is the same one.
    try harness.run(CloneStep.self).expect(.success, "already exists")
    #expect(harness.objects("restores", of: destination).count == 1)
  }

  @Test func anotherClusterIsWaitedForUntilItHasTheBackup() throws {
    let harness = harness { $0.sync = .seconds(300) }
    let result = try harness.run(CloneStep.self, "--timeout", "30m")
    result.expect(.success, "does not show backup", "synchronisation of storage location \"default\"")
    #expect(harness.cloneContent?.rows == Magento.brokenRows)
    // One object is looked at meanwhile, and the rest when it is there.
    let lists = harness.site.requests.count { $0.contains("/restores?limit") }
    #expect(lists < 10, "\(lists) lists of restores in five minutes")
  }

  @Test func aSecondLocationMayBeReadOnly() throws {
    let harness = harness { $0.secondLocationIsReadOnly = true }
    try harness.run(CloneStep.self).expectSuccess()
  }

  @Test func aRestoreThatRunsFirstIsNamed() throws {
    let harness = harness(on: "ocp-prod") { $0.restore = .seconds(120) }
    harness.site.exchanged = { [unowned harness] request, _ in
      guard request.method == "POST", request.target.contains("/backups?") else { return }
      harness.site.exchanged = nil
      let wordpress = harness.objects("backups").first { $0.name?.contains("wordpress") == true }
      _ = harness.world.makeVeleroObject(
        "restores", named: "by-hand", of: "ocp-prod",
        spec: [
          "backupName": .string(wordpress?.name ?? ""),
          "namespaceMapping": ["wordpress": "wordpress-by-hand"],
        ])
    }
    try harness.run(CloneStep.self).expect(.success, "restore \"by-hand\" runs first")
  }

  @Test(arguments: [true, false]) func completedIsTheBeginningOfTheProof(_ comes: Bool) throws {
    let harness = harness {
      $0.completesEarly = true
      $0.dataMovement = comes ? .seconds(30) : .seconds(100_000)
    }
    let result = try harness.run(
      CloneStep.self, "--use-existing-backup", Magento.goodBackup, "--timeout", "30m")
    #expect(result.code == (comes ? .success : .deadlinePassed), "\(result.standardError)")
    #expect(result.report.claimsSuccess == comes)
    if comes { #expect(harness.cloneContent?.rows == Magento.goodRows) }
  }

  @Test func whatIsLeftOutIsMissed() throws {
    let harness = harness()
    let claim = try #require(harness.claims.first)
    harness.behave { $0.forgets = [claim] }
    try harness.run(CloneStep.self).expect(.operationFailed, "these are missing", claim)
  }

  @Test func dataThatIsNotBroughtIsMissed() throws {
    let harness = harness()
    try harness.run(CloneStep.self, "--dry-run").expectSuccess()
    let claim = try #require(harness.claims.first)
    harness.site.exchanged = { [unowned harness] request, _ in
      guard request.method == "POST", request.target.contains("/restores?"),
        !request.target.contains("dryRun")
      else { return }
      harness.site.exchanged = nil
      harness.behave { $0.failingData = [claim] }
    }
    let result = try harness.run(CloneStep.self)
    #expect(result.code == .operationFailed && !result.report.claimsSuccess, "\(result.standardError)")
  }

  @Test func anotherStorageClassIsThatOfThisRestoreAlone() throws {
    let harness = harness(on: "ocp-prod")
    harness[cluster: "ocp-prod"].store.create(
      "storageclasses.storage.k8s.io",
      ["metadata": ["name": "ontap-bronze"], "provisioner": "csi.trident.netapp.io"])
    try harness.run(CloneStep.self, "--storage-class", "ontap-bronze").expectSuccess()
    let classes = { (namespace: String) in
      Set(
        harness[cluster: "ocp-prod"].store.objects("persistentvolumeclaims", in: namespace).compactMap {
          $0.value(at: "spec.storageClassName")?.string
        })
    }
    #expect(classes("magento-debug") == ["ontap-bronze"] && !classes("magento-prod").contains("ontap-bronze"))
    let maps = harness[cluster: "ocp-prod"].store.objects("configmaps", in: "velero")
    #expect(maps.allSatisfy { $0[path: ["metadata", "labels", "velero.io/plugin-config"]] == nil })
  }

  @Test func aNamespaceThatIsThereAndEmptyIsTaken() throws {
    let harness = harness()
    _ = harness.world.addEmptyNamespace("magento-debug", of: "ocp-debug")
    try harness.run(CloneStep.self).expectSuccess()
    #expect(harness.cloneContent?.rows == Magento.brokenRows)
  }

  @Test func aNamespaceOfSomebodyElseIsNot() throws {
    let harness = harness()
    _ = harness.world.addNamespace("magento-debug", of: "ocp-debug")
    let result = try harness.run(CloneStep.self)
    #expect(result.code == .protected, "\(result.standardError)")
    #expect(harness.objects("restores", of: "ocp-debug").isEmpty)
  }

  /// Everything that a Restore object told goes with it: nothing is left that proves the clone whole.
  @Test func aCloneWhoseRestoreIsGoneIsNoCloneToRelyOn() throws {
    let harness = harness()
    try harness.run(CloneStep.self).expectSuccess()
    for restore in harness.objects("restores", of: "ocp-debug") {
      harness[cluster: "ocp-debug"].store.remove(
        ObjectKey("restores.velero.io", restore.namespace, restore.name ?? ""))
    }
    let result = try harness.run(CloneStep.self)
    #expect(result.code != .success && !result.report.claimsSuccess, "\(result.standardError)")
    #expect(result.standardError.contains("the Restore that made it is gone"))
  }

  // MARK: - What is in it

  /// A server without CSI makes the claims, brings no data, and calls the restore completed.
  @Test func aCloneWithoutItsDataIsNone() throws {
    let harness = harness()
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    harness.site.pass(.seconds(120))
    harness.behave { $0.usesCSI = false }
    let result = try harness.run(CloneStep.self, "--use-existing-backup", "mine")
    result.expect(
      .operationFailed, "may be empty: no data was moved into it, and it is made from no snapshot")
  }

  /// A claim of a class that binds at once, or one that has lost its volume, is not whole, whether or not a pod wants it.
  @Test(arguments: [("Pending", ExitCode.deadlinePassed), ("Lost", .deadlinePassed)])
  func aClaimThatShouldBeBoundIsWaitedFor(_ phase: String, _ code: ExitCode) throws {
    let harness = harness(on: "ocp-prod") { $0.platform.bindsOnFirstUse = phase == "Lost" }
    for object in harness[cluster: "ocp-prod"].store.objects("deployments.apps", in: "magento-prod") {
      harness[cluster: "ocp-prod"].store.update(
        ObjectKey("deployments.apps", "magento-prod", object.name ?? "")
      ) { $0[path: ["spec", "replicas"]] = 0 }
    }
    harness.site.pass(.seconds(60))
    harness.site.observe = { [unowned harness] _ in
      let claims = harness[cluster: "ocp-prod"].store.objects("persistentvolumeclaims", in: "magento-debug")
      for claim in claims where claim.value(at: "status.phase")?.string != phase {
        harness[cluster: "ocp-prod"].store.update(
          ObjectKey("persistentvolumeclaims", "magento-debug", claim.name ?? "")
        ) { $0[path: ["status", "phase"]] = .string(phase) }
      }
    }
    let result = try harness.run(CloneStep.self, "--timeout", "5m")
    #expect(result.code == code, "\(result.standardError)")
    #expect(result.standardError.contains("is \(phase)"), "\(result.standardError)")
  }

  /// Without the right to see what has moved its data a clone is believed or waited for, and not called failed.
  @Test func aCloneWhoseDataMayNotBeSeenHasNotFailed() throws {
    let harness = harness()
    let text =
      #"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","message":"no","code":403}"#
    harness.site.beforeRequest = { [unowned harness] _ in
      var fault = SiteFault(
        .answers(
          ServiceResponse(
            status: 403, headers: [("Content-Type", "application/json")], body: Array(text.utf8))),
        "GET", endingIn: "/datadownloads")
      fault.times = 1_000
      if harness.site.faults.isEmpty { harness.site.faults = [fault] }
    }
    let result = try harness.run(CloneStep.self, "--timeout", "10m")
    #expect([.success, .deadlinePassed].contains(result.code), "\(result.standardError)")
  }

  /// A volume that is kept, and is in no copy, would be made on the other cluster as it is: production's own.
  @Test(arguments: ["Retain", "Delete"]) func productionsOwnVolumeIsNoClones(_ policy: String) throws {
    // The bucket is out of reach, so nothing tells what the copy holds.
    let harness = harness { $0.downloads = .missing }
    harness.backUpByHand("magento-prod", as: "by-hand")
    let name = try #require(harness.site.service.recoveryPoints(named: "by-hand").first?.name)
    for volume in harness[cluster: "ocp-prod"].store.objects("persistentvolumes") {
      harness[cluster: "ocp-prod"].store.update(ObjectKey("persistentvolumes", nil, volume.name ?? "")) {
        $0[path: ["spec", "persistentVolumeReclaimPolicy"]] = .string(policy)
      }
    }
    harness.site.pass(.seconds(120))
    let result = try harness.run(CloneStep.self, "--use-existing-backup", name)
    if policy == "Delete" { return result.expectSuccess() }
    result.expect(.operationFailed, "would get volume", "itself, which is to be retained, and write into it")
    #expect(harness.objects("restores", of: "ocp-debug").isEmpty)
  }

  /// A class binds its claims when a pod wants them, and no pod of the clone wants them, as none of production's does.
  @Test func aClaimThatNoPodWantsNeedNotBeBound() throws {
    let harness = harness(on: "ocp-prod") { $0.platform.bindsOnFirstUse = true }
    for object in harness[cluster: "ocp-prod"].store.objects("deployments.apps", in: "magento-prod") {
      harness[cluster: "ocp-prod"].store.update(
        ObjectKey("deployments.apps", "magento-prod", object.name ?? "")
      ) { $0[path: ["spec", "replicas"]] = 0 }
    }
    harness.site.pass(.seconds(60))
    try harness.run(CloneStep.self).expectSuccess()
    let claims = harness[cluster: "ocp-prod"].store.objects("persistentvolumeclaims", in: "magento-debug")
    #expect(claims.contains { $0.value(at: "status.phase")?.string == "Pending" }, "\(claims)")
  }

  // MARK: - Cleanup

  private func aWeekLater(
    on destination: String = "ocp-debug", premade: Bool = false
  ) throws -> StepHarness {
    let harness = harness(on: destination)
    if premade { _ = harness.world.addEmptyNamespace("magento-debug", of: destination) }
    try harness.run(CloneStep.self).expectSuccess()
    CleanupScene.leave(harness)
    for (path, text) in harness.site.service.files { harness.files.contents[path] = Array(text.utf8) }
    return harness
  }

  @Test(arguments: ["ocp-debug", "ocp-prod"])
  func theCloneGoesWithItsNamespaceAndItsCarrier(_ destination: String) throws {
    let harness = try aWeekLater(on: destination)
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    result.expectSuccess()
    harness.site.pass(.seconds(180))
    #expect(!harness.world.hasNamespace("magento-debug", of: destination))
    #expect(harness.site.service.recoveryPoints(named: "magento-debug-jenkins-post-mortem-42").isEmpty)
    #expect(harness.site.service.productionContent?.rows == Magento.brokenRows)
    #expect(harness.world.hasNamespace("jenkins", of: "ocp-debug"))
  }

  @Test func aNamespaceThatWasThereBeforeStays() throws {
    let harness = try aWeekLater(premade: true)
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    result.expect(.success, "namespace \"magento-debug\" stays: it was not made for the clone")
    #expect(harness.world.hasNamespace("magento-debug", of: "ocp-debug"))
    #expect(result.values["ASTRA_LEFT_NAMESPACES"] == "magento-debug")
  }

  @Test func whatSomebodyElsePutThereKeepsTheNamespace() throws {
    let harness = try aWeekLater()
    harness[cluster: "ocp-debug"].store.create(
      "configmaps", ["metadata": ["name": "notes", "namespace": "magento-debug"], "data": ["a": "b"]])
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    result.expect(.success, "it holds ConfigMap \"notes\", which the clone has not brought")
    #expect(harness.world.hasNamespace("magento-debug", of: "ocp-debug"))
  }

  /// The restore that made a clone has gone with its backup: the clone goes all the same, or what keeps it is said.
  @Test(arguments: [true, false]) func aCloneWhoseRestoreIsGoneIsNotWaitedForInVain(_ isOthers: Bool) throws {
    let harness = try aWeekLater()
    for restore in harness.objects("restores", of: "ocp-debug") {
      harness[cluster: "ocp-debug"].store.remove(
        ObjectKey("restores.velero.io", restore.namespace, restore.name ?? ""))
    }
    if isOthers {
      harness[cluster: "ocp-debug"].store.create(
        "configmaps", ["metadata": ["name": "notes", "namespace": "magento-debug"], "data": ["a": "b"]])
    }
    let began = harness.site.time.now
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    #expect(harness.site.time.now - began < .seconds(300))
    harness.site.pass(.seconds(60))
    #expect(harness.world.hasNamespace("magento-debug", of: "ocp-debug") == isOthers)
    if isOthers {
      result.expect(.operationFailed, "the restore that made it is gone", "it holds ConfigMap \"notes\"")
    } else {
      result.expectSuccess()
    }
  }

  /// Somebody has restored something else into the clone's namespace: it stays, in each run.
  @Test func whatSomebodyElseRestoredThereKeepsTheNamespace() throws {
    let harness = try aWeekLater()
    harness[cluster: "ocp-debug"].store.create(
      "configmaps",
      [
        "metadata": [
          "name": "notes", "namespace": "magento-debug", "labels": ["velero.io/restore-name": "by-hand"],
        ], "data": ["a": "b"],
      ])
    for run in ["jenkins-cleanup-7", "jenkins-cleanup-8"] {
      harness.environment["BUILD_TAG"] = run
      _ = try harness.run(CleanupStep.self, "--remove-clone")
      harness.site.pass(.seconds(300))
      #expect(harness.world.hasNamespace("magento-debug", of: "ocp-debug"), "after \(run)")
    }
  }

  /// A schedule's backups of production and its clone are none of the clone's own.
  @Test func aBackupOfACloneAndOthersKeepsTheClone() throws {
    let harness = try aWeekLater(on: "ocp-prod")
    _ = harness.world.makeVeleroObject(
      "backups", named: "nightly-1", of: "ocp-prod",
      spec: ["includedNamespaces": ["magento-prod", "magento-debug"], "snapshotMoveData": true])
    harness.site.pass(.seconds(120))
    let result = try harness.run(CleanupStep.self, "--remove-clone", "--with-recovery-points")
    result.expect(.protected, "that is a copy of others, too (magento-prod)")
    #expect(harness.objects("backups").contains { $0.name == "nightly-1" })
  }

  /// A backup of several applications is nobody's to remove, nor to replace.
  @Test func aBackupOfOthersTooStays() throws {
    let harness = Bucket.harness()
    _ = harness.world.makeVeleroObject(
      "backups", named: "before-cluster-upgrade", of: "ocp-prod",
      spec: ["includedNamespaces": ["magento-prod", "wordpress"], "snapshotMoveData": true])
    harness.site.pass(.seconds(86_400))
    for name in ["before-a", "before-b"] {
      harness.environment["BUILD_TAG"] = name
      try harness.run(BackupStep.self, "--backup-name", name).expectSuccess()
      harness.site.pass(.seconds(3_600))
    }
    harness.environment["BUILD_TAG"] = "jenkins-cleanup-7"
    let result = try harness.run(CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-*")
    result.expect(.success, "it is a backup of others, too (wordpress)")
    #expect(harness.objects("backups").contains { $0.name == "before-cluster-upgrade" })
  }

  @Test func anOldBackupIsGoneForGood() throws {
    let harness = Bucket.harness()
    harness.environment["BUILD_TAG"] = "jenkins-cleanup-7"
    let began = harness.site.time.now
    try harness.run(CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-*").expectSuccess()
    // Not before a synchronisation could have brought it back.
    #expect(harness.site.time.now - began > .seconds(60))
    harness.site.pass(.seconds(300))
    #expect(harness.site.service.recoveryPoints(named: "before-2-4-1-debian-10-r14").isEmpty)
    #expect(!harness.site.service.recoveryPoints(named: Magento.goodBackup).isEmpty)
  }

  @Test func aDeletionThatNothingShowsYetIsWaitedFor() throws {
    let harness = Bucket.harness()
    harness.environment["BUILD_TAG"] = "jenkins-cleanup-7"
    // An earlier attempt has asked for it, and the list that was read just now was too old to show that.
    harness.site.exchanged = { [unowned harness] request, _ in
      guard request.target.contains("/deletebackuprequests?"), request.method == "GET" else { return }
      harness.site.exchanged = nil
      let old = harness.backup(named: "before-2-4-1-debian-10-r14")
      let name = old?.name ?? ""
      harness.behave { $0.deletion = .seconds(30) }
      _ = harness.world.makeVeleroObject(
        "deletebackuprequests", named: "\(name.prefix(50))-\((old?.uid ?? "").prefix(8))-1", of: "ocp-prod",
        spec: ["backupName": .string(name)])
    }
    let result = try harness.run(CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-*")
    result.expect(.success, "it was asked for a moment ago, and that is not shown yet")
    #expect(harness.site.service.recoveryPoints(named: "before-2-4-1-debian-10-r14").isEmpty)
  }

  @Test func aDeletionThatFailsIsTold() throws {
    let harness = Bucket.harness { $0.deletionErrors = ["the bucket denies it"] }
    harness.environment["BUILD_TAG"] = "jenkins-cleanup-7"
    let result = try harness.run(
      CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-*")
    result.expect(.operationFailed, "the bucket denies it")
  }

  @Test func aReadOnlyLocationKeepsItsBackups() throws {
    let harness = Bucket.harness { $0.locationIsReadOnly = true }
    harness.environment["BUILD_TAG"] = "jenkins-cleanup-7"
    let result = try harness.run(
      CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-*")
    result.expect(.operationFailed, "is read-only")
    #expect(harness.objects("deletebackuprequests").isEmpty)
  }
}
