internal import AppProtection
internal import AstraClone
internal import StepCommon
internal import Timing

// Whether the clusters are in order: that of the application, and that of the clone.
extension PreflightStep {
  /// What is wrong with something, and what would help, one for each.
  private typealias Complaints = [(what: String, hint: String)]

  /// Whether the application's cluster works and is managed.
  func checkCluster(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let cluster = try standing(of: try run.known(application).clusterID, run) else {
      return .notNeeded("the backend does not tell which cluster the application is on")
    }
    try refuse(clusterComplaints(of: cluster, run), of: "cluster \"\(cluster.name)\"")
    return .done
  }

  /// Whether snapshots can be made where the application is; backups and clones are read from them.
  func checkStorage(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let clonesLiveApplication = parameters.clone.map { $0.point == nil } == true
    guard isPlanned(.backup, .snapshot, .restore) || clonesLiveApplication else {
      return notNeeded(.backup, .snapshot, .clone, .restore)
    }
    guard let cluster = try standing(of: try run.known(application).clusterID, run) else {
      return .notNeeded("the backend does not tell which cluster the application is on")
    }
    var complaints: Complaints = []
    switch cluster.makesSnapshots {
    case true?: break
    case false?:
      complaints.append(
        (
          "it makes no snapshots",
          "it needs a VolumeSnapshotClass for the driver of the application's volumes"
        ))
    case nil: sayNotTold("whether cluster \"\(cluster.name)\" makes snapshots", run)
    }
    if cluster.storageDriver == nil {
      sayNotTold("the version of the storage driver (Trident) on cluster \"\(cluster.name)\"", run)
    }
    complaints += try storageClassComplaints(on: cluster.id, cluster.name, named: nil, run)
    try refuse(complaints, of: "cluster \"\(cluster.name)\"")
    return .done
  }

  /// Whether backups have a place to go to: a backup, and a clone that crosses to another cluster as one.
  func checkBackupStore(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard isPlanned(.backup) || crossesClusters else {
      return .notNeeded("only for a backup, or for a clone to another cluster")
    }
    let application = try run.known(application)
    guard let cluster = application.clusterID else {
      return .notNeeded("the backend does not tell which cluster the application is on")
    }
    try checkStore(of: cluster, application.clusterName ?? cluster.text, run)
    return .done
  }

  /// Whether the clone's cluster works, is managed, takes applications from elsewhere, and is of the same version.
  func checkDestinationCluster(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let destination = try otherCluster(run) else { return notNeededOnOneCluster() }
    var complaints = clusterComplaints(of: destination, run)
    switch destination.acceptsRestores {
    case true?: break
    case false?:
      complaints.append(
        (
          "it takes no applications from other clusters",
          "choose another with \(CloneParameters.destinationCluster.title), or see what the backend says about it"
        ))
    case nil:
      sayNotTold("whether cluster \"\(destination.name)\" takes applications from other clusters", run)
    }
    // A clone between two OpenShifts needs one version on both sides.
    if let source = try standing(of: try run.known(application).clusterID, run),
      source.distribution == "openshift", destination.distribution == "openshift"
    {
      if let (from, to) = both(source.version, destination.version) {
        if from != to {
          complaints.append(
            (
              "its version is \(to), and cluster \"\(source.name)\" has \(from)",
              "clone between OpenShift clusters of the same version"
            ))
        }
      } else {
        sayNotTold("the versions of clusters \"\(source.name)\" and \"\(destination.name)\"", run)
      }
    }
    try refuse(complaints, of: "destination cluster \"\(destination.name)\"")
    return .done
  }

  /// Whether volumes can be made where the clone is to be.
  func checkDestinationStorage(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let clone = parameters.clone else { return notNeeded(.clone) }
    guard crossesClusters || clone.storageClass != nil else { return notNeededOnOneCluster() }
    let application = try run.known(application)
    let id = destination?.id ?? application.clusterID
    guard let id else { return .notNeeded("the backend does not tell which cluster the application is on") }
    let name = destination?.name ?? application.clusterName ?? id.text
    try refuse(
      try storageClassComplaints(on: id, name, named: clone.storageClass, run),
      of: "destination cluster \"\(name)\"")
    return .done
  }

  /// Whether backups have a place to go to on the clone's side too: a clone between clusters needs both.
  func checkDestinationBackupStore(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let destination = try otherCluster(run) else { return notNeededOnOneCluster() }
    try checkStore(of: destination.id, destination.name, run)
    return .done
  }

  // MARK: -

  /// Whether the clone is to be on another cluster than its source; so too while that cannot be found out.
  private var crossesClusters: Bool {
    guard parameters.clone?.destinationCluster != nil else { return false }
    return destination == nil || destination?.id != application?.clusterID
  }

  private func notNeededOnOneCluster() -> PhaseEnd {
    parameters.clone == nil
      ? notNeeded(.clone) : .notNeeded("the clone is to be on the cluster of its source")
  }

  /// The clone's cluster, if that is another than its source's.
  private func otherCluster(_ run: StepRun) throws(StepFailure) -> ClusterStanding? {
    crossesClusters ? try standing(of: try run.known(destination).id, run) : nil
  }

