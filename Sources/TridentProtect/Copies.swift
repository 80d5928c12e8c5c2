package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// Backups and snapshots: objects of these kinds in the application's namespace.
extension TridentProtectBackend {
  package func recoveryPoints(
    _ kind: RecoveryPoint.Kind, of application: Application.ID
  ) throws(BackendError) -> [RecoveryPoint] {
    guard let place = ApplicationPlace(application) else { return [] }
    let attempt = "list the \(kind.rawValue)s of \"\(place.name)\""
    let owner = try applicationUID(application)
    return try client(place.context).list(Kinds.copy(kind), in: place.namespace, to: attempt)
      .compactMap { object in
        self.isOf(object, place.name, owner) ? self.point(object, kind, of: application) : nil
      }
  }

  package func recoveryPoint(
    _ id: RecoveryPoint.ID, _ kind: RecoveryPoint.Kind, of application: Application.ID
  ) throws(BackendError) -> RecoveryPoint? {
    guard let object = try copy(id, kind, of: application), let place = ApplicationPlace(application) else {
      return nil
    }
    var point = point(object, kind, of: application)
    let reference = RunReference(object, Kinds.copy(kind), in: place.context)
    let state = RunState(object)
    lastStates[reference] = state
    if case .blocked(let reason) = state.progress {
      point.problems = [try blockedClause(reason, in: place)]
    }
    return point
  }

  /// The object of a copy, if it is still the one that the id names.
  func copy(
    _ id: RecoveryPoint.ID, _ kind: RecoveryPoint.Kind, of application: Application.ID
  ) throws(BackendError) -> KubernetesObject? {
    guard let place = ApplicationPlace(application), let point = PointPlace(id), point.kind == kind else {
      return nil
    }
    let object = try client(place.context).get(
      Kinds.copy(kind), point.name, in: place.namespace, to: "read \(kind.rawValue) \"\(point.name)\"")
    guard let object, object.uid == point.uid else { return nil }
    copiesSeen[id] = now
    return object
  }

  package func existsElsewhere(
    _ kind: RecoveryPoint.Kind, _ nameOrID: String
  ) throws(BackendError) -> Bool {
    let name = PointPlace(RecoveryPoint.ID(nameOrID))?.name ?? nameOrID
    for context in contextsToSearch() {
      let sight = try client(context).lookAtList(
        of: Kinds.copy(kind), in: nil, fields: "metadata.name=\(name)",
        to: "look for \(kind.rawValue) \"\(name)\"")
      if case .told(let found) = sight, !found.isEmpty { return true }
    }
    return false
  }

  package func create(
    _ kind: RecoveryPoint.Kind, named name: String, of application: Application, labels: [Label]
  ) throws(BackendError) -> RecoveryPoint {
    let attempt =
      kind == .backup ? "back up \"\(application.name)\"" : "make a snapshot of \"\(application.name)\""
    let copy = try takePrepared(kind, of: application)
    let place = copy.place
    let body = copyBody(kind, named: name, of: application, copy, labels: labels)
    let object = try client(place.context).create(
      Kinds.copy(kind), body, in: place.namespace, dryRun: false, to: attempt)
    lastStates[RunReference(object, Kinds.copy(kind), in: place.context)] = RunState(object)
    return point(object, kind, of: application.id)
  }

  /// Reads what a copy is made with.
  func prepareCopy(of application: Application) throws(BackendError) -> PreparedCopy {
    guard let place = ApplicationPlace(application.id) else { throw .noApplication(application.id) }
    return PreparedCopy(
      place: place, content: try content(of: application), vault: try vault(in: place.context))
  }

