import AstraBackup
import AstraCleanup
import AstraClone
import AstraPreflight
import AstraRestore
import AstraSnapshot
import AstraStatus
import AstraVerify
import ClusterSimulation
import Files
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import VeleroSimulation

/// The roles of `deploy/velero`: the steps can do their work with them, need nothing else, and need all of it.
@Suite struct RoleTests {
  /// A pipeline whose steps have a user each.
  final class Pipeline {
    let harness: StepHarness
    /// What was refused for want of a right.
    private(set) var refused: [String] = []
    private let files: [String]
    private let roles: Roles
    private var step = ""

    init(
      _ files: [String], of roles: Roles = RoleTests.roles, destination: String, hasNamespace: Bool = false,
      at harness: StepHarness = RoleTests.harness()
    ) throws {
      (self.files, self.roles, self.harness) = (files, roles, harness)
      // Without the word a status reads what a restore would take.
      harness.environment["ASTRA_REPLACE_VOLUMES"] = nil
      harness.environment["DEBUG_KUBERNETES_CLUSTER"] = destination
      // Their texts lie in object storage.
      harness.behave { $0.backupWarnings = ["a pod is not running"] }
      if hasNamespace { _ = harness.world.addEmptyNamespace("magento-debug", of: destination) }
      try roles.apply(files, to: &harness.world.clusters, destination: destination)
      harness.site.exchanged = { [unowned self] request, response in
        // What a step may not do it is not to try. Whether it may, anybody may ask.
        if response.status == 403 {
          refused.append("\(step): \(request.method) \(request.host)\(request.target)")
        }
      }
    }

    @discardableResult
    func run<S: Step>(
      _ type: S.Type, _ arguments: String..., at location: SourceLocation = #_sourceLocation
    ) throws -> StepHarness.Result {
      step = String(S.identity.name.dropFirst("astra-".count))
      let text = try #require(harness.site.service.files["kubeconfig"])
      harness.files.contents["kubeconfig"] = Array(
        text.replacing("not-a-real-token-of-ocp-prod", with: Roles.token(of: step))
          .replacing("not-a-real-token-of-ocp-debug", with: Roles.token(of: step)).utf8)
      let result = try harness.run(type, arguments: arguments)
      result.expectSuccess(at: location)
      return result
    }

    /// The rights that were used, as far as these files give them.
    func used() throws -> Set<Roles.Right> { try roles.used(files, in: harness.world.clusters) }
  }

  static let roles = Roles("velero")

  /// The example, with Velero's namespace named.
  static func harness() -> StepHarness {
    let harness = Bucket.harness()
    harness.environment["ASTRA_PRODUCT_NAMESPACE"] = "velero"
    return harness
  }

  private static let files = ["backup", "cleanup", "clone", "preflight", "snapshot", "status", "verify"]

  /// Everything that a pipeline does, with the namespace of the clone made beforehand.
  private func whole(_ destination: String) throws -> Pipeline {
    let pipeline = try Pipeline(Self.files, destination: destination, hasNamespace: true)
    let harness = pipeline.harness
    try pipeline.run(
      PreflightStep.self, "--steps", "backup snapshot clone", "--backup-name", "mine", "--snapshot-name",
      "snap",
      "--expect-hooks", "absent")
    try pipeline.run(BackupStep.self, "--backup-name", "mine")
    try pipeline.run(SnapshotStep.self, "--snapshot-name", "snap")
    try pipeline.run(CloneStep.self)
    try pipeline.run(
      VerifyStep.self, "--application", "magento-debug", "--cluster", destination, "--clone-of",
      "magento-prod")
    try pipeline.run(VerifyStep.self, "--application", "magento-prod", "--against-backup", "mine")
    try pipeline.run(StatusStep.self)
    CleanupScene.leave(harness)
    try pipeline.run(
      CleanupStep.self, "--remove-clone", "--keep-backups", "1", "--backup-pattern", "before-*")
    return pipeline
  }

