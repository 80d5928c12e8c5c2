import AstraBackup
import AstraClone
import AstraRestore
import AstraSnapshot
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing
import VeleroSimulation

/// Backups and snapshots by Velero: `Completed` says nothing of data.
@Suite struct CopyTests {
  @Test func aBackupLeavesTheClusterAndASnapshotStays() throws {
    let harness = Bucket.harness()
    let result = try harness.run(BackupStep.self, "--backup-name", "mine")
    result.expect(.success, "is kept until")
    try harness.run(SnapshotStep.self, "--snapshot-name", "mine").expectSuccess()
    let backups = harness.site.service.recoveryPoints(named: "mine")
    #expect(backups.map(\.kind) == [.backup, .snapshot])
    #expect(backups.allSatisfy { $0.content?.rows == Magento.brokenRows && $0.state == "completed" })
    let named = harness.objects("backups").filter { $0.name?.hasPrefix("magento-prod-mine-") == true }
    #expect(named.map { $0.value(at: "spec.snapshotMoveData")?.bool } == [true, false])
    #expect(named.allSatisfy { $0.value(at: "spec.defaultVolumesToFsBackup")?.bool == false })
    #expect(result.values["ASTRA_BACKUP_NAME"] == "mine")
  }

  /// Whatever one answer shows: what was missing before the end is no judgement of the copy that is there.
  @Test(arguments: 1...8) func oneWrongAnswerMakesNoCopyOneThatLacksData(_ look: Int) throws {
    let harness = Bucket.harness { $0.downloads = .never }
    var looks = 0
    harness.site.exchanged = { [unowned harness] request, _ in
      guard request.method == "GET", request.target.contains("/backups/magento-prod-mine-") else { return }
      looks += 1
      guard looks == look - 1 else { return }
      harness.site.faults = [
        SiteFault(
          .bent { response in
            var backup = JSON(response.body) ?? [:]
            backup[path: ["status", "phase"]] = "Completed"
            response.body = backup.bytes
          }, .read, .backup)
      ]
    }
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    let made = harness.site.service.recoveryPoints(named: "mine")
    #expect(made.count == 1 && made.first?.content?.rows == Magento.brokenRows)
  }

  @Test func filesAreReadWhereThatIsWanted() throws {
    let harness = Bucket.harness {
      ($0.usesCSI, $0.hasSnapshotClass) = (false, false)
    }
    harness.environment["ASTRA_VOLUME_COPY"] = "files"
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    let backup = try #require(harness.backup(named: "mine"))
    #expect(backup.value(at: "spec.defaultVolumesToFsBackup")?.bool == true)
    #expect(harness.site.service.recoveryPoints(named: "mine").first?.content?.rows == Magento.brokenRows)
  }

  /// What no pod has mounted has no files to be read, and a snapshot of it would stay in the cluster.
  @Test func aVolumeWhoseFilesCannotBeReadIsNotBackedUp() throws {
    let harness = Bucket.harness()
    harness.environment["ASTRA_VOLUME_COPY"] = "files"
    for object in harness[cluster: "ocp-prod"].store.objects("deployments.apps", in: "magento-prod") {
      harness[cluster: "ocp-prod"].store.update(
        ObjectKey("deployments.apps", "magento-prod", object.name ?? "")
      ) { $0[path: ["spec", "replicas"]] = 0 }
    }
    harness.site.pass(.seconds(60))
    let result = try harness.run(BackupStep.self, "--backup-name", "mine")
    result.expect(.operationFailed, harness.claims[0])
    #expect(harness.backup(named: "mine")?.value(at: "spec.snapshotVolumes")?.bool == false)
  }

