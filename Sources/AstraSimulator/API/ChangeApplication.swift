internal import SimulatorSupport

// PUT and DELETE k8s/v2/apps/{id}: rename, in-place restore, and the end of management.

extension World {
  /// `application/astra-app` in a PUT: every field of a GET is allowed, few are looked at.
  private static let update = RequestBody.Schema(
    type: "application/astra-app", versions: ["2.0", "2.1", "2.2"],
    allowed: [
      "id", "links", "name", "namespaceScopedResources", "clusterScopedResources",
      "lastResourceCollectionTimestamp", "state", "stateTransitions", "stateDetails", "protectionState",
      "protectionStateDetails", "namespaces", "namespaceMapping", "storageClassMapping", "appDetectedType",
      "clusterName", "clusterID", "clusterType", "sourceAppID", "sourceClusterName", "sourceClusterID",
      "backupID", "snapshotID", "replicationSourceAppID", "restoreFilter", "metadata",
    ])

  mutating func updateApplication(_ app: Application, _ call: Call) throws(Problem) -> SimulatedResponse {
    let body = try RequestBody(call.request.body, Self.update)
    if let tag = call.request.header("If-Match"), tag != "*",
      tag.filter({ $0 != "\"" }) != fingerprint(resource(app).bytes)
    {
      throw Problem(38)
    }
    if let id = try body.id("id"), id != app.id { throw .field("id", "Differs from the path", number: 10) }
    let backup = try body.id("backupID")
    let snapshot = try body.id("snapshotID")
    if backup != nil, snapshot != nil {
      throw .field("backupID", "Only one of backupID and snapshotID may be given")
    }
    if let source = backup ?? snapshot {
      try restore(app, from: source, backup != nil ? .backup : .snapshot, body, call)
    } else if let name = try body.name(), name != app.name {
      try rename(app, to: name)
    }
    return SimulatedResponse(status: 204)
  }

  private mutating func rename(_ app: Application, to name: String) throws(Problem) {
    if !settings.duplicateAppNames, applicationTable.firstIndex(named: name) != nil { throw Problem(121) }
    guard let index = applicationTable.index(of: app.id) else { return }
    applicationTable[index].name = name
    applicationTable[index].modified = now
    record(.renamed, .application, id: app.id, name: name, related: app.name)
  }

  mutating func restore(
    _ app: Application, from source: String, _ kind: RecoveryPoint.Kind, _ body: RequestBody, _ call: Call
  ) throws(Problem) {
    if !call.isTrue("ForceUpdate") {
      switch settings.withoutForceUpdate {
      case .refused: throw Problem(79)
      case .ignored: return
      case .accepted: break
      }
    }
    guard let place = pointTable.firstIndex(of: source, where: { $0.kind == kind }) else {
      throw Problem(kind == .backup ? 74 : 46)
    }
    let point = pointTable[place]
    guard point.application == app.id else { throw Problem(76) }
    if try body.hasRestoreFilter(), !app.supportsSelectiveRestore { throw Problem(155) }
    try checkLicence()
    let mayBeFailed = app.state == "failed" && settings.restoreOfFailed != .refused
    guard ["ready", "unavailable"].contains(app.state) || mayBeFailed, !isBusy(app.id) else {
      throw Problem(112)
    }
    if isUnderWay(.backup, of: app.id) { throw Problem(152) }
    if isUnderWay(.snapshot, of: app.id) { throw Problem(148) }
    guard point.state == "completed" else { throw Problem(kind == .snapshot ? 111 : 164) }
    if settings.restoreDuringClone == .refused,
      operations.contains(where: { $0.kind == .clone && $0.application == app.id })
    {
      throw Problem(112)
    }
    startRestore(of: app, from: point)
  }

  private mutating func startRestore(of app: Application, from point: RecoveryPoint) {
    var stages: [Operation.Stage] = []
    if settings.restoreLag > .zero { stages.append(.init(length: settings.restoreLag, role: .lag)) }
    if settings.restoreFirstVisibleState != .restoring {
      let state = settings.restoreFirstVisibleState.rawValue
      stages.append(.init(state: state, length: settings.restoreFirstState, role: .prepare))
    }
    stages.append(.init(state: "restoring", length: settings.restore, role: .copy))
    stages.append(.init(state: "discovering", length: settings.restoreDiscovery, role: .discover))
    tally.restoresRequested += 1
    record(.restoreRequested, .application, id: app.id, name: app.name, related: point.id)
    start(.restore, subject: app.id, application: app.id, stages: stages) { operation in
      operation.source = point.id
      operation.payload = point.content ?? Content()
    }
    guard let index = applicationTable.index(of: app.id), let operation = operations.last else { return }
    if settings.restoreModification == .atRequest { applicationTable[index].modified = now }
    if settings.restoreSourceShown == .atRequest { showSource(of: operation, at: index) }
  }

  mutating func deleteApplication(_ app: Application) throws(Problem) -> SimulatedResponse {
    let removable = ["ready", "failed", "unavailable"] + (settings.removedDeletable ? ["removed"] : [])
    guard removable.contains(app.state), !isBusy(app.id) else { throw Problem(112) }
    tally.deletions += 1
    startDeletion(app.id, of: app.id)
    return SimulatedResponse(status: 204)
  }

  /// Removes an object after the time that deletions take.
  mutating func startDeletion(_ id: String, of application: String) {
    operations.removeAll { $0.subject == id }
    start(
      .deletion, subject: id, application: application,
      stages: [.init(state: "deleting", length: settings.deletion, role: .copy)])
  }
}
