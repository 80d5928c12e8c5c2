internal import SimulatorSupport

// Which request does what.

extension World {
  /// Carries out a request that is authenticated and routed.
  mutating func perform(_ call: Call) throws(Problem) -> SimulatedResponse {
    if [.assets, .backupAssets, .snapshotAssets].contains(call.route) {
      switch settings.assets {
      case .shown: break
      case .empty: return try list([], "appAssets", call.query, .plain) { $0 }
      case .absent: throw Problem(2)
      case .refused: throw Problem(46)
      }
    }
    switch call.route {
    case .apps, .clusterApps:
      if call.isOlder { return try performOlderApps(call) }
      if call.method == "POST" { return try createApplication(call) }
      return try listApplications(call)
    case .discoveredApps: return try listDiscoveredApps(call)
    case .app, .clusterApp:
      let app = try found(call.ids.last.flatMap { applicationTable[id: $0] })
      if call.isOlder { return try performOlderApp(app, call) }
      if call.route == .clusterApp, app.cluster != call.ids[0] { throw missing }
      switch call.method {
      case "PUT": return try updateApplication(app, call)
      case "DELETE": return try deleteApplication(app)
      default: return try item(resource(app), call)
      }
    case .backups, .snapshots:
      let app = try owner(call)
      if call.method == "POST" { return try createPoint(of: app, call) }
      let kind: RecoveryPoint.Kind = call.route == .backups ? .backup : .snapshot
      return try list(
        pointTable.indices(ownedBy: app.id).filter { pointTable[$0].kind == kind },
        kind == .backup ? "appBackups" : "appSnaps", call.query, .plain
      ) { resource(pointTable[$0], asOlder: call.isOlder) }
    case .backup, .snapshot:
      let point = try ownPoint(call)
      return try call.method == "DELETE"
        ? deletePoint(point) : item(resource(point, asOlder: call.isOlder), call)
    case .assets:
      let app = try owner(call)
      return try list(assets(app), "appAssets", call.query, .plain) { $0 }
    case .backupAssets, .snapshotAssets:
      let app = try owner(call)
      let point = try ownPoint(call)
      return try list(assets(app, in: point), "appAssets", call.query, .plain) { $0 }
    case .executionHooks:
      let app = try owner(call)
      switch settings.executionHooks {
      case .listed: return try list(hooks(of: app), "executionHooks", call.query, .filtered) { $0 }
      case .switchedOff: throw Problem(168)
      case .unknown: throw Problem(2)
      }
    case .accountBackups:
      return try list(
        pointTable.indices.filter { pointTable[$0].kind == .backup }, "appBackups", call.query, .plain
      ) { resource(pointTable[$0]) }
    case .accountBackup:
      let place = pointTable.firstIndex(of: call.ids[0]) { $0.kind == .backup }
      let point = try found(place.map { pointTable[$0] })
      return try call.method == "DELETE" ? deletePoint(point) : item(resource(point), call)
    default: return try performTopology(call)
    }
  }

  /// Carries out a request as far as the token may see what there is.
  mutating func performVisibly(_ call: Call) throws(Problem) -> SimulatedResponse {
    guard settings.newHiddenFromToken else { return try perform(call) }
    if call.method == "GET" {
      var visible = self
      for id in hiddenFromToken {
        if let place = visible.applicationTable.index(of: id) { visible.applicationTable.remove(at: place) }
        if let place = visible.pointTable.index(of: id) { visible.pointTable.remove(at: place) }
      }
      return try visible.perform(call)
    }
    let response = try perform(call)
    if let location = response.header("Location"), let id = location.split(separator: "/").last {
      hiddenFromToken.insert(String(id))
    }
    return response
  }

