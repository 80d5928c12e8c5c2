/// An application of a scenario.
package struct ApplicationSeed: Equatable, Sendable {
  package var id: String?
  package var name: String
  package var cluster: String
  package var namespaces: [String]
  package var state = "ready"
  package var content = Content()
  /// How long before the scenario's start it was defined.
  package var age = Duration.seconds(30 * 86_400)
  /// The names of its execution hooks, which do nothing.
  package var hooks: [String] = []
  package var supportsSnapshots = true
  package var supportsClones = true
  package var supportsSelectiveRestore = true
  package var backups: [RecoveryPointSeed] = []
  package var snapshots: [RecoveryPointSeed] = []
  /// The id of the application that it was cloned from; absent: it is no clone.
  package var source: String?

  /// Makes an application.
  package init(_ name: String, cluster: String, namespaces: [String]? = nil, content: Content = Content()) {
    (self.name, self.cluster, self.namespaces) = (name, cluster, namespaces ?? [name])
    self.content = content
  }
}

/// A backup or snapshot of a scenario.
package struct RecoveryPointSeed: Equatable, Sendable {
  package var id: String?
  package var name: String
  package var state = "completed"
  package var hookState: String? = "success"
  /// How long before the scenario's start it was made.
  package var age = Duration.seconds(86_400)
  /// What it holds; absent: what the application holds.
  package var content: Content?
  /// The schedule that made it, by its id; absent: a client did.
  package var schedule: String?

  /// Makes a recovery point.
  package init(_ name: String, content: Content? = nil) { (self.name, self.content) = (name, content) }
}

/// What an application holds: the release that runs and the rows of its database.
package struct Content: Equatable, Sendable {
  package var version = "1.0.0"
  /// Whether the release is faulty: its pages answer with an error.
  package var broken = false
  package var rows: [String] = []

  /// Makes a content.
  package init(version: String = "1.0.0", broken: Bool = false, rows: [String] = []) {
    (self.version, self.broken, self.rows) = (version, broken, rows)
  }
}
