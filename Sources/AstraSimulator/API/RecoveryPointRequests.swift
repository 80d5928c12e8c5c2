internal import SimulatorSupport

// POST and DELETE of backups and snapshots.

extension World {
  private static let backup = RequestBody.Schema(
    type: "application/astra-appBackup", versions: ["1.0", "1.1", "1.2"],
    allowed: ["name", "bucketID", "snapshotID", "metadata"])
  private static let snapshot = RequestBody.Schema(
    type: "application/astra-appSnap", versions: ["1.0", "1.1", "1.2", "1.3"],
    allowed: ["name", "bucketID", "metadata"])

  /// Whether a backup or snapshot of the application is being made.
  func isUnderWay(_ kind: RecoveryPoint.Kind, of app: String) -> Bool {
    pointTable.contains(ownedBy: app) { $0.kind == kind && $0.isUnderWay }
  }

  mutating func createPoint(of app: Application, _ call: Call) throws(Problem) -> SimulatedResponse {
    let isBackup = call.route == .backups
    var schema = isBackup ? Self.backup : Self.snapshot
    // What came later: versions, and the choice of a bucket or a snapshot to read from.
    if call.isOlder { (schema.versions, schema.allowed) = (["1.0"], ["name", "metadata"]) }
    let body = try RequestBody(call.request.body, schema)
    let usual = "\(app.name.prefix(40))-\(isBackup ? "backup" : "snap")-\(pointTable.count + 1)"
    let name = try body.name() ?? usual
    let bucketID = try body.id("bucketID")
    let snapshotID = try body.id("snapshotID")
    let labels = try keptLabels(of: body)
    try checkLicence()
    if isBackup {
      try checkBackup(of: app, name, bucketID: bucketID, snapshotID: snapshotID)
    } else {
      try checkSnapshot(of: app, name, bucketID: bucketID)
    }
    let point = addPoint(
      isBackup ? .backup : .snapshot, name: name, of: app, bucket: bucketID, snapshot: snapshotID,
      labels: labels)
    let path =
      "k8s/v1/\(call.isOlder ? "managedApps" : "apps")/\(app.id)/\(isBackup ? "appBackups" : "appSnaps")/\(point.id)"
    return single(
      resource(point, asOlder: call.isOlder), call, status: 201,
      location: "/accounts/\(scenario.account)/\(path)")
  }

  private func checkBackup(
    of app: Application, _ name: String, bucketID: String?, snapshotID: String?
  ) throws(Problem) {
    if let bucketID {
      guard buckets.contains(where: { $0.id == bucketID }) else { throw Problem(108) }
    } else if cloud(ofCluster: app.cluster)?.defaultBucket == nil {
      throw Problem(127)
    }
    if let snapshotID {
      guard let place = pointTable.firstIndex(of: snapshotID, where: { $0.kind == .snapshot }) else {
        throw Problem(46)
      }
      guard pointTable[place].application == app.id else { throw Problem(76) }
      guard pointTable[place].state == "completed" else { throw Problem(111) }
    }
    guard let cluster = cluster(app.cluster), cluster.isEligible else { throw Problem(131) }
    guard cluster.snapshotClass || snapshotID != nil else { throw Problem(158) }
    guard app.state == "ready", !isBusy(app.id) else { throw Problem(112) }
    try checkName(name, .backup, of: app, mayRepeat: settings.duplicateBackupNames, 143)
    if isUnderWay(.snapshot, of: app.id) { throw Problem(148) }
    if settings.blockedByBackup.contains(.backup), isUnderWay(.backup, of: app.id) { throw Problem(107) }
  }

