internal import SimulatorSupport

// How operations fail, and how objects go.

extension World {
  /// Ends an operation in failure.
  mutating func fail(operationAt index: Int) {
    let operation = operations.remove(at: index)
    if let point = pointTable.index(of: operation.subject) {
      pointTable[point].state = "failed"
      pointTable[point].modified = now
      let kind = pointTable[point].kind
      let name = application(pointTable[point].application)?.name ?? "an application"
      pointTable[point].reasons = ["The \(kind.rawValue) of \(name) did not complete: its data mover stopped"]
      if operation.kind != .deletion { pointTable[point].content = nil }
      notify(
        pointTable[point], "failed", "\(kind == .backup ? "Backup" : "Snapshot") failed", "The data mover of")
      record(
        .failed, kind == .backup ? .backup : .snapshot, id: operation.subject, name: pointTable[point].name,
        related: operation.application)
    } else if let app = applicationTable.index(of: operation.subject) {
      failApplication(app, operation)
    }
  }

  private mutating func failApplication(_ app: Int, _ operation: Operation) {
    applicationTable[app].state = "failed"
    applicationTable[app].modified = now
    let title: String
    let detail: String
    switch operation.kind {
    case .clone where operation.meetsTakenNamespace:
      (title, detail) = ("Clone failed", "A namespace of that name exists on the destination cluster.")
    case .clone:
      title = "Clone failed"
      detail = "The application could not be provisioned on the destination cluster."
    case .restore:
      (title, detail) = ("Restore failed", "The application's volumes could not be restored.")
    default:
      (title, detail) = ("Operation failed", "The operation on the application did not complete.")
    }
    applicationTable[app].stateDetails = [StateDetail(title: title, detail: detail)]
    let name = applicationTable[app].name
    notifications.append(
      Notification(
        id: random.uuid(), name: "application.\(operation.kind.rawValue).failed", summary: title,
        description: "\(name): \(detail)", severity: "critical", time: now, resource: operation.subject,
        application: operation.subject, resourceType: "application/astra-app"))
    if operation.kind == .clone {
      finishVehicle(of: operation)
      if !settings.failedCloneLeavesNamespace {
        let cluster = applicationTable[app].cluster
        for name in operation.ownNamespaces {
          while let place = namespaceTable.firstIndex(named: name, where: { $0.cluster == cluster }) {
            namespaceTable.remove(at: place)
          }
        }
      }
      record(.failed, .clone, id: operation.subject, name: name, related: operation.application)
    } else {
      let event: JournalEntry.Event = operation.kind == .restore ? .restoreFailed : .failed
      record(event, .application, id: operation.subject, name: name, related: operation.source)
    }
  }

  mutating func notify(_ point: RecoveryPoint, _ what: String, _ summary: String, _ subject: String) {
    let isBackup = point.kind == .backup
    notifications.append(
      Notification(
        id: random.uuid(), name: "app\(point.kind.rawValue).create.\(what)", summary: summary,
        description: "\(subject) \(point.kind.rawValue) \(point.name) did not succeed.", severity: "warning",
        time: now, resource: point.id, application: point.application,
        resourceType: isBackup ? "application/astra-appBackup" : "application/astra-appSnap"))
  }

  /// Removes an object as a finished deletion does.
  mutating func remove(_ id: String) {
    if let point = pointTable.index(of: id) {
      let gone = pointTable.remove(at: point)
      operations.removeAll { $0.subject == id }
      record(
        .deleted, gone.kind == .backup ? .backup : .snapshot, id: id, name: gone.name,
        related: gone.application)
    } else if let app = applicationTable.index(of: id) {
      let gone = applicationTable.remove(at: app)
      operations.removeAll { $0.subject == id }
      workloads.append(
        Workload(
          name: gone.name, cluster: gone.cluster, namespaces: gone.namespaces, content: gone.content,
          address: gone.address))
      record(.deleted, gone.sourceAppID == nil ? .application : .clone, id: id, name: gone.name)
      guard settings.deletionTakesPoints else { return }
      for point in pointTable.indices(ownedBy: id).map({ pointTable[$0].id }) { remove(point) }
    }
  }

  /// Removes an object as when somebody else deleted it: no deletion by the API is recorded.
  mutating func removeByOthers(id: String) {
    let kind: JournalEntry.Kind
    let name: String
    if let point = pointTable.index(of: id) {
      (kind, name) = (pointTable[point].kind == .backup ? .backup : .snapshot, pointTable[point].name)
      pointTable.remove(at: point)
    } else if let app = applicationTable.index(of: id) {
      (kind, name) = (
        applicationTable[app].sourceAppID == nil ? .application : .clone, applicationTable[app].name
      )
      applicationTable.remove(at: app)
      pointTable.removeAll(ownedBy: id)
    } else {
      return
    }
    operations.removeAll { $0.subject == id }
    record(.manipulated, kind, id: id, name: name, related: "vanished")
  }
}
