// How operations fail, and how objects go.

extension World {
  /// Ends an operation in failure.
  mutating func fail(operationAt index: Int) {
    let operation = operations.remove(at: index)
    if let point = pointIndex(operation.subject) {
      points[point].state = "failed"
      points[point].modified = now
      let kind = points[point].kind
      let name = application(points[point].application)?.name ?? "an application"
      points[point].reasons = ["The \(kind.rawValue) of \(name) did not complete: its data mover stopped"]
      if operation.kind != .deletion { points[point].content = nil }
      notify(
        points[point], "failed", "\(kind == .backup ? "Backup" : "Snapshot") failed", "The data mover of")
      record(
        .failed, kind == .backup ? .backup : .snapshot, id: operation.subject, name: points[point].name,
        related: operation.application)
    } else if let app = applicationIndex(operation.subject) {
      failApplication(app, operation)
    }
  }

  private mutating func failApplication(_ app: Int, _ operation: Operation) {
    applications[app].state = "failed"
    applications[app].modified = now
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
    applications[app].stateDetails = [StateDetail(title: title, detail: detail)]
    let name = applications[app].name
    notifications.append(
      Notification(
        id: random.uuid(), name: "application.\(operation.kind.rawValue).failed", summary: title,
        description: "\(name): \(detail)", severity: "critical", time: now, resource: operation.subject,
        application: operation.subject, resourceType: "application/astra-app"))
    if operation.kind == .clone {
      finishVehicle(of: operation)
      if !settings.failedCloneLeavesNamespace {
        namespaces.removeAll {
          $0.cluster == applications[app].cluster && operation.ownNamespaces.contains($0.name)
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
    if let point = pointIndex(id) {
      let gone = points.remove(at: point)
      operations.removeAll { $0.subject == id }
      record(
        .deleted, gone.kind == .backup ? .backup : .snapshot, id: id, name: gone.name,
        related: gone.application)
    } else if let app = applicationIndex(id) {
      let gone = applications.remove(at: app)
      operations.removeAll { $0.subject == id }
      workloads.append(
        Workload(
          name: gone.name, cluster: gone.cluster, namespaces: gone.namespaces, content: gone.content,
          address: gone.address))
      record(.deleted, gone.sourceAppID == nil ? .application : .clone, id: id, name: gone.name)
      guard settings.deletionTakesPoints else { return }
      for point in points where point.application == id { remove(point.id) }
    }
  }

  /// Removes an object with no trace of a deletion by the API, as when someone else took it away.
  mutating func vanish(_ id: String) {
    let kind: JournalEntry.Kind
    let name: String
    if let point = pointIndex(id) {
      (kind, name) = (points[point].kind == .backup ? .backup : .snapshot, points[point].name)
      points.remove(at: point)
    } else if let app = applicationIndex(id) {
      (kind, name) = (applications[app].sourceAppID == nil ? .application : .clone, applications[app].name)
      applications.remove(at: app)
      points.removeAll { $0.application == id }
    } else {
      return
    }
    operations.removeAll { $0.subject == id }
    record(.manipulated, kind, id: id, name: name, related: "vanished")
  }
}
