package import SimulatorSupport

/// Some clusters with applications in them, the object storage that they share, and the product that protects them.
///
/// A world is a value: copy it to compare before and after. Time passes only in `advance(to:)`, and a request takes none.
package struct KubernetesWorld: Sendable, StreamSource {
  /// How the product behaves; may be changed while the world runs.
  package var settings: ProductSettings {
    didSet {
      guard settings != oldValue else { return }
      for index in clusters.indices { clusters[index].admissionPlugins = [ProtectWebhooks(settings)] }
      notice(changeFrom: oldValue)
    }
  }
  package var clusters: [KubernetesCluster]
  /// The product is Velero instead, and what it knows; nil: it is Trident protect.
  var velero: VeleroState?
  /// The controllers of the clusters, for pods and volumes; nil: what is made is as it should be.
  var platform: Platform?
  /// Virtual time since the start.
  package private(set) var now = Duration.zero
  package internal(set) var journal: [Happening] = []
  package internal(set) var tally = Counts()
  /// The runs under way, in order of their beginning.
  package internal(set) var runs: [Run] = []
  package var faults: [RunFault] = []
  /// How many runs of a kind have begun.
  package internal(set) var begun: [Run.Kind: Int] = [:]
  /// What the control endpoints keep.
  var controlState = ControlState()
  /// What the buckets hold, by the path in them.
  var archives: [String: Archive] = [:]
  /// What volumes hold, by the uid of their claim.
  var volumes: [String: [String]] = [:]
  /// The restore that made an application, by the uids of both.
  var makers: [String: String] = [:]
  /// Whether what goes now goes with its owner, and nobody has asked for it.
  var isCollecting = false
  /// The uids of what has vanished by itself.
  var vanished: Set<String> = []
  /// In which order objects came, by their uids.
  var born: [String: Int] = [:]
  /// Up to which revision the changes of each cluster were seen.
  private var seen: [Int]
  var random: SeededRandom
  private let pagePort: Int
  /// What the product will be like again, and when.
  var settingsToCome: (due: Duration, settings: ProductSettings)?
  var veleroSettingsToCome: (due: Duration, settings: VeleroSettings)?
  /// Since when the controller has been away.
  var awaySince: Duration?
  /// How many addresses services have been given.
  package private(set) var addressesGiven = 0

  /// Clusters of these names, with the product installed in each, and one bucket for all of them.
  package init(
    clusters names: [String], startTime: WallTime, settings: ProductSettings = ProductSettings(),
    seed: UInt64 = 1, pagePort: Int = 80
  ) {
    self.settings = settings
    self.pagePort = pagePort
    random = SeededRandom(seed: seed)
    clusters = names.enumerated().map { index, name in
      KubernetesCluster(
        name: name, startTime: startTime, kinds: KindDefinition.builtIn + KindDefinition.tridentProtect,
        seed: seed &+ UInt64(index) &* 7919 &+ 11)
    }
    seen = names.map { _ in 0 }
    for index in clusters.indices {
      clusters[index].admissionPlugins = [ProtectWebhooks(settings)]
      install(in: index)
    }
    catchUp()
  }

  /// Clusters of these names, with Velero installed in each, and a bucket that they share.
  package init(
    clusters names: [String], startTime: WallTime, velero settings: VeleroSettings, seed: UInt64 = 1,
    pagePort: Int = 80
  ) {
    self.settings = ProductSettings()
    self.pagePort = pagePort
    random = SeededRandom(seed: seed)
    var kinds = KindDefinition.builtIn + KindDefinition.velero
    if settings.isOADP { kinds += KindDefinition.oadp }
    clusters = names.enumerated().map { index, name in
      KubernetesCluster(
        name: name, startTime: startTime, kinds: kinds, seed: seed &+ UInt64(index) &* 7919 &+ 11)
    }
    seen = names.map { _ in 0 }
    platform = Platform()
    platform?.settings = settings.platform
    velero = VeleroState(settings, clusters: names.count, pagePort: pagePort)
    for index in clusters.indices { installVelero(in: index) }
    catchUp()
  }

  /// Answers a request to a cluster, by its name.
  package mutating func handle(_ request: SimulatedRequest, at cluster: String) -> SimulatedResponse {
    guard let index = index(ofCluster: cluster) else {
      return SimulatedResponse(
        status: 502, headers: [("Content-Type", "text/plain")], body: Array("no such host".utf8))
    }
    if let answer = answerFromBucket(request) { return answer }
    var response = clusters[index].handle(request)
    notice(request)
    if !(velero?.settings.tellsTime ?? settings.tellsTime) {
      response.headers.removeAll { $0.name == "Date" }
    }
    return response
  }

  /// Lets virtual time pass until that moment; whatever falls due on the way happens in order.
  package mutating func advance(to end: Duration) {
    while let due = nextChange, due <= end {
      if velero != nil { skipQuietSyncs(before: min(end, nextChangeButSync ?? end)) }
      now = max(now, nextChange ?? due)
      for index in clusters.indices { clusters[index].advance(to: now) }
      catchUp()
      endTrouble()
      performPlatformTasks()
      performVeleroTimers()
      while !controllerIsAway,
        let index = runs.firstIndex(where: { $0.due.map { $0 <= now } ?? false })
      {
        endStage(ofRunAt: index)
      }
      catchUp()
    }
    now = max(now, end)
    for index in clusters.indices { clusters[index].advance(to: now) }
    catchUp()
  }

  /// When something happens by itself next; nil: never.
  package var nextChange: Duration? {
    [nextChangeButSync, nextVeleroChange].compactMap { $0 }.min().map { max($0, now) }
  }

  /// The same, but for the looks at a bucket that Velero's servers take over and over.
  private var nextChangeButSync: Duration? {
    let times =
      (controllerIsAway ? [] : runs.compactMap(\.due)) + clusters.compactMap(\.nextChange)
      + [settingsToCome?.due, veleroSettingsToCome?.due, nextPlatformChange, nextVeleroChangeButSync]
      .compactMap { $0 }
    return times.min()
  }

  func index(ofCluster name: String) -> Int? { clusters.firstIndex { $0.name == name } }

  /// What clients have changed since the last time: new runs begin, and those whose objects are gone end.
  mutating func catchUp() {
    for index in clusters.indices {
      while clusters[index].store.revision > seen[index] {
        let events = clusters[index].store.history.events(after: seen[index])
        seen[index] = clusters[index].store.revision
        for event in events {
          if platform != nil { reactAsPlatform(to: event, in: index) }
          if velero == nil { react(to: event, in: index) } else { reactAsVelero(to: event, in: index) }
        }
      }
    }
  }

  private var controllerIsAway: Bool { velero?.settings.controllerIsAway ?? settings.controllerIsAway }

  private mutating func notice(_ request: SimulatedRequest) {
    guard request.method != "GET" else { return }
    catchUp()
  }

  /// A new address for a service, `host:port`.
  mutating func newAddress() -> String {
    addressesGiven += 1
    return address(addressesGiven)
  }

  /// The address that was given as the nth, from 1.
  package func address(_ number: Int) -> String {
    "127.\(77 + number / 62_500).\(number / 250 % 250).\(number % 250 + 1):\(pagePort)"
  }

  mutating func record(
    _ event: Happening.Event, _ kind: Happening.Kind, id: String, name: String, related: String? = nil
  ) {
    journal.append(Happening(at: now, event: event, kind: kind, id: id, name: name, related: related))
  }
}

/// One change of a world, in the order in which it happened.
package struct Happening: Equatable, Sendable {
  /// What happened.
  package enum Event: String, Sendable {
    case created, completed, failed, deleted, renamed
    case restoreRequested, restoreBegan, restoreFinished, restoreFailed
    case deployed, manipulated, workloadsRemoved
  }

  /// What it happened to.
  package enum Kind: String, Sendable { case application, clone, backup, snapshot, namespace, credential }

  package var at: Duration
  package var event: Event
  package var kind: Kind
  /// The uid of its object.
  package var id: String
  package var name: String
  package var related: String?
}

/// How often each thing has happened since the start.
package struct Counts: Equatable, Sendable {
  package var backupsCreated = 0
  package var snapshotsCreated = 0
  package var clonesCreated = 0
  /// Applications, backups and snapshots that clients deleted.
  package var deletions = 0
  package var restoresRequested = 0
  package var restoresBegun = 0
  package var restoresFinished = 0

  /// Counts of nothing.
  package init() {}
}
