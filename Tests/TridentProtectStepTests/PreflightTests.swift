import AstraPreflight
import ClusterSimulation
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import TridentProtectSimulation

/// What astra-preflight finds out at Trident protect before anything is begun.
@Suite struct PreflightTests {
  private static let everything: JSON = ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]

  private static let situations = [
    Situation(
      "a site where all is well", PreflightStep.self, code: .success, saying: "the restore would be accepted"),
    Situation(
      "a right that is missing", PreflightStep.self, "--steps", "backup", "--backup-name", "mine",
      "--app-namespace",
      "magento-prod", code: .protected,
      saying: "create backups.protect.trident.netapp.io in namespace magento-prod",
      "list appvaults.protect.trident.netapp.io in namespace trident-protect",
      prepare: { harness in
        harness.become(allowed: [
          (
            "magento-prod",
            ["verbs": ["get", "list"], "apiGroups": ["*"], "resources": ["*"]]
          )
        ])
      }),
    Situation(
      "rights that only show more", PreflightStep.self, "--steps", "clone", "--destination-cluster",
      "ocp-prod",
      "--app-namespace", "magento-prod", "--clone-namespace", "wordpress", code: .protected,
      saying: "what needs the right to list storageclasses.storage.k8s.io in the whole cluster",
      prepare: { harness in
        harness.become(allowed: [
          ("magento-prod", everything), ("wordpress", everything), ("trident-protect", everything),
        ])
      }),
    Situation(
      "a namespace that nobody may make", PreflightStep.self, "--steps", "clone", "--destination-cluster",
      "ocp-prod",
      "--app-namespace", "magento-prod", code: .protected, saying: "create namespaces in the whole cluster",
      prepare: { harness in
        harness.become(allowed: [
          ("magento-prod", everything), ("magento-debug", everything), ("trident-protect", everything),
        ])
      }),
    Situation(
      "a validator that denies a backup", PreflightStep.self, "--steps", "backup", "--backup-name", "mine",
      "--store",
      "nowhere", code: .protected, saying: "the backup \"mine\" would be refused",
      "AppVault \"nowhere\" not found"),
    Situation(
      "a validator that denies the copy that carries a clone", PreflightStep.self, "--steps", "clone",
      "--store",
      "nowhere", code: .protected, saying: "the clone \"magento-debug\" would be refused"),
    Situation(
      "a validator that is down", PreflightStep.self, "--steps", "backup", "--backup-name", "mine",
      code: .success,
      saying: "the backend does not tell whether the backup \"mine\" would be accepted",
      setup: { $0.settings.webhooksAreDown = true }),
    Situation(
      "a webhook that takes no trials", PreflightStep.self, "--steps", "backup", "--backup-name", "mine",
      code: .success,
      saying: "the backend does not tell whether the backup \"mine\" would be accepted",
      prepare: {
        $0[cluster: "ocp-prod"].admissionPlugins.append(
          SitePolicy("backups.protect.trident.netapp.io", .hasSideEffects))
      }),
    Situation(
      "an Argo CD application that is synchronized, as far as is told", PreflightStep.self, code: .protected,
      saying: "Argo CD application \"shop\" will undo a restore", "argocd app set shop --sync-policy none",
      prepare: { $0.label(["argocd.argoproj.io/instance": "shop"]) }),
    Situation(
      "a label that Helm writes too", PreflightStep.self, code: .success,
      saying: "the restore would be accepted",
      prepare: { $0.label(["app.kubernetes.io/instance": "shop"]) }),
    Situation(
      "a Flux kustomization", PreflightStep.self, code: .protected, saying: "Flux kustomization \"shop\"",
      "flux suspend kustomization shop -n gitops",
      prepare: {
        $0.label([
          "kustomize.toolkit.fluxcd.io/name": "shop", "kustomize.toolkit.fluxcd.io/namespace": "gitops",
        ])
      }),
    Situation(
      "a Flux release of Helm", PreflightStep.self, code: .protected, saying: "flux suspend helmrelease shop",
      prepare: { $0.label(["helm.toolkit.fluxcd.io/name": "shop"]) }),
    Situation(
      "an overseer where nothing is restored", PreflightStep.self, "--steps", "clone", code: .success,
      saying: "the clone", prepare: { $0.label(["helm.toolkit.fluxcd.io/name": "shop"]) }),
  ]

  @Test(arguments: situations) func finds(_ situation: Situation) throws { try situation.check() }

  /// Nothing that is tried is there afterwards.
  @Test func changesNothing() throws {
    let harness = Protect.harness()
    let before = harness.world.clusters.map(\.store.revision)
    try harness.run(
      PreflightStep.self, "--steps", "backup snapshot clone restore", "--backup-name", "mine",
      "--snapshot-name", "snap",
      "--use-backup", Magento.goodBackup
    ).expectSuccess()
    #expect(harness.world.clusters.map(\.store.revision) == before)
    let tried = harness.site.requests.filter { $0.contains("dryRun=All") }
    #expect(tried.count >= 5, "\(tried)")
  }
}

extension StepHarness {
  /// Labels the workload of production.
  fileprivate func label(_ labels: [String: String]) {
    self[cluster: "ocp-prod"].store.update(ObjectKey("deployments.apps", "magento-prod", "magento-prod")) {
      for (name, value) in labels { $0[path: ["metadata", "labels", name]] = .string(value) }
    }
  }
}
