import AstraBackup
import AstraCleanup
import AstraClone
import AstraPreflight
import AstraRestore
import AstraSnapshot
import AstraStatus
import AstraVerify
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing
import VeleroSimulation

/// Users who have OADP's non-admin kinds in the namespace of their application, and no rights in Velero's.
@Suite struct NonAdminTests {
  private static let everything: JSON = ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]

  /// A harness of such a user.
  static func harness(
    run: String? = "jenkins-post-mortem-42", _ change: (inout VeleroSettings) -> Void = { _ in }
  ) -> StepHarness {
    let harness = Bucket.harness(run: run) {
      ($0.isOADP, $0.hasNonAdmin) = (true, true)
      change(&$0)
    }
    harness.become(allowed: [("magento-prod", everything)])
    return harness
  }

  // MARK: - Copies

  @Test func aBackupAndASnapshotAreMadeBesideTheApplication() throws {
    let harness = Self.harness()
    let result = try harness.run(BackupStep.self, "--backup-name", "mine")
    result.expect(.success, "is kept until")
    try harness.run(SnapshotStep.self, "--snapshot-name", "mine").expectSuccess()
    #expect(result.values["ASTRA_BACKUP_NAME"] == "mine")
    let made = harness.own("nonadminbackups")
    #expect(made.count == 2 && made.allSatisfy { $0.namespace == "magento-prod" })
    #expect(made.allSatisfy { $0.name?.hasPrefix("magento-prod-mine-") == true })
    #expect(
      Set(made.map { $0.value(at: "spec.backupSpec.snapshotMoveData")?.bool }) == [true, false])
    #expect(made.allSatisfy { $0.value(at: "status.veleroBackup.status.phase")?.string == "Completed" })
    let names = made.compactMap { $0.value(at: "status.veleroBackup.name")?.string }
    let copies = harness.world.copies.filter { names.contains($0.name) }
    #expect(copies.map { $0.content?.rows } == [Magento.brokenRows, Magento.brokenRows])
    // What the service says is repeated; whose it is stays.
    let again = try harness.run(BackupStep.self, "--backup-name", "mine")
    again.expect(.success, "already exists")
    #expect(harness.own("nonadminbackups").count == 2)
  }

  @Test func aCopyIsSeenByTheStepsThatLook() throws {
    let harness = Self.harness()
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    let result = try harness.run(StatusStep.self, "--json", "-a", "magento-prod")
    result.expectSuccess()
    let shown = try #require(ShownStatus.read(result)?.applications.first?.point("mine"))
    #expect(shown.state == "completed" && shown.expiresAt != nil)
    try harness.run(StatusStep.self).expectSuccess()
    try harness.run(StatusStep.self, "--all").expectSuccess()
    try harness.run(
      VerifyStep.self, "--application", "magento-prod", "--against-backup", "mine"
    ).expectSuccess()
  }

  @Test func aClaimWithoutDataIsFoundByTheCounts() throws {
    let harness = Self.harness()
    let claim = try #require(harness.claims.first)
    harness.behave { $0.withoutData = [claim] }
    try harness.run(BackupStep.self, "--backup-name", "mine").expect(
      .operationFailed, "lacks the data of", claim)
    try harness.run(SnapshotStep.self, "--snapshot-name", "mine").expect(
      .operationFailed, "lacks the data of", claim)
  }

  @Test func aMovementThatFailsIsNoSuccess() throws {
    let harness = Self.harness()
    harness.behave { $0.failingData = Set(harness.claims) }
    try harness.run(BackupStep.self, "--backup-name", "mine").expect(.operationFailed, "partial")
  }

  @Test func whatTheAdministratorForbidsIsSaid() throws {
    let harness = Self.harness { $0.enforcesDataMovement = true }
    try harness.run(SnapshotStep.self, "--snapshot-name", "mine").expect(
      .operationFailed, "it was refused",
      "the administrator has restricted spec.backupSpec.snapshotMoveData field value to true")
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
  }

  @Test func aBackupThatTheServiceHasLostIsNone() throws {
    let harness = Self.harness()
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    let name = try #require(
      harness.own("nonadminbackups").first?.value(at: "status.veleroBackup.name")?.string)
    let uid = try #require(harness.objects("backups").first { $0.name == name }?.uid)
    let isRemoved = harness.site.service.removeByOthers(uid)
    #expect(isRemoved)
    harness.site.pass(.seconds(1))
    harness.environment["BUILD_TAG"] = "another-run"
    try harness.run(VerifyStep.self, "--application", "magento-prod", "--against-backup", "mine").expect(
      .protected, "its associated Velero Backup has been removed")
  }

  @Test func theQueueIsTold() throws {
    let harness = Self.harness {
      ($0.queues, $0.dataMovement) = (false, .seconds(60))
    }
    _ = harness.site.service.backUpByOthers(Magento.production, as: "by-hand")
    try harness.run(BackupStep.self, "--backup-name", "mine").expect(
      .success, "queued behind other backups (position 1)")
  }

  // MARK: - Clones

  @Test func aCloneCannotBeMadeHere() throws {
    let harness = Self.harness()
    harness.environment["DEBUG_KUBERNETES_CLUSTER"] = "ocp-prod"
    for arguments in [[], ["--use-existing-backup", "mine"]] as [[String]] {
      let result = try harness.run(CloneStep.self, arguments: arguments)
      result.expect(.badParameter, "Velero cannot do a clone: only OADP's non-admin kinds may be used here")
    }
    let ahead = try harness.run(PreflightStep.self, "--steps", "clone")
    ahead.expect(.badParameter, "a NonAdminRestore goes into no other namespace")
    #expect(harness.own("nonadminbackups").isEmpty && harness.own("nonadminrestores").isEmpty)
  }

  @Test func aPreflightPasses() throws {
    let harness = Self.harness()
    harness.environment["DEBUG_KUBERNETES_CLUSTER"] = nil
    let before = harness.world.journal.count
    try harness.run(
      PreflightStep.self, "--steps", "backup snapshot", "--backup-name", "mine", "--snapshot-name", "snap"
    ).expectSuccess()
    #expect(harness.world.journal.count == before && harness.own("nonadminbackups").isEmpty)
  }

  // MARK: - Restores

  @Test func withoutRightsToVolumesNothingIsRestored() throws {
    let harness = Self.harness()
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    let before = harness.claimUIDs
    let result = try harness.restoreInPlace("--use-backup", "mine", "--discard-present-state")
    result.expect(
      .protected, "the volumes with the present data could not be kept",
      "patch persistentvolumes in the whole cluster", "non-admin")
    let ahead = try harness.run(PreflightStep.self, "--steps", "restore", "--use-backup", "mine")
    ahead.expect(.protected, "could not be kept", "patch persistentvolumes in the whole cluster")
    #expect(harness.claimUIDs == before && harness.own("nonadminrestores").isEmpty)
  }

  /// Also where the clone that the pipeline names would be on the same cluster, in a namespace that the user may not see.
  @Test(arguments: ["ocp-debug", "ocp-prod"])
  func withThemItIsRestoredByTheSameChanges(_ debugCluster: String) throws {
    let harness = Self.harness()
    harness.environment["DEBUG_KUBERNETES_CLUSTER"] = debugCluster
    harness.allowVolumes()
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    try harness.run(
      PreflightStep.self, "--steps", "restore", "--use-backup", "mine"
    ).expectSuccess()
    harness.site.service.addRows(["order-2001"], to: Magento.production)
    let before = harness.claimUIDs
    try harness.restoreInPlace("--use-backup", "mine").expectSuccess()
    #expect(harness.site.service.application(Magento.production)?.content?.rows == Magento.brokenRows)
    #expect(Set(harness.claimUIDs.values).isDisjoint(with: before.values))
    #expect(harness.releasedVolumes.count == before.count)
    let restore = try #require(harness.own("nonadminrestores").first)
    #expect(restore.value(at: "spec.restoreSpec.includedNamespaces") == nil)
    #expect(restore.value(at: "status.veleroRestore.status.phase")?.string == "Completed")
  }

  // MARK: - Removal

  @Test func aBackupIsRemovedWithItsData() throws {
    let harness = Self.harness()
    for name in ["before-1", "before-2"] {
      try harness.run(BackupStep.self, "--backup-name", name).expectSuccess()
      harness.site.pass(.seconds(60))
    }
    harness.environment["BUILD_TAG"] = "another-run"
    harness.environment["DEBUG_APP_NAME"] = nil
    let result = try harness.run(
      CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-*")
    result.expectSuccess()
    let left = harness.own("nonadminbackups")
    #expect(left.map { $0[path: ["metadata", "annotations", "astra-steps/name"]]?.string } == ["before-2"])
    harness.site.pass(.seconds(600))
    #expect(harness.own("nonadminbackups").count == 1)
    #expect(harness.world.copies.filter { $0.name.contains("before-1") }.isEmpty)
  }

  @Test func aRemovalThatFailsIsSaid() throws {
    let harness = Self.harness { $0.deletionErrors = ["the repository is locked"] }
    for name in ["before-1", "before-2"] {
      try harness.run(BackupStep.self, "--backup-name", name).expectSuccess()
      harness.site.pass(.seconds(60))
    }
    harness.environment["BUILD_TAG"] = "another-run"
    harness.environment["DEBUG_APP_NAME"] = nil
    try harness.run(
      CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-*"
    ).expect(.operationFailed, "Velero did not remove", "the repository is locked")
  }

  // MARK: - Deaths

  @Test func aBackupWhoseAnswerIsLostIsMadeOnce() throws {
    let harness = Self.harness()
    harness.site.faults = [SiteFault(.lostAnswer, .create, .backup)]
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    #expect(harness.own("nonadminbackups").count == 1)
  }

  /// Each event of a whole run is killed at, before or after it happens.
  ///
  /// - Parameters:
  ///   - prepare: makes a harness that stands before the run.
  ///   - run: the run, and an attempt that comes later.
  ///   - check: whether all is as it is to be, after an attempt that was killed at that event and another.
  /// - Throws: what one of these throws.
  private func killEverywhere(
    _ prepare: () throws -> StepHarness, run: (StepHarness) throws -> StepHarness.Result,
    check: (StepHarness, Int) throws -> Void
  ) throws {
    let whole = try prepare()
    let before = whole.site.events.count
    try run(whole).expectSuccess()
    for event in (before + 1)...whole.site.events.count {
      let harness = try prepare()
      harness.site.faults = [SiteFault(event.isMultiple(of: 2) ? .killBefore : .killAfter, atEvent: event)]
      _ = try? run(harness)
      harness.site.endTroubles()
      let second = try run(harness)
      #expect(second.code == .success, "killed at \(event): \(second.standardError)")
      try check(harness, event)
    }
  }

  @Test func whereverABackupDiesTheNextAttemptGoesOn() throws {
    try killEverywhere(
      { Self.harness() }, run: { try $0.run(BackupStep.self, "--backup-name", "mine") },
      check: { harness, event in
        #expect(harness.own("nonadminbackups").count == 1, "killed at \(event)")
      })
  }

  @Test func whereverARestoreDiesTheNextAttemptGoesOn() throws {
    var claims = 0
    let prepare = { () throws -> StepHarness in
      let harness = Self.harness()
      harness.allowVolumes()
      try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
      claims = harness.claimUIDs.count
      return harness
    }
    try killEverywhere(
      prepare, run: { try $0.restoreInPlace("--use-backup", "mine") },
      check: { harness, event in
        #expect(harness.own("nonadminrestores").count == 1, "killed at \(event)")
        #expect(harness.releasedVolumes.count == claims, "killed at \(event)")
        #expect(harness.site.service.productionContent?.rows == Magento.brokenRows, "killed at \(event)")
      })
  }

  @Test func whereverARemovalDiesTheNextAttemptGoesOn() throws {
    let prepare = { () throws -> StepHarness in
      let harness = Self.harness()
      for name in ["before-1", "before-2"] {
        try harness.run(BackupStep.self, "--backup-name", name).expectSuccess()
        harness.site.pass(.seconds(60))
      }
      harness.environment["BUILD_TAG"] = "another-run"
      harness.environment["DEBUG_APP_NAME"] = nil
      return harness
    }
    try killEverywhere(
      prepare,
      run: { try $0.run(CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-*") },
      check: { harness, event in
        let left = harness.own("nonadminbackups").map {
          $0[path: ["metadata", "annotations", "astra-steps/name"]]?.string
        }
        #expect(left == ["before-2"], "killed at \(event)")
      })
  }

  // MARK: - How they are chosen

  @Test func whoMayUseVelerosOwnUsesThem() throws {
    let harness = Bucket.harness { ($0.isOADP, $0.hasNonAdmin) = (true, true) }
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    #expect(harness.backup(named: "mine")?.namespace == "openshift-adp")
    #expect(harness.own("nonadminbackups").isEmpty)
  }

  @Test(arguments: [true, false]) func whereNeitherMayBeUsedThatIsSaid(_ hasKinds: Bool) throws {
    let harness = Bucket.harness { ($0.isOADP, $0.hasNonAdmin) = (hasKinds, hasKinds) }
    let look: JSON = ["verbs": ["get", "list"], "apiGroups": ["", "apps"], "resources": ["*"]]
    harness.become(allowed: [("magento-prod", look)])
    try harness.run(BackupStep.self, "--backup-name", "mine").expect(
      .credentialsRefused, "OADP's non-admin kinds are not installed, or may not be listed",
      "ASTRA_PRODUCT_NAMESPACE")
  }
}

extension StepHarness {
  /// Objects of OADP's in production's cluster.
  fileprivate func own(_ plural: String) -> [JSON] {
    self[cluster: "ocp-prod"].store.objects("\(plural).oadp.openshift.io")
  }

  /// Lets the steps' user keep volumes.
  fileprivate func allowVolumes() {
    let rules: JSON = [
      ["verbs": ["get", "list", "patch"], "apiGroups": [""], "resources": ["persistentvolumes"]]
    ]
    self[cluster: "ocp-prod"].store.create(
      "clusterroles.rbac.authorization.k8s.io", ["metadata": ["name": "volumes"], "rules": rules])
    self[cluster: "ocp-prod"].store.create(
      "clusterrolebindings.rbac.authorization.k8s.io",
      [
        "metadata": ["name": "volumes"], "subjects": [["kind": "User", "name": "ci"]],
        "roleRef": ["kind": "ClusterRole", "name": "volumes"],
      ])
  }
}
