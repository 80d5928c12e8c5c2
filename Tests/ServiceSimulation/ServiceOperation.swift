/// What kind of work an operation is.
package enum OperationKind: String, CaseIterable, Sendable {
  case backup, snapshot, clone, restore
  /// An application is put under protection.
  case definition
  case deletion
  /// The resources of an application are looked through again.
  case rediscovery
}

/// An operation under way.
package struct ServiceOperation: Sendable {
  package var kind: OperationKind
  /// The id of the object whose state it drives.
  package var subject: String

  /// Makes the view.
  package init(kind: OperationKind, subject: String) { (self.kind, self.subject) = (kind, subject) }
}

/// How an operation goes wrong.
package enum OperationEffect: String, CaseIterable, Sendable {
  /// It fails after its work was half done.
  case fails
  /// It fails before it touched anything.
  case failsAtOnce
  /// It never ends.
  case stalls
  /// Its object disappears at the end of the main part.
  case vanishes
  /// It completes, but its execution hooks failed (backups and snapshots).
  case hooksFail
  /// It passes through a state that no document knows.
  case unknownState
  /// Its states run once forward, back to the first, and then to the end.
  case goesBack
  /// A backup or snapshot ends in state `removed`.
  case removed
}

/// An operation that goes wrong, as data: the nth of its kind since the start.
package struct OperationFault: Equatable, Sendable {
  package var kind: OperationKind
  /// Which one of its kind, from 1.
  package var nth: Int
  package var effect: OperationEffect

  /// Makes the fault.
  package init(_ kind: OperationKind, nth: Int = 1, _ effect: OperationEffect) {
    (self.kind, self.nth, self.effect) = (kind, nth, effect)
  }
}
