import AstraClone
import AstraPreflight
import AstraRestore
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import VeleroSimulation

/// Who keeps an application as it is, and how a user makes it let go: with what the message says, the step goes on.
@Suite struct OwnerTests {
  private static let flux = [
    ("Kustomization", "kustomizations", "kustomize", "Flux kustomization \"shop\""),
    ("HelmRelease", "helmreleases", "helm", "Flux helmrelease \"shop\""),
  ]

  private func harness(ownedBy prefix: String) -> StepHarness {
    let harness = Bucket.harness()
    _ = harness.world.addEmptyNamespace("gitops", of: "ocp-prod")
    harness.changeWorkloads {
      $0[path: ["metadata", "labels", "\(prefix).toolkit.fluxcd.io/name"]] = "shop"
      $0[path: ["metadata", "labels", "\(prefix).toolkit.fluxcd.io/namespace"]] = "gitops"
    }
    return harness
  }

  /// The message says `flux suspend`, and that is seen.
  @Test(arguments: flux) func whatFluxHasSuspendedIsRestored(
    _ kind: String, _ plural: String, _ prefix: String, _ words: String
  ) throws {
    let harness = harness(ownedBy: prefix)
    let resource = "\(plural).\(prefix).toolkit.fluxcd.io"
    harness[cluster: "ocp-prod"].store.create(
      resource, ["metadata": ["name": "shop", "namespace": "gitops"], "spec": ["interval": "1m"]])
    let before = harness.claimUIDs
    let refused = try harness.restoreInPlace()
    refused.expect(.protected, words, "flux suspend \(kind.lowercased()) shop -n gitops")
    #expect(!refused.standardError.contains("--paused-owners"))
    // Whoever says so in spite of what is seen is not believed.
    try harness.restoreInPlace("--paused-owners", "shop").expect(.protected, words)
    #expect(harness.claimUIDs == before)
    harness[cluster: "ocp-prod"].store.update(ObjectKey(resource, "gitops", "shop")) {
      $0[path: ["spec", "suspend"]] = true
    }
    try harness.run(PreflightStep.self, "--steps", "restore", "--replace-volumes").expectSuccess()
    try harness.restoreInPlace().expectSuccess()
    harness.expectRestored(from: before)
  }

  /// One of another cluster, which nobody sees here: the user says that it is paused.
  @Test(arguments: flux) func whatIsNotSeenIsPausedByTheUsersWord(
    _ kind: String, _ plural: String, _ prefix: String, _ words: String
  ) throws {
    let harness = harness(ownedBy: prefix)
    let before = harness.claimUIDs
    try harness.restoreInPlace().expect(
      .protected, words, "flux suspend", "once it is paused, say so with --paused-owners shop")
    try harness.run(PreflightStep.self, "--steps", "restore", "--replace-volumes").expect(
      .protected, words, "--paused-owners shop")
    try harness.restoreInPlace("--paused-owners", "blog, office").expect(.protected, words)
    #expect(harness.claimUIDs == before)
    harness.environment["ASTRA_PAUSED_OWNERS"] = "blog, shop"
    try harness.run(PreflightStep.self, "--steps", "restore", "--replace-volumes").expectSuccess()
    let result = try harness.restoreInPlace()
    result.expect(
      .success, "warning: \(words)", "ASTRA_PAUSED_OWNERS (--paused-owners) says that it is paused")
    harness.expectRestored(from: before)
  }

  @Test func anOperatorIsPausedByTheUsersWord() throws {
    let harness = Bucket.harness()
    let owner: JSON = [
      "apiVersion": "shop.example/v1", "kind": "Shop", "name": "magento", "uid": "u-1", "controller": true,
    ]
    harness.changeWorkloads { $0[path: ["metadata", "ownerReferences"]] = [owner] }
    let before = harness.claimUIDs
    try harness.restoreInPlace().expect(.protected, "is kept by Shop \"magento\"", "--paused-owners magento")
    #expect(harness.claimUIDs == before)
    try harness.restoreInPlace("--paused-owners", "magento").expectSuccess()
    harness.expectRestored(from: before)
  }

  /// Argo CD that keeps it from another cluster.
  @Test func anApplicationOfAnotherArgoCDIsPausedByTheUsersWord() throws {
    let harness = Bucket.harness()
    harness.changeWorkloads {
      $0[path: ["metadata", "annotations", "argocd.argoproj.io/tracking-id"]] = "shop:apps/Deployment:m/x"
    }
    try harness.restoreInPlace().expect(
      .protected, "Argo CD application \"shop\"", "--paused-owners shop")
    try harness.restoreInPlace("--paused-owners", "shop").expectSuccess()
  }

  // MARK: - What works by itself in a clone

  private func make(_ job: String, suspended: Bool, _ harness: StepHarness) {
    harness[cluster: "ocp-prod"].store.create(
      "cronjobs.batch",
      [
        "metadata": ["name": .string(job), "namespace": "magento-prod"],
        "spec": ["schedule": "0 3 * * *", "suspend": .bool(suspended), "jobTemplate": ["spec": [:]]],
      ])
  }

  @Test func aCloneTellsWhatWorksByItself() throws {
    let harness = Bucket.harness()
    make("newsletter", suspended: false, harness)
    make("old-report", suspended: true, harness)
    harness.changeWorkloads {
      $0[
        path: [
          "spec", "template", "metadata", "annotations", "init.hook.restore.velero.io/command",
        ]] = "[\"/bin/mail\"]"
    }
    let hooks = "the restore hooks of Deployment \"magento-prod\" run in the clone"
    let result = try harness.run(CloneStep.self, "--dry-run")
    result.expect(
      .success, "warning: CronJobs run in the clone, too: \"newsletter\"; where one must not",
      "--context ocp-debug -n magento-debug patch cronjob", "warning: \(hooks)")
    #expect(!result.standardError.contains("old-report"))
    let agreed = try harness.run(CloneStep.self, "--run-hooks")
    agreed.expect(.success, "\"newsletter\"")
    #expect(!agreed.standardError.contains(hooks))
  }

  @Test func nothingIsSaidOfAnApplicationWithoutSuchThings() throws {
    let harness = Bucket.harness()
    make("old-report", suspended: true, harness)
    let result = try harness.run(CloneStep.self, "--dry-run")
    #expect(!result.standardError.contains("run in the clone"), "\(result.standardError)")
  }

  @Test func whatMayNotBeSeenIsTold() throws {
    let harness = Bucket.harness()
    var fault = SiteFault(
      .answers(harness.site.service.refusal(.notPermitted)), "GET", endingIn: "/magento-prod/cronjobs")
    fault.times = 1000
    harness.site.faults = [fault]
    try harness.run(CloneStep.self, "--dry-run").expect(
      .success, "cannot be seen whether CronJobs of namespace \"magento-prod\" run in the clone")
  }
}
