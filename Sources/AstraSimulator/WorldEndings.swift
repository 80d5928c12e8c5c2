// How operations fail, and how objects go.

extension World {
  /// Ends an operation in failure.
  mutating func fail(operationAt index: Int) {
    let operation = operations.remove(at: index)
    if let point = pointRoll.place(of: operation.subject) {
      pointRoll[point].state = "failed"
      pointRoll[point].modified = now
      let kind = pointRoll[point].kind
      let name = application(pointRoll[point].application)?.name ?? "an application"
      pointRoll[point].reasons = ["The \(kind.rawValue) of \(name) did not complete: its data mover stopped"]
      if operation.kind != .deletion { pointRoll[point].content = nil }
      notify(
        pointRoll[point], "failed", "\(kind == .backup ? "Backup" : "Snapshot") failed", "The data mover of")
      record(
        .failed, kind == .backup ? .backup : .snapshot, id: operation.subject, name: pointRoll[point].name,
        related: operation.application)
    } else if let app = appRoll.place(of: operation.subject) {
      failApplication(app, operation)
    }
  }

  private mutating func failApplication(_ app: Int, _ operation: Operation) {
    appRoll[app].state = "failed"
    appRoll[app].modified = now
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
    appRoll[app].stateDetails = [StateDetail(title: title, detail: detail)]
    let name = appRoll[app].name
    notifications.append(
      Notification(
        id: random.uuid(), name: "application.\(operation.kind.rawValue).failed", summary: title,
        description: "\(name): \(detail)", severity: "critical", time: now, resource: operation.subject,
        application: operation.subject, resourceType: "application/astra-app"))
    if operation.kind == .clone {
      finishVehicle(of: operation)
      if !settings.failedCloneLeavesNamespace {
        let cluster = appRoll[app].cluster
        for name in operation.ownNamespaces {
          while let place = namespaceRoll.firstPlace(named: name, where: { $0.cluster == cluster }) {
            namespaceRoll.remove(at: place)
          }
        }
      }
      record(.failed, .clone, id: operation.subject, name: name, related: operation.application)
    } else {
      let event: JournalEntry.Event = operation.kind == .restore ? .restoreFailed : .failed
      record(event, .application, id: operation.subject, name: name, related: operation.source)
    }
  }

  mutating func notify(_ point: Point, _ what: String, _ summary: String, _ subject: String) {
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
    if let point = pointRoll.place(of: id) {
      let gone = pointRoll.remove(at: point)
      operations.removeAll { $0.subject == id }
      record(
        .deleted, gone.kind == .backup ? .backup : .snapshot, id: id, name: gone.name,
        related: gone.application)
    } else if let app = appRoll.place(of: id) {
      let gone = appRoll.remove(at: app)
      operations.removeAll { $0.subject == id }
      workloads.append(
        Workload(
          name: gone.name, cluster: gone.cluster, namespaces: gone.namespaces, content: gone.content,
          address: gone.address))
      record(.deleted, gone.sourceAppID == nil ? .application : .clone, id: id, name: gone.name)
      guard settings.deletionTakesPoints else { return }
      for point in pointRoll.places(ownedBy: id).map({ pointRoll[$0].id }) { remove(point) }
    }
  }

  /// Removes an object with no trace of a deletion by the API, as when someone else took it away.
  mutating func vanish(_ id: String) {
    let kind: JournalEntry.Kind
    let name: String
    if let point = pointRoll.place(of: id) {
      (kind, name) = (pointRoll[point].kind == .backup ? .backup : .snapshot, pointRoll[point].name)
      pointRoll.remove(at: point)
    } else if let app = appRoll.place(of: id) {
      (kind, name) = (appRoll[app].sourceAppID == nil ? .application : .clone, appRoll[app].name)
      appRoll.remove(at: app)
      pointRoll.removeAll(ownedBy: id)
    } else {
      return
    }
    operations.removeAll { $0.subject == id }
    record(.manipulated, kind, id: id, name: name, related: "vanished")
  }
}
