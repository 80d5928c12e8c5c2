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
