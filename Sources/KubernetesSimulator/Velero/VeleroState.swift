internal import SimulatorSupport

/// What Velero's servers and their bucket know, in all clusters of a world.
struct VeleroState: Sendable {
  var settings: VeleroSettings { didSet { quietAt = Array(repeating: nil, count: quietAt.count) } }
  /// What each bucket holds, by the names of the backups; with its prefix: `bucket/prefix`.
  var buckets: [String: [String: StoredBackup]] = [:] {
    didSet { quietAt = Array(repeating: nil, count: quietAt.count) }
  }
  /// What restores left in the bucket, by the names of their files.
  var files: [String: JSON] = [:]
  /// What is known as an application, in the order in which they came.
  var applications: [VeleroApplication] = []
  /// When each cluster's server looks at the bucket next, and for expired backups; nil: never.
  var nextSync: [Duration?]
  var nextCollection: [Duration?]
  /// Each cluster's revision at which a look at the bucket found nothing to do, unless something has changed since.
  var quietAt: [Int?]
  /// The address that files of the bucket are fetched from.
  var downloadBase: String
  /// When requests that have been answered go, by cluster and key.
  var requestsToGo: [(due: Duration, cluster: Int, key: ObjectKey)] = []

  init(_ settings: VeleroSettings, clusters: Int, pagePort: Int) {
    self.settings = settings
    let sync: Duration? = settings.sync > .zero ? settings.sync : nil
    let collection: Duration? = settings.garbageCollection > .zero ? settings.garbageCollection : nil
    nextSync = Array(repeating: sync, count: clusters)
    quietAt = Array(repeating: nil, count: clusters)
    nextCollection = Array(repeating: collection, count: clusters)
    downloadBase = "https://127.0.0.1:\(pagePort)"
  }
}

/// Namespaces that are an application together: Velero has no object for that.
struct VeleroApplication: Sendable, Equatable {
  var name: String
  var cluster: Int
  var namespaces: [String]
  /// The uid of its first namespace.
  var uid: String
  /// The restore that made it, and the application that it was made from; nil: it was there.
  var maker: String?
  var source: String?
}

/// A backup as it lies in the bucket.
struct StoredBackup: Sendable, Equatable {
  /// Its object, as it was when it ended.
  var object: JSON
  /// The cluster that made it.
  var cluster: Int
  /// The application that it is of, by its uid; nil: of none that is known.
  var application: String?
  var archive: Archive
  /// What it has of each claim, by namespace and name.
  var volumes: [VolumeCopy]
  /// The objects that its data movements left; file systems' come along into another cluster.
  var podVolumeBackups: [JSON] = []
  /// `errors` and `warnings`, as its results file has them.
  var results: JSON = [:]

  var phase: String { object.value(at: "status.phase")?.string ?? "" }
}

/// What a backup has of one claim.
struct VolumeCopy: Sendable, Equatable {
  /// How the data of a claim got into a backup.
  enum Method: String, Sendable { case none, fileSystem, dataMovement, snapshot }

  var namespace: String
  var claim: String
  var claimUID: String
  var volume: String
  var method: Method
  var rows: [String]
  /// What identifies the data in its repository or storage.
  var handle: String
  /// Why there is no data.
  var skippedReason: String?
  var isFailed = false
  /// The pod that mounted it, and under which name.
  var pod: JSON?
  var mount: String?
  /// The object that moves it, by its name.
  var mover: String?

  var path: String { "\(namespace)/\(claim)" }
  /// How much it is, in bytes.
  var size: Int { 67_108_864 + rows.count * 1_048_576 }
  var hasData: Bool { method != .none && !isFailed }
}

