internal import AstraSimulator

/// What has to be so before the pipeline of the worked example can go well; a green preflight says that it is.
enum Prerequisite: String, CaseIterable {
  case oneApplication = "production is there once on its cluster"
  case livingApplication = "production is in a state that a step can begin with"
  case goodBackup = "the good backup is whole"
  case freeName = "the clone's name is free"
  case freeNamespace = "the clone's namespace is free"
  case acceptingCluster = "the clone's cluster takes clones"
  case places = "backups have a place to go to"

  /// Whether a request reads what it is about.
  func isRead(by target: String) -> Bool {
    switch self {
    case .oneApplication: target.contains("/k8s/v2/apps?") && target.contains("magento-prod")
    case .livingApplication: target.contains("/k8s/v2/apps")
    case .goodBackup: target.hasSuffix("/appBackups")
    case .freeName: target.contains("/k8s/v2/apps?") && target.contains(Shop.cloneName)
    case .freeNamespace: target.contains("/namespaces") && target.contains(Shop.cloneName)
    case .acceptingCluster: target.hasSuffix("/topology/v1/clusters")
    case .places: target.contains("/topology/v1/buckets/")
    }
  }

  /// Whether it is so in a world.
  func holds(in world: World) -> Bool {
    switch self {
    case .oneApplication:
      world.applications.count {
        $0.name == "magento-prod" && $0.cluster == world.clusterIDs["ocp-prod"]
      } == 1
    case .livingApplication:
      world.application(Shop.production).map {
        !["failed", "unavailable", "removed", "deleting", "restoring"].contains($0.state)
      } ?? false
    case .goodBackup:
      world.points.contains {
        $0.name == Shop.goodBackup && $0.application == Shop.production && $0.state == "completed"
          && $0.hookState != "failed"
      }
    case .freeName: !world.applications.contains { $0.name == Shop.cloneName }
    case .freeNamespace: !world.holdsNamespace(Shop.cloneName, onCluster: "ocp-debug")
    case .acceptingCluster: world.acceptsClones(cluster: "ocp-debug")
    case .places: world.hasWritableBucket(cluster: "ocp-prod")
    }
  }
}
