package import AppProtection
package import KubernetesAPI
internal import StructuredValues
package import Timing

/// A backend whose service runs in Kubernetes clusters, and what is the same of all of these: what a namespace holds, who
/// else works on it, whether a clone fits in, whether what was restored works.
package protocol ClusterBackend: Backend {
  /// The clusters.
  var clusterConnections: ClusterConnections { get }
  /// What is written on everything that is made.
  var signature: Signature { get }
  /// Kinds whose absence and state prove nothing, after a clone or a restore.
  var ignoredKinds: IgnoredKinds { get }
  /// The kinds of the service itself that an application's namespace may hold.
  var productContents: [ResourceKind] { get }
  /// What of its namespaces an application is, as a label selector; nil: all that they hold.
  var contentSelector: String? { get }
}

extension ClusterBackend {
  package var contentSelector: String? { nil }
  package var label: String { "\(name) at \(clusterConnections.places)" }
  package var currentTime: Timestamp { clusterConnections.currentTime }
  package var serverTime: Timestamp? { clusterConnections.serverTime }
  /// An API server answers from a cache only where it is asked to; its replicas agree within seconds.
  package var longestLag: Duration { .seconds(30) }
  package var limits: [ProtectionOperation: String] { [:] }
  package var clonesIntoEmptyNamespaces: Bool { true }
  package var clonesByCopies: Bool { true }
  package var removesNamespaces: Bool { true }
  package var now: Instant { clusterConnections.now }

  /// The contexts in which applications are looked for, so far.
  package var searched: [String] { clusterConnections.searched }
  /// The same, from now on.
  package func contextsToSearch() -> [String] { clusterConnections.contextsToSearch() }

  package func connection(_ context: String) throws(BackendError) -> ClusterConnection {
    try clusterConnections.connection(context)
  }
  /// The client of a context.
  package func client(_ context: String) throws(BackendError) -> KubernetesClient {
    try connection(context).client
  }
  package func client(of cluster: Cluster.ID) throws(BackendError) -> KubernetesClient {
    try client(cluster.text)
  }

  package func clusters(named name: String) throws(BackendError) -> [Cluster] {
    clusterConnections.name(name) ? [cluster(name)] : []
  }

  package func clusters() -> [Cluster] { clusterConnections.contexts.map { cluster($0) } }

  package func cluster(_ context: String) -> Cluster { Cluster(id: Cluster.ID(context), name: context) }

  /// Whether two contexts lead to the same server.
  package func areSame(_ one: Cluster.ID, _ other: Cluster.ID) throws(BackendError) -> Bool {
    if one == other { return true }
    return try connection(one.text).server == connection(other.text).server
  }

  package func storageClasses(on cluster: Cluster.ID) throws(BackendError) -> [StorageClass]? {
    let sight = try client(of: cluster).lookAtList(
      of: .storageClass, in: nil, to: "list the storage classes of \(cluster)")
    guard case .told(let classes) = sight else { return nil }
    return classes.map { object in
      let mark = object.annotations["storageclass.kubernetes.io/is-default-class"]
      return StorageClass(name: object.name, isUsable: nil, isDefault: mark == "true")
    }
  }

  package func addresses(of application: Application) throws(BackendError) -> [String]? {
    guard let place = ApplicationPlace(application.id) else { return nil }
    var found: Set<String> = []
    for namespace in application.namespaces {
      let sight = try client(place.context).lookAtList(
        of: .service, in: namespace, to: "look which addresses \"\(application.name)\" has")
      guard case .told(let services) = sight else { return nil }
      for ingress in services.flatMap({ $0["status", "loadBalancer", "ingress"]?.elements ?? [] }) {
        if let address = ingress["ip"]?.string ?? ingress["hostname"]?.string { found.insert(address) }
      }
    }
    return found.sorted()
  }

  package func hints(for _: Application.ID) -> [ProtectionOperation: Bool] { [:] }

  package func shownOrigins(of application: Application) -> [RecoveryPoint.ID] {
    // What it was restored in place from since, first.
    let restored = application.marks.texts["restoredFrom"].map { [RecoveryPoint.ID($0)] } ?? []
    return restored
      + application.labels.filter { $0.name == CloneMark.originLabel && $0.value.contains("/") }
      .map { RecoveryPoint.ID($0.value) }
  }

  package func carrier(of clone: Application) -> RecoveryPoint.ID? {
    guard CloneMark(of: clone.sourceID ?? clone.id, named: clone.name).origin(of: clone) == .live else {
      return nil
    }
    let points = clone.labels.filter { $0.name == Marking.point }.map { RecoveryPoint.ID($0.value) }
    return points.count == 1 ? points[0] : nil
  }

  /// The storage class that a clone wants has to be there.
  package func checkStorageClass(of request: CloneRequest) throws(BackendError) {
    guard let wanted = request.storageClass,
      let known = try storageClasses(on: request.destinationCluster),
      !known.contains(where: { $0.name == wanted })
    else { return }
    throw BackendError(
      .refused(.notFound), "cluster \(request.destinationCluster) has no storage class \"\(wanted)\"",
      hint: "it has \(known.map(\.name).sorted().joined(separator: ", "))")
  }

  /// The storage classes of the source's claims.
  package func storageClasses(ofClaimsOf request: CloneRequest) throws(BackendError) -> Set<String> {
    var classes: Set<String> = []
    for namespace in request.application.namespaces {
      let claims = try client(of: request.sourceCluster).list(
        .volumeClaim, in: namespace, to: "list the storage classes of \"\(request.application.name)\"")
      classes.formUnion(claims.compactMap { $0["spec", "storageClassName"]?.string })
    }
    return classes
  }
}

extension CloneRequest {
  /// What is attempted, for messages.
  package var attempt: String { "clone \"\(application.name)\" as \"\(name)\"" }

  /// What to throw where there is no copy to clone.
  package var needsACopy: BackendError {
    BackendError(
      .misconfigured, "cannot \(attempt): a live application is cloned from a copy of it only")
  }
}

extension BackendError {
  /// An id that is none of this backend's.
  package static func noApplication(_ id: Application.ID) -> BackendError {
    BackendError(.refused(.notFound), "there is no application \(id)")
  }
}

extension Timestamp {
  /// Before every other: for what does not tell when it was made.
  package static var unknown: Timestamp { Timestamp(sinceEpoch: .zero) }
}
