import KubernetesSimulator
import SimulatorSupport
import Testing

@Suite("Backups of Velero in a simulated world")
struct VeleroBackupTests {
  @Test("a backup is queued, goes through its objects, moves data and is complete")
  func phases() throws {
    let site = try VeleroSite()
    site.backUp("b1")
    let phases = site.phases("backups", "b1", until: VeleroSite.ends)
    #expect(
      phases == [
        "", "Queued", "ReadyToStart", "InProgress", "WaitingForPluginOperations", "Finalizing", "Completed",
      ])
    let backup = try #require(site.object("backups", "b1"))
    #expect(backup.label("velero.io/storage-location") == "default")
    #expect(backup.value(at: "spec.ttl")?.string == "720h0m0s")
    #expect(backup.value(at: "status.backupItemOperationsCompleted")?.integer == 1)
    #expect(backup.value(at: "status.queuePosition") == nil)
    #expect(backup.value(at: "status.errors") == nil)
    let progress = try #require(backup.value(at: "status.progress"))
    #expect(progress["totalItems"]?.integer == progress["itemsBackedUp"]?.integer)
    let total = try #require(progress["totalItems"]?.integer)
    #expect(total > 5)
    let uploads = site.list(VeleroSite.path("datauploads", version: "velero.io/v2alpha1"))
    #expect(uploads.count == 1)
    #expect(uploads[0].value(at: "status.phase")?.string == "Completed")
    #expect(uploads[0].label("velero.io/backup-name") == "b1")
    #expect(
      uploads[0].value(at: "status.progress.bytesDone") == uploads[0].value(at: "status.progress.totalBytes"))
    #expect(site.world.copies.first { $0.name == "b1" }?.content == VeleroSite.bad)
  }

  @Test("bytes are counted while data moves")
  func bytes() throws {
    let site = try VeleroSite { $0.dataMovement = .seconds(10) }
    site.backUp("b1")
    site.phases("backups", "b1", until: ["WaitingForPluginOperations"])
    site.wait(6)
    let upload = try #require(site.list(VeleroSite.path("datauploads", version: "velero.io/v2alpha1")).first)
    #expect(upload.value(at: "status.phase")?.string == "InProgress")
    let done = try #require(upload.value(at: "status.progress.bytesDone")?.integer)
    let total = try #require(upload.value(at: "status.progress.totalBytes")?.integer)
    #expect(done > 0 && done < total)
  }

  @Test("file systems are read through pods")
  func fileSystem() throws {
    let site = try VeleroSite()
    site.backUp("b1", ["defaultVolumesToFsBackup": true])
    #expect(site.finish("backups", "b1") == "Completed")
    let found = try #require(site.list(VeleroSite.path("podvolumebackups")).first)
    #expect(found.value(at: "status.phase")?.string == "Completed")
    #expect(found.value(at: "status.snapshotID") != nil)
    #expect(site.world.coverage(ofBackup: "b1", of: "prod")?.map(\.method) == ["fileSystem"])
  }

  @Test("what cannot be begun is FailedValidation, and says why")
  func validation() throws {
    for (change, spec, words) in [
      ({ (s: inout VeleroSettings) in s.locationIsReadOnly = true }, [:] as JSON, "read-only mode"),
      ({ $0.locationsAreUnavailable = true }, [:], "in Unavailable status"),
      ({ _ in }, ["storageLocation": "nosuch"], "the default nosuch was not found"),
      (
        { _ in }, ["includedResources": ["pods"], "includedNamespaceScopedResources": ["secrets"]],
        "They cannot be used together"
      ),
      (
        { _ in }, ["excludedNamespaces": ["magento"]],
        "excludes list cannot contain an item in the includes list"
      ),
      (
        { _ in },
        ["labelSelector": ["matchLabels": ["a": "b"]], "orLabelSelectors": [["matchLabels": ["a": "b"]]]],
        "only one can be specified"
      ),
    ] {
      let site = try VeleroSite(change)
      site.backUp("b1", spec)
      #expect(site.finish("backups", "b1") == "FailedValidation")
      let text = site.object("backups", "b1")?.value(at: "status.validationErrors")?.text ?? ""
      #expect(text.contains(words), "\(text)")
      #expect(site.object("backups", "b1")?.value(at: "status.startTimestamp") == nil)
    }
  }

  @Test("one runs at a time, and others wait in their order")
  func queue() throws {
    var site = try VeleroSite()
    _ = site.world.addApplication("shop", in: ["shop"], of: "prod", holding: VeleroSite.good)
    site.backUp("b1")
    site.wait(1)
    site.backUp("b2", ["includedNamespaces": ["shop"]])
    site.backUp("b3", ["includedNamespaces": ["shop"]])
    site.wait(0)
    #expect(site.phase("backups", "b1") == "InProgress")
    #expect(site.object("backups", "b2")?.value(at: "status.queuePosition")?.integer == 1)
    #expect(site.object("backups", "b3")?.value(at: "status.queuePosition")?.integer == 2)
    site.phases("backups", "b2", until: ["InProgress"])
    #expect(site.object("backups", "b3")?.value(at: "status.queuePosition")?.integer == 1)
    #expect(site.finish("backups", "b3") == "Completed")
    // Two at a time, but never two of one namespace.
    site = try VeleroSite { $0.concurrentBackups = 2 }
    _ = site.world.addApplication("shop", in: ["shop"], of: "prod", holding: VeleroSite.good)
    site.backUp("b1")
    site.backUp("b2")
    site.backUp("b3", ["includedNamespaces": ["shop"]])
    site.wait(1)
    #expect(site.phase("backups", "b1") == "InProgress")
    #expect(site.phase("backups", "b2") == "Queued")
    #expect(site.phase("backups", "b3") == "InProgress")
  }

  @Test("older servers leave others New")
  func older() throws {
    let site = try VeleroSite { $0.queues = false }
    site.backUp("b1")
    site.wait(1)
    site.backUp("b2")
    site.wait(1)
    #expect(site.phase("backups", "b1") == "InProgress")
    #expect(site.phase("backups", "b2") == nil)
    #expect(site.finish("backups", "b2") == "Completed")
  }

  @Test("a volume without data is in a backup that is complete all the same")
  func withoutData() throws {
    for change in [
      { (s: inout VeleroSettings) in s.withoutData = ["magento-db"] }, { $0.usesCSI = false },
      { $0.hasSnapshotClass = false },
    ] {
      let site = try VeleroSite(change)
      site.backUp("b1")
      #expect(site.finish("backups", "b1") == "Completed")
      #expect(site.world.coverage(ofBackup: "b1", of: "prod")?.map(\.method) == ["none"])
      #expect(site.object("backups", "b1")?.value(at: "status.backupItemOperationsAttempted") == nil)
      #expect(site.world.copies.first { $0.name == "b1" }?.content?.rows == [])
    }
    let site = try VeleroSite {
      $0.hasSnapshotClass = false
      $0.missingSnapshotClassFails = true
    }
    site.backUp("b1")
    #expect(site.finish("backups", "b1") == "PartiallyFailed")
  }

  @Test("snapshots of CSI drivers stay in the cluster")
  func snapshots() throws {
    let site = try VeleroSite()
    site.backUp("b1", ["snapshotMoveData": false])
    #expect(site.finish("backups", "b1") == "Completed")
    #expect(site.object("backups", "b1")?.value(at: "status.csiVolumeSnapshotsCompleted")?.integer == 1)
    #expect(site.world.coverage(ofBackup: "b1", of: "prod")?.map(\.method) == ["snapshot"])
    #expect(site.list(VeleroSite.path("datauploads", version: "velero.io/v2alpha1")).isEmpty)
    #expect(site.world.copies.first { $0.name == "b1" }?.kind == .snapshot)
    #expect(site.world.tally.snapshotsCreated == 1 && site.world.tally.backupsCreated == 0)
  }

  @Test("data that does not arrive makes a backup PartiallyFailed, by phases that are no end")
  func partly() throws {
    var site = try VeleroSite { $0.failingData = ["magento-db"] }
    site.backUp("b1")
    #expect(site.finish("backups", "b1") == "PartiallyFailed")
    #expect(site.object("backups", "b1")?.value(at: "status.errors")?.integer == 1)
    #expect(site.object("backups", "b1")?.value(at: "status.backupItemOperationsFailed")?.integer == 1)
    site = try VeleroSite()
    site.world.disturbNext(.backup, .partiallyFails)
    site.backUp("b2")
    let phases = site.phases("backups", "b2", until: VeleroSite.ends)
    #expect(
      phases.suffix(3) == [
        "WaitingForPluginOperationsPartiallyFailed", "FinalizingPartiallyFailed", "PartiallyFailed",
      ])
  }

  @Test("a hook that fails is counted")
  func hooks() throws {
    let site = try VeleroSite()
    site.world.disturbNext(.backup, .hooksFail)
    site.backUp("b1")
    #expect(site.finish("backups", "b1") == "PartiallyFailed")
    #expect(site.object("backups", "b1")?.value(at: "status.hookStatus.hooksFailed")?.integer == 1)
    #expect(site.world.copies.first { $0.name == "b1" }?.hooksFailed == true)
  }

  @Test("a name that the bucket has is Failed")
  func nameTaken() throws {
    let site = try VeleroSite { $0.sync = .zero }
    _ = site.send("DELETE", VeleroSite.path("backups", "before"))
    site.backUp("before")
    #expect(site.finish("backups", "before") == "Failed")
    #expect(
      site.object("backups", "before")?.value(at: "status.failureReason")?.string
        == "backup already exists in object storage")
  }
}
