package import Timing

/// A copy that an application can be restored from: a backup or a snapshot of it.
package struct RecoveryPoint: Sendable {
  package typealias ID = Identifier<RecoveryPoint>

  package var id: ID
  package var kind: Kind
  package var name: String
  /// The application whose copy it is.
  package var applicationID: Application.ID
  package var state: State
  package var hooks: Hooks
  /// Why it is in that state, in the backend's words; often empty.
  package var problems: [String]
  /// How much of it is made; nil where nothing is told.
  package var progress: Progress?
  /// How large it is once it is complete, in bytes, if the backend tells.
  package var sizeBytes: Int?
  /// Which volumes it holds.
  package var coverage = Coverage.notTold
  /// When the backend removes it by itself; nil if it never does, or does not tell.
  package var expiresAt: Timestamp?
  /// The namespaces of other applications that it is a copy of, too.
  package var otherNamespaces: [String] = []
  /// What the backend cannot vouch for, or warns of, each as a clause, where the copy is good for all that.
  package var cautions: [String] = []
  /// The pipeline run that made it, if its entry says so.
  package var run: String?
  package var createdAt: Timestamp?
  /// When it held its data at the latest; nil where nothing but the time it was made is told.
  package var heldBy: Timestamp?
  /// Whether a protection policy made it, by its schedule.
  package var isScheduled: Bool
  /// What clients have written on the backend's entry for it, as far as the backend keeps that.
  package var labels: [Label]

  /// Makes a recovery point.
  package init(
    id: ID, kind: Kind, name: String, applicationID: Application.ID, state: State,
    hooks: Hooks = .notReported,
    problems: [String] = [], createdAt: Timestamp? = nil,
    isScheduled: Bool = false, labels: [Label] = []
  ) {
    self.id = id
    self.kind = kind
    self.name = name
    self.applicationID = applicationID
    self.state = state
    self.hooks = hooks
    self.problems = problems
    self.createdAt = createdAt
    self.isScheduled = isScheduled
    self.labels = labels
  }

  /// What its state is and why, as a clause: `is failed: no space left`.
  package var stateClause: String {
    "is \(state)" + (problems.isEmpty ? "" : ": \(problems.joined(separator: "; "))")
  }

  /// Where the copy lies: in object storage, or beside the application's volumes.
  package enum Kind: String, Sendable, CaseIterable {
    case backup
    case snapshot
  }

  /// How the execution hooks around the copy went.
  package enum Hooks: Hashable, Sendable {
    /// There were none, or the backend does not tell.
    case notReported
    case succeeded
    /// At least one failed, and the backend's words on it.
    case failed([String])

    /// Whether a hook failed.
    package var didFail: Bool { if case .failed = self { true } else { false } }
  }

  /// What a recovery point is doing, in our words; a state that nobody knows yet keeps the backend's own.
  package struct State: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    /// Wraps a state.
    package init(rawValue: String) {
      self.rawValue = rawValue
    }

    package static let pending = Self(rawValue: "pending")
    package static let discovering = Self(rawValue: "discovering")
    package static let running = Self(rawValue: "running")
    /// Whole: the only good end.
    package static let completed = Self(rawValue: "completed")
    package static let failed = Self(rawValue: "failed")
    /// Not to be reached any more (its store is lost, say).
    package static let removed = Self(rawValue: "removed")
    package static let deleting = Self(rawValue: "deleting")

    package var description: String { rawValue }

    /// Whether the copy is still being made.
    package var isBeingMade: Bool { [.pending, .discovering, .running].contains(self) }
    /// Whether it ended, and not well.
    package var isDead: Bool { [.failed, .removed, .deleting].contains(self) }
  }
}
