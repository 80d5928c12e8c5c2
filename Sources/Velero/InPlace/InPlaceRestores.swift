package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// In-place restores: Velero leaves alone what is there, the data of claims above all. One is a list of changes of our own,
// each of which is named and says what it destroys.
extension VeleroBackend {
  package func plan(
    restoreOf application: Application, from point: RecoveryPoint
  ) throws(BackendError) -> RestorePlan {
    let plan = try inPlacePlan(restoreOf: application, from: point)
    return .stepwise(
      RestoreChanges(
        plan.changes.map(\.change), kept: plan.kept.map { "volume claim \"\($0)\"" }, cautions: plan.cautions,
        holder: plan.holder))
  }

  /// Reads which changes restore an application in place.
  ///
  /// - Parameters:
  ///   - application: the application.
  ///   - point: the recovery point; it is not judged here.
  /// - Returns: the changes, in order, and what they are about.
  /// - Throws: `.credentials` where claims may not be listed, trouble that lasts.
  package func inPlacePlan(
    restoreOf application: Application, from point: RecoveryPoint
  ) throws(BackendError) -> InPlacePlan {
    guard let place = ApplicationPlace(application.id) else { throw .noApplication(application.id) }
    let client = try client(place.context)
    let seesVolumes = try mayDo("get", .volume, in: place.context)
    let attempt = "see what an in-place restore of \"\(application.name)\" takes"
    let object = try copy(point.id, of: point.applicationID)
    let inventory = object?.annotations[Marking.inventory].map { Inventory($0) }
    let namespaceUID = namespacesSeen[place.id]?.uid ?? place.uid
    let order = InPlacePlan.Order(
      name: try nextName("\(place.namespace)-\(point.name)", point.id, into: place, namespaceUID),
      backup: object?.name ?? point.name, point: point.id, namespace: place.namespace,
      namespaceUID: namespaceUID)
    var plan = InPlacePlan(namespace: place.namespace, order: order)
    var used: Set<String> = []
    var idleHolder: RestoreChanges.Holder?
    for kind in [ResourceKind.deployment, .statefulSet] {
      let sight = try client.lookAtList(
        of: kind, in: place.namespace, labels: contentSelector, to: attempt)
      guard case .told(let objects) = sight else { continue }
      for object in objects {
        let now = object["spec", "replicas"]?.integer ?? 1
        // One that a restore has stopped is to have what it had before.
        let before = object.annotations[InPlaceMark.replicas].flatMap { Int($0) }
        var workload = InPlacePlan.Workload(
          kind: kind, name: object.name, uid: object.uid, replicas: now == 0 ? before ?? 0 : now)
        let mark = object.restoreOfItsMark
        workload.isMarkedIdle = mark != nil || inventory?.workloads["\(kind.kind) \(object.name)"] != nil
        plan.workloads.append(workload)
        used.formUnion(object.claimNamesOfPods(workload.replicas))
        if object.hasRestoreHooks {
          plan.cautions.append(
            "the restore hooks of \(workload.title) do not run: a restore in place brings no pods")
        }
        if now == 0, mark != nil {
          let holder = Self.holder(by: object, place)
          if object.isStoppedForRestore { plan.holder = holder } else { idleHolder = holder }
        }
      }
    }
    // The mark of what had no pods anyway may have outlived its restore; where nothing runs, it is all there is to see.
    if plan.holder == nil, plan.workloads.allSatisfy({ $0.replicas == 0 }) { plan.holder = idleHolder }
    for claim in try client.list(
      .volumeClaim, in: place.namespace, labels: contentSelector, to: attempt)
    {
      // What the copy did not have stays as it is.
      if let inventory, !inventory.claims.contains(claim.name) {
        plan.kept.append(claim.name)
        continue
      }
      let name = claim["spec", "volumeName"]?.string.flatMap { $0.isEmpty ? nil : $0 }
      var volume: InPlacePlan.Volume?
      if let name, seesVolumes, let object = try client.get(.volume, name, in: nil, to: attempt) {
        volume = InPlacePlan.Volume(
          name: name, uid: object.uid,
          reclaimPolicy: object["spec", "persistentVolumeReclaimPolicy"]?.string ?? "Retain")
        volume?.isMarked = object.annotations[InPlaceMark.volume] == object.uid
      } else if let name, !seesVolumes {
        // Whoever is to restore has to see it; whoever only asks need not.
        volume = InPlacePlan.Volume(name: name, uid: "", reclaimPolicy: "not told")
      }
      var planned = InPlacePlan.Claim(name: claim.name, uid: claim.uid, volume: volume)
      planned.spec = claim["spec"]?.oneLine ?? "{}"
      planned.metadata = InPlacePlan.Claim.ownMetadata(of: claim).oneLine
      plan.claims.append(planned)
    }
    if point.kind == .backup {
      plan.cautions += try cautions(of: plan.claims, without: used, client, attempt)
    }
    plan.missing = (inventory?.claims ?? []).subtracting(plan.claims.map(\.name)).sorted()
    return plan
  }

