internal import SimulatorSupport

/// One change of the world, in the order in which it happened.
package struct JournalEntry: Equatable, Sendable {
  /// What happened.
  package enum Event: String, Sendable {
    case created, completed, failed, deleted, renamed
    case restoreRequested, restoreBegan, restoreFinished, restoreFailed
    case deployed, manipulated
  }

  /// What it happened to.
  package enum Kind: String, Sendable { case application, clone, backup, snapshot, namespace, token }

  package var at: Duration
  package var event: Event
  package var kind: Kind
  package var id: String
  package var name: String
  /// The application it belongs to or comes from, or the recovery point restored from.
  package var related: String?

  var json: JSON {
    [
      "at": .number(at.inSeconds), "event": .string(event.rawValue), "kind": .string(kind.rawValue),
      "id": .string(id), "name": .string(name), "related": related.map(JSON.string) ?? .null,
    ]
  }
}

/// How often each thing has happened since the scenario's start; what was there at the start is not counted.
package struct Tally: Equatable, Sendable {
  package internal(set) var applicationsDefined = 0
  package internal(set) var backupsCreated = 0
  package internal(set) var snapshotsCreated = 0
  package internal(set) var clonesCreated = 0
  /// Applications, backups and snapshots deleted through the API.
  package internal(set) var deletions = 0
  package internal(set) var restoresRequested = 0
  /// Restores that began to overwrite content.
  package internal(set) var restoresBegun = 0
  package internal(set) var restoresFinished = 0

  var json: JSON {
    [
      "applicationsDefined": .integer(applicationsDefined), "backupsCreated": .integer(backupsCreated),
      "snapshotsCreated": .integer(snapshotsCreated), "clonesCreated": .integer(clonesCreated),
      "deletions": .integer(deletions), "restoresRequested": .integer(restoresRequested),
      "restoresBegun": .integer(restoresBegun), "restoresFinished": .integer(restoresFinished),
    ]
  }
}