  private func performTopology(_ call: Call) throws(Problem) -> SimulatedResponse {
    let query = call.query
    switch call.route {
    case .clouds: return try list(clouds, "clouds", query, .filtered) { resource($0) }
    case .cloud: return try item(resource(try found(clouds.first { $0.id == call.ids[0] })), call)
    case .cloudClusters:
      let cloud = try found(clouds.first { $0.id == call.ids[0] })
      let shown = clusters.filter { $0.cloud == cloud.id }
      return try list(shown, "clusters", query, .filtered) { resource($0, asManaged: false) }
    case .clusters:
      return try list(clusters, "clusters", query, .filtered) { resource($0, asManaged: false) }
    case .managedClusters:
      let shown = clusters.filter(\.isManaged)
      return try list(shown, "managedClusters", query, .filtered) { resource($0, asManaged: true) }
    case .cluster, .cloudCluster: return try item(resource(try ownCluster(call), asManaged: false), call)
    case .managedCluster: return try item(resource(try ownCluster(call), asManaged: true), call)
    case .cloudClusterClasses, .clusterClasses, .managedClusterClasses:
      let classes = try ownCluster(call).storageClasses
      return try list(Array(classes.indices), "storageClasses", query, .plain) {
        resource(classes[$0], isDefault: $0 == 0)
      }
    case .cloudClusterNamespaces, .clusterNamespaces, .managedClusterNamespaces:
      let cluster = try ownCluster(call)
      return try list(
        namespaceTable.indices(ownedBy: cluster.id), "namespaces", query, .filtered,
        named: { namespaceTable.indices(named: $0).filter { namespaceTable[$0].cluster == cluster.id } }
      ) { resource(namespaceTable[$0]) }
    case .namespaces:
      return try list(
        namespaceTable.indices, "namespaces", query, .filtered, named: { namespaceTable.indices(named: $0) }
      ) { resource(namespaceTable[$0]) }
    case .namespace: return try item(resource(try found(namespaceTable[id: call.ids[0]])), call)
    case .buckets: return try list(buckets, "buckets", query, .filtered) { resource($0) }
    case .bucket: return try item(resource(try found(buckets.first { $0.id == call.ids[0] })), call)
    case .notifications:
      return try list(Array(notifications.indices), "notifications", query, .full) {
        resource(notifications[$0], number: $0 + 1)
      }
    case .notification:
      guard let index = notifications.firstIndex(where: { $0.id == call.ids[0] }) else { throw missing }
      return try item(resource(notifications[index], number: index + 1), call)
    default: throw Problem(2)
    }
  }

  private func listApplications(_ call: Call) throws(Problem) -> SimulatedResponse {
    guard call.route == .clusterApps else {
      return try list(
        applicationTable.indices, "apps", call.query, .filtered,
        named: { applicationTable.indices(named: $0) }
      ) { resource(applicationTable[$0]) }
    }
    let cluster = call.ids[0]
    return try list(
      applicationTable.indices(ownedBy: cluster), "apps", call.query, .filtered,
      named: { applicationTable.indices(named: $0).filter { applicationTable[$0].cluster == cluster } }
    ) { resource(applicationTable[$0]) }
  }

  /// The problem of an item that is not there.
  var missing: Problem { Problem(settings.missingItemProblem) }

  private func found<Value>(_ value: Value?) throws(Problem) -> Value {
    guard let value else { throw missing }
    return value
  }

  /// A single resource takes no parameters.
  func item(_ resource: JSON, _ call: Call) throws(Problem) -> SimulatedResponse {
    if settings.unknownParameters == .refused { try call.query.check([]) }
    return single(resource, call)
  }

  /// The application that a path's first identifier names.
  private func owner(_ call: Call) throws(Problem) -> Application {
    let app = try found(applicationTable[id: call.ids[0]])
    return call.isOlder ? try found(olderApplication(app)) : app
  }

  /// The backup or snapshot of a path like `k8s/v1/apps/{id}/appBackups/{id}`.
  private func ownPoint(_ call: Call) throws(Problem) -> RecoveryPoint {
    let app = try owner(call)
    let isBackup = call.route == .backup || call.route == .backupAssets
    let place = pointTable.firstIndex(of: call.ids[1]) {
      $0.application == app.id && ($0.kind == .backup) == isBackup
    }
    return try found(place.map { pointTable[$0] })
  }

  /// The cluster that a path names, which must be managed or of the cloud where the path says so.
  private func ownCluster(_ call: Call) throws(Problem) -> Cluster {
    switch call.route {
    case .cloudCluster, .cloudClusterClasses, .cloudClusterNamespaces:
      try found(clusters.first { $0.id == call.ids[1] && $0.cloud == call.ids[0] })
    case .managedCluster, .managedClusterClasses, .managedClusterNamespaces:
      try found(clusters.first { $0.id == call.ids[0] && $0.isManaged })
    default: try found(clusters.first { $0.id == call.ids[0] })
    }
  }
}