  /// Nothing is asked for that the roles do not give, and nothing is given that is not asked for.
  @Test func rolesAreEnoughAndNoMore() throws {
    var used: Set<Roles.Right> = []
    for destination in ["ocp-prod", "ocp-debug"] {
      let pipeline = try whole(destination)
      #expect(
        pipeline.refused.isEmpty,
        "with the clone in \(destination): \(Set(pipeline.refused).sorted().joined(separator: "\n"))")
      used.formUnion(try pipeline.used())
    }
    let unused = try Self.roles.rights(Self.files).subtracting(used)
    #expect(
      unused.isEmpty, "given, and not needed: \(unused.sorted().map(\.description).joined(separator: "\n"))")
  }

  /// A restore in place works with the rights of restore.yaml.
  @Test func inPlaceRestores() throws {
    let pipeline = try Pipeline(["restore"], destination: "ocp-prod")
    pipeline.harness.environment["DEBUG_APP_NAME"] = nil
    pipeline.harness[cluster: "ocp-prod"].addSuspendedFlux(of: "magento-prod")
    try pipeline.run(RestoreStep.self, "--replace-volumes")
    #expect(pipeline.refused.isEmpty, "\(Set(pipeline.refused).sorted().joined(separator: "\n"))")
    let unused = try Self.roles.rights(["restore"]).subtracting(pipeline.used())
    // The example has no StatefulSet, and needs no alarm clock.
    let others = unused.filter {
      !$0.resource.hasPrefix("statefulsets") && $0.verb != "watch" && !$0.role.hasSuffix("-evidence")
    }
    #expect(others.isEmpty, "given, and not needed: \(others.sorted().map(\.description))")
  }

  /// The clone of the run is seen, wherever it is, and is evidence.
  @Test(arguments: ["ocp-prod", "ocp-debug"]) func aCloneIsEvidence(on destination: String) throws {
    let pipeline = try Pipeline(["clone", "restore"], destination: destination, hasNamespace: true)
    try pipeline.run(CloneStep.self)
    let result = try pipeline.run(RestoreStep.self, "--replace-volumes")
    #expect(result.values["ASTRA_RESTORE_EVIDENCE"] == "clone", "\(result.standardError)")
    #expect(pipeline.refused.isEmpty, "\(Set(pipeline.refused).sorted().joined(separator: "\n"))")
    let unused = try Self.roles.rights(["restore"]).subtracting(pipeline.used()).filter {
      $0.role.hasSuffix("-evidence") || $0.role.hasSuffix("-there")
    }
    #expect(unused.isEmpty, "given, and not needed: \(unused.sorted().map(\.description))")
  }

  /// With those of cleanup-volumes.yaml what a restore in place has put aside goes by age.
  @Test func volumesThatWerePutAside() throws {
    let files = ["restore", "cleanup", "cleanup-volumes"]
    let pipeline = try Pipeline(files, destination: "ocp-prod", hasNamespace: true)
    let harness = pipeline.harness
    harness.environment["DEBUG_APP_NAME"] = nil
    try pipeline.run(RestoreStep.self, "--replace-volumes")
    CleanupScene.leave(harness)
    try pipeline.run(CleanupStep.self, "--kept-volumes-older-than", "1d")
    #expect(harness.releasedVolumes.isEmpty)
    #expect(pipeline.refused.isEmpty, "\(Set(pipeline.refused).sorted().joined(separator: "\n"))")
    let unused = try Self.roles.rights(files).subtracting(pipeline.used()).filter {
      $0.role.hasSuffix("-volumes")
    }
    #expect(unused.isEmpty, "given, and not needed: \(unused.sorted().map(\.description))")
  }

  /// With the rights of namespaces.yaml the step makes the clone's namespace, and removes it.
  @Test func namespacesOfClones() throws {
    let files = Self.files + ["namespaces", "restore"]
    let pipeline = try Pipeline(files, destination: "ocp-debug")
    try pipeline.run(PreflightStep.self, "--steps", "clone")
    try pipeline.run(CloneStep.self)
    #expect(pipeline.harness.world.hasNamespace("magento-debug", of: "ocp-debug"))
    try pipeline.run(
      VerifyStep.self, "--application", "magento-debug", "--cluster", "ocp-debug", "--clone-of",
      "magento-prod")
    try pipeline.run(StatusStep.self)
    let restored = try pipeline.run(RestoreStep.self, "--replace-volumes")
    #expect(restored.values["ASTRA_RESTORE_EVIDENCE"] == "clone")
    CleanupScene.leave(pipeline.harness)
    try pipeline.run(CleanupStep.self, "--remove-clone")
    pipeline.harness.site.pass(.seconds(60))
    #expect(!pipeline.harness.world.hasNamespace("magento-debug", of: "ocp-debug"))
    #expect(pipeline.refused.isEmpty, "\(Set(pipeline.refused).sorted().joined(separator: "\n"))")
    let unused = try Self.roles.rights(files).subtracting(pipeline.used()).filter {
      $0.role.hasSuffix("-namespaces")
    }
    #expect(unused.isEmpty, "given, and not needed: \(unused.sorted().map(\.description))")
  }
}
