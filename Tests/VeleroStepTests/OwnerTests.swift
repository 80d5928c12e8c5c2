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
    try harness.restoreInPlace("--paused-owners", "\(kind)/shop").expect(.protected, words)
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
      .protected, words, "flux suspend", "once it is paused, say so with --paused-owners \(kind)/shop")
    try harness.run(PreflightStep.self, "--steps", "restore", "--replace-volumes").expect(
      .protected, words, "--paused-owners \(kind)/shop")
    try harness.restoreInPlace("--paused-owners", "\(kind)/blog, shop").expect(.protected, words)
    #expect(harness.claimUIDs == before)
    harness.environment["ASTRA_PAUSED_OWNERS"] = "\(kind)/blog, \(kind)/shop"
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
    try harness.restoreInPlace().expect(
      .protected, "is kept by Shop \"magento\"", "--paused-owners Shop/magento")
    #expect(harness.claimUIDs == before)
    try harness.restoreInPlace("--paused-owners", "Shop/magento").expectSuccess()
    harness.expectRestored(from: before)
  }

  /// Argo CD that keeps it from another cluster.
  @Test func anApplicationOfAnotherArgoCDIsPausedByTheUsersWord() throws {
    let harness = Bucket.harness()
    harness.changeWorkloads {
      $0[path: ["metadata", "annotations", "argocd.argoproj.io/tracking-id"]] = "shop:apps/Deployment:m/x"
    }
    try harness.restoreInPlace().expect(
      .protected, "Argo CD application \"shop\"", "--paused-owners Application/shop")
    try harness.restoreInPlace("--paused-owners", "Application/shop").expectSuccess()
  }

  /// What was paused for the restore lies in the application's own namespace, and in the copy as it was before.
  @Test func theRestoreWakesNothingThatWasPaused() throws {
    let harness = Bucket.harness()
    let names = [
      "helmreleases.helm.toolkit.fluxcd.io", "kustomizations.kustomize.toolkit.fluxcd.io",
      "applications.argoproj.io",
      "scaledobjects.keda.sh",
    ]
    try harness.restoreInPlace().expectSuccess()
    let excluded = harness.objects("restores").last?.value(at: "spec.excludedResources")?.array?
      .compactMap(\.string)
    for name in names { #expect(excluded?.contains(name) == true, "\(name): \(excluded ?? [])") }
  }

  private func argo(
    _ spec: JSON, in harness: StepHarness, metadata more: [(name: String, value: JSON)] = []
  ) {
    _ = harness.world.addEmptyNamespace("argocd", of: "ocp-prod")
    var metadata: JSON = ["name": "shop", "namespace": "argocd"]
    for (name, value) in more { metadata[path: [name]] = value }
    harness[cluster: "ocp-prod"].store.create(
      "applications.argoproj.io", ["metadata": metadata, "spec": spec])
  }

  private static let here: JSON = [
    "destination": ["server": "https://kubernetes.default.svc", "namespace": "magento-prod"],
    "syncPolicy": ["automated": [:]],
  ]

  /// An ApplicationSet puts back what is changed in its Applications, so that the usual remedy would not lift the refusal.
  @Test func anApplicationSetIsNamed() throws {
    let harness = Bucket.harness()
    let owner: JSON = [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "name": "shops", "uid": "u-2",
    ]
    argo(Self.here, in: harness, metadata: [("ownerReferences", [owner])])
    try harness.restoreInPlace().expect(
      .protected, "have ApplicationSet \"shops\" leave its sync policy alone (ignoreApplicationDifferences)")
  }

  @Test func anApplicationThatIsSkippedUndoesNothing() throws {
    let harness = Bucket.harness()
    argo(
      Self.here, in: harness,
      metadata: [("annotations", ["argocd.argoproj.io/skip-reconcile": "true"])])
    try harness.restoreInPlace().expectSuccess()
  }

  /// By a label that Helm and others write, too, nobody is accused; what cannot be seen is said.
  @Test(arguments: [true, false]) func aLabelOfManyIsJudgedByWhatElseIsThere(_ isHelms: Bool) throws {
    let harness = Bucket.harness()
    argo(
      [
        "destination": ["server": "https://10.0.0.9:6443", "namespace": "shop"],
        "syncPolicy": ["automated": [:]],
      ], in: harness)
    harness.changeWorkloads {
      $0[path: ["metadata", "labels", "app.kubernetes.io/instance"]] = "shop"
      if isHelms { $0[path: ["metadata", "annotations", "meta.helm.sh/release-name"]] = "shop" }
    }
    let result = try harness.restoreInPlace()
    result.expectSuccess()
    #expect(
      result.standardError.contains("it cannot be seen whether an Argo CD of another cluster keeps \"shop\"")
        == !isHelms)
  }

  /// Whoever keeps the claims makes them again while they are away, and empty.
  @Test func theOwnersOfClaimsAreAsked() throws {
    let harness = Bucket.harness()
    let owner: JSON = ["apiVersion": "db.example/v1", "kind": "Database", "name": "shop", "uid": "u-3"]
    harness.changeClaims { $0[path: ["metadata", "ownerReferences"]] = [owner] }
    try harness.restoreInPlace().expect(
      .protected, "is kept by Database \"shop\", which would put it back in between",
      "--paused-owners Database/shop")
    harness.changeClaims {
      $0[path: ["metadata", "ownerReferences"]] = nil
      $0[path: ["metadata", "labels", "kustomize.toolkit.fluxcd.io/name"]] = "storage"
    }
    try harness.restoreInPlace().expect(.protected, "Flux kustomization \"storage\"")
    harness.changeClaims {
      $0[path: ["metadata", "labels", "kustomize.toolkit.fluxcd.io/name"]] = nil
      $0[path: ["metadata", "ownerReferences"]] = [
        ["apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db", "uid": "u-4"]
      ]
    }
    try harness.restoreInPlace("--dry-run").expectSuccess()
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
