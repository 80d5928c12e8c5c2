internal import SimulatorSupport

// POST k8s/v2/apps: define an application, clone one, or make a new one from a backup or snapshot.

extension World {
  /// `application/astra-app` in a POST.
  private static let creation = RequestBody.Schema(
    type: "application/astra-app", versions: ["2.0", "2.1", "2.2"], required: ["name"],
    allowed: [
      "name", "clusterScopedResources", "namespaceScopedResources", "namespaceMapping",
      "storageClassMapping", "clusterID", "sourceAppID", "sourceClusterID", "backupID", "snapshotID",
      "restoreFilter", "metadata",
    ])

  mutating func createApplication(_ call: Call) throws(Problem) -> SimulatedResponse {
    let body = try RequestBody(call.request.body, Self.creation)
    guard let name = try body.name() else { throw .schema("name: is required") }
    let sources = [
      try body.id("sourceAppID"), try body.id("backupID"), try body.id("snapshotID"),
    ]
    guard sources.count(where: { $0 != nil }) <= 1 else {
      throw .field("sourceAppID", "Exactly one of sourceAppID, backupID and snapshotID may be given")
    }
    guard let clusterID = try body.id("clusterID") else { throw .field("clusterID", "Is required") }
    if call.route == .clusterApps, clusterID != call.ids[0] {
      throw .field("clusterID", "Differs from the cluster of the path", number: 10)
    }
    guard let cluster = cluster(clusterID), cluster.isManaged else { throw Problem(106) }
    try checkLicence()
    let labels = try keptLabels(of: body)
    let id: String
    if sources.allSatisfy({ $0 == nil }) {
      id = try define(name, on: cluster, labels, body)
    } else {
      let source = try cloneSource(sources, body, rule: settings.sourceClusterRequired)
      id = try clone(name, from: source, to: cluster, labels, body)
    }
    guard let app = application(id) else { throw Problem(105) }
    return single(
      resource(app), call, status: 201, location: "/accounts/\(scenario.account)/k8s/v2/apps/\(id)")
  }

  /// The labels of a request, as far as the server takes and keeps them.
  func keptLabels(of body: RequestBody) throws(Problem) -> [Mapping] {
    let labels = try body.labels()
    if settings.labelsRefused, !labels.isEmpty {
      throw .schema("metadata.labels: is read-only")
    }
    return settings.labelsWritable ? labels : []
  }

  /// Actions that a licence can block.
  func checkLicence() throws(Problem) {
    switch settings.licence {
    case .valid: break
    case .expired: throw Problem(25)
    case .absent: throw Problem(26)
    case .exceeded: throw Problem(43)
    }
  }

  // MARK: Defining

  private mutating func define(
    _ name: String, on cluster: Cluster, _ labels: [Mapping], _ body: RequestBody
  ) throws(Problem) -> String {
    let scopes = try body.objects(
      "namespaceScopedResources", members: ["namespace"], others: ["labelSelectors"])
    guard let scopes, !scopes.isEmpty else { throw .field("namespaceScopedResources", "Is required") }
    let names = scopes.compactMap { $0["namespace"]?.string }
    for name in names where !hasNamespace(name, cluster: cluster.id) { throw Problem(122) }
    let own = Set(names)
    let isTaken = applicationTable.contains(ownedBy: cluster.id) {
      $0.namespaces.allSatisfy(own.contains) && own.isSubset(of: $0.namespaces)
    }
    guard !isTaken, settings.duplicateAppNames || applicationTable.firstIndex(named: name) == nil else {
      throw Problem(121)
    }
    let workload = workloads.firstIndex { $0.cluster == cluster.id && Set($0.namespaces) == own }
    let former = workload.map { workloads.remove(at: $0) }
    var app = Application(
      id: random.uuid(), name: name, cluster: cluster.id, namespaces: [], state: "discovering",
      address: former?.address ?? newAddress(), created: now)
    app.content = former?.content ?? Content()
    app.pendingNamespaces = names
    app.labels = labels
    applicationTable.append(app)
    tally.applicationsDefined += 1
    record(.created, .application, id: app.id, name: name)
    start(
      .definition, subject: app.id, application: app.id,
      stages: [.init(state: "discovering", length: settings.definition, role: .copy)])
    return app.id
  }

