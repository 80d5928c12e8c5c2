/// A bucket for backups.
struct Bucket: Sendable {
  var id: String
  var name: String
  var state: String
  var provider: String
  var credential: String
}

/// A cloud, which groups clusters and has a default bucket.
struct Cloud: Sendable {
  var id: String
  var name: String
  var cloudType: String
  var defaultBucket: String?
}

/// A cluster.
struct Cluster: Sendable {
  var id: String
  var name: String
  var cloud: String
  var clusterType: String
  var version: String
  var isManaged: Bool
  var restoreTargetSupported: Bool
  var snapshotClass: Bool
  var isEligible: Bool
  var storageClasses: [StorageClass]
  var state: String
  var managedState: String
  var protectionState: String
  /// The version of Trident; empty where there is none.
  var tridentVersion: String
}

/// A storage class of a cluster.
struct StorageClass: Sendable {
  var id: String
  var name: String
  /// `eligible`, `ineligible` or `available`.
  var availability: String
}

/// A namespace of a cluster.
struct Namespace: Sendable {
  var id: String
  var name: String
  var cluster: String
  var kubernetesUID: String
  var created: Duration
}
