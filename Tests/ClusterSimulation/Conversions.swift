package import KubernetesSimulator
package import ServiceSimulation
package import SimulatorSupport

// The simulator's values in the words that every service shares, and back.

extension Content {
  /// The same.
  package init(_ content: WorldContent) {
    self.init(version: content.version, broken: content.broken, rows: content.rows)
  }
}

extension WorldContent {
  /// The same.
  package init(_ content: Content) {
    self.init(version: content.version, broken: content.broken, rows: content.rows)
  }
}

extension ServiceApplication {
  /// The same.
  package init(_ view: KubernetesWorld.ApplicationView) {
    self.init(
      id: view.uid, name: view.name, cluster: view.cluster, namespaces: view.namespaces, state: view.state,
      content: view.content.map { Content($0) }, address: view.address, sourceID: view.source)
  }
}

extension JournalEntry.Kind {
  /// The same.
  package init(_ kind: Happening.Kind) { self = Self(rawValue: kind.rawValue) ?? .application }
}

extension OperationKind {
  /// The same.
  package init(_ kind: Run.Kind) { self = Self(rawValue: kind.rawValue) ?? .rediscovery }
}

extension Run.Kind {
  /// The same.
  package init(_ kind: OperationKind) { self = Self(rawValue: kind.rawValue) ?? .rediscovery }
}

extension RunFault.Effect {
  /// The same.
  package init(_ effect: OperationEffect) { self = Self(rawValue: effect.rawValue) ?? .fails }
}

extension RefusalReason {
  /// The status by which an API server says so.
  package func response(for resource: String) -> ServiceResponse {
    let (code, word, message) = status(resource)
    let body =
      #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"\#(message)","reason":"\#(word)","details":{},"code":\#(code)}"#
    return ServiceResponse(
      status: code, headers: [("Content-Type", "application/json")], body: Array(body.utf8))
  }

  private func status(_ resource: String) -> (Int, String, String) {
    switch self {
    case .nameTaken: (409, "AlreadyExists", "already exists")
    case .invalid: (422, "Invalid", "is invalid")
    case .notPermitted:
      (403, "Forbidden", #"is forbidden: User \"ci\" cannot create resource \"\#(resource)\""#)
    case .recoveryPointNotReady, .applicationNotReady, .snapshotUnderWay, .backupUnderWay, .conflict:
      (409, "Conflict", "the object has been modified; please apply your changes to the latest version")
    }
  }
}

/// A watch of one of the clusters of a service.
package struct ClusterStream: ServiceStream {
  private var base: any ResponseStream
  private let cluster: @Sendable (any SimulatedService) -> KubernetesCluster?

  /// Takes what a cluster answers with.
  package init(
    _ base: any ResponseStream, of cluster: @escaping @Sendable (any SimulatedService) -> KubernetesCluster?
  ) {
    (self.base, self.cluster) = (base, cluster)
  }

  package mutating func next(of service: any SimulatedService) -> [UInt8]? {
    cluster(service).flatMap { base.next(of: $0) }
  }

  package var due: Duration? { base.due }
}
