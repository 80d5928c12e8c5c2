package import SimulatorSupport

/// Astra Control, its clusters and its applications, as a pure state machine.
///
/// A world is a value: copy it to compare before and after. It has no clock of its own; time passes only in
/// `advance(by:)` or `advance(to:)`, and a request takes none. The same scenario and the same requests at the same
/// times give the same world.
package struct World: Sendable {
  /// The scenario it started as.
  package let scenario: Scenario
  /// How the server behaves; may be changed while the world runs.
  package var settings: SimulatorSettings
  /// Virtual time since the scenario's start.
  package private(set) var now = Duration.zero
  /// The token of an account owner.
  package internal(set) var token: String

  package internal(set) var operations: [Operation] = []
  package internal(set) var journal: [JournalEntry] = []
  package internal(set) var tally = Tally()
  /// Requests so far, by method and path with `{id}` for identifiers: `GET k8s/v2/apps/{id}`.
  package internal(set) var requests: [String: Int] = [:]
  /// All requests so far.
  package internal(set) var requestCount = 0
  /// The last of them.
  var requestLog = RequestLog()
  /// What requests and answers have weighed so far.
  package internal(set) var traffic = Traffic()
  /// When each request came, as far as `SimulatorSettings.recordTimes` was on.
  package internal(set) var requestTimes: [RequestTime] = []

  var applicationTable: ObjectTable<Application>
  var pointTable: ObjectTable<RecoveryPoint>
  var namespaceTable: ObjectTable<Namespace>
  var buckets: [Bucket] = []
  var clouds: [Cloud] = []
  var clusters: [Cluster] = []
  var workloads: [Workload] = []
  var notifications: [Notification] = []
  var operationFaults: [OperationFault]
  var responseFaults: [ResponseFault]
  /// What was made while `SimulatorSettings.newHiddenFromToken` was on.
  var hiddenFromToken: Set<String> = []
  var startedOperations: [Operation.Kind: Int] = [:]
  var random: SeededRandom
  let userID: String
  private let pagePort: Int
  /// How many addresses applications have been given so far.
  package private(set) var addressesGiven = 0
  private var nextRediscovery: Duration
  private var nextModification: Duration

  /// Builds the scenario's world.
  ///
  /// - Parameters:
  ///   - scenario: The world at its start.
  ///   - pagePort: The port of the applications' front pages, each at an address of its own in 127.77.0.0/16 and on.
  ///   - linearSearchLimit: Up to how many of a kind are searched one by one; nilUUID can tell but by the time that it takes.
  package init(scenario: Scenario, pagePort: Int = 80, linearSearchLimit: Int = 48) {
    self.scenario = scenario
    applicationTable = ObjectTable(linearSearchLimit: linearSearchLimit)
    pointTable = ObjectTable(linearSearchLimit: linearSearchLimit)
    namespaceTable = ObjectTable(linearSearchLimit: linearSearchLimit)
    self.pagePort = pagePort
    settings = scenario.settings
    token = scenario.token
    operationFaults = scenario.operationFaults
    responseFaults = scenario.responseFaults
    nextRediscovery = scenario.settings.rediscoveryEvery
    nextModification = scenario.settings.modificationEvery
    random = SeededRandom(seed: UInt64(bitPattern: Int64(scenario.seed)))
    userID = random.uuid()
    for seed in scenario.buckets {
      buckets.append(
        Bucket(
          id: seed.id ?? random.uuid(), name: seed.name, state: seed.state, provider: seed.provider,
          credential: random.uuid()))
    }
    for seed in scenario.clouds {
      let bucket = buckets.first { $0.name == seed.defaultBucket }?.id
      clouds.append(
        Cloud(id: seed.id ?? random.uuid(), name: seed.name, cloudType: seed.cloudType, defaultBucket: bucket)
      )
    }
    for seed in scenario.clusters { add(seed) }
    for seed in scenario.applications { add(seed) }
    for fleet in scenario.fleets {
      applicationTable.reserve(fleet.count)
      namespaceTable.reserve(fleet.count)
      pointTable.reserve(fleet.count * fleet.backups)
      for seed in fleet.applications { add(seed) }
    }
  }

  /// The server's idea of the present, which clients see in timestamps and in the `Date` header.
  package var serverTime: WallTime { wallTime(at: now) }

  func wallTime(at time: Duration) -> WallTime {
    scenario.startDate + time + settings.clockSkew
  }

  /// A new address for an application, `host:port`.
  mutating func newAddress() -> String {
    addressesGiven += 1
    return address(addressesGiven)
  }

  /// The address that was given as the nth, from 1.
  package func address(_ number: Int) -> String {
    "127.\(77 + number / 62_500).\(number / 250 % 250).\(number % 250 + 1):\(pagePort)"
  }

  /// The world behind a server on which something of the API has been asked over that many connections.
  package mutating func count(connections: Int, open: Int) {
    (traffic.connections, traffic.openConnections) = (connections, open)
  }

  /// Lets virtual time pass.
  package mutating func advance(by duration: Duration) {
    advance(to: now + duration)
  }

  /// Lets virtual time pass until that moment since the start; a moment in the past changes nothing.
  ///
  /// Whatever falls due on the way happens in the order of its time.
  package mutating func advance(to end: Duration) {
    while true {
      var due = end
      var operation: Int?
      for (index, candidate) in operations.enumerated() {
        if let time = candidate.due, time <= due, operation == nil || time < due {
          (due, operation) = (time, index)
        }
      }
      let periodic = nextPeriodic
      if let periodic, periodic <= due, operation == nil || periodic < due {
        now = max(now, periodic)
        doPeriodic()
      } else if let operation {
        now = max(now, due)
        endStage(ofOperationAt: operation)
      } else {
        break
      }
    }
    now = max(now, end)
  }

  /// When the next thing happens that no request asked for.
  private var nextPeriodic: Duration? {
    var times: [Duration] = []
    if settings.rediscoveryEvery > .zero { times.append(nextRediscovery) }
    if settings.modificationEvery > .zero { times.append(nextModification) }
    return times.min()
  }

  private mutating func doPeriodic() {
    if settings.rediscoveryEvery > .zero, nextRediscovery <= now {
      nextRediscovery = now + settings.rediscoveryEvery
      var busy = Set(operations.map(\.subject))
      for place in applicationTable.indices where applicationTable[place].state == "ready" {
        let id = applicationTable[place].id
        guard busy.insert(id).inserted else { continue }
        start(
          .rediscovery, subject: id, application: id,
          stages: [.init(state: "discovering", length: settings.rediscovery, role: .discover)])
      }
    }
    if settings.modificationEvery > .zero, nextModification <= now {
      nextModification = now + settings.modificationEvery
      for place in applicationTable.indices { applicationTable[place].modified = now }
    }
  }
}

