internal import SimulatorSupport

// The older generation of the API (releases 21.04 to 22.04): k8s/v1/managedApps, and topology/v1/apps beside it.
// No schema of it was published: this follows NetApp's documentation of 22.04 and published server output.

extension World {
  /// `application/astra-managedApp` in a POST that clones.
  private static let olderCreation = RequestBody.Schema(
    type: "application/astra-managedApp", versions: ["1.0", "1.1", "1.2"], required: ["name"],
    allowed: [
      "name", "clusterID", "sourceClusterID", "namespace", "sourceAppID", "backupID", "snapshotID",
      "metadata",
    ])

  /// `application/astra-managedApp` in a PUT.
  private static let olderUpdate = RequestBody.Schema(
    type: "application/astra-managedApp", versions: ["1.0", "1.1", "1.2"],
    allowed: [
      "id", "name", "state", "stateUnready", "managedState", "managedStateUnready", "managedTimestamp",
      "protectionState", "protectionStateUnready", "collectionState", "collectionStateTransitions",
      "collectionStateDetails", "appDefnSource", "appLabels", "system", "pods", "namespace", "clusterName",
      "clusterID", "clusterType", "sourceAppID", "sourceClusterID", "backupID", "snapshotID", "metadata",
    ])

  /// The application as the older generation knows it; nil for one of several namespaces, which it cannot have.
  func olderApplication(_ app: Application) -> Application? {
    app.namespaces.count > 1 || app.pendingNamespaces.count > 1 ? nil : app
  }

  mutating func performOlderApps(_ call: Call) throws(Problem) -> SimulatedResponse {
    if call.method == "POST" { return try createOlderClone(call) }
    return try listOlder("managedApps", call) { olderResource($0, type: "application/astra-managedApp") }
  }

  mutating func performOlderApp(_ app: Application, _ call: Call) throws(Problem) -> SimulatedResponse {
    guard let app = olderApplication(app) else { throw missing }
    switch call.method {
    case "PUT": return try updateOlderApplication(app, call)
    case "DELETE": return try deleteApplication(app)
    default: return try item(olderResource(app, type: "application/astra-managedApp"), call)
    }
  }

  /// Everything that was discovered: clones show the type of managed applications among the others.
  func listDiscoveredApps(_ call: Call) throws(Problem) -> SimulatedResponse {
    try listOlder("apps", call) { app in
      let type = app.sourceAppID == nil ? "application/astra-app" : "application/astra-managedApp"
      return olderResource(app, type: type, tellsCluster: true)
    }
  }

  private func listOlder(
    _ kind: String, _ call: Call, show: (Application) -> JSON
  ) throws(Problem) -> SimulatedResponse {
    try list(
      applicationTable.indices.filter { olderApplication(applicationTable[$0]) != nil }, kind, call.query,
      .filtered,
      named: { applicationTable.indices(named: $0).filter { olderApplication(applicationTable[$0]) != nil } }
    ) { show(applicationTable[$0]) }
  }

  // MARK: Changes

  private mutating func createOlderClone(_ call: Call) throws(Problem) -> SimulatedResponse {
    let body = try RequestBody(call.request.body, Self.olderCreation)
    guard let name = try body.name() else { throw .schema("name: is required") }
    let (app, backup, snapshot) = (
      try body.id("sourceAppID"), try body.id("backupID"), try body.id("snapshotID")
    )
    guard backup == nil || snapshot == nil else {
      throw .field("backupID", "Only one of backupID and snapshotID may be given")
    }
    guard app != nil || backup != nil || snapshot != nil else { throw .field("sourceAppID", "Is required") }
    guard let clusterID = try body.id("clusterID") else { throw .field("clusterID", "Is required") }
    guard let cluster = cluster(clusterID), cluster.isManaged else { throw Problem(106) }
    guard let namespace = try body.text("namespace") else { throw .field("namespace", "Is required") }
    try RequestBody.checkLabel(namespace, "namespace")
    try checkLicence()
    let labels = settings.labelsWritable ? try body.labels() : []
    // The published samples name the application beside the backup or the snapshot.
    let isLive = backup == nil && snapshot == nil
    let source = try cloneSource([isLive ? app : nil, backup, snapshot], body, rule: .always)
    if let app, app != source.app.id { throw Problem(76) }
    guard let origin = olderApplication(source.app)?.namespaces.first else { throw Problem(151) }
    guard namespace != origin else { throw .field("namespace", "Is the namespace of the source") }
    try checkSource(source, cluster)
    let id = try clone(
      name, from: source, to: cluster, labels, [Mapping(source: origin, destination: namespace)],
      namedBy: "namespace")
    guard let made = application(id) else { throw Problem(105) }
    return single(
      olderResource(made, type: "application/astra-managedApp"), call, status: 201,
      location: "/accounts/\(scenario.account)/k8s/v1/managedApps/\(id)")
  }

