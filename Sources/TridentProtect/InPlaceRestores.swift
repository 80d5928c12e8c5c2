package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// In-place restores: `snapshotinplacerestores` and `backupinplacerestores` in the application's namespace.
extension TridentProtectBackend {
  package func plan(restoreOf _: Application, from _: RecoveryPoint) -> RestorePlan { .atomic }

  package func startInPlaceRestore(
    of application: Application, from point: RecoveryPoint
  ) throws(BackendError) {
    let attempt = Self.attempt(application, point)
    let restore = try takePrepared(restoreOf: application, from: point)
    let (place, kind) = (restore.place, restore.kind)
    do throws(BackendError) {
      let object = try client(place.context).create(
        kind, restore.body, in: place.namespace, dryRun: false, to: attempt)
      lastStates[RunReference(object, kind, in: place.context)] = RunState(object)
    } catch {
      guard error.kind == .refused(.nameTaken),
        let object = try client(place.context).get(kind, restore.name, in: place.namespace, to: attempt),
        object.annotations[Marking.point] == point.id.text,
        object.annotations[Marking.run] == settings.signature.run, !restore.earlier.contains(object.uid)
      else { throw error }
    }
  }

  /// What is attempted, for messages.
  private static func attempt(_ application: Application, _ point: RecoveryPoint) -> String {
    "restore \"\(application.name)\" in place from \(point.kind.rawValue) \"\(point.name)\""
  }

  /// Reads what an in-place restore is made of; refuses while anything else is under way.
  func prepareRestore(
    of application: Application, from point: RecoveryPoint
  ) throws(BackendError) -> PreparedRestore {
    let attempt = Self.attempt(application, point)
    guard let place = ApplicationPlace(application.id) else { throw .noApplication(application.id) }
    guard let archive = try archive(of: point) else {
      throw BackendError(
        .refused(.notFound), "cannot \(attempt): \(point.kind.rawValue) \"\(point.name)\" is gone")
    }
    let all = try inPlaceRestores(in: place)
    let earlier = all.filter { $0.isOf(application.name) }
    try checkIsFree(place, earlier, attempt)
    let kind = Kinds.inPlaceRestore(from: point.kind)
    let name = Self.nextName(application.name, after: earlier.count, all)
    return PreparedRestore(
      place: place, kind: kind, name: name,
      body: restoreBody(kind, name, application, place, point, archive),
      earlier: Set(earlier.map(\.reference.uid)))
  }

  /// The name of the next restore: none that is there, though one of before it may be gone.
  ///
  /// The same for every attempt that sees what this one sees: a request that was lost on the way is found again.
  private static func nextName(
    _ application: String, after count: Int, _ all: [InPlaceRestoreView]
  ) -> String {
    let taken = Set(all.map(\.reference.name))
    func name(_ number: Int) -> String {
      ResourceName.label(for: "\(application)-restore-\(number)") ?? "\(application)-\(number)"
    }
    var number = count + 1
    while taken.contains(name(number)) { number += 1 }
    return name(number)
  }

  /// What is sent for an in-place restore.
  func restoreBody(
    _ kind: ResourceKind, _ name: String, _ application: Application, _ place: ApplicationPlace,
    _ point: RecoveryPoint, _ archive: Archive
  ) -> StructuredValue {
    .members([
      "apiVersion": .string(kind.apiVersion), "kind": .string(kind.kind),
      "metadata": Marking.metadata(
        name: name, namespace: place.namespace, purpose: "restore",
        annotations: [Marking.application: application.id.text, Marking.point: point.id.text],
        settings.signature),
      "spec": .members([
        "appVaultRef": .string(archive.vault), "appArchivePath": .string(archive.path),
      ]),
    ])
  }

  /// Refuses while anything else is under way: the product would cancel a copy in the making.
  private func checkIsFree(
    _ place: ApplicationPlace, _ restores: [InPlaceRestoreView], _ attempt: String
  ) throws(BackendError) {
    if let other = restores.last(where: { !$0.state.isTerminal }) {
      throw BackendError(
        .refused(.busy),
        "cannot \(attempt): \(other.reference.kind.kind) \"\(other.reference.name)\" is under way")
    }
    for kind in RecoveryPoint.Kind.allCases {
      let copies = try client(place.context).list(
        Kinds.copy(kind), in: place.namespace, to: "look for \(kind.rawValue)s under way")
      let running = copies.first { copy in
        copy["spec", "applicationRef"]?.string == place.name && copy.deletionTimestamp == nil
          && !RunState(copy).isTerminal
      }
      if let running {
        throw BackendError(
          .refused(.busy), "cannot \(attempt): \(kind.rawValue) \"\(running.name)\" is being made")
      }
    }
  }

  // MARK: - Looking