extension World {
  /// All applications, in the order in which they came.
  package var applications: [Application] { applicationTable.all }

  /// All backups and snapshots, in the order in which they came.
  package var points: [RecoveryPoint] { pointTable.all }

  /// The application of that id or, failing that, the first of that name.
  package func application(_ key: String) -> Application? {
    (applicationTable.index(of: key) ?? applicationTable.firstIndex(named: key)).map { applicationTable[$0] }
  }

  /// The backup or snapshot of that id or, failing that, the first of that name.
  package func point(_ key: String) -> RecoveryPoint? {
    (pointTable.index(of: key) ?? pointTable.firstIndex(named: key)).map { pointTable[$0] }
  }

  func cluster(_ id: String) -> Cluster? { clusters.first { $0.id == id } }
  func cloud(ofCluster id: String) -> Cloud? {
    cluster(id).flatMap { cluster in clouds.first { $0.id == cluster.cloud } }
  }

  /// Whether an operation on the application itself is under way, visible or not.
  func isBusy(_ application: String) -> Bool { operations.contains { $0.subject == application } }

  func hasNamespace(_ name: String, cluster: String) -> Bool {
    namespaceTable.firstIndex(named: name) { $0.cluster == cluster } != nil
  }

  mutating func record(
    _ event: JournalEntry.Event, _ kind: JournalEntry.Kind, id: String, name: String, related: String? = nil
  ) {
    journal.append(JournalEntry(at: now, event: event, kind: kind, id: id, name: name, related: related))
  }

