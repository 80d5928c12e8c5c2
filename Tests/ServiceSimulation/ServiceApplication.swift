/// An application under protection, as it is seen from outside.
package struct ServiceApplication: Sendable {
  package var id: String
  package var name: String
  /// The id of its cluster.
  package var cluster: String
  package var namespaces: [String]
  /// `ready`, `failed`, `discovering`, or any other word of the service.
  package var state: String
  /// What it holds; nil while a clone has nothing yet.
  package var content: Content?
  /// Where its front page is served, as `host:port`.
  package var address: String
  /// The id of the application that it was cloned from.
  package var sourceID: String?

  /// Makes the view.
  package init(
    id: String, name: String, cluster: String, namespaces: [String], state: String, content: Content?,
    address: String, sourceID: String?
  ) {
    (self.id, self.name, self.cluster, self.namespaces) = (id, name, cluster, namespaces)
    (self.state, self.content, self.address, self.sourceID) = (state, content, address, sourceID)
  }
}

/// An application to be added.
package struct ApplicationSeed: Sendable {
  package var name: String
  /// The name or id of its cluster.
  package var cluster: String
  package var namespaces: [String]
  package var state = "ready"
  package var content: Content
  /// The id of the application that it was cloned from; nil: it is no clone.
  package var source: String?
  package var backups: [RecoveryPointSeed] = []
  package var snapshots: [RecoveryPointSeed] = []

  /// Makes an application.
  package init(_ name: String, cluster: String, namespaces: [String]? = nil, content: Content = Content()) {
    (self.name, self.cluster, self.namespaces) = (name, cluster, namespaces ?? [name])
    self.content = content
  }
}