  private func standing(of id: Cluster.ID?, _ run: StepRun) throws(StepFailure) -> ClusterStanding? {
    guard let id else { return nil }
    if !standings.contains(where: { $0.id == id }) {
      // One that was not known before a parameter named it.
      standings = try ask { () throws(BackendError) in try run.backend.clusterStandings() }
    }
    guard let found = standings.first(where: { $0.id == id }) else {
      throw .prerequisite(
        "cluster \(id) is not among the clusters of \(run.backend.label)",
        hint: "it may have just been removed: run the step again")
    }
    return found
  }

  private func both<First, Second>(_ first: First?, _ second: Second?) -> (First, Second)? {
    guard let first, let second else { return nil }
    return (first, second)
  }

  /// What is wrong with a cluster, whatever it is needed for.
  private func clusterComplaints(of cluster: ClusterStanding, _ run: StepRun) -> Complaints {
    var complaints: Complaints = []
    var untold: [String] = []
    let title = "cluster \"\(cluster.name)\""
    let reasons = cluster.problems.isEmpty ? "" : " (\(cluster.problems.joined(separator: "; ")))"
    if let (word, isWorking) = cluster.state {
      if !isWorking {
        complaints.append(
          ("it is \(word)\(reasons)", "see what the backend says about it, and bring it back"))
      }
    } else {
      untold.append("whether it works")
    }
    if let (word, isManaged) = cluster.management {
      if !isManaged {
        complaints.append(
          ("the backend does not manage it: it is \(word)\(reasons)", "have it managed by the backend"))
      }
    } else {
      untold.append("whether it is managed")
    }
    switch cluster.protection {
    case .full?: break
    case .atRisk?:
      complaints.append(
        ("what runs on it is at risk\(reasons)", "see what the backend says about its protection"))
    case let other?:
      run.log.warning("the protection of \(title) is \(other.rawValue), not full\(reasons)")
    case nil: untold.append("how far what runs on it is protected")
    }
    switch cluster.service {
    case .elsewhere: break
    case .notTold: untold.append("the version of \(run.backend.name)")
    case .known(let version, let advice?):
      run.log.warning("\(run.backend.name) on \(title) is of version \(version): \(advice)")
    case .known(let version, nil): run.log.info("\(run.backend.name) on \(title) is of version \(version)")
    }
    if !untold.isEmpty { sayNotTold("of \(title) \(untold.joined(separator: ", "))", run) }
    return complaints
  }

  /// What is wrong with a cluster's storage classes: the one that is named, or all of them.
  private func storageClassComplaints(
    on cluster: Cluster.ID, _ name: String, named wanted: String?, _ run: StepRun
  ) throws(StepFailure) -> Complaints {
    let classes = try ask { () throws(BackendError) in try run.backend.storageClasses(on: cluster) }
    guard let classes else {
      sayNotTold("the storage classes of cluster \"\(name)\"", run)
      return []
    }
    let names = classes.map(\.name).joined(separator: ", ")
    if let wanted {
      guard let found = classes.first(where: { $0.name == wanted }) else {
        return [
          (
            "it has no storage class \"\(wanted)\"",
            classes.isEmpty
              ? "it has none at all"
              : "name one of these with \(CloneParameters.storageClass.title): \(names)"
          )
        ]
      }
      if found.isUsable == nil { sayNotTold("whether storage class \"\(wanted)\" can be used", run) }
      return found.isUsable == false
        ? [("its storage class \"\(wanted)\" cannot be used", "name another, or make it eligible")] : []
    }
    guard !classes.isEmpty else {
      return [("it has no storage class", "give it one that the backend supports")]
    }
    if classes.allSatisfy({ $0.isUsable == false }) {
      return [("none of its storage classes can be used (\(names))", "give it one that the backend supports")]
    }
    if !classes.contains(where: { $0.isUsable == true }) {
      sayNotTold("whether the storage classes of cluster \"\(name)\" can be used", run)
    }
    return []
  }

  private func checkStore(of cluster: Cluster.ID, _ name: String, _ run: StepRun) throws(StepFailure) {
    let store = try ask { () throws(BackendError) in try run.backend.backupStore(of: cluster) }
    switch store {
    case nil: sayNotTold("where backups of cluster \"\(name)\" go", run)
    case BackupStore.none?:
      throw .prerequisite(
        "backups of cluster \"\(name)\" have nowhere to go: no default store is set for it",
        hint: "set a default store for it")
    case .lost(let id)?:
      throw .prerequisite(
        "backups of cluster \"\(name)\" go to store \(id), which does not exist",
        hint: "set another default store for it")
    case .store(let store, let state, let isAvailable)?:
      if isAvailable == false {
        throw .prerequisite(
          "backups of cluster \"\(name)\" go to store \"\(store)\", which is \(state ?? "not available")",
          hint: "fix the store or its credentials, or set another default store for it")
      }
      if isAvailable == nil {
        sayNotTold(
          "whether store \"\(store)\" of cluster \"\(name)\" can be written"
            + (state.map { " (it is \($0))" } ?? ""), run)
      }
    }
  }

  private func refuse(_ complaints: Complaints, of title: String) throws(StepFailure) {
    guard !complaints.isEmpty else { return }
    throw .prerequisite(
      "\(title) does not meet the requirements: \(complaints.map(\.what).joined(separator: "; "))",
      hint: complaints.map(\.hint).joined(separator: "; "))
  }
}
