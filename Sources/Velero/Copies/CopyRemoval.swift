package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// How copies go: Velero is asked for it by an object, and what it takes from the bucket may come back for a while.
extension VeleroBackend {
  package func remains(of point: RecoveryPoint) throws(BackendError) -> String? {
    guard let place = ApplicationPlace(point.applicationID), let named = PointPlace(point.id) else {
      return nil
    }
    let restores = try objects(
      Kinds.restore, in: place.context, of: [place.namespace],
      to: "see what goes with \(point.kind.rawValue) \"\(point.name)\"")
    let own = restores.filter { $0["spec", "backupName"]?.string == named.name }.map(\.name)
    guard !own.isEmpty else { return nil }
    return
      "what Velero knows of the restores from \(point.kind.rawValue) \"\(point.name)\" goes with it "
      + "(\(own.sorted().joined(separator: ", "))); what they restored stays"
  }

  package func delete(_ point: RecoveryPoint) throws(BackendError) {
    guard let place = ApplicationPlace(point.applicationID), let named = PointPlace(point.id) else { return }
    let attempt = "remove \(point.kind.rawValue) \"\(point.name)\""
    guard let backup = try copy(point.id, of: point.applicationID) else {
      // It may be the answer of a gateway: it is looked for.
      throw BackendError(.refused(.notFound), "cannot \(attempt): it is not there")
    }
    guard RunState(backup).isTerminal else {
      throw BackendError(.refused(.busy), "cannot \(attempt): it is being made")
    }
    // Velero refuses silently where it cannot write.
    let stored = backup["spec", "storageLocation"]?.string ?? ""
    if let objection = try location(stored, in: place.context, of: place.namespace)?.objection {
      throw BackendError(
        .refused(.other), "cannot \(attempt): its storage location \"\(stored)\" \(objection)",
        hint: "have the location repaired, and run the step again")
    }
    if try access(place.context, for: [place.namespace]).isNonAdmin {
      return try removeByMark(backup, point.id, place, to: attempt)
    }
    let earlier = try objects(Kinds.deleteRequest, in: place.context, to: attempt).filter {
      $0["spec", "backupName"]?.string == named.name
    }
    if let open = earlier.first(where: { $0["status", "phase"]?.string != "Processed" }) {
      deletions[point.id] = RunReference(open, Kinds.deleteRequest, in: place.context)
      return
    }
    let home = try home(place.context, of: place.namespace)
    let name = "\(named.name.prefix(50))-\(named.uid.prefix(8))-\(earlier.count + 1)"
    let body = StructuredValue.members([
      "metadata": Marking.metadata(
        name: name, namespace: home, purpose: "removal", annotations: [Marking.point: point.id.text],
        settings.signature),
      "spec": .members(["backupName": .string(named.name)]),
    ])
    let request: KubernetesObject
    do throws(BackendError) {
      request = try create(
        Kinds.deleteRequest, body, in: place.context, of: place.namespace, to: attempt)
    } catch {
      guard error.kind == .refused(.nameTaken) else { throw error }
      // An earlier attempt has asked for it, and a list that lags does not show that yet.
      throw BackendError(
        .refused(.busy), "cannot \(attempt): it was asked for a moment ago, and that is not shown yet")
    }
    deletions[point.id] = RunReference(request, Kinds.deleteRequest, in: place.context)
  }

  /// Shows a copy that this step has had deleted as going, until nothing can bring it back: a synchronisation that was under
  /// way may have read the bucket before.
  func pointThatIsGoing(
    _ id: RecoveryPoint.ID, _ place: ApplicationPlace, _ other: KubernetesObject?
  ) throws(BackendError) -> RecoveryPoint? {
    guard deletions[id] != nil, let seen = copiesSeen[id] else { return nil }
    var point = seen.point
    if other != nil {
      (point.state, point.problems) = (.failed, ["the storage location has brought it back"])
      return point
    }
    let period = try syncPeriod(in: place.context, of: place.namespace)
    guard now - seen.at <= period else { return nil }
    point.state = .deleting
    return point
  }

  /// How often the bucket of copies is looked at, which is read once.
  private func syncPeriod(in context: String, of namespace: String) throws(BackendError) -> Duration {
    if let known = syncPeriods[context] { return known }
    let period =
      try access(context, for: [namespace]).isNonAdmin
      ? Self.nonAdminSyncPeriod : location(in: context).location?.syncPeriod ?? .seconds(60)
    syncPeriods[context] = period
    return period
  }

  /// Says so if Velero has refused to delete a copy, or could not.
  func checkDeletion(
    of point: inout RecoveryPoint, _ backup: KubernetesObject, in place: ApplicationPlace
  ) throws(BackendError) {
    guard let request = deletions[point.id] else { return }
    let attempt = "see what became of the removal of \(point.kind.rawValue) \"\(point.name)\""
    let status =
      request.kind == Kinds.backup
      ? backup.removalStatus
      : try object(
        Kinds.deleteRequest, request.name, in: place.context, of: place.namespace, to: attempt
      ).flatMap { $0.uid == request.uid ? $0["status"] : nil }
    guard let status, status["phase"]?.string == "Processed" else { return }
    let errors = status["errors"]?.texts ?? []
    guard !errors.isEmpty else { return }
    throw BackendError(
      .refused(.other),
      "Velero did not remove \(point.kind.rawValue) \"\(point.name)\": \(errors.joined(separator: "; "))",
      hint: "mend that, and run the step again")
  }
}
