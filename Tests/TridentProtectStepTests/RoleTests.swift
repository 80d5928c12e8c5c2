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
import TridentProtectSimulation

/// The roles of `deploy/trident-protect`: the steps can do their work with them, need nothing else, and need all of it.
@Suite struct RoleTests {
  /// A pipeline whose steps have a user each.
  final class Pipeline {
    let harness: StepHarness
    /// What was refused for want of a right.
    private(set) var refused: [String] = []
    private let files: [String]

    init(_ files: [String], destination: String, hasNamespace: Bool = false) throws {
      harness = Protect.harness()
      self.files = files
      harness.environment["ASTRA_APP_NAMESPACE"] = "magento-prod"
      harness.environment["DEBUG_KUBERNETES_CLUSTER"] = destination
      if hasNamespace { _ = harness.world.addEmptyNamespace("magento-debug", of: destination) }
      try RoleTests.roles.apply(files, to: &harness.world.clusters, destination: destination)
      harness.site.exchanged = { [unowned self] request, response in
        // What a step may not do it is not to try. Whether it may, anybody may ask.
        if response.status == 403 {
          refused.append("\(step): \(request.method) \(request.host)\(request.target)")
        }
      }
    }

    private var step = ""

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

    /// Somebody else is copying the application.
    func copyByHand(_ kind: String) {
      _ = harness.world.makeByOthers(
        kind, named: "by-hand-\(harness.world.journal.count)", in: "magento-prod", of: "ocp-prod",
        spec: ["applicationRef": "magento-prod", "appVaultRef": "vault-ocp-prod", "reclaimPolicy": "Retain"])
    }

    /// The rights that were used, as far as these files give them.
    func used() throws -> Set<Roles.Right> { try RoleTests.roles.used(files, in: harness.world.clusters) }
  }

  fileprivate static let roles = Roles("trident-protect")
  private static let files = [
    "backup", "cleanup", "clone", "preflight", "restore", "snapshot", "status", "verify",
  ]

  /// Everything that a pipeline does, with the namespace of the clone made beforehand.
  private func whole(_ destination: String) throws -> Pipeline {
    let pipeline = try Pipeline(Self.files, destination: destination, hasNamespace: true)
    let harness = pipeline.harness
    harness.addSchedule("hourly")
    harness[cluster: "ocp-prod"].addSuspendedFlux(of: "magento-prod")
    try pipeline.run(
      PreflightStep.self, "--steps", "backup snapshot clone restore", "--backup-name", "mine",
      "--snapshot-name", "snap", "--use-backup", Magento.goodBackup, "--expect-hooks", "absent")
    pipeline.copyByHand("backups")
    try pipeline.run(BackupStep.self, "--backup-name", "mine")
    pipeline.copyByHand("backups")
    pipeline.copyByHand("snapshots")
    try pipeline.run(CloneStep.self)
    try pipeline.run(
      VerifyStep.self, "--application", "magento-debug", "--cluster", destination, "--clone-of",
      "magento-prod")
    // With the clone as evidence, then from a snapshot with one.
    try pipeline.run(RestoreStep.self)
    try pipeline.run(VerifyStep.self, "--application", "magento-prod", "--against-backup", Magento.goodBackup)
    pipeline.copyByHand("snapshots")
    try pipeline.run(SnapshotStep.self, "--snapshot-name", "snap")
    harness.environment["BUILD_TAG"] = "jenkins-post-mortem-43"
    try pipeline.run(RestoreStep.self, "--use-snapshot", "snap")
    harness.site.pass(.seconds(7 * 86_400))
    harness.environment["BUILD_TAG"] = "jenkins-cleanup-7"
    harness.addCopies(ofClone: "magento-debug", on: destination)
    try pipeline.run(StatusStep.self)
    try pipeline.run(StatusStep.self, "--all")
    try pipeline.run(
      CleanupStep.self, "--remove-clone", "--with-recovery-points", "--keep-backups", "1", "--backup-pattern",
      "before-*",
      "--evidence-older-than", "1d")
    #expect(harness.world.applications.contains { $0.name == "magento-debug" } == false)
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

  /// With the rights of namespaces.yaml the step makes the clone's namespace, and removes it.
  @Test func namespacesOfClones() throws {
    let files = Self.files + ["namespaces"]
    let pipeline = try Pipeline(files, destination: "ocp-debug")
    try pipeline.run(PreflightStep.self, "--steps", "clone")
    try pipeline.run(CloneStep.self)
    #expect(pipeline.harness.world.hasNamespace("magento-debug", of: "ocp-debug"))
    try pipeline.run(
      VerifyStep.self, "--application", "magento-debug", "--cluster", "ocp-debug", "--clone-of",
      "magento-prod")
    try pipeline.run(StatusStep.self)
    let restored = try pipeline.run(RestoreStep.self)
    #expect(restored.values["ASTRA_RESTORE_EVIDENCE"] == "clone")
    pipeline.harness.site.pass(.seconds(86_400))
    pipeline.harness.environment["BUILD_TAG"] = "jenkins-cleanup-7"
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

extension StepHarness {
  /// A clone gets a backup and a snapshot of its own.
  fileprivate func addCopies(ofClone name: String, on context: String) {
    guard let clone = world.applications.first(where: { $0.name == name }), let uid = clone.objectUID else {
      return
    }
    var changed = world
    changed.addCopy(.backup, named: "of-the-clone", of: uid)
    changed.addCopy(.snapshot, named: "of-the-clone", of: uid)
    world = changed
  }
}