  private mutating func updateOlderApplication(
    _ app: Application, _ call: Call
  ) throws(Problem) -> SimulatedResponse {
    let body = try RequestBody(call.request.body, Self.olderUpdate)
    if let id = try body.id("id"), id != app.id { throw .field("id", "Differs from the path", number: 10) }
    let backup = try body.id("backupID")
    let snapshot = try body.id("snapshotID")
    if backup != nil, snapshot != nil {
      throw .field("backupID", "Only one of backupID and snapshotID may be given")
    }
    // Nobody says what else a PUT could do in this generation.
    guard let source = backup ?? snapshot else { throw .field("backupID", "Is required") }
    try restore(app, from: source, backup != nil ? .backup : .snapshot, body, call)
    guard settings.olderRestoreStatus == 200, let now = application(app.id) else {
      return SimulatedResponse(status: settings.olderRestoreStatus)
    }
    return single(olderResource(now, type: "application/astra-managedApp"), call)
  }

  // MARK: What is shown

  /// The state in the words of the older generation.
  private func olderState(_ app: Application) -> String {
    let isHidden =
      !settings.olderRestoreStateShown && app.state != "failed"
      && operations.contains { $0.kind == .restore && $0.subject == app.id }
    return app.state == "ready" || isHidden ? "running" : app.state
  }

  /// `application/astra-managedApp` or `application/astra-app` 1.1.
  private func olderResource(_ app: Application, type: String, tellsCluster: Bool = false) -> JSON {
    let state = olderState(app)
    let reasons = settings.failureTexts ? app.stateDetails.map(\.detail) : []
    let isCollected = state == "running"
    var members: [JSON.Member] = [
      .init("type", .string(type)), .init("version", "1.1"), .init("id", .string(app.id)),
      .init("name", .string(app.name)), .init("state", .string(state)),
      .init("stateUnready", .array(reasons.map(JSON.string))), .init("managedState", "managed"),
      .init("managedStateUnready", []), .init("managedTimestamp", timestamp(app.created)),
      .init("protectionState", .string(protectionState(app))), .init("protectionStateUnready", []),
      .init("collectionState", isCollected ? "fullyCollected" : "partiallyCollected"),
      .init(
        "collectionStateTransitions",
        [
          ["from": "notCollected", "to": ["partiallyCollected", "fullyCollected"]],
          ["from": "partiallyCollected", "to": ["fullyCollected"]], ["from": "fullyCollected", "to": []],
        ]),
      .init("collectionStateDetails", []),
      .init("appDefnSource", app.sourceAppID == nil ? "namespace" : "other"), .init("appLabels", []),
      .init("system", truth(false)),
      .init("namespace", .string((app.namespaces + app.pendingNamespaces).first ?? "")),
    ]
    if let cluster = cluster(app.cluster), tellsCluster || isCollected || !settings.clusterOnlyWhenReady {
      members.append(.init("clusterName", .string(cluster.name)))
      members.append(.init("clusterID", .string(cluster.id)))
      members.append(.init("clusterType", .string(cluster.clusterType)))
    }
    let optional: [(String, String?)] = [
      ("sourceAppID", app.sourceAppID), ("sourceClusterID", app.sourceCluster), ("backupID", app.backupID),
      ("snapshotID", app.snapshotID),
    ]
    for case (let name, let value?) in optional { members.append(.init(name, .string(value))) }
    members.append(
      .init("metadata", metadata(created: app.created, modified: app.modified, labels: app.labels)))
    return .object(members)
  }
}
