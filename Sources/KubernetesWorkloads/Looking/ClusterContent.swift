package import AppProtection
package import KubernetesAPI
package import StructuredValues
package import Timing

/// What the namespaces of an application hold: what a copy of it has to bring back.
package struct ClusterContent {
  /// One claim on a volume.
  package struct Claim: Hashable {
    package var name: String
    package var namespace: String
    package var uid: String
    package var isBound: Bool
    package var phase: String
    package var labels: [String: String]
    package var createdAt: Timestamp?
    /// The volume that it is bound to, or asks for; empty without one.
    package var volume: String
    /// Whether its volume is made from a snapshot.
    package var isFromSnapshot: Bool
    package var storageClass: String

    /// Whether it is to be filled from a snapshot, and nothing has gone wrong with it.
    package var waitsForData: Bool { isFromSnapshot && phase == "Pending" }
    /// Whether its volume was made for it, and for nothing that was there before: empty, unless somebody has filled it since.
    package var hasVolumeOfItsOwn: Bool { volume.isEmpty || volume == "pvc-\(uid)" }

    /// Reads a claim.
    package init(_ claim: KubernetesObject) {
      (name, namespace, uid) = (claim.name, claim.namespace ?? "", claim.uid)
      (labels, createdAt) = (claim.labels, claim.creationTimestamp)
      phase =
        claim.deletionTimestamp == nil ? claim["status", "phase"]?.string ?? "Pending" : "being deleted"
      isBound = phase == "Bound"
      volume = claim["spec", "volumeName"]?.string ?? ""
      storageClass = claim["spec", "storageClassName"]?.string ?? ""
      isFromSnapshot = ["dataSource", "dataSourceRef"].contains {
        claim["spec", $0, "kind"]?.string == "VolumeSnapshot"
      }
    }
  }

  /// Something that runs.
  package struct Workload: Hashable {
    package var kind: String
    package var name: String
    /// How many of its pods are available, of how many.
    package var available: Int
    package var wanted: Int
    /// Whether what is told of it is of its present specification.
    package var isCurrent: Bool

    package var title: String { "\(kind) \(name)" }
    package var isAvailable: Bool { isCurrent && available >= wanted }
  }

  /// A way in.
  package struct Service: Hashable {
    package var name: String
    package var isLoadBalancer: Bool
    package var hasAddress: Bool
  }

  /// What is looked at to see whether something works, beside its claims.
  package static let shown: [ResourceKind] = [.deployment, .statefulSet, .daemonSet, .service]

  package var claims: [Claim] = []
  package var workloads: [Workload] = []
  package var services: [Service] = []

  /// Begins with nothing seen.
  package init() {}

  /// Adds what one namespace holds; false: its claims may not be seen, so nothing can be said.
  ///
  /// With a label selector, only of what that selects.
  package mutating func add(
    _ namespace: String, _ client: KubernetesClient, labels: String? = nil
  ) throws(BackendError) -> Bool {
    guard try addClaims(namespace, client, labels: labels) else { return false }
    try addWorkloads(namespace, client, labels: labels)
    try addServices(namespace, client, labels: labels)
    return true
  }

  private static func attempt(_ namespace: String) -> String {
    "look at what is in namespace \"\(namespace)\""
  }

  package mutating func addClaims(
    _ namespace: String, _ client: KubernetesClient, labels: String? = nil
  ) throws(BackendError)
    -> Bool
  {
    let sight = try client.lookAtList(
      of: .volumeClaim, in: namespace, labels: labels, to: Self.attempt(namespace))
    guard case .told(var claims) = sight else { return false }
    // What selected pods use comes with them, though it does not bear the labels itself.
    if labels != nil,
      case .told(let pods) = try client.lookAtList(
        of: .pod, in: namespace, labels: labels, to: Self.attempt(namespace))
    {
      let missed = Set(pods.flatMap(\.claimNames)).subtracting(claims.map(\.name))
      if !missed.isEmpty,
        case .told(let all) = try client.lookAtList(
          of: .volumeClaim, in: namespace, to: Self.attempt(namespace))
      {
        claims += all.filter { missed.contains($0.name) }
      }
    }
    self.claims += claims.map { Claim($0) }
    return true
  }

  package mutating func addWorkloads(
    _ namespace: String, _ client: KubernetesClient, labels: String? = nil
  ) throws(BackendError) {
    for kind in [ResourceKind.deployment, .statefulSet, .daemonSet] {
      let sight = try client.lookAtList(of: kind, in: namespace, labels: labels, to: Self.attempt(namespace))
      if case .told(let found) = sight { workloads += found.map { Workload($0, kind) } }
    }
  }

  package mutating func addServices(
    _ namespace: String, _ client: KubernetesClient, labels: String? = nil
  ) throws(BackendError) {
    let sight = try client.lookAtList(
      of: .service, in: namespace, labels: labels, to: Self.attempt(namespace))
    guard case .told(let found) = sight else { return }
    services += found.map { service in
      let addresses = service["status", "loadBalancer", "ingress"]?.elements ?? []
      return Service(
        name: service.name, isLoadBalancer: service["spec", "type"]?.string == "LoadBalancer",
        hasAddress: !addresses.isEmpty)
    }
  }

  // MARK: - As an annotation

  /// The names, by which a copy is told later what it holds; nothing that is too long for an annotation.
  package var text: String? {
    let text = [
      ("claims", claims.map(\.name)),
      ("workloads", workloads.map { "\($0.kind)/\($0.name)\($0.isAvailable ? "" : "?")" }),
      ("services", services.map { "\($0.name)\($0.hasAddress ? "!" : "")" }),
    ].map { "\($0.0)=\($0.1.sorted().joined(separator: ","))" }.joined(separator: ";")
    return text.utf8.count <= 65_536 ? text : nil
  }
}

extension ClusterContent.Workload {
  fileprivate init(_ object: KubernetesObject, _ kind: ResourceKind) {
    func number(_ path: String, _ member: String) -> Int? { object.value[path]?[member]?.integer }
    let wanted =
      kind == .daemonSet ? number("status", "desiredNumberScheduled") ?? 0 : number("spec", "replicas") ?? 1
    let available =
      switch kind {
      case .deployment: number("status", "availableReplicas")
      case .statefulSet: number("status", "availableReplicas") ?? number("status", "readyReplicas")
      default: number("status", "numberAvailable")
      }
    let seen = number("status", "observedGeneration")
    self.init(
      kind: kind.kind, name: object.name, available: available ?? 0, wanted: wanted,
      isCurrent: seen.map { $0 >= object.generation ?? 0 } ?? (object.generation == nil))
  }
}

extension KubernetesObject {
  /// The claims that a pod uses.
  package var claimNames: Set<String> { Self.claimNames(in: self["spec", "volumes"]) }

  /// The claims that volumes of a pod, or of a template for pods, name.
  package static func claimNames(in volumes: StructuredValue?) -> Set<String> {
    Set((volumes?.elements ?? []).compactMap { $0["persistentVolumeClaim"]?["claimName"]?.string })
  }
}
