/// A path of the API that the simulator knows, below `/accounts/{account}/`.
enum Route: Sendable {
  case apps, app, clusterApps, clusterApp, executionHooks
  case backups, backup, snapshots, snapshot, assets, backupAssets, snapshotAssets
  case accountBackups, accountBackup
  case clouds, cloud, cloudClusters, cloudCluster, cloudClusterClasses, cloudClusterNamespaces
  case clusters, cluster, managedClusters, managedCluster
  case clusterClasses, managedClusterClasses, clusterNamespaces, managedClusterNamespaces
  case namespaces, namespace, buckets, bucket, notifications, notification
  case discoveredApps

  /// Which generation of the API has a path.
  enum Generation { case newer, older, both }

  /// The paths that have gone out of use or come into it with release 22.08, and those that have stayed.
  static let table: [(path: [Substring], route: Route, generation: Generation)] =
    paths(.newer, newer) + paths(.older, older) + paths(.both, lasting)

  private static func paths(
    _ generation: Generation, _ paths: [(path: String, route: Route)]
  ) -> [(path: [Substring], route: Route, generation: Generation)] {
    paths.map { ($0.path.split(separator: "/"), $0.route, generation) }
  }

  /// The paths of the newer generation, with `{id}` where an identifier stands.
  private static let newer: [(path: String, route: Route)] = [
    ("k8s/v2/apps", .apps),
    ("k8s/v2/apps/{id}", .app),
    ("topology/v2/managedClusters/{id}/apps", .clusterApps),
    ("topology/v2/managedClusters/{id}/apps/{id}", .clusterApp),
    ("k8s/v1/apps/{id}/appBackups", .backups),
    ("k8s/v1/apps/{id}/appBackups/{id}", .backup),
    ("k8s/v1/apps/{id}/appBackups/{id}/appAssets", .backupAssets),
    ("k8s/v1/apps/{id}/appSnaps", .snapshots),
    ("k8s/v1/apps/{id}/appSnaps/{id}", .snapshot),
    ("k8s/v1/apps/{id}/appSnaps/{id}/appAssets", .snapshotAssets),
    ("k8s/v1/apps/{id}/appAssets", .assets),
    ("k8s/v1/apps/{id}/executionHooks", .executionHooks),
  ]

  /// Those of the older one; what each means is what the newer one's counterpart does.
  private static let older: [(path: String, route: Route)] = [
    ("k8s/v1/managedApps", .apps),
    ("k8s/v1/managedApps/{id}", .app),
    ("k8s/v1/managedApps/{id}/appBackups", .backups),
    ("k8s/v1/managedApps/{id}/appBackups/{id}", .backup),
    ("k8s/v1/managedApps/{id}/appSnaps", .snapshots),
    ("k8s/v1/managedApps/{id}/appSnaps/{id}", .snapshot),
    ("topology/v1/apps", .discoveredApps),
  ]

  /// Those of both.
  private static let lasting: [(path: String, route: Route)] = [
    ("topology/v1/appBackups", .accountBackups),
    ("topology/v1/appBackups/{id}", .accountBackup),
    ("topology/v1/clouds", .clouds),
    ("topology/v1/clouds/{id}", .cloud),
    ("topology/v1/clouds/{id}/clusters", .cloudClusters),
    ("topology/v1/clouds/{id}/clusters/{id}", .cloudCluster),
    ("topology/v1/clouds/{id}/clusters/{id}/storageClasses", .cloudClusterClasses),
    ("topology/v1/clouds/{id}/clusters/{id}/namespaces", .cloudClusterNamespaces),
    ("topology/v1/clusters", .clusters),
    ("topology/v1/clusters/{id}", .cluster),
    ("topology/v1/clusters/{id}/storageClasses", .clusterClasses),
    ("topology/v1/clusters/{id}/namespaces", .clusterNamespaces),
    ("topology/v1/managedClusters", .managedClusters),
    ("topology/v1/managedClusters/{id}", .managedCluster),
    ("topology/v1/managedClusters/{id}/storageClasses", .managedClusterClasses),
    ("topology/v1/managedClusters/{id}/namespaces", .managedClusterNamespaces),
    ("topology/v1/namespaces", .namespaces),
    ("topology/v1/namespaces/{id}", .namespace),
    ("topology/v1/buckets", .buckets),
    ("topology/v1/buckets/{id}", .bucket),
    ("core/v1/notifications", .notifications),
    ("core/v1/notifications/{id}", .notification),
  ]

  /// The methods that the path answers to.
  var methods: [String] {
    switch self {
    case .apps, .clusterApps, .backups, .snapshots: ["GET", "POST"]
    case .app, .clusterApp: ["GET", "PUT", "DELETE"]
    case .backup, .snapshot, .accountBackup: ["GET", "DELETE"]
    default: ["GET"]
    }
  }

  /// The media type's resource name, singular: `astra-app`.
  var resource: String {
    switch self {
    case .apps, .app, .clusterApps, .clusterApp, .discoveredApps: "astra-app"
    case .backups, .backup, .accountBackups, .accountBackup: "astra-appBackup"
    case .snapshots, .snapshot: "astra-appSnap"
    case .assets, .backupAssets, .snapshotAssets: "astra-appAsset"
    case .executionHooks: "astra-executionHook"
    case .clouds, .cloud: "astra-cloud"
    case .cloudClusters, .cloudCluster, .clusters, .cluster: "astra-cluster"
    case .managedClusters, .managedCluster: "astra-managedCluster"
    case .cloudClusterClasses, .clusterClasses, .managedClusterClasses: "astra-storageClass"
    case .cloudClusterNamespaces, .clusterNamespaces, .managedClusterNamespaces, .namespaces, .namespace:
      "astra-namespace"
    case .buckets, .bucket: "astra-bucket"
    case .notifications, .notification: "astra-notification"
    }
  }

  /// Finds the route of a path below the account, and the identifiers in it, in order.
  static func find(_ segments: [Substring]) -> (route: Route, generation: Generation, ids: [String])? {
    for (path, route, generation) in table where path.count == segments.count {
      let isMatch = zip(path, segments).allSatisfy { $0 == "{id}" || $0 == $1 }
      if isMatch {
        return (route, generation, zip(path, segments).filter { $0.0 == "{id}" }.map { String($0.1) })
      }
    }
    return nil
  }
}
