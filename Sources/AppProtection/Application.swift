package import Timing

/// The identifier of one kind of object; that of another kind does not fit in its place.
package struct Identifier<Object>: Hashable, Sendable, CustomStringConvertible {
  /// The identifier as the backend writes it, opaque to us.
  package let text: String

  /// Wraps an identifier as the backend wrote it.
  package init(_ text: String) {
    self.text = text
  }

  package var description: String { text }
}

/// One protected application: a name, a cluster, one or more namespaces.
package struct Application: Sendable {
  package typealias ID = Identifier<Application>

  package var id: ID
  package var name: String
  package var state: State
  /// Why it is in that state, in the backend's words; often empty.
  package var problems: [String]
  /// The cluster it runs on; nil while the backend does not tell (it is not running).
  package var clusterID: Cluster.ID?
  package var clusterName: String?
  /// The namespaces it spans; empty while the backend has not discovered them.
  package var namespaces: [String]
  /// By namespace, the label selector of what belongs to it there; nothing where all does.
  package var selectors: [String: String] = [:]
  /// Whether a filter of the backend's takes parts of it out, so that nothing tells from outside what belongs to it.
  package var isFiltered = false
  /// The application it was cloned from, if it is a clone.
  package var sourceID: ID?
  package var createdAt: Timestamp?
  /// What it looks like at this moment; of use to its backend alone.
  package var marks: ApplicationMarks
  /// What clients have written on the backend's entry for it, as far as the backend keeps that.
  package var labels: [Label]
  /// Whether it is a clone in the making whose restore has ended: its source is not needed any more.
  package var isRestored = false
  /// Whether such a clone holds its data, and only has to come up.
  package var isComingUp = false
  /// The pipeline run that made it, if its entry says so.
  package var run: String?

  /// Makes an application.
  package init(
    id: ID, name: String, state: State, problems: [String] = [], clusterID: Cluster.ID? = nil,
    clusterName: String? = nil, namespaces: [String] = [], sourceID: ID? = nil,
    createdAt: Timestamp? = nil, marks: ApplicationMarks = ApplicationMarks(), labels: [Label] = []
  ) {
    self.id = id
    self.name = name
    self.state = state
    self.problems = problems
    self.clusterID = clusterID
    self.clusterName = clusterName
    self.namespaces = namespaces
    self.sourceID = sourceID
    self.createdAt = createdAt
    self.marks = marks
    self.labels = labels
  }

  /// What its state is and why, as a clause: `is failed: no space left`.
  package var stateClause: String {
    "is \(state)" + (problems.isEmpty ? "" : ": \(problems.joined(separator: "; "))")
  }

  /// What an application is doing, in our words; a state that nobody knows yet keeps the backend's own.
  package struct State: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    /// Wraps a state.
    package init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// Accepted, nothing done yet.
    package static let pending = Self(rawValue: "pending")
    /// A clone's data is being copied.
    package static let provisioning = Self(rawValue: "provisioning")
    /// Its resources are being looked through; a clone passes this before it is ready.
    package static let discovering = Self(rawValue: "discovering")
    /// Running and whole: the only good end.
    package static let ready = Self(rawValue: "ready")
    /// An in-place restore is overwriting it.
    package static let restoring = Self(rawValue: "restoring")
    /// Known, but not running.
    package static let unavailable = Self(rawValue: "unavailable")
    /// The last operation ended badly.
    package static let failed = Self(rawValue: "failed")
    /// Being removed from the backend.
    package static let deleting = Self(rawValue: "deleting")
    /// Gone from its cluster.
    package static let removed = Self(rawValue: "removed")

    package var description: String { rawValue }

    /// Whether a new application in this state is still being made.
    package var isBeingMade: Bool { [.pending, .provisioning, .discovering].contains(self) }
    /// Whether nothing but a deliberate act leads out of this state.
    package var isDead: Bool { [.failed, .deleting, .removed].contains(self) }
  }
}

/// A Kubernetes cluster that the backend knows.
package struct Cluster: Sendable {
  package typealias ID = Identifier<Cluster>

  package var id: ID
  package var name: String
  /// Whether applications can be restored or cloned to it; nil if the backend does not tell.
  package var acceptsRestores: Bool?

  /// Makes a cluster.
  package init(id: ID, name: String, acceptsRestores: Bool? = nil) {
    self.id = id
    self.name = name
    self.acceptsRestores = acceptsRestores
  }
}
