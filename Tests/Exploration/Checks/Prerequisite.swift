internal import ServiceSimulation

/// What has to be so before the pipeline of the worked example can go well; a green preflight says that it is.
enum Prerequisite: String, CaseIterable {
  case oneApplication = "production is there once on its cluster"
  case livingApplication = "production is in a state that a step can begin with"
  case goodBackup = "the good backup is whole"
  case freeName = "the clone's name is free"
  case freeNamespace = "the clone's namespace is free"
  case acceptingCluster = "the clone's cluster takes clones"
  case places = "backups have a place to go to"

  /// Whether a request reads what it is about, at a service that can do this.
  func isRead(by purpose: RequestPurpose, at capabilities: ServiceCapabilities) -> Bool {
    func names(_ name: String) -> Bool { purpose.names?.contains(name) ?? false }
    return switch (self, purpose.action, purpose.subject) {
    case (.oneApplication, .read, .namespace) where capabilities.namespacesAreApplications:
      names("magento-prod")
    case (.freeName, .read, .namespace) where capabilities.namespacesAreApplications:
      names(WorkedExample.cloneName)
    case (.oneApplication, .list, .application): names("magento-prod")
    case (.livingApplication, .list, .application), (.livingApplication, .read, .application): true
    case (.goodBackup, .list, .backup): purpose.names == nil
    case (.freeName, .list, .application): names(WorkedExample.cloneName)
    case (.freeNamespace, .list, .namespace), (.freeNamespace, .read, .namespace):
      names(WorkedExample.cloneName)
    case (.acceptingCluster, .list, .cluster): purpose.names == nil
    case (.places, .read, .store), (.places, .list, .store): true
    default: false
    }
  }

  /// Whether it is so in a world.
  func holds(in world: any SimulatedService) -> Bool {
    switch self {
    case .oneApplication:
      world.applications.count {
        $0.name == "magento-prod" && $0.cluster == world.clusterID(named: "ocp-prod")
      } == 1
    case .livingApplication:
      world.application(WorkedExample.production).map {
        !["failed", "unavailable", "removed", "deleting", "restoring"].contains($0.state)
      } ?? false
    case .goodBackup:
      world.recoveryPoints.contains {
        $0.name == WorkedExample.goodBackup && $0.application == WorkedExample.production
          && $0.state == "completed"
          && $0.hookState != "failed"
      }
    case .freeName: !world.applications.contains { $0.name == WorkedExample.cloneName }
    case .freeNamespace: !world.hasNamespace(WorkedExample.cloneName, onCluster: "ocp-debug")
    case .acceptingCluster: world.acceptsClones(onCluster: "ocp-debug")
    case .places: world.canStoreBackups(ofCluster: "ocp-prod")
    }
  }
}
