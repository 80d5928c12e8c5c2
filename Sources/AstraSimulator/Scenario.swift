/// The world as it is when a simulation starts, and how its server behaves.
package struct Scenario: Equatable, Sendable {
  /// When the scenario starts, by the world's own clock.
  package var startDate: WallTime
  /// Whether `startDate` was given rather than left to its default.
  package var hasStartDate = false
  /// The seed of every identifier that the scenario does not give.
  package var seed = 1
  /// The account's identifier, a UUID.
  package var account: String
  /// The token of an account owner; deliberately no real one.
  package var token: String
  /// The token of a user who may read and nothing else.
  package var viewerToken: String?
  /// The token of a user who is switched off.
  package var disabledToken: String?
  package var buckets: [BucketSeed] = []
  package var clouds: [CloudSeed] = []
  package var clusters: [ClusterSeed] = []
  package var applications: [ApplicationSeed] = []
  package var fleets: [FleetSeed] = []
  package var settings = Settings()
  package var operationFaults: [OperationFault] = []
  package var responseFaults: [ResponseFault] = []
  /// What a pipeline has in its environment: `PROD_APP_NAME` and the like.
  package var environment: [String: String] = [:]

  /// The start of a scenario that gives none: a Monday morning.
  package static let usualStart = WallTime(sinceEpoch: .seconds(1_772_442_000))

  /// Makes an empty world.
  package init(account: String, token: String, startDate: WallTime = Self.usualStart) {
    (self.account, self.token, self.startDate) = (account, token, startDate)
  }

  /// Reads a scenario file: JSON in the form of `docs/simulator.md`; an unknown key is an error.
  package init(file bytes: [UInt8]) throws(ScenarioError) {
    guard let json = JSON(bytes) else { throw ScenarioError("the scenario is not valid JSON") }
    try self.init(scenario: json, path: "scenario")
  }
}

/// A bucket of a scenario.
package struct BucketSeed: Equatable, Sendable {
  package var id: String?
  package var name: String
  package var state = "available"
  package var provider = "ontap-s3"

  /// Makes a bucket.
  package init(_ name: String) { self.name = name }
}

/// A cloud of a scenario.
package struct CloudSeed: Equatable, Sendable {
  package var id: String?
  package var name: String
  package var cloudType = "private"
  /// The name of the bucket that backups go to when a request names none.
  package var defaultBucket: String?

  /// Makes a cloud.
  package init(_ name: String, defaultBucket: String? = nil) {
    (self.name, self.defaultBucket) = (name, defaultBucket)
  }
}

/// A cluster of a scenario.
package struct ClusterSeed: Equatable, Sendable {
  package var id: String?
  package var name: String
  package var cloud: String
  package var clusterType = "openshift"
  package var version = "1.25"
  package var isManaged = true
  package var restoreTargetSupported = true
  /// Whether the cluster has a VolumeSnapshotClass.
  package var snapshotClass = true
  /// Whether the cluster is eligible for snapshots and backups.
  package var isEligible = true
  /// The storage classes by name, the default one first.
  package var storageClasses = ["ontap-nas-gold", "ontap-san-silver"]
  /// Whether volumes can be made of these classes, in the server's word.
  package var classAvailability = "eligible"
  package var state = "running"
  /// How far the server has come with managing it; absent: what `managed` says.
  package var managedState: String?
  package var protectionState = "full"
  /// The version of Trident; empty where there is none.
  package var tridentVersion = "23.7.0"
  /// Namespaces besides those of the applications.
  package var namespaces = ["default", "kube-system", "trident"]

  /// Makes a cluster.
  package init(_ name: String, cloud: String) { (self.name, self.cloud) = (name, cloud) }
}

/// An application of a scenario.
package struct ApplicationSeed: Equatable, Sendable {
  package var id: String?
  package var name: String
  package var cluster: String
  package var namespaces: [String]
  package var state = "ready"
  package var content = Content()
  /// How long before the scenario's start it was defined.
  package var age = Duration.seconds(30 * 86_400)
  /// The names of its execution hooks, which do nothing.
  package var hooks: [String] = []
  package var supportsSnapshots = true
  package var supportsClones = true
  package var supportsSelectiveRestore = true
  package var backups: [PointSeed] = []
  package var snapshots: [PointSeed] = []
  /// The id of the application that it was cloned from; absent: it is no clone.
  package var source: String?

  /// Makes an application.
  package init(_ name: String, cluster: String, namespaces: [String]? = nil, content: Content = Content()) {
    (self.name, self.cluster, self.namespaces) = (name, cluster, namespaces ?? [name])
    self.content = content
  }
}

/// A backup or snapshot of a scenario.
package struct PointSeed: Equatable, Sendable {
  package var id: String?
  package var name: String
  package var state = "completed"
  package var hookState: String? = "success"
  /// How long before the scenario's start it was made.
  package var age = Duration.seconds(86_400)
  /// What it holds; absent: what the application holds.
  package var content: Content?
  /// The schedule that made it, by its id; absent: a client did.
  package var schedule: String?

  /// Makes a recovery point.
  package init(_ name: String, content: Content? = nil) { (self.name, self.content) = (name, content) }
}

/// What an application holds: the release that runs and the rows of its database.
package struct Content: Equatable, Sendable {
  package var version = "1.0.0"
  /// Whether the release is faulty: its pages answer with an error.
  package var broken = false
  package var rows: [String] = []

  /// Makes a content.
  package init(version: String = "1.0.0", broken: Bool = false, rows: [String] = []) {
    (self.version, self.broken, self.rows) = (version, broken, rows)
  }
}