  mutating func addNamespace(_ name: String, cluster: String) {
    guard !hasNamespace(name, cluster: cluster) else { return }
    namespaceTable.append(
      Namespace(
        id: random.uuid(), name: name, cluster: cluster, kubernetesUID: random.uuid(), created: now))
  }
}

// MARK: - Building the scenario's world

extension World {
  private mutating func add(_ seed: ClusterSeed) {
    guard let cloud = clouds.first(where: { $0.name == seed.cloud }) else { return }
    let classes = seed.storageClasses.map {
      StorageClass(id: random.uuid(), name: $0, availability: seed.classAvailability)
    }
    let cluster = Cluster(
      id: seed.id ?? random.uuid(), name: seed.name, cloud: cloud.id, clusterType: seed.clusterType,
      version: seed.version, isManaged: seed.isManaged,
      restoreTargetSupported: seed.restoreTargetSupported, snapshotClass: seed.snapshotClass,
      isEligible: seed.isEligible, storageClasses: classes, state: seed.state,
      managedState: seed.managedState ?? (seed.isManaged ? "managed" : "unmanaged"),
      protectionState: seed.protectionState, tridentVersion: seed.tridentVersion)
    clusters.append(cluster)
    for name in seed.namespaces { addNamespace(name, cluster: cluster.id) }
  }

  /// Adds an application as it would be after `seed.age`; nil if its cluster is unknown.
  @discardableResult
  mutating func add(_ seed: ApplicationSeed) -> String? {
    guard let cluster = clusters.first(where: { $0.name == seed.cluster || $0.id == seed.cluster }) else {
      return nil
    }
    var app = Application(
      id: seed.id ?? random.uuid(), name: seed.name, cluster: cluster.id, namespaces: seed.namespaces,
      state: seed.state, address: newAddress(), created: now - seed.age)
    app.content = seed.content
    app.hooks = seed.hooks
    app.sourceAppID = seed.source
    app.supportsSnapshots = seed.supportsSnapshots
    app.supportsClones = seed.supportsClones
    app.supportsSelectiveRestore = seed.supportsSelectiveRestore
    applicationTable.append(app)
    for name in seed.namespaces { addNamespace(name, cluster: cluster.id) }
    for point in seed.backups { add(point, .backup, to: app) }
    for point in seed.snapshots { add(point, .snapshot, to: app) }
    return app.id
  }

  /// Adds a backup or snapshot as it would be after `seed.age`.
  @discardableResult
  mutating func add(_ seed: RecoveryPointSeed, _ kind: RecoveryPoint.Kind, to app: Application) -> String {
    let id = seed.id ?? random.uuid()
    let bucket = kind == .backup ? cloud(ofCluster: app.cluster)?.defaultBucket ?? buckets.first?.id : nil
    pointTable.append(
      RecoveryPoint(
        kind: kind, id: id, name: seed.name, application: app.id, state: seed.state,
        hookState: seed.state == "completed" || seed.state == "failed" ? seed.hookState : nil,
        content: seed.content ?? app.content, created: now - seed.age, bucket: bucket, snapshot: nil,
        modified: now - seed.age,
        reasons: seed.state == "failed" ? ["The \(kind.rawValue) of \(app.name) did not complete"] : [],
        schedule: seed.schedule, asset: random.uuid()))
    return id
  }
}