  // MARK: Cloning

  /// Where a clone comes from.
  struct CloneSource {
    var app: Application
    var point: RecoveryPoint?
  }

  /// The source that one of `sourceAppID`, `backupID` and `snapshotID` names.
  func cloneSource(
    _ sources: [String?], _ body: RequestBody, rule: SimulatorSettings.SourceClusterRule
  ) throws(Problem) -> CloneSource {
    let source: CloneSource
    if let id = sources[0] {
      guard let app = applicationTable[id: id] else { throw Problem(75) }
      source = CloneSource(app: app)
    } else {
      let (id, kind) = sources[1].map { ($0, RecoveryPoint.Kind.backup) } ?? (sources[2] ?? "", .snapshot)
      guard let place = pointTable.firstIndex(of: id, where: { $0.kind == kind }),
        let app = applicationTable[id: pointTable[place].application]
      else { throw Problem(kind == .backup ? 74 : 46) }
      source = CloneSource(app: app, point: pointTable[place])
    }
    let sourceCluster = try body.id("sourceClusterID")
    let isRequired =
      switch rule {
      case .always: true
      case .live: source.point == nil
      case .never: false
      }
    if isRequired, sourceCluster == nil { throw .field("sourceClusterID", "Is required") }
    if let sourceCluster, sourceCluster != source.app.cluster {
      throw .field("sourceClusterID", "Is not the cluster of the source")
    }
    return source
  }

  private mutating func clone(
    _ name: String, from source: CloneSource, to cluster: Cluster, _ labels: [Mapping], _ body: RequestBody
  ) throws(Problem) -> String {
    try checkSource(source, cluster)
    try checkClasses(on: cluster, body)
    if try body.hasRestoreFilter(), !source.app.supportsSelectiveRestore { throw Problem(155) }
    return try clone(
      name, from: source, to: cluster, labels, try cloneMapping(name, source.app, body),
      namedBy: "namespaceMapping")
  }

  /// Begins a clone; `member` is the member of the body that names the destination.
  mutating func clone(
    _ name: String, from source: CloneSource, to cluster: Cluster, _ labels: [Mapping], _ mapping: [Mapping],
    namedBy member: String
  ) throws(Problem) -> String {
    if !settings.duplicateAppNames, applicationTable.firstIndex(named: name) != nil { throw Problem(121) }
    let taken = mapping.map(\.destination).filter { hasNamespace($0, cluster: cluster.id) }
    if !taken.isEmpty {
      switch settings.takenNamespace {
      case .refused400:
        throw .field(member, "Destination namespace already exists on the target cluster")
      case .refused409: throw Problem(123)
      case .fails: break
      }
    }
    let isFarSnapshot = source.point?.kind == .snapshot && cluster.id != source.app.cluster
    let id = addClone(name, of: source, to: cluster, mapping, labels)
    let isLive = source.point == nil
    let payload =
      source.point?.content ?? (isLive && settings.cloneCapture == .start ? source.app.content : nil)
    let vehicle = isLive ? addVehicle(for: name, of: source.app) : nil
    if settings.cloneVehicle == .backup, let vehicle, let app = applicationTable.index(of: id) {
      if settings.cloneOriginShown { applicationTable[app].backupID = vehicle }
    }
    let first = settings.cloneFirstState.rawValue
    let cannotCopy = isFarSnapshot && settings.snapshotAcrossClusters == .fails
    start(
      .clone, subject: id, application: source.app.id,
      stages: [
        .init(state: first, length: settings.clone, role: .copy),
        .init(state: "discovering", length: settings.cloneDiscovery, role: .discover),
      ]
    ) { operation in
      operation.source = source.point?.id
      operation.payload = payload
      operation.meetsTakenNamespace = !taken.isEmpty
      operation.ownNamespaces = mapping.map(\.destination).filter { !taken.contains($0) }
      operation.vehicle = vehicle
      if cannotCopy { operation.effect = .fails }
    }
    for name in mapping.map(\.destination) { addNamespace(name, cluster: cluster.id) }
    if settings.operationsTouchSource, let app = applicationTable.index(of: source.app.id) {
      applicationTable[app].modified = now
    }
    return id
  }

