/// The answer of `GET /_simulator/world`, as far as tests look at it.
struct WorldView: Decodable, Sendable {
  /// What an application, a backup or a snapshot holds.
  struct Content: Decodable, Hashable, Sendable {
    var version: String
    var broken: Bool
    var rows: [String]
  }

  /// An application under protection.
  struct Application: Decodable, Hashable, Sendable {
    var id: String
    var name: String
    var cluster: String
    var namespaces: [String]
    var state: String
    var content: Content?
    var address: String
    var sourceAppID: String?
    var backupID: String?
    var snapshotID: String?
    var restoredFrom: [String]
  }

  /// A backup or a snapshot.
  struct Point: Decodable, Hashable, Sendable {
    var id: String
    var name: String
    var application: String
    var state: String
    var hookState: String?
    var content: Content?
  }

  /// Work under way.
  struct Operation: Decodable, Sendable {
    var kind: String
    var subject: String
    var application: String
    var state: String?
    var stalled: Bool
  }

  /// How often each thing has happened since the start.
  struct Tally: Decodable, Hashable, Sendable {
    var applicationsDefined: Int
    var backupsCreated: Int
    var snapshotsCreated: Int
    var clonesCreated: Int
    var deletions: Int
    var restoresRequested: Int
    var restoresBegun: Int
    var restoresFinished: Int
  }

  /// One change.
  struct Entry: Decodable, Hashable, Sendable {
    var at: Double
    var event: String
    var kind: String
    var id: String
    var name: String
    var related: String?
  }

  /// The log of requests.
  struct Requests: Decodable, Sendable {
    var total: Int
    var counts: [String: Int]
  }

  var now: Double
  var serverTime: String
  var applications: [Application]
  var backups: [Point]
  var snapshots: [Point]
  var namespaces: [String: [String]]
  var operations: [Operation]
  var tally: Tally
  var journal: [Entry]
  var requests: Requests

  /// The application of that name.
  func application(_ name: String) -> Application? { applications.first { $0.name == name } }

  /// The backup of that name.
  func backup(_ name: String) -> Point? { backups.first { $0.name == name } }

  /// The snapshot of that name.
  func snapshot(_ name: String) -> Point? { snapshots.first { $0.name == name } }

  /// All that a client of the API can change, and nothing that time changes.
  struct Contents: Hashable, Sendable {
    var applications: [Application]
    var backups: [Point]
    var snapshots: [Point]
    var namespaces: [String: [String]]
    var tally: Tally
    var journal: [Entry]
  }

  /// What must be the same after a step that changed nothing.
  var contents: Contents {
    Contents(
      applications: applications, backups: backups, snapshots: snapshots, namespaces: namespaces,
      tally: tally, journal: journal)
  }

  /// The applications that were made from that one.
  func clones(of name: String) -> [Application] {
    guard let source = application(name) else { return [] }
    return applications.filter { $0.sourceAppID == source.id }
  }
}
