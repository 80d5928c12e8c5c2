package import Timing

/// One piece of work of a backend that takes time: an object of its own, or made up by the backend's adapter from what
/// the application shows.
package struct Operation: Sendable {
  package typealias ID = Identifier<Operation>

  package enum Kind: Hashable, Sendable {
    case clone
    case inPlaceRestore
  }

  /// How far it is; a terminal state alone is no success.
  package enum State: Hashable, Sendable {
    /// It goes on; a phrase to show when it changes: `restoring`.
    case running(String)
    /// It waits for something else to end; for what.
    case blocked(String)
    case succeeded
    /// It has ended, and something of it is missing; what, as a clause: `lacks the volume "db"`.
    case partial(String)
    /// It has ended badly; why, as a clause: `is failed: no space left`.
    case failed(String)
  }

  package var id: ID
  package var kind: Kind
  package var state: State
  /// The recovery point that its content comes from, or those that it may be; empty if that is not told.
  package var points: [RecoveryPoint.ID]
  /// The application that it works on, or has made, as it was seen with it; nil while there is none.
  package var application: Application?
  /// Whether it was seen under way by now.
  package var wasSeen: Bool
  /// How far it is; nil where its backend does not tell.
  package var progress: Progress?

  /// Makes an operation.
  package init(
    id: ID, kind: Kind, state: State, points: [RecoveryPoint.ID] = [], application: Application? = nil,
    wasSeen: Bool = false
  ) {
    self.id = id
    self.kind = kind
    self.state = state
    self.points = points
    self.application = application
    self.wasSeen = wasSeen
  }
}

/// An in-place restore that was, or was about to be, asked for, with all that its backend needs to know it again.
package struct InPlaceRestore: Sendable {
  package var application: Application.ID
  package var point: RecoveryPoint.ID
  /// The marks of the application just before.
  package var before: ApplicationMarks
  /// When it was asked for, as far as is known.
  package var requestedAt: Instant
  /// Whether an earlier attempt has seen it under way.
  package var wasSeen: Bool

  /// Names an in-place restore.
  package init(
    of application: Application.ID, from point: RecoveryPoint.ID, before: ApplicationMarks,
    requestedAt: Instant, wasSeen: Bool = false
  ) {
    self.application = application
    self.point = point
    self.before = before
    self.requestedAt = requestedAt
    self.wasSeen = wasSeen
  }
}

/// How a backend makes a clone.
package enum ClonePlan: Hashable, Sendable {
  /// By one request.
  case direct
  /// From a recovery point of that kind, which has to be made first.
  case afterMaking(RecoveryPoint.Kind)
}

/// What a step waits for, by what its backend knows it by.
package enum Awaited: Hashable, Sendable {
  case recoveryPoint(RecoveryPoint.ID, RecoveryPoint.Kind, of: Application.ID)
  case operation(Operation.ID)
}

/// How waiting for news ended.
package enum News: Hashable, Sendable {
  /// Something may have changed: look now.
  case some
  /// Nothing was heard for so long.
  case none(after: Duration)
  /// The service cannot tell, or not now.
  case unavailable
}