  private mutating func addClone(
    _ name: String, of source: CloneSource, to cluster: Cluster, _ mapping: [Mapping], _ labels: [Mapping]
  ) -> String {
    var app = Application(
      id: random.uuid(), name: name, cluster: cluster.id, namespaces: [], state: "provisioning",
      address: newAddress(), created: now)
    (app.sourceAppID, app.sourceCluster, app.mapping) = (source.app.id, source.app.cluster, mapping)
    app.workload = source.app.workload
    // What the request says of a label stands before what the source has.
    let inherited = source.app.labels.filter { label in
      settings.clonesInheritLabels && !labels.contains { $0.source == label.source }
        && !label.source.contains("read-only")
    }
    app.labels =
      labels + inherited + [Mapping(source: "astra.netapp.io/labels/read-only/appType", destination: "clone")]
    if let point = source.point, settings.cloneOriginShown {
      if point.kind == .backup { app.backupID = point.id } else { app.snapshotID = point.id }
    }
    app.pendingNamespaces = mapping.map(\.destination)
    if settings.cloneNamespacesAtOnce { app.namespaces = app.pendingNamespaces }
    applicationTable.append(app)
    tally.clonesCreated += 1
    record(.created, .clone, id: app.id, name: name, related: source.point?.id ?? source.app.id)
    return app.id
  }

  func checkSource(_ source: CloneSource, _ cluster: Cluster) throws(Problem) {
    let app = source.app
    let isFar = cluster.id != app.cluster
    if let point = source.point {
      guard point.state == "completed" else { throw Problem(point.kind == .snapshot ? 111 : 164) }
      if isFar, point.kind == .snapshot, settings.snapshotAcrossClusters == .refused { throw Problem(151) }
    } else {
      guard app.state == "ready", !isBusy(app.id) else { throw Problem(112) }
      guard self.cluster(app.cluster)?.snapshotClass == true else { throw Problem(161) }
      if isUnderWay(.snapshot, of: app.id) { throw Problem(148) }
      if settings.blockedByBackup.contains(.clone), isUnderWay(.backup, of: app.id) { throw Problem(107) }
    }
    guard app.supportsClones else { throw Problem(151) }
    guard isFar else { return }
    guard cluster.restoreTargetSupported else { throw Problem(151) }
    for id in [app.cluster, cluster.id] where cloud(ofCluster: id)?.defaultBucket == nil {
      throw Problem(170)
    }
  }

  private func checkClasses(on cluster: Cluster, _ body: RequestBody) throws(Problem) {
    for pair in try body.mapping("storageClassMapping") ?? []
    where !cluster.storageClasses.contains(where: { $0.name == pair.destination }) {
      throw Problem(156)
    }
  }

  /// The destination of every namespace of the source.
  private func cloneMapping(
    _ name: String, _ app: Application, _ body: RequestBody
  ) throws(Problem) -> [Mapping] {
    guard let mapping = try body.mapping("namespaceMapping"), !mapping.isEmpty else {
      guard app.namespaces.count == 1 else {
        throw .field("namespaceMapping", "Is required for an application of several namespaces")
      }
      return [Mapping(source: app.namespaces[0], destination: name)]
    }
    for pair in mapping {
      try RequestBody.checkLabel(pair.destination, "namespaceMapping.destination")
    }
    guard mapping.map(\.source).sorted() == app.namespaces.sorted() else {
      throw .field("namespaceMapping", "The sources are not exactly the application's namespaces")
    }
    guard Set(mapping.map(\.destination)).count == mapping.count else {
      throw .field("namespaceMapping", "Two namespaces have one destination")
    }
    return mapping
  }

  /// The backup or snapshot that a live clone makes of its source on the way, if it makes one.
  private mutating func addVehicle(for clone: String, of app: Application) -> String? {
    let kind: RecoveryPoint.Kind
    switch settings.cloneVehicle {
    case .nothing: return nil
    case .backup: kind = .backup
    case .snapshot: kind = .snapshot
    }
    let name = "\(clone.prefix(40))-\(kind == .backup ? "backup" : "snap")-\(random.uuid().prefix(8))"
    return addPoint(kind, name: name, of: app, isAutomatic: true).id
  }
}
