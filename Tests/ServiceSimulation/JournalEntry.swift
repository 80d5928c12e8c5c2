/// One change at a service, in the order in which it happened: what clients and others did, and what came of it.
package struct JournalEntry: Equatable, Sendable {
  /// What happened.
  package enum Event: String, Sendable {
    case created, completed, failed, deleted, renamed
    case restoreRequested, restoreBegan, restoreFinished, restoreFailed
    case deployed, manipulated
    /// Somebody has removed what runs there, and not its data.
    case workloadsRemoved
  }

  /// What it happened to.
  package enum Kind: String, Sendable { case application, clone, backup, snapshot, namespace, credential }

  /// Time since the start.
  package var at: Duration
  package var event: Event
  package var kind: Kind
  package var id: String
  package var name: String
  /// The application it belongs to or comes from, or the recovery point restored from.
  package var related: String?

  /// Makes an entry.
  package init(at: Duration, event: Event, kind: Kind, id: String, name: String, related: String?) {
    (self.at, self.event, self.kind) = (at, event, kind)
    (self.id, self.name, self.related) = (id, name, related)
  }
}

/// How often each thing has happened since the start; what was there at the start is not counted.
package struct Tally: Equatable, Sendable {
  package var backupsCreated = 0
  package var snapshotsCreated = 0
  package var clonesCreated = 0
  /// Applications, backups and snapshots that clients deleted.
  package var deletions = 0
  package var restoresRequested = 0
  /// Restores that began to overwrite content.
  package var restoresBegun = 0
  package var restoresFinished = 0

  /// Makes counts of nothing.
  package init() {}
}
