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

/// Whether astra-preflight finds Argo CD wherever it is, before it undoes a restore.
@Suite struct OverseerTests {
  private static let here: JSON = [
    "server": "https://kubernetes.default.svc", "namespace": "magento-prod",
  ]
  private static let label = ["app.kubernetes.io/instance": "shop"]

  private static func found(
    _ description: String, code: ExitCode = .protected, saying words: String...,
    prepare: @escaping @Sendable (StepHarness) throws -> Void
  ) -> Situation {
    var situation = Situation(
      description, PreflightStep.self, code: code, saying: "", prepare: prepare)
    situation.words = words
    situation.run = {
      try $0.run(PreflightStep.self, arguments: ["--steps", "restore", "--app-namespace", "magento-prod"])
    }
    return situation
  }

  private static let situations: [Situation] = [
    found(
      "an Application in another namespace", saying: "Argo CD application \"shop\" will undo a restore",
      "argocd app set shop "
    ) { harness in
      harness.addArgo("shop", in: "openshift-gitops")
      harness.mark(labels: label)
    },
    found(
      "one in a namespace of a team", saying: "Argo CD application \"shop\"", "argocd app set team/shop "
    ) { harness in
      harness.addArgo("shop", in: "team")
      harness.mark(annotations: ["argocd.argoproj.io/tracking-id": "team_shop:apps/Deployment:magento-prod/x"]
      )
    },
    found("one that no workload is marked with", saying: "Argo CD application \"shop\"") {
      $0.addArgo("shop", in: "gitops", to: here)
    },
    found("one that has put something there, among others", saying: "Argo CD application \"shop\"") {
      $0.addArgo(
        "shop", in: "gitops", to: ["name": "in-cluster", "namespace": "elsewhere"], with: "magento-prod")
    },
    found("one for another cluster", code: .success, saying: "the restore would be accepted") {
      $0.addArgo("shop", in: "gitops", to: ["server": "https://10.0.0.9:6443", "namespace": "magento-prod"])
    },
    found("one that does nothing by itself", code: .success, saying: "the restore would be accepted") {
      $0.addArgo("shop", in: "gitops", isAutomatic: false, to: here)
      $0.mark(annotations: ["argocd.argoproj.io/tracking-id": "shop:apps/Deployment:magento-prod/x"])
    },
    found("one that is switched off", code: .success, saying: "the restore would be accepted") {
      $0.addArgo("shop", in: "gitops", isEnabled: false, to: here)
    },
    found("one that another namespace has under the name", code: .protected, saying: "\"shop\" will undo") {
      $0.addArgo("shop", in: "other", isAutomatic: false)
      $0.mark(annotations: ["argocd.argoproj.io/tracking-id": "team_shop:apps/Deployment:magento-prod/x"])
    },
    found(
      "a label that Helm writes too, where nobody may look", code: .success,
      saying: "the backend does not tell whether there is an Argo CD application \"shop\""
    ) { harness in
      harness.mark(labels: label)
      harness.mayOnlySeeProduction()
    },
    found(
      "the same with OpenShift GitOps, which may be read", saying: "Argo CD application \"shop\" will undo"
    ) { harness in
      harness.addArgo("shop", in: "openshift-gitops")
      harness.mark(labels: label)
      harness.mayOnlySeeProduction(and: "openshift-gitops")
    },
  ]

  /// The cluster shows that Flux has let go; where it does not, the user says so.
  @Test func whatIsPausedUndoesNothing() throws {
    let harness = Protect.harness()
    harness[cluster: "ocp-prod"].addSuspendedFlux(of: "magento-prod")
    func preflight(_ flags: String...) throws -> StepHarness.Result {
      try harness.run(
        PreflightStep.self, arguments: ["--steps", "restore", "--app-namespace", "magento-prod"] + flags)
    }
    try preflight().expectSuccess()
    let key = ObjectKey("kustomizations.kustomize.toolkit.fluxcd.io", "flux-system", "shop")
    harness[cluster: "ocp-prod"].store.remove(key)
    let refused = try preflight()
    #expect(refused.code == .protected)
    #expect(
      refused.standardError.contains("once it is paused, say so with --paused-owners Kustomization/shop"),
      "\(refused.standardError)")
    try preflight("--paused-owners", "Kustomization/shop").expectSuccess()
  }

  @Test(arguments: situations) func finds(_ situation: Situation) throws { try situation.check() }

  @Test func saysThatNothingIsTold() throws {
    let harness = Protect.harness()
    let rule: JSON = [
      "verbs": ["*"], "apiGroups": ["", "protect.trident.netapp.io"], "resources": ["*"],
    ]
    harness.become(allowed: [("magento-prod", rule), ("trident-protect", rule)])
    let result = try harness.run(PreflightStep.self, "--steps", "restore", "--app-namespace", "magento-prod")
    #expect(
      result.standardError.contains("does not tell whether another tool will undo a restore"),
      "\(result.standardError)")
  }
}

extension StepHarness {
  /// Adds an Application of Argo CD, which puts something into namespaces.
  fileprivate func addArgo(
    _ name: String, in namespace: String, isAutomatic: Bool = true, isEnabled: Bool? = nil,
    to destination: JSON = ["server": "https://kubernetes.default.svc", "namespace": "elsewhere"],
    with resource: String? = nil
  ) {
    _ = world.addEmptyNamespace(namespace, of: "ocp-prod")
    var object: JSON = [
      "metadata": ["name": .string(name), "namespace": .string(namespace)],
      "spec": ["destination": destination],
    ]
    if isAutomatic {
      let automated: JSON = isEnabled.map { ["enabled": .bool($0)] } ?? [:]
      object["spec"]?["syncPolicy"] = ["automated": automated]
    }
    if let resource {
      object["status"] = [
        "resources": [["kind": "ConfigMap", "name": "x", "namespace": .string(resource)]]
      ]
    }
    self[cluster: "ocp-prod"].store.create("applications.argoproj.io", object)
  }

  /// Marks the workload of production.
  fileprivate func mark(labels: [String: String] = [:], annotations: [String: String] = [:]) {
    self[cluster: "ocp-prod"].store.update(ObjectKey("deployments.apps", "magento-prod", "magento-prod")) {
      for (name, value) in labels { $0[path: ["metadata", "labels", name]] = .string(value) }
      for (name, value) in annotations { $0[path: ["metadata", "annotations", name]] = .string(value) }
    }
  }

  /// Takes the step's user all rights outside of production's namespace, the product's, and another.
  fileprivate func mayOnlySeeProduction(and another: String? = nil) {
    let rule: JSON = ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]
    become(allowed: (["magento-prod", "trident-protect"] + [another].compactMap { $0 }).map { ($0, rule) })
  }
}