  package func restoring(_ restore: InPlaceRestore) throws(BackendError) -> Operation? {
    guard let place = ApplicationPlace(restore.application) else { return nil }
    let key = InPlaceRestoreKey(restore)
    let view: InPlaceRestoreView
    if let known = restoreObjects[key] {
      // Once it is known, a look is one request.
      let object = try client(known.context).get(
        known.kind, known.name, in: known.namespace, to: "look at the in-place restore of \"\(place.name)\"")
      guard let object, object.uid == known.uid else { return nil }
      view = InPlaceRestoreView(object, known.kind, in: known.context)
    } else {
      guard let found = try self.view(of: restore, in: place) else {
        // What was accepted a moment ago need not be in every replica yet.
        guard now - restore.requestedAt < longestLag, try application(restore.application) != nil else {
          return nil
        }
        return Operation(
          id: Operation.ID("not shown yet"), kind: .inPlaceRestore, state: .running("not shown yet"),
          points: [restore.point])
      }
      restoreObjects[key] = found.reference
      view = found
    }
    lastStates[view.reference] = view.state
    // What is being restored may go, and its restore then says nothing any more.
    let application = try client(place.context).get(
      Kinds.application, place.name, in: place.namespace, to: "look at application \"\(place.name)\"")
    guard let application else { return nil }
    var operation = Operation(
      id: view.reference.id, kind: .inPlaceRestore, state: .running("pending"), points: [restore.point],
      wasSeen: true)
    switch view.state.progress {
    case .running(let word): operation.state = .running(word == "running" ? "restoring" : word)
    case .blocked(let reason): operation.state = .blocked(try blockedClause(reason, in: place))
    case .failed(let reason): operation.state = .failed("failed: \(reason)")
    case .removed: operation.state = .failed("was removed")
    case .completed:
      operation.state =
        if let flaw = view.state.flaw {
          .partial("is complete, but not whole: \(flaw)")
        } else if let left = try schedulesLeftDisabled(by: view.object, in: place) {
          hasJustEnded(view)
            ? .running("restored; schedules are still disabled: \(left.joined(separator: ", "))")
            : .partial("left schedules of the application disabled: \(left.joined(separator: ", "))")
        } else {
          try proof(
            of: view.object, in: view.reference, self.view(application, in: place.context).namespaces)
        }
    }
    if case .failed = operation.state { operation.application = try self.application(restore.application) }
    return operation
  }

  /// Whether a restore ended so short a while ago that what comes after it may still be going on.
  private func hasJustEnded(_ view: InPlaceRestoreView) -> Bool {
    guard let end = view.completedAt else { return false }
    return currentTime - end < longestLag
  }

  /// The object of an in-place restore; nil if there is none.
  private func view(
    of restore: InPlaceRestore, in place: ApplicationPlace
  ) throws(BackendError) -> InPlaceRestoreView? {
    let all = try inPlaceRestores(of: place.name, in: place)
    let before = Set((restore.before.lists["restores"] ?? []).compactMap { RestoreMark.uid(of: $0) })
    let path = try pathOfPoint(restore.point, restore.application)
    return all.last { candidate in
      guard !before.contains(candidate.reference.uid) || !candidate.state.isTerminal else { return false }
      return candidate.point.map { $0 == restore.point } ?? (path != nil && candidate.path == path)
    }
  }

  private func pathOfPoint(
    _ id: RecoveryPoint.ID, _ application: Application.ID
  ) throws(BackendError) -> String? {
    guard let place = PointPlace(id) else { return nil }
    return try copy(id, place.kind, of: application)?["status", "appArchivePath"]?.string
  }

  /// The schedules that a restore has disabled and not enabled again.
  private func schedulesLeftDisabled(
    by restore: KubernetesObject, in place: ApplicationPlace
  ) throws(BackendError) -> [String]? {
    let names = restore["status", "disabledScheduleNames"]?.texts ?? []
    guard !names.isEmpty else { return nil }
    let sight = try client(place.context).lookAtList(
      of:
        Kinds.schedule, in: place.namespace, to: "look whether the schedules of \"\(place.name)\" are enabled"
    )
    guard case .told(let schedules) = sight else {
      return names.map { "\($0) (not told whether it still is)" }
    }
    let left = names.filter { name in
      schedules.first { $0.name == name }?["spec", "enabled"]?.bool == false
    }
    return left.isEmpty ? nil : left
  }

  package func operations(on application: Application) throws(BackendError) -> [Operation]? {
    guard let place = ApplicationPlace(application.id) else { return nil }
    let running = try inPlaceRestores(of: application.name, in: place).filter { !$0.state.isTerminal }
    guard !running.isEmpty else { return [] }
    var points: [RecoveryPoint.ID: String] = [:]
    if running.contains(where: { $0.point == nil }) {
      for kind in RecoveryPoint.Kind.allCases {
        for object in try client(place.context).list(
          Kinds.copy(kind), in: place.namespace, to: "find what \"\(application.name)\" is restored from")
        {
          let id = PointPlace(kind: kind, name: object.name, uid: object.uid).id
          points[id] = object["status", "appArchivePath"]?.string
        }
      }
    }
    return running.map { view in
      let from = view.point.map { [$0] } ?? points.filter { $0.value == view.path }.map(\.key)
      return Operation(
        id: view.reference.id, kind: .inPlaceRestore, state: .running("restoring"), points: from,
        application: application, wasSeen: true)
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
    let last = try inPlaceRestores(of: application.name, in: place).last
    guard let last, let ours = try view(of: restore, in: place) else { return false }
    return last.reference == ours.reference && last.state.progress == .completed
  }
}