  private func checkSnapshot(of app: Application, _ name: String, bucketID: String?) throws(Problem) {
    guard bucketID == nil else { throw Problem(177) }
    guard app.supportsSnapshots else { throw Problem(149) }
    guard let cluster = cluster(app.cluster), cluster.isEligible else { throw Problem(130) }
    guard cluster.snapshotClass else { throw Problem(145) }
    guard app.state == "ready", !isBusy(app.id) else { throw Problem(112) }
    try checkName(name, .snapshot, of: app, mayRepeat: settings.duplicateSnapshotNames, 176)
    if isUnderWay(.snapshot, of: app.id) { throw Problem(148) }
    if settings.blockedByBackup.contains(.snapshot), isUnderWay(.backup, of: app.id) { throw Problem(107) }
  }

  private func checkName(
    _ name: String, _ kind: RecoveryPoint.Kind, of app: Application, mayRepeat: Bool, _ problem: Int
  ) throws(Problem) {
    let isTaken = pointTable.contains(ownedBy: app.id) { $0.kind == kind && $0.name == name }
    if isTaken, !mayRepeat { throw Problem(problem) }
  }

  /// Begins a backup or snapshot.
  mutating func addPoint(
    _ kind: RecoveryPoint.Kind, name: String, of app: Application, bucket: String? = nil,
    snapshot: String? = nil,
    labels: [Mapping] = [], isAutomatic: Bool = false
  ) -> RecoveryPoint {
    let isBackup = kind == .backup
    let capture = isBackup ? settings.backupCapture : settings.snapshotCapture
    let base = snapshot.flatMap { pointTable[id: $0] }
    var point = RecoveryPoint(
      kind: kind, id: random.uuid(), name: name, application: app.id, state: "pending",
      content: base?.content ?? (capture == .start ? app.content : nil), created: now,
      bucket: isBackup ? bucket ?? cloud(ofCluster: app.cluster)?.defaultBucket : nil, snapshot: snapshot,
      modified: now, labels: labels, asset: random.uuid())
    if isBackup {
      let name = "astra.netapp.io/labels/read-only/triggerType"
      point.labels.append(Mapping(source: name, destination: "backup"))
      if settings.backupMakesSnapshot, snapshot == nil { point.snapshot = addSnapshot(for: point, app) }
    }
    pointTable.append(point)
    if !isAutomatic {
      if isBackup { tally.backupsCreated += 1 } else { tally.snapshotsCreated += 1 }
    }
    record(.created, isBackup ? .backup : .snapshot, id: point.id, name: name, related: app.id)
    let pending = isBackup ? settings.backupPending : settings.snapshotPending
    let length = isBackup ? settings.backup : settings.snapshot
    start(
      isBackup ? .backup : .snapshot, subject: point.id, application: app.id,
      stages: [
        .init(state: "pending", length: pending, role: .prepare),
        .init(state: "running", length: length, role: .copy),
      ])
    if settings.operationsTouchSource, let index = applicationTable.index(of: app.id) {
      applicationTable[index].modified = now
    }
    return point
  }

  /// The snapshot that a backup is read from; it is complete before the backup runs.
  private mutating func addSnapshot(for backup: RecoveryPoint, _ app: Application) -> String {
    let id = random.uuid()
    pointTable.append(
      RecoveryPoint(
        kind: .snapshot, id: id, name: "\(backup.name.prefix(50))-source", application: app.id,
        state: "completed", hookState: "success", content: app.content, created: now, modified: now,
        asset: random.uuid()))
    record(.created, .snapshot, id: id, name: "\(backup.name.prefix(50))-source", related: backup.id)
    return id
  }

  mutating func deletePoint(_ point: RecoveryPoint) throws(Problem) -> SimulatedResponse {
    if operations.contains(where: { $0.kind == .restore && $0.subject == point.application }) {
      throw Problem(142)
    }
    if point.kind == .backup {
      if point.state == "pending" { throw Problem(128) }
      if point.state == "deleting" { throw Problem(174) }
    } else {
      let isRead = pointTable.contains(ownedBy: point.application) {
        $0.snapshot == point.id && $0.isUnderWay
      }
      if isRead { throw Problem(144) }
    }
    tally.deletions += 1
    startDeletion(point.id, of: point.application)
    return SimulatedResponse(status: 204)
  }
}
