import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import VeleroSimulation

/// The worked example at Velero.
enum Bucket {
  /// A harness on the example, with what Velero does changed.
  static func harness(
    run: String? = "jenkins-post-mortem-42", _ change: (inout VeleroSettings) -> Void = { _ in }
  ) -> StepHarness {
    var setup = VeleroSetup()
    change(&setup.settings)
    let harness = StepHarness(setup, run: run)
    // How long things take is what the shared words say, unless a test says otherwise.
    harness.behave(change)
    return harness
  }
}

extension StepHarness {
  /// The simulated clusters.
  var world: KubernetesWorld {
    get { velero.world }
    set {
      var changed = velero
      changed.world = newValue
      site.service = changed
    }
  }

  private var velero: VeleroService {
    guard let service = site.service as? VeleroService else {
      preconditionFailure("the site is none of Velero")
    }
    return service
  }

  /// The cluster of a context.
  subscript(cluster context: String) -> KubernetesCluster {
    get { world.clusters.first { $0.name == context } ?? world.clusters[0] }
    set {
      guard let index = world.clusters.firstIndex(where: { $0.name == context }) else { return }
      world.clusters[index] = newValue
    }
  }

  /// The objects of a kind of Velero in a cluster.
  func objects(_ plural: String, of context: String = "ocp-prod") -> [JSON] {
    self[cluster: context].store.objects("\(plural).velero.io")
  }

  /// The object of a copy that a step made under a name.
  func backup(named name: String, of context: String = "ocp-prod") -> JSON? {
    objects("backups", of: context).first {
      $0[path: ["metadata", "annotations", "astra-steps/name"]]?.string == name
    }
  }

  /// Changes one of Velero's objects.
  func change(
    _ plural: String, _ name: String, of context: String = "ocp-prod", _ change: (inout JSON) -> Void
  ) {
    let resource = "\(plural).velero.io"
    guard let object = objects(plural, of: context).first(where: { $0.name == name }) else { return }
    self[cluster: context].store.update(ObjectKey(resource, object.namespace, name), change)
  }

  /// What Velero does from now on.
  func behave(_ change: (inout VeleroSettings) -> Void) {
    var world = world
    world.veleroTrouble(for: nil, change)
    self.world = world
  }

  /// The claims of production.
  var claims: [String] {
    self[cluster: "ocp-prod"].store.objects("persistentvolumeclaims", in: "magento-prod").compactMap(\.name)
      .sorted()
  }

  /// What the clone of the example holds.
  var cloneContent: Content? { site.service.application("magento-debug")?.content }

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
}

extension StepHarness.Result {
  /// Checks that it ended with that code, and said these words.
  func expect(_ code: ExitCode, _ words: String..., at location: SourceLocation = #_sourceLocation) {
    #expect(self.code == code, "\(standardError)", sourceLocation: location)
    #expect(report.claimsSuccess == (code == .success), sourceLocation: location)
    for word in words {
      #expect(
        standardError.contains(word), "\"\(word)\" is not said: \(standardError)", sourceLocation: location)
    }
  }
}