/// What a run of Velero has to do, and what has come of it so far.
struct VeleroWork: Sendable, Equatable {
  var namespaces: [String] = []
  /// The location, and its bucket with the prefix.
  var location = ""
  var bucket = ""
  var itemCount = 0
  var volumes: [VolumeCopy] = []
  /// Of a restore: the claims that get data, by their uids, and from what.
  var fillings: [Filling] = []
  var isCompleteEarly = false
  /// Of a restore: source namespaces and where they go.
  var mapping: [String: String] = [:]
  var backupName = ""
  /// Of a restore: the uid of its backup when it began, which may be gone by its end.
  var backupUID: String?
  var hooksAttempted = 0
  var hooksFailed = 0
  /// By namespace; empty: of the server.
  var errors: [String: [String]] = [:]
  var warnings: [String: [String]] = [:]

  /// A claim that gets data.
  struct Filling: Sendable, Equatable {
    var cluster: Int
    var claim: ObjectKey
    var uid: String
    var copy: VolumeCopy
    var mover: ObjectKey?
  }

  var errorCount: Int { errors.values.reduce(0) { $0 + $1.count } }
  var warningCount: Int { warnings.values.reduce(0) { $0 + $1.count } }

  /// `errors` and `warnings` as a results file has them.
  var results: JSON {
    func part(_ texts: [String: [String]]) -> JSON {
      var part: JSON = [:]
      if let own = texts[""], !own.isEmpty { part["velero"] = .array(own.map { .string($0) }) }
      let others = texts.filter { !$0.key.isEmpty }.sorted { $0.key < $1.key }
      if !others.isEmpty {
        part["namespaces"] = .object(
          others.map { .init($0.key, .array($0.value.map { .string($0) })) })
      }
      return part
    }
    return ["errors": part(errors), "warnings": part(warnings)]
  }
}

extension KubernetesWorld {
  static let veleroGroup = "velero.io"

  static func veleroResource(_ plural: String) -> String { "\(plural).\(veleroGroup)" }

  /// How Velero behaves, in a world with Velero; may be changed while the world runs.
  package var veleroSettings: VeleroSettings {
    get { velero?.settings ?? VeleroSettings() }
    set {
      guard let old = velero?.settings, old != newValue else { return }
      velero?.settings = newValue
      platform?.settings = newValue.platform
      notice(changeFrom: old)
    }
  }

  /// The address that files of the bucket are fetched from: `https://host:port`.
  package var downloadBase: String {
    get { velero?.downloadBase ?? "" }
    set { velero?.downloadBase = newValue }
  }

  /// Has every location say which authority has signed the certificate of the bucket's server (`caCert`).
  ///
  /// - Parameter pem: the authority, as PEM.
  package mutating func nameBucketAuthority(_ pem: [UInt8]) {
    for index in clusters.indices {
      clusters[index].store.update(veleroKey("backupstoragelocations", Self.locationName)) {
        $0[path: ["spec", "objectStorage", "caCert"]] = .string(Base64.encoded(pem, isPadded: true))
      }
    }
  }

  /// Velero's namespace.
  var veleroNamespace: String { velero?.settings.namespace ?? "velero" }

  func veleroKey(_ plural: String, _ name: String) -> ObjectKey {
    ObjectKey(Self.veleroResource(plural), veleroNamespace, name)
  }

  /// A location of a cluster, by its name.
  func location(_ name: String, in cluster: Int) -> JSON? {
    clusters[cluster].store.object(veleroKey("backupstoragelocations", name))
  }

  /// The bucket behind a location, with the prefix in it.
  static func bucket(of location: JSON) -> String {
    let storage = location.value(at: "spec.objectStorage")
    let prefix = storage?["prefix"]?.string ?? ""
    return (storage?["bucket"]?.string ?? "") + (prefix.isEmpty ? "" : "/\(prefix)")
  }

  static func isReadOnly(_ location: JSON) -> Bool {
    location.value(at: "spec.accessMode")?.string == "ReadOnly"
  }

  /// Whether a location was seen to be there.
  func isAvailable(_ location: JSON) -> Bool {
    location.value(at: "status.phase")?.string == "Available"
  }

  /// A moment of a cluster's time, so long after the present.
  func moment(in cluster: Int, after delay: Duration = .zero) -> JSON {
    let store = clusters[cluster].store
    return .string((store.startTime + max(store.now, now) + delay).text())
  }
}
