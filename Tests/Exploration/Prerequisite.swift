internal import AstraSimulator

/// What has to be so before the pipeline of the worked example can go well; a green preflight says that it is.
enum Prerequisite: String, CaseIterable {
  case oneApplication = "production is there once"
  case livingApplication = "production is in a state that a step can begin with"
  case goodBackup = "the good backup is whole"
  case freeName = "the clone's name is free"
  case freeNamespace = "the clone's namespace is free"
  case acceptingCluster = "the clone's cluster takes clones"
  case places = "backups have a place to go to"

  /// Whether it is so in a world.
  func holds(in world: World) -> Bool {
    switch self {
    case .oneApplication: world.applications.count { $0.name == "magento-prod" } == 1
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