  /// What is sent for a copy.
  ///
  /// `reclaimPolicy` is always set: its default differs by kind, and by release.
  func copyBody(
    _ kind: RecoveryPoint.Kind, named name: String, of application: Application, _ copy: PreparedCopy,
    labels: [Label] = []
  ) -> StructuredValue {
    var annotations = Dictionary(labels.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    annotations[Marking.inventory] = copy.content?.text
    return .members([
      "apiVersion": .string(Kinds.copy(kind).apiVersion), "kind": .string(Kinds.copy(kind).kind),
      "metadata": Marking.metadata(
        name: name, namespace: copy.place.namespace, purpose: kind.rawValue, annotations: annotations,
        settings.signature),
      "spec": .members([
        "applicationRef": .string(application.name), "appVaultRef": .string(copy.vault),
        "reclaimPolicy": .string("Retain"),
      ]),
    ])
  }

  package func remains(of point: RecoveryPoint) throws(BackendError) -> String? {
    // The removal of a Snapshot's object removes the snapshot, whatever its policy.
    guard point.kind == .backup, let object = try copy(point.id, .backup, of: point.applicationID),
      object["spec", "reclaimPolicy"]?.string != "Delete"
    else { return nil }
    let vault = object["spec", "appVaultRef"]?.string ?? ""
    let path = object["status", "appArchivePath"]?.string.map { " at \($0)" } ?? ""
    return
      "the data of backup \"\(point.name)\" stays in the bucket of vault \"\(vault)\"\(path) (its reclaimPolicy is Retain)"
  }

  package func delete(_ point: RecoveryPoint) throws(BackendError) {
    guard let place = ApplicationPlace(point.applicationID), let named = PointPlace(point.id) else { return }
    let attempt = "remove \(point.kind.rawValue) \"\(point.name)\""
    let wasThere = try client(place.context).delete(
      Kinds.copy(point.kind), named.name, in: place.namespace, uid: named.uid, to: attempt)
    // It may be the answer of a gateway: it is looked for.
    guard wasThere else { throw BackendError(.refused(.notFound), "cannot \(attempt): it is not there") }
  }

  // MARK: - Reading

  /// Whether a copy is of the application that bears that name now, and not of one before it.
  ///
  /// A snapshot that a backup has made for itself goes with it, and is none to restore from.
  func isOf(_ object: KubernetesObject, _ name: String, _ uid: String?) -> Bool {
    guard object["spec", "applicationRef"]?.string == name,
      !object.owners.contains(where: { $0.kind == Kinds.copy(.backup).kind })
    else { return false }
    let owners = object.owners.filter { $0.kind == Kinds.application.kind }
    guard let uid, !owners.isEmpty else { return true }
    return owners.contains { $0.uid == uid }
  }

  /// The uid of an application's own object; nil where that is not there.
  private func applicationUID(_ id: Application.ID) throws(BackendError) -> String? {
    if let known = applicationUIDs[id] { return known }
    do throws(BackendError) {
      _ = try application(id)
    } catch {
      // A clone that was never made shows no more than its restore, which need not be seen.
      guard error.kind == .credentials else { throw error }
    }
    return applicationUIDs[id]
  }

  /// A copy as it stands.
  func point(
    _ object: KubernetesObject, _ kind: RecoveryPoint.Kind, of application: Application.ID
  ) -> RecoveryPoint {
    let run = RunState(object)
    let state: RecoveryPoint.State
    var problems: [String] = []
    switch run.progress {
    case .running(let word): state = RecoveryPoint.State(rawValue: word)
    case .blocked(let reason): (state, problems) = (RecoveryPoint.State(rawValue: "blocked"), [reason])
    case .completed: state = .completed
    case .failed(let reason): (state, problems) = (.failed, [reason])
    case .removed: (state, problems) = (.removed, run.error.isEmpty ? [] : [run.error])
    }
    // What the service warns of is as much in doubt as what a failed hook leaves.
    let flaws = run.hookFailures + run.warnings.map { "warning: \($0)" }
    var point = RecoveryPoint(
      id: PointPlace(kind: kind, name: object.name, uid: object.uid).id, kind: kind, name: object.name,
      applicationID: application, state: object.deletionTimestamp == nil ? state : .deleting,
      hooks: flaws.isEmpty ? (run.hooksRan ? .succeeded : .notReported) : .failed(flaws),
      problems: problems, createdAt: object.creationTimestamp,
      isScheduled: object.owners.contains { $0.kind == Kinds.schedule.kind },
      labels: Marking.labels(of: object))
    point.run = object.annotations[Marking.run]
    // One that was blocked at first has the data of when it went on.
    point.heldBy = object["status", "completionTimestamp"]?.string.flatMap { Timestamp($0) }
    point.progress = object.copyProgress
    if point.state == .completed {
      point.sizeBytes = object.copySize(kind)
      point.coverage = object.coverage(kind)
      if case .partial(let lacking) = point.coverage {
        let clause = "lacks the data of \(lacking.joined(separator: ", "))"
        let age = object["status", "completionTimestamp"]?.string.flatMap { Timestamp($0) }.map {
          currentTime - $0
        }
        // What is told of its volumes may be written a moment later.
        (point.state, point.problems) =
          age.map { $0 < longestLag } ?? false
          ? (RecoveryPoint.State(rawValue: "finishing"), [clause])
          : (.failed, ["it is called completed, but \(clause)"])
      }
    }
    return point
  }

  /// Why something is blocked, and by whom: the lock is a Lease, whose holder is a piece of work.
  func blockedClause(_ reason: String, in place: ApplicationPlace) throws(BackendError) -> String {
    guard
      let name = reason.split(whereSeparator: { " \"'".contains($0) }).first(where: {
        $0.hasPrefix("application-")
      })
    else { return reason }
    let lease = try client(place.context).look(
      at: .lease, String(name), in: place.namespace, to: "look who holds the lock \"\(name)\"")
    guard case .told(let lease?) = lease, let holder = lease["spec", "holderIdentity"]?.string else {
      return reason
    }
    return "\(reason), which \(holder) holds"
  }
}
