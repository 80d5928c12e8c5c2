import AstraBackup
import AstraCleanup
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

/// The roles of `deploy/velero/non-admin`, for users who may do nothing in Velero's namespace.
@Suite struct NonAdminRoleTests {
  private static let roles = Roles("velero/non-admin")

  private func pipeline(_ files: [String]) throws -> RoleTests.Pipeline {
    let harness = Bucket.harness { ($0.isOADP, $0.hasNonAdmin) = (true, true) }
    let pipeline = try RoleTests.Pipeline(
      files, of: Self.roles, destination: "ocp-prod", at: harness)
    for name in ["DEBUG_APP_NAME", "DEBUG_NAMESPACE", "DEBUG_KUBERNETES_CLUSTER"] {
      harness.environment[name] = nil
    }
    return pipeline
  }

  /// What was refused, but for the look whether Velero's own namespace may be used.
  private func refused(_ pipeline: RoleTests.Pipeline) -> [String] {
    Set(pipeline.refused).filter { !$0.contains("/backupstoragelocations") }.sorted()
  }

  @Test func rolesAreEnoughAndNoMore() throws {
    let files = ["backup", "cleanup", "preflight", "snapshot", "status", "verify"]
    let pipeline = try pipeline(files)
    try pipeline.run(
      PreflightStep.self, "--steps", "backup snapshot", "--backup-name", "before-1", "--snapshot-name",
      "snap", "--expect-hooks", "absent")
    for name in ["before-1", "before-2"] {
      try pipeline.run(BackupStep.self, "--backup-name", name)
      pipeline.harness.site.pass(.seconds(60))
    }
    try pipeline.run(SnapshotStep.self, "--snapshot-name", "snap")
    try pipeline.run(VerifyStep.self, "--application", "magento-prod", "--against-backup", "before-2")
    try pipeline.run(StatusStep.self)
    pipeline.harness.environment["BUILD_TAG"] = "another-run"
    try pipeline.run(CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-*")
    let others = refused(pipeline).filter { !$0.contains("/storageclasses") }
    #expect(others.isEmpty, "\(others.joined(separator: "\n"))")
    let unused = try Self.roles.rights(files).subtracting(pipeline.used())
    #expect(unused.isEmpty, "given, and not needed: \(unused.sorted().map(\.description))")
  }

  /// A restore in place takes a right in the whole cluster besides.
  @Test func inPlaceRestores() throws {
    let files = ["backup", "restore", "volumes"]
    let pipeline = try pipeline(files)
    try pipeline.run(BackupStep.self, "--backup-name", "mine")
    try pipeline.run(RestoreStep.self, "--replace-volumes", "--use-backup", "mine")
    let others = refused(pipeline).filter { !$0.contains("/storageclasses") && !$0.contains("argoproj.io") }
    #expect(others.isEmpty, "\(others.joined(separator: "\n"))")
    let unused = try Self.roles.rights(files).subtracting(pipeline.used())
      // The example has no StatefulSet, and needs no alarm clock.
      .filter { !$0.resource.hasPrefix("statefulsets") && $0.verb != "watch" }
    #expect(unused.isEmpty, "given, and not needed: \(unused.sorted().map(\.description))")
  }

  /// What such a restore has put aside goes by the same kinds: the proof is the NonAdminRestore.
  @Test func volumesThatWerePutAside() throws {
    let files = ["backup", "restore", "volumes", "cleanup", "cleanup-volumes"]
    let pipeline = try pipeline(files)
    try pipeline.run(BackupStep.self, "--backup-name", "mine")
    try pipeline.run(RestoreStep.self, "--replace-volumes", "--use-backup", "mine")
    #expect(!pipeline.harness.releasedVolumes.isEmpty)
    CleanupScene.leave(pipeline.harness)
    try pipeline.run(CleanupStep.self, "--kept-volumes-older-than", "1d")
    #expect(pipeline.harness.releasedVolumes.isEmpty)
    let others = refused(pipeline).filter { !$0.contains("/storageclasses") && !$0.contains("argoproj.io") }
    #expect(others.isEmpty, "\(others.joined(separator: "\n"))")
    let unused = try Self.roles.rights(files).subtracting(pipeline.used()).filter {
      $0.role.hasPrefix("astra-cleanup") && $0.role.hasSuffix("-volumes")
    }
    #expect(unused.isEmpty, "given, and not needed: \(unused.sorted().map(\.description))")
  }
}
