/// A simulated service that protects applications, and those applications: what tests ask of it, whatever product it is.
///
/// A service is a value: copy it to keep a past moment. Time passes for it only in `advance(to:)`. Applications and
/// recovery points are found by id or, failing that, by name; clusters likewise.
package protocol SimulatedService: Sendable {
  /// What its API can do at all.
  var capabilities: ServiceCapabilities { get }
  /// How it behaves where products, and releases of one product, differ.
  var behaviour: ServiceBehaviour { get set }

  // MARK: How clients reach it

  /// The variables that a pipeline needs to reach it, and those of its situation: `PROD_APP_NAME` and the like.
  var environment: [String: String] { get }
  /// Files that a pipeline needs to reach it, by their paths.
  var files: [String: String] { get }
  /// The secret that clients authenticate with.
  var credential: String { get }

  /// Answers one request; it takes no time.
  mutating func respond(to request: ServiceRequest) -> ServiceResponse
  /// What a request is for.
  func purpose(of request: ServiceRequest) -> RequestPurpose
  /// The answer by which it refuses a change.
  func refusal(_ reason: RefusalReason) -> ServiceResponse
  /// What an application's front page shows at an address, `host:port`; nil where nothing is served.
  func frontPage(at address: String) -> FrontPage?

  // MARK: Time

  /// Lets time pass until that moment since the start; whatever falls due on the way happens in order.
  mutating func advance(to moment: Duration)
  /// When something happens by itself next, as the time since the start; nil: nothing, or nobody asks for it.
  var nextChange: Duration? { get }

  // MARK: What it holds, seen from outside

  /// All applications, in order of definition.
  var applications: [ServiceApplication] { get }
  /// All backups and snapshots, in order of creation.
  var recoveryPoints: [ServiceRecoveryPoint] { get }
  /// What is in the volumes of an application that an in-place restore does not write to, each with its rows.
  func keptRows(of application: String) -> [[String]]
  /// The operations under way, in order of their beginning.
  var operations: [ServiceOperation] { get }
  func application(_ key: String) -> ServiceApplication?
  func recoveryPoint(_ key: String) -> ServiceRecoveryPoint?
  /// The id of the cluster of that name.
  func clusterID(named name: String) -> String?
  func hasNamespace(_ name: String, onCluster cluster: String) -> Bool
  /// Whether a cluster can hold clones from elsewhere.
  func acceptsClones(onCluster cluster: String) -> Bool
  /// Whether backups of a cluster's applications have a place to go to.
  func canStoreBackups(ofCluster cluster: String) -> Bool

  /// How many changes are in the journal.
  var journalCount: Int { get }
  /// The changes from that place on, in order.
  func journal(from index: Int) -> [JournalEntry]
  /// How often each thing has happened since the start.
  var tally: Tally { get }
  /// How many operations of a kind have begun.
  func operationsBegun(_ kind: OperationKind) -> Int

  // MARK: Situations

  /// Adds an application in the state of the seed; nil if its cluster is unknown.
  @discardableResult mutating func add(_ seed: ApplicationSeed) -> String?
  /// Adds a recovery point in the state of the seed; nil if there is no such application.
  @discardableResult
  mutating func add(_ seed: RecoveryPointSeed, _ kind: RecoveryPointKind, of application: String) -> String?
  @discardableResult mutating func addNamespace(_ name: String, onCluster cluster: String) -> Bool
  @discardableResult mutating func removeNamespace(_ name: String, onCluster cluster: String) -> Bool
  /// Shows an application or recovery point in any state, known or not, and ends what was under way with it.
  @discardableResult mutating func setState(_ state: String, of key: String) -> Bool
  /// Rolls out a release at an application; `rows` nil leaves its data.
  @discardableResult
  mutating func deploy(version: String, broken: Bool, rows: [String]?, to application: String) -> Bool
  /// Adds data to an application, as its customers do.
  @discardableResult mutating func addRows(_ rows: [String], to application: String) -> Bool
  /// Removes some of an application's resources, and adds others, by their names.
  @discardableResult
  mutating func changeResources(of application: String, losing: Set<String>, gaining: [String]) -> Bool
  /// Removes an application or recovery point as when somebody else deleted it.
  @discardableResult mutating func removeByOthers(_ key: String) -> Bool
  /// Another client restores an application in place from a recovery point.
  mutating func restoreByOthers(_ application: String, from recoveryPoint: String)
  /// Another client asks for a backup of an application; returns its id, nil if that is refused.
  @discardableResult mutating func backUpByOthers(_ application: String, as name: String) -> String?
  /// Another client asks for a clone of an application into a namespace of its own; returns its id, nil if that is
  /// refused.
  @discardableResult
  mutating func cloneByOthers(_ application: String, as name: String, onCluster cluster: String) -> String?
  /// Replaces the credential: the old one is revoked.
  mutating func changeCredential(_ credential: String)

  // MARK: Faults

  /// Lets the next operation of a kind go wrong.
  mutating func disturbNext(_ kind: OperationKind, _ effect: OperationEffect)
  /// Lets the operation under way on an object fail now; false if there is none.
  @discardableResult mutating func failOperation(of key: String) -> Bool
  /// Lets the operation under way on an object end well now; false if there is none.
  @discardableResult mutating func completeOperation(of key: String) -> Bool
  /// Lets the operation under way on an object stand still for ever; false if there is none.
  @discardableResult mutating func stallOperation(of key: String) -> Bool
  /// Ends what is wrong with the service itself: it behaves again as it did then, with all that has happened since.
  mutating func recover(to then: any SimulatedService)
}

extension SimulatedService {
  package var files: [String: String] { [:] }
  package var nextChange: Duration? { nil }
  package func keptRows(of _: String) -> [[String]] { [] }
  package mutating func recover(to _: any SimulatedService) {}

  /// All changes since the start.
  package var journal: [JournalEntry] { journal(from: 0) }

  /// The applications that were cloned from others, whoever did it.
  package var clones: [ServiceApplication] { applications.filter { $0.sourceID != nil } }

  /// The recovery points of that name.
  package func recoveryPoints(named name: String) -> [ServiceRecoveryPoint] {
    recoveryPoints.filter { $0.name == name }
  }

  @discardableResult
  package mutating func deploy(version: String, broken: Bool, to application: String) -> Bool {
    deploy(version: version, broken: broken, rows: nil, to: application)
  }

  @discardableResult
  package mutating func addBackup(_ seed: RecoveryPointSeed, of application: String) -> String? {
    add(seed, .backup, of: application)
  }

  @discardableResult
  package mutating func addSnapshot(_ seed: RecoveryPointSeed, of application: String) -> String? {
    add(seed, .snapshot, of: application)
  }
}
