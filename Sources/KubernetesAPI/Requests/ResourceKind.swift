internal import RESTClient

/// A kind of resource: where in the API its objects lie, and what they call themselves.
package struct ResourceKind: Hashable, Sendable {
  /// The group: `velero.io`; empty for the core one.
  package let group: String
  /// The version: `v1`.
  package let version: String
  /// What an object's `kind` says: `Backup`.
  package let kind: String
  /// What paths and access rules say: `backups`.
  package let plural: String
  /// Whether its objects lie in namespaces, and not in the cluster as a whole.
  package let isNamespaced: Bool

  /// Names a kind.
  package init(
    _ kind: String, plural: String, group: String, version: String = "v1", isNamespaced: Bool = true
  ) {
    self.group = group
    self.version = version
    self.kind = kind
    self.plural = plural
    self.isNamespaced = isNamespaced
  }

  /// What an object's `apiVersion` says: `velero.io/v1`, `v1`.
  package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// The kind as messages and access rules name it: `backups.velero.io`, `pods`.
  package var title: String { group.isEmpty ? plural : "\(plural).\(group)" }

  /// The path of its objects, in a namespace or, without one, in all: `/apis/velero.io/v1/namespaces/velero/backups`.
  func path(in namespace: String?) -> String {
    let root = Self.root(group: group, version: version)
    guard isNamespaced, let namespace else { return "\(root)/\(plural)" }
    return "\(root)/namespaces/\(PercentEncoding.encode(namespace))/\(plural)"
  }

  /// The path of one object.
  func path(of name: String, in namespace: String?) -> String {
    "\(path(in: namespace))/\(PercentEncoding.encode(name))"
  }

  /// The path of a group's version: `/apis/velero.io/v1`, `/api/v1`.
  static func root(group: String, version: String) -> String {
    let version = PercentEncoding.encode(version)
    return group.isEmpty ? "/api/\(version)" : "/apis/\(PercentEncoding.encode(group))/\(version)"
  }
}

// The kinds of Kubernetes itself that backends look at.
extension ResourceKind {
  package static let namespace = Self("Namespace", plural: "namespaces", group: "", isNamespaced: false)
  package static let pod = Self("Pod", plural: "pods", group: "")
  package static let service = Self("Service", plural: "services", group: "")
  package static let event = Self("Event", plural: "events", group: "")
  package static let configMap = Self("ConfigMap", plural: "configmaps", group: "")
  package static let serviceAccount = Self("ServiceAccount", plural: "serviceaccounts", group: "")
  package static let volumeClaim = Self(
    "PersistentVolumeClaim", plural: "persistentvolumeclaims", group: "")
  package static let volume = Self(
    "PersistentVolume", plural: "persistentvolumes", group: "", isNamespaced: false)
  package static let deployment = Self("Deployment", plural: "deployments", group: "apps")
  package static let statefulSet = Self("StatefulSet", plural: "statefulsets", group: "apps")
  package static let daemonSet = Self("DaemonSet", plural: "daemonsets", group: "apps")
  package static let replicaSet = Self("ReplicaSet", plural: "replicasets", group: "apps")
  package static let job = Self("Job", plural: "jobs", group: "batch")
  package static let cronJob = Self("CronJob", plural: "cronjobs", group: "batch")
  package static let ingress = Self("Ingress", plural: "ingresses", group: "networking.k8s.io")
  package static let storageClass = Self(
    "StorageClass", plural: "storageclasses", group: "storage.k8s.io", isNamespaced: false)
  package static let lease = Self("Lease", plural: "leases", group: "coordination.k8s.io")
  package static let volumeSnapshotClass = Self(
    "VolumeSnapshotClass", plural: "volumesnapshotclasses", group: "snapshot.storage.k8s.io",
    isNamespaced: false)
  package static let volumeSnapshot = Self(
    "VolumeSnapshot", plural: "volumesnapshots", group: "snapshot.storage.k8s.io")
}
