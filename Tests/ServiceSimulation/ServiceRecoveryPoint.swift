/// Which of the two kinds a recovery point is.
package enum RecoveryPointKind: String, Sendable { case backup, snapshot }

/// A backup or a snapshot, as it is seen from outside.
package struct ServiceRecoveryPoint: Sendable {
  package var kind: RecoveryPointKind
  package var id: String
  package var name: String
  /// The id of the application that it belongs to.
  package var application: String
  /// `completed`, `failed`, `running`, or any other word of the service.
  package var state: String
  /// `success` or `failed`; nil while its hooks have not run.
  package var hookState: String?
  /// What it holds; nil before it has captured anything.
  package var content: Content?

  /// Makes the view.
  package init(
    kind: RecoveryPointKind, id: String, name: String, application: String, state: String,
    hookState: String?, content: Content?
  ) {
    (self.kind, self.id, self.name, self.application) = (kind, id, name, application)
    (self.state, self.hookState, self.content) = (state, hookState, content)
  }
}

/// A backup or snapshot to be added.
package struct RecoveryPointSeed: Sendable {
  package var name: String
  package var state = "completed"
  package var hookState: String? = "success"
  /// How long ago it was made.
  package var age = Duration.seconds(86_400)
  /// What it holds; nil: what the application holds.
  package var content: Content?
  /// The id of the schedule that made it; nil: a client did.
  package var schedule: String?

  /// Makes a recovery point.
  package init(_ name: String, content: Content? = nil) { (self.name, self.content) = (name, content) }
}