  /// A claim that a selected pod uses comes with it, though it does not bear the labels itself.
  @Test func whatSelectedPodsUseBelongsToTheCopy() throws {
    let harness = Bucket.harness()
    harness.environment["ASTRA_APP_SELECTOR"] = "app=magento-prod"
    let used = harness[cluster: "ocp-prod"].store.objects("pods", in: "magento-prod").flatMap { pod in
      (pod.value(at: "spec.volumes")?.array ?? []).compactMap {
        $0.value(at: "persistentVolumeClaim.claimName")?.string
      }
    }
    let claim = try #require(used.first)
    harness[cluster: "ocp-prod"].store.update(ObjectKey("persistentvolumeclaims", "magento-prod", claim)) {
      $0[path: ["metadata", "labels"]] = ["tier": "of-another-chart"]
    }
    _ = try harness.run(BackupStep.self, "--backup-name", "mine")
    let inventory = harness.backup(named: "mine")?.annotation("astra-steps/inventory") ?? ""
    #expect(inventory.contains(claim), "\(inventory)")
  }

  /// A label is no longer than 63 characters, and other tools' backups have longer names.
  @Test func aBackupOfALongNameIsReadAsAnyOther() throws {
    let harness = Bucket.harness()
    // It is the only one of its application, so what has moved its data is listed by its name.
    (harness.environment["PROD_APP_NAME"], harness.environment["PROD_KUBERNETES_CLUSTER"]) = (
      "jenkins", "ocp-debug"
    )
    _ = harness.world.makeVeleroObject(
      "backups", named: String(repeating: "long-", count: 14) + "name", of: "ocp-debug",
      spec: ["includedNamespaces": ["jenkins"], "snapshotMoveData": true])
    harness.site.pass(.seconds(120))
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
  }

  @Test func howLongItIsKeptIsSaid() throws {
    let harness = Bucket.harness()
    harness.environment["ASTRA_COPY_TTL"] = "30d"
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    #expect(harness.backup(named: "mine")?.value(at: "spec.ttl")?.string == "2592000s")
  }

