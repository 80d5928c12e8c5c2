package import AppProtection
package import KubernetesAPI
internal import StructuredValues

// Namespaces: a restore fills one that is there and empty. What is there already it would leave as it is, without a word.
extension ClusterBackend {
  package func namespace(_ name: String, on cluster: Cluster.ID) throws(BackendError) -> NamespaceStanding {
    let client = try client(of: cluster)
    let sight = try client.look(at: .namespace, name, in: nil, to: "look for namespace \"\(name)\"")
    guard case .told(let found) = sight else {
      // Without the right to see it, what is in it may still be seen.
      return try holdsAnything(name, client) == true ? .occupied(system: nil) : .notTold
    }
    guard let found else { return .absent }
    if found.deletionTimestamp != nil || found["status", "phase"]?.string == "Terminating" {
      return .terminating
    }
    switch try holdsAnything(name, client) {
    case true?: return .occupied(system: nil)
    case false?: return .empty
    case nil: return .notTold
    }
  }

  /// Whether anything but what Kubernetes puts there by itself is in a namespace; nil if nothing of it may be seen.
  package func holdsAnything(_ name: String, _ client: KubernetesClient) throws(BackendError) -> Bool? {
    var isTold = false
    for kind in contents {
      let sight = try client.lookAtList(of: kind, in: name, to: "look what is in namespace \"\(name)\"")
      guard case .told(let objects) = sight else { continue }
      isTold = true
      if objects.contains(where: { !isProvided($0, kind) }) { return true }
    }
    return isTold ? false : nil
  }

  /// What an application is made of.
  package var contents: [ResourceKind] {
    [
      .volumeClaim, .pod, .deployment, .statefulSet, .daemonSet, .service, .configMap, .cronJob, .job,
      .ingress,
    ] + productContents
  }

  /// Whether a cluster puts it into every namespace.
  package func isProvided(_ object: KubernetesObject, _ kind: ResourceKind) -> Bool {
    kind == .configMap && ["kube-root-ca.crt", "openshift-service-ca.crt"].contains(object.name)
  }

  /// Makes a namespace for a clone, unless one is there; one that was made bears its own uid.
  ///
  /// - Returns: the namespace; nil where it may not be seen.
  @discardableResult
  package func prepare(
    _ name: String, for request: CloneRequest, _ attempt: String
  ) throws(BackendError) -> KubernetesObject? {
    let client = try client(of: request.destinationCluster)
    let sight = try client.look(at: .namespace, name, in: nil, to: attempt)
    let namespace: KubernetesObject
    switch sight {
    // It may be there all the same; if it is not, the service says so.
    case .forbidden, .notInstalled: return nil
    case .told(let found?): namespace = found
    case .told(nil):
      let rules = try rulesOfSource(of: name, for: request, attempt)
      namespace = try client.create(
        .namespace, namespaceBody(name, for: request, rules), in: nil, dryRun: false, to: attempt)
    }
    // One that an earlier attempt has made, whose answer was lost, is known by what is written on it.
    let mark = Marking.made(namespace.uid)
    guard namespace.annotations[mark] == nil, namespace.annotations[CloneMark.nameLabel] == request.name,
      namespace.annotations[CloneMark.sourceLabel] == request.application.id.text
    else { return namespace }
    return try client.mergePatch(
      .namespace, name, in: nil,
      .members(["metadata": .members(["annotations": .texts([mark: request.name])])]), to: attempt)
  }

  private func namespaceBody(
    _ name: String, for request: CloneRequest, _ rules: NamespaceRules
  ) -> StructuredValue {
    let annotations = Dictionary(request.labels.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    return .members([
      "apiVersion": .string("v1"), "kind": .string("Namespace"),
      "metadata": Marking.metadata(
        name: name, namespace: nil, purpose: Marking.clone,
        annotations: rules.annotations.merging(annotations) { $1 }, labels: rules.labels, signature),
    ])
  }

  /// By which rules pods run in the namespace that one is a clone of; none where it may not be seen.
  private func rulesOfSource(
    of destination: String, for request: CloneRequest, _ attempt: String
  ) throws(BackendError) -> NamespaceRules {
    guard let source = request.namespaces.first(where: { $0.destination == destination })?.source,
      case .told(let namespace?) = try client(of: request.sourceCluster).look(
        at: .namespace, source, in: nil, to: attempt)
    else { return NamespaceRules() }
    // Another cluster has other nodes.
    return NamespaceRules(
      of: namespace, withNodes: try areSame(request.sourceCluster, request.destinationCluster))
  }
}

/// By which rules pods run in a namespace, as its labels and annotations say.
///
/// A restore into a namespace that is there brings none of them, and pods that ran in the one are refused in the other, or
/// run as users who own no file.
struct NamespaceRules {
  var labels: [String: String] = [:]
  var annotations: [String: String] = [:]

  /// No rule but the cluster's own.
  init() {}

  /// Pod Security Standards, the sidecars of service meshes, OpenShift's ranges of users, and which nodes pods go to
  /// (kubernetes.io/docs, "Pod Security Admission" and "PodNodeSelector"; OpenShift, "Security context constraints").
  init(of namespace: KubernetesObject, withNodes: Bool) {
    labels = namespace.labels.filter { label in
      ["pod-security.kubernetes.io/", "istio"].contains { label.key.hasPrefix($0) }
    }
    var names = ["openshift.io/sa.scc.", "linkerd.io/inject"]
    if withNodes { names += ["openshift.io/node-selector", "scheduler.alpha.kubernetes.io/"] }
    annotations = namespace.annotations.filter { annotation in
      names.contains { annotation.key.hasPrefix($0) }
    }
  }
}
