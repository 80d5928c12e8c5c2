internal import AppProtection
internal import StepCommon

/// What is read of one application that is named.
struct ApplicationReading: StepPart {
  let run: StepRun

  init(_ run: StepRun) { self.run = run }

  /// Its clones, each with the addresses that its cluster has given it, and what of them may not be seen.
  func clones(of application: Application) throws(StepFailure) -> (clones: [CloneStatus], notTold: [String]) {
    let overview = try ask { () throws(BackendError) in try backend.clones(of: application) }
    var clones: [CloneStatus] = []
    for clone in overview.applications.ordered(by: { ($0.name, $0.id.text) < ($1.name, $1.id.text) })
    where clone.id != application.id {
      let addresses = try ask { () throws(BackendError) in try backend.addresses(of: clone) }
      clones.append(
        CloneStatus(
          application: clone, run: clone.run ?? history.nameOfRun(thatMade: clone.id.text),
          addresses: addresses))
    }
    return (clones, overview.notTold)
  }
}

/// What is read of all applications at once.
struct OverviewReading: StepPart {
  let run: StepRun

  init(_ run: StepRun) { self.run = run }

  /// All applications that may be seen, and those of them that are on the cluster of that name if one is named.
  func applications(
    on clusterName: String?
  ) throws(StepFailure) -> (shown: [Application], overview: ApplicationOverview) {
    let cluster = try clusterName.map { name throws(StepFailure) in try lookup.cluster(name) }
    let overview = try ask { () throws(BackendError) in try backend.overview() }
    let shown = overview.applications.filter { application in
      guard let cluster else { return true }
      if let id = application.clusterID { return id == cluster.id }
      return application.clusterName.map { $0 == cluster.name } ?? true
    }
    return (shown, overview)
  }

  /// Adds the recovery points of all; false where the backend does not list them so.
  func addRecoveryPoints(to status: inout Status, _ weighing: RestoreWeighing) throws(StepFailure) -> Bool {
    let applications = status.applications.map(\.application)
    let listed = try ask {
      () throws(BackendError) -> [[Application.ID: [RecoveryPoint]]] in
      var listed: [[Application.ID: [RecoveryPoint]]] = []
      for kind in RecoveryPoint.Kind.allCases {
        guard let points = try backend.recoveryPoints(kind, ofAll: applications) else { return [] }
        listed.append(points)
      }
      return listed
    }
    guard !listed.isEmpty else { return false }
    for index in status.applications.indices {
      let application = status.applications[index].application
      status.applications[index].points = try weighing.weigh(
        listed.flatMap { $0[application.id, default: []] }, of: application)
    }
    return true
  }
}