  @Test func aPartOfANamespaceIsTaken() throws {
    let harness = Bucket.harness()
    harness.environment["ASTRA_APP_SELECTOR"] = "app=magento-prod"
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    let selector = harness.backup(named: "mine")?.value(at: "spec.labelSelector.matchExpressions")
    #expect(selector == [["key": "app", "operator": "In", "values": ["magento-prod"]]])
    #expect(
      harness.site.requests.contains { $0.contains("persistentvolumeclaims") && $0.contains("labelSelector") }
    )
    // It is the application's with that selector, and none of the whole namespace.
    try harness.run(BackupStep.self, "--backup-name", "mine").expect(.success, "already exists")
    harness.environment["ASTRA_APP_SELECTOR"] = nil
    try harness.run(CloneStep.self, "--use-existing-backup", "mine").expect(.notFound)
  }

  /// Two applications have a backup of one name each.
  @Test func namesDoNotMeet() throws {
    let harness = Bucket.harness()
    try harness.run(BackupStep.self, "--backup-name", "nightly").expectSuccess()
    try harness.run(BackupStep.self, "--application", "wordpress", "--backup-name", "nightly").expectSuccess()
    let made = harness.site.service.recoveryPoints(named: "nightly")
    #expect(made.count == 2 && Set(made.map(\.application)).count == 2)
  }

  @Test func aBackupWithoutTheDataOfAClaimIsNone() throws {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness.behave { $0.withoutData = [claim] }
    let result = try harness.run(BackupStep.self, "--backup-name", "mine")
    result.expect(.operationFailed, "lacks the data of \(claim)")
    // Velero calls it completed; nobody restores or clones from it.
    #expect(harness.backup(named: "mine")?.value(at: "status.phase")?.string == "Completed")
    harness.environment["BUILD_TAG"] = "another-run"
    let clone = try harness.run(CloneStep.self, "--use-existing-backup", "mine")
    clone.expect(.protected, "lacks the data of \(claim)")
    #expect(harness.objects("restores", of: "ocp-debug").isEmpty)
  }

  @Test func aSnapshotWithoutTheDataOfAClaimIsNone() throws {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness.behave { $0.withoutData = [claim] }
    try harness.run(SnapshotStep.self, "--snapshot-name", "mine").expect(
      .operationFailed, "lacks the data of")
  }

  @Test func aMovementThatFailsIsNoSuccess() throws {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness.behave { $0.failingData = [claim] }
    try harness.run(BackupStep.self, "--backup-name", "mine").expect(.operationFailed, "partial")
  }

  @Test func whatIsNotToldIsSaid() throws {
    let harness = Bucket.harness { $0.downloads = .never }
    // Made by another tool: nothing says which claims there were.
    _ = harness.site.service.backUpByOthers(Magento.production, as: "by-hand")
    harness.site.pass(.seconds(60))
    let result = try harness.run(CloneStep.self, "--use-existing-backup", "by-hand")
    result.expect(.success, "whether it holds the data of every volume is not told")
    #expect(harness.cloneContent?.rows == Magento.brokenRows)
  }

  @Test func theQueueIsTold() throws {
    let harness = Bucket.harness { $0.dataMovement = .seconds(60) }
    _ = harness.site.service.backUpByOthers(Magento.production, as: "by-hand")
    let result = try harness.run(BackupStep.self, "--backup-name", "mine")
    result.expect(.success, "queued behind other backups")
  }

  @Test(arguments: ["is read-only", "is Unavailable"])
  func aLocationThatCannotBeWrittenIsRefusedBeforehand(_ words: String) throws {
    let harness = Bucket.harness {
      $0.locationIsReadOnly = words == "is read-only"
      $0.locationsAreUnavailable = words == "is Unavailable"
    }
    let before = harness.objects("backups").count
    try harness.run(BackupStep.self, "--backup-name", "mine").expect(
      .operationFailed, "storage location \"default\"", words, "ASTRA_STORE")
    #expect(harness.objects("backups").count == before)
  }

  @Test func aServerThatIsRestartedIsAFailure() throws {
    let harness = Bucket.harness { $0.backup = .seconds(60) }
    harness.site.exchanged = { [unowned harness] request, response in
      guard request.method == "GET", request.target.contains("/backups/magento-prod-mine"),
        String(decoding: response.body, as: UTF8.self).contains("InProgress")
      else { return }
      harness.site.exchanged = nil
      var world = harness.world
      _ = world.restartServer(of: "ocp-prod")
      harness.world = world
    }
    try harness.run(BackupStep.self, "--backup-name", "mine").expect(.operationFailed, "is failed")
    #expect(harness.backup(named: "mine")?.value(at: "status.phase")?.string == "Failed")
  }

  /// Made anew from the bucket it has another uid; it is found by its name, and as old as it is.
  @Test func aBackupThatComesBackIsTheSame() throws {
    let harness = Bucket.harness()
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    let object = try #require(harness.backup(named: "mine"))
    harness[cluster: "ocp-prod"].store.remove(
      ObjectKey("backups.velero.io", object.namespace, object.name ?? ""))
    harness.site.pass(.seconds(120))
    let back = try #require(harness.backup(named: "mine"))
    #expect(back.uid != object.uid)
    try harness.run(CloneStep.self, "--use-existing-backup", "mine").expectSuccess()
    #expect(harness.cloneContent?.rows == Magento.brokenRows)
  }

  /// The backups of another cluster's namespace of that name become objects here, too.
  @Test func theBackupOfAnotherClusterIsAnothers() throws {
    let harness = Bucket.harness()
    var world = harness.world
    let twin = world.addOldApplication(
      "magento-prod", of: "ocp-debug",
      holding: WorldContent(version: "1", broken: false, rows: ["another-shop"]), uid: "u-of-a-twin")
    world.addOwnCopy(.backup, named: "twin", of: twin, age: .seconds(3600))
    harness.world = world
    _ = harness.site.service.backUpByOthers(twin, as: "twin-by-hand")
    harness.site.pass(.seconds(180))
    for name in ["magento-prod-twin", "twin-by-hand"] {
      #expect(harness.objects("backups").contains { $0.name == name })
      let result = try harness.run(RestoreStep.self, "--use-backup", name)
      result.expect(.protected, "belongs to another application")
    }
  }

  @Test func oadpIsFound() throws {
    let harness = Bucket.harness { $0.isOADP = true }
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    #expect(harness.backup(named: "mine")?.namespace == "openshift-adp")
  }
}
