import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepTestSupport
import TridentProtectSimulation

/// The worked example at Trident protect.
enum Protect {
  /// A harness on the example, with the setup changed.
  static func harness(
    run: String? = "jenkins-post-mortem-42", _ change: (inout TridentProtectSetup) -> Void = { _ in }
  ) -> StepHarness {
    var setup = TridentProtectSetup()
    change(&setup)
    return StepHarness(setup, run: run)
  }

  /// A Deployment of one pod in production's namespace, without volumes.
  static func deployment(_ name: String, labels: JSON = [:]) -> JSON {
    [
      "metadata": ["name": .string(name), "namespace": "magento-prod", "labels": labels],
      "spec": [
        "replicas": 1, "selector": ["matchLabels": ["app": .string(name)]],
        "template": [
          "metadata": ["labels": ["app": .string(name)]],
          "spec": ["containers": [["name": "c", "image": "none"]]],
        ],
      ],
      "status": ["availableReplicas": 0],
    ]
  }

  static let group = "protect.trident.netapp.io"
  static func resource(_ plural: String) -> String { "\(plural).\(group)" }
}

extension StepHarness {
  /// The simulated clusters.
  var world: KubernetesWorld {
    get { protect.world }
    set {
      var changed = protect
      changed.world = newValue
      site.service = changed
    }
  }

  var protect: TridentProtectService {
    guard let service = site.service as? TridentProtectService else {
      preconditionFailure("the site is none of Trident protect")
    }
    return service
  }

  /// The cluster of a context.
  subscript(cluster context: String) -> KubernetesCluster {
    get {
      world.clusters.first { $0.name == context } ?? world.clusters[0]
    }
    set {
      guard let index = world.clusters.firstIndex(where: { $0.name == context }) else { return }
      world.clusters[index] = newValue
    }
  }

  /// The objects of a kind of the product in a cluster.
  func objects(_ plural: String, in namespace: String? = nil, of context: String = "ocp-prod") -> [JSON] {
    self[cluster: context].store.objects(Protect.resource(plural), in: namespace)
  }
}

// MARK: - Situations

extension StepHarness {
  /// Adds a vault to production's cluster.
  func addVault(_ name: String) {
    self[cluster: "ocp-prod"].store.create(
      Protect.resource("appvaults"),
      [
        "metadata": ["name": .string(name), "namespace": "trident-protect"],
        "spec": [
          "providerType": "GenericS3",
          "providerConfig": ["s3": ["bucketName": "elsewhere", "endpoint": "s3.example.com"]],
        ], "status": ["state": "Available"],
      ])
  }

  /// Adds a schedule of production.
  func addSchedule(_ name: String) {
    self[cluster: "ocp-prod"].store.create(
      Protect.resource("schedules"),
      [
        "metadata": ["name": .string(name), "namespace": "magento-prod"],
        "spec": ["applicationRef": "magento-prod", "enabled": true, "granularity": "Hourly"],
      ])
  }

  /// Takes the steps' user in one cluster, production's unless told otherwise, all rights but these, each a rule in a namespace.
  func become(allowed rules: [(namespace: String, rule: JSON)], of cluster: String = "ocp-prod") {
    let token = self[cluster: cluster].users[0].token
    self[cluster: cluster].users = [User(token: token, name: "ci")]
    for (namespace, rule) in rules {
      let metadata: JSON = ["name": "ci", "namespace": .string(namespace)]
      self[cluster: cluster].store.create(
        "roles.rbac.authorization.k8s.io", ["metadata": metadata, "rules": [rule]])
      self[cluster: cluster].store.create(
        "rolebindings.rbac.authorization.k8s.io",
        [
          "metadata": metadata, "subjects": [["kind": "User", "name": "ci"]],
          "roleRef": ["kind": "Role", "name": "ci"],
        ])
    }
  }

  /// Gives the steps' user one right in a whole cluster.
  func allowInCluster(_ verb: String, _ resource: String, of cluster: String) {
    self[cluster: cluster].store.create(
      "clusterroles.rbac.authorization.k8s.io",
      [
        "metadata": ["name": "ci"],
        "rules": [["verbs": [.string(verb)], "apiGroups": [""], "resources": [.string(resource)]]],
      ])
    self[cluster: cluster].store.create(
      "clusterrolebindings.rbac.authorization.k8s.io",
      [
        "metadata": ["name": "ci"], "subjects": [["kind": "User", "name": "ci"]],
        "roleRef": ["kind": "ClusterRole", "name": "ci"],
      ])
  }

  /// Changes the world when the first in-place restore is asked for.
  func onceRestoring(_ change: @escaping @Sendable (inout KubernetesWorld) -> Void) {
    site.exchanged = { [unowned self] request, _ in
      guard request.method == "POST", request.target.contains("inplacerestores") else { return }
      site.exchanged = nil
      change(&world)
    }
  }
}
