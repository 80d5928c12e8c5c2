/// How a backend restores in place.
package enum RestorePlan: Hashable, Sendable {
  /// By one request: the application holds the one state or the other.
  case atomic
  /// By several changes, in their order.
  case stepwise(RestoreChanges)
}

/// The changes that restore an application in place, where one request does not.
package struct RestoreChanges: Hashable, Sendable {
  /// All of them, in order; those that come after the restore itself last.
  package var all: [RestoreChange]
  /// What is there and not in the recovery point, each as a noun: it stays as it is.
  package var kept: [String]
  /// What is worth a look before they are begun, a sentence for each.
  package var cautions: [String]
  /// The restore that has stopped the application and not started it again; nil if none has.
  package var holder: Holder?

  /// An in-place restore that is not over, as the application itself shows it.
  package struct Holder: Hashable, Sendable {
    /// What its changes call it.
    package var restore: String
    /// The pipeline run; nil if it has no name.
    package var run: String?
    /// How a person ends it where its record is gone, as instructions; nil where the backend has none.
    package var release: String?

    /// Names a restore.
    package init(restore: String, run: String?) { (self.restore, self.run) = (restore, run) }

    /// What it does to the application, as a predicate.
    package var clause: String {
      "was stopped for an in-place restore of \(run.map { "run \"\($0)\"" } ?? "a run without a name") (\(restore)), which has not ended"
    }
  }

  /// Makes a list.
  package init(
    _ all: [RestoreChange], kept: [String] = [], cautions: [String] = [], holder: Holder? = nil
  ) {
    (self.all, self.kept, self.cautions, self.holder) = (all, kept, cautions, holder)
  }
}

/// One change of several that restore an application in place.
///
/// A record keeps it, so it holds all that is needed to make it, or to find it made.
package struct RestoreChange: Hashable, Sendable {
  /// What it is told apart by from the others of one list: `delete claim shop-db`.
  package var id: String
  /// What it does and what it destroys, as a clause.
  package var clause: String
  /// Whether it comes after the restore itself was asked for.
  package var isAfterwards: Bool
  /// Whether it leaves the application as it is, at work and with its data: after it a restore may be planned anew.
  package var isPreparation: Bool
  /// What it is about, as its backend reads it: names, uids, how things were before.
  package var details: [String: String]

  /// Makes a change.
  package init(
    id: String, clause: String, isAfterwards: Bool = false, isPreparation: Bool = false,
    details: [String: String] = [:]
  ) {
    (self.id, self.clause, self.details) = (id, clause, details)
    (self.isAfterwards, self.isPreparation) = (isAfterwards, isPreparation)
  }
}

/// How one of those changes stands once it was asked for.
package enum RestoreChangeState: Hashable, Sendable {
  /// It was seen to be made.
  case made
  /// It is asked for, or cannot be yet; what it waits for, as a phrase, and the operation whose end that is, if it is one.
  case waiting(String, Operation.ID? = nil)
  /// It cannot be made any more, and nothing more was changed; why, as a clause.
  case failed(String)
}

/// Why an in-place restore by several changes may not be begun.
package struct RestoreObjection: Hashable, Sendable {
  /// A clause: `storage class "gold" is not there`.
  package var reason: String
  /// What would remove it.
  package var remedy: String
  /// Whether it ends by itself, so that it is waited for.
  package var passes: Bool
  /// Whether it is only told, since nobody can see whether it is so.
  package var isCaution = false
  /// The kind and name of an owner of whom only the user can say that it was paused, which lifts the objection; nil for all
  /// others.
  package var unseenOwner: String?

  /// Whether the restore may be begun in spite of it, if the user says so.
  package var mayPass: Bool { isCaution || unseenOwner != nil }

  /// Makes an objection.
  package init(_ reason: String, remedy: String, passes: Bool = false) {
    (self.reason, self.remedy, self.passes) = (reason, remedy, passes)
  }
}

/// How a person goes back from the changes of an in-place restore, as commands in their order.
package struct RestoreWayBack: Hashable, Sendable {
  /// Those that bring the data of before back.
  package var data: [String]
  /// Those that start then what was stopped.
  package var starts: [String]
  /// Whether the workloads may be the recovery point's by now: an old release must not run on the data of a newer one.
  package var mayHaveOldWorkloads: Bool

  /// Gathers the commands.
  package init(data: [String] = [], starts: [String] = [], mayHaveOldWorkloads: Bool = false) {
    (self.data, self.starts, self.mayHaveOldWorkloads) = (data, starts, mayHaveOldWorkloads)
  }
}