  /// Which claims no pod will want, and Velero may fill only for one: it waits for half an hour, and has failed then.
  ///
  /// Source: velero.io/docs, "Data Movement Pod configuration", `ignoreDelayBinding`.
  private func cautions(
    of claims: [InPlacePlan.Claim], without used: Set<String>, _ client: KubernetesClient, _ attempt: String
  ) throws(BackendError) -> [String] {
    var found: [String] = []
    for claim in claims where !used.contains(claim.name) {
      let spec = StructuredValue(parsing: Array(claim.spec.utf8))
      guard let name = spec?["storageClassName"]?.string, !name.isEmpty,
        case .told(let storageClass?) = try client.look(at: .storageClass, name, in: nil, to: attempt),
        storageClass["volumeBindingMode"]?.string == "WaitForFirstConsumer"
      else { continue }
      found.append(
        "no workload's pods use volume claim \"\(claim.name)\", and storage class \"\(name)\" binds it only for a pod: unless those "
          + "of the copy do, or Velero's node agent ignores that (ignoreDelayBinding), the restore fails")
    }
    return found
  }

  /// The name of the next restore from a recovery point: none that is there already, though one of before it may be gone.
  private func nextName(
    _ title: String, _ point: RecoveryPoint.ID, into place: ApplicationPlace, _ namespaceUID: String
  ) throws(BackendError) -> String {
    let earlier = try restores(into: place)
    let taken = Set(earlier.map(\.reference.name))
    var count = earlier.count { $0.point == point }
    while taken.contains(Names.restore(title, into: namespaceUID, after: count)) { count += 1 }
    return Names.restore(title, into: namespaceUID, after: count)
  }

  /// Is not done by one request: `plan(restoreOf:from:)` says what it takes.
  package func startInPlaceRestore(
    of application: Application, from point: RecoveryPoint
  ) throws(BackendError) {
    throw BackendError(
      .misconfigured,
      "cannot restore \"\(application.name)\" in place from \(point.kind.rawValue) \"\(point.name)\": Velero leaves the "
        + "data of volume claims that are there as it is",
      hint: "clone the \(point.kind.rawValue) into a namespace of its own with astra-clone")
  }

  // MARK: - Looking

  package func restoring(_ restore: InPlaceRestore) throws(BackendError) -> Operation? {
    guard let place = ApplicationPlace(restore.application),
      let application = try application(restore.application)
    else { return nil }
    var operation = Operation(
      id: Operation.ID("not shown yet"), kind: .inPlaceRestore, state: .running("not shown yet"),
      points: [restore.point])
    guard let view = try view(of: restore, in: place) else {
      // What was accepted a moment ago need not be in every replica yet.
      return now - restore.requestedAt < longestLag ? operation : nil
    }
    lastStates[view.reference] = view.state
    operation.id = view.reference.id
    operation.wasSeen = true
    operation.application = application
    try readReasons(of: view.object, .restoreResults, in: place.context)
    operation.state =
      switch view.state.progress {
      case .running("pending"): try waiting(view)
      case .running(let word): .running(word == "running" ? "restoring" : word)
      case .blocked(let reason): .blocked(reason)
      case .partial(let reason): .partial("is partial: \(reason)\(reasons(of: view.object))")
      case .failed(let reason): .failed("failed: \(reason)")
      case .goes: .failed("is being deleted")
      case .completed:
        if let hooks = view.state.hookFailure {
          .partial("is complete, but not whole: \(hooks)\(reasons(of: view.object))")
        } else {
          try proof(of: view, application.namespaces)
        }
      }
    return operation
  }

  /// The restores into an application's namespace, the oldest first, without the one that made it.
  func restores(into place: ApplicationPlace) throws(BackendError) -> [RestoreView] {
    try restores(
      in: place.context, of: [place.namespace], to: "list the restores of \"\(place.name)\""
    ).filter {
      $0.fills(place.namespace) && $0.reference.uid != place.uid
    }
  }

  /// The object of an in-place restore; nil if there is none.
  private func view(of restore: InPlaceRestore, in place: ApplicationPlace) throws(BackendError)
    -> RestoreView?
  {
    // One of another run that was under way then, and is waited for, has ended since.
    let ended = (restore.before.lists["restores"] ?? []).filter { !RestoreMark.isUnderWay($0) }
    let before = Set(ended.compactMap { RestoreMark.uid(of: $0) })
    return try restores(into: place).last { candidate in
      candidate.point == restore.point
        && (!before.contains(candidate.reference.uid) || !candidate.state.isTerminal)
    }
  }

  package func operations(on application: Application) throws(BackendError) -> [Operation]? {
    guard let place = ApplicationPlace(application.id) else { return nil }
    return try restores(into: place).filter { !$0.state.isTerminal }.map { view in
      Operation(
        id: view.reference.id, kind: .inPlaceRestore, state: .running("restoring"),
        points: [view.point].compactMap { $0 }, application: application, wasSeen: true)
    }
  }

  package func showsBeginning(
    of restore: InPlaceRestore, on application: Application
  ) throws(BackendError) -> Bool {
    guard let place = ApplicationPlace(application.id) else { return false }
    return try view(of: restore, in: place) != nil
  }

  package func mayHold(
    _ restore: InPlaceRestore, _ application: Application
  ) throws(BackendError) -> Bool {
    guard let place = ApplicationPlace(application.id) else { return false }
    let last = try restores(into: place).last
    guard let last, let ours = try view(of: restore, in: place) else { return false }
    return last.reference == ours.reference && last.state.progress == .completed
  }
}
