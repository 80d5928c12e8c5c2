package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// Backups, whose data leaves the cluster, and snapshots, whose data stays in its storage: both are Backup objects, and
// `snapshotMoveData` or `defaultVolumesToFsBackup` tells them apart.
extension VeleroBackend {
  package func recoveryPoints(
    _ kind: RecoveryPoint.Kind, of application: Application.ID
  ) throws(BackendError) -> [RecoveryPoint] {
    guard let place = ApplicationPlace(application) else { return [] }
    return try recoveryPoints(kind, of: [place], in: place.context)[application] ?? []
  }

  package func recoveryPoints(
    _ kind: RecoveryPoint.Kind, ofAll applications: [Application]
  ) throws(BackendError) -> [Application.ID: [RecoveryPoint]]? {
    var found: [Application.ID: [RecoveryPoint]] = [:]
    let places = applications.compactMap { ApplicationPlace($0.id) }
    for (context, places) in Dictionary(grouping: places, by: \.context).sorted(by: { $0.key < $1.key }) {
      found.merge(try recoveryPoints(kind, of: places, in: context)) { $1 }
    }
    return found
  }

  /// The copies of some applications of a cluster, in a number of requests that does not grow with that of either.
  private func recoveryPoints(
    _ kind: RecoveryPoint.Kind, of places: [ApplicationPlace], in context: String
  ) throws(BackendError) -> [Application.ID: [RecoveryPoint]] {
    let attempt = "list the \(kind.rawValue)s of \"\(places.map(\.name).joined(separator: "\", \""))\""
    let backups = try objects(
      Kinds.backup, in: context, of: places.map(\.namespace), to: attempt
    ).filter { Self.kind(of: $0) == kind }
    var own: [(ApplicationPlace, KubernetesObject)] = []
    for place in places {
      let namespace = try namespaceIdentity(of: place)
      own += backups.filter { isOf($0, place, namespace) }.map { (place, $0) }
    }
    // What moved the data of all of them at once, unless it is known already.
    let open = own.filter { coverages[$0.1.uid] == nil && RunState($0.1).progress == .completed }
    var movements: [String: [Movement]]? = [:]
    if let one = open.first?.1 {
      movements = try self.movements(
        Kinds.uploads, in: context, labels: open.count == 1 ? "\(Names.backup)=\(one.name)" : nil,
        by: Names.backup)
    }
    var found = Dictionary(places.map { ($0.id, [RecoveryPoint]()) }, uniquingKeysWith: { $1 })
    for (place, object) in own {
      let moved = movements.map { $0[object.name] ?? [] }
      found[place.id, default: []].append(point(object, of: place.id, moved))
    }
    return found
  }

  package func recoveryPoint(
    _ id: RecoveryPoint.ID, _ kind: RecoveryPoint.Kind, of application: Application.ID
  ) throws(BackendError) -> RecoveryPoint? {
    guard let place = ApplicationPlace(application), let named = PointPlace(id), named.kind == kind else {
      return nil
    }
    let object = try object(
      Kinds.backup, named.name, in: place.context, of: place.namespace,
      to: "read \(kind.rawValue) \"\(named.name)\"")
    guard let object, object.uid == named.uid else { return try pointThatIsGoing(id, place, object) }
    return try pointNow(object, id, place)
  }

  /// A copy as it is now, and its object; nil if it is gone.
  func copyNow(
    _ id: RecoveryPoint.ID, _ kind: RecoveryPoint.Kind, of application: Application.ID
  ) throws(BackendError) -> (point: RecoveryPoint, object: KubernetesObject)? {
    guard let place = ApplicationPlace(application), PointPlace(id)?.kind == kind,
      let object = try copy(id, of: application)
    else { return nil }
    return (try pointNow(object, id, place), object)
  }

  /// What the object of a copy shows, which was read just now.
  private func pointNow(
    _ object: KubernetesObject, _ id: RecoveryPoint.ID, _ place: ApplicationPlace
  ) throws(BackendError) -> RecoveryPoint {
    let state = RunState(object)
    lastStates[RunReference(object, Kinds.backup, in: place.context)] = state
    var moved: [Movement]? = []
    if state.progress == .completed, coverages[object.uid] == nil {
      moved = try movements(
        Kinds.uploads, in: place.context, labels: "\(Names.backup)=\(object.name)", by: Names.backup
      ).map { $0[object.name] ?? [] }
    }
    try readReasons(of: object, .backupResults, in: place.context)
    if state.progress == .completed, files != nil,
      (coverages[object.uid] ?? coverage(of: object, moved)) == .notTold,
      let told = try coverageByFiles(of: object, in: place.context)
    {
      coverages[object.uid] = told
    }
    var point = point(object, of: place.id, moved)
    copiesSeen[id] = (now, point)
    try checkDeletion(of: &point, object, in: place)
    return point
  }

  /// The object of a copy, if it is still the one that the id names.
  func copy(
    _ id: RecoveryPoint.ID, of application: Application.ID
  ) throws(BackendError) -> KubernetesObject? {
    guard let place = ApplicationPlace(application), let named = PointPlace(id) else { return nil }
    let object = try object(
      Kinds.backup, named.name, in: place.context, of: place.namespace,
      to: "read \(named.kind.rawValue) \"\(named.name)\"")
    return object?.uid == named.uid ? object : nil
  }

  package func existsElsewhere(
    _ kind: RecoveryPoint.Kind, _ nameOrID: String
  ) throws(BackendError) -> Bool {
    let name = PointPlace(RecoveryPoint.ID(nameOrID))?.name ?? nameOrID
    for context in contextsToSearch() {
      let found = try visibleObjects(
        Kinds.backup, in: context, to: "look for \(kind.rawValue) \"\(name)\"")
      guard let found else { continue }
      if found.contains(where: {
        Self.kind(of: $0) == kind && [$0.name, $0.annotations[Names.name]].contains(name)
      }) {
        return true
      }
    }
    return false
  }

  package func create(
    _ kind: RecoveryPoint.Kind, named name: String, of application: Application, labels: [Label]
  ) throws(BackendError) -> RecoveryPoint {
    let copy = try takePrepared(kind, of: application)
    let body = copyBody(kind, named: name, of: application, copy, labels: labels)
    let object = try create(
      Kinds.backup, body, in: copy.place.context, of: copy.place.namespace,
      to: Self.attempt(kind, application))
    lastStates[RunReference(object, Kinds.backup, in: copy.place.context)] = RunState(object)
    return point(object, of: application.id, nil)
  }

  static func attempt(_ kind: RecoveryPoint.Kind, _ application: Application) -> String {
    kind == .backup ? "back up \"\(application.name)\"" : "make a snapshot of \"\(application.name)\""
  }

  /// Reads what a copy is made with.
  func prepareCopy(
    _ kind: RecoveryPoint.Kind, of application: Application
  ) throws(BackendError) -> PreparedCopy {
    guard let place = ApplicationPlace(application.id) else { throw .noApplication(application.id) }
    let attempt = Self.attempt(kind, application)
    let namespace = try namespace(of: place)
    guard let namespace else {
      throw BackendError(
        .refused(.notFound), "cannot \(attempt): namespace \"\(place.namespace)\" is gone")
    }
    return PreparedCopy(
      place: place, home: try home(place.context, of: place.namespace), namespaceUID: namespace.uid,
      content: try content(of: application),
      location: try writableLocation(in: place.context, of: place.namespace, to: attempt))
  }

  /// What is sent for a copy.
  ///
  /// Whether data is moved, and whether files are read, is always said: what the server does by default differs.
  func copyBody(
    _ kind: RecoveryPoint.Kind, named name: String, of application: Application, _ copy: PreparedCopy,
    labels: [Label] = []
  ) -> StructuredValue {
    var annotations = Dictionary(labels.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    annotations[Marking.inventory] = copy.content?.text
    annotations[Marking.application] = application.id.text
    annotations[Names.namespaceUID] = copy.namespaceUID
    annotations[Names.name] = name
    let readsFiles = kind == .backup && settings.readsFiles
    return .members([
      "apiVersion": .string(Kinds.backup.apiVersion), "kind": .string(Kinds.backup.kind),
      "metadata": Marking.metadata(
        name: Names.copy(kind, name, of: copy.place.namespace, uid: copy.namespaceUID),
        namespace: copy.home, purpose: kind.rawValue, annotations: annotations, settings.signature),
      "spec": .members([
        "includedNamespaces": .array([.string(copy.place.namespace)]),
        "labelSelector": settings.selector?.value, "storageLocation": copy.location.map { .string($0) },
        "snapshotMoveData": .bool(kind == .backup && !readsFiles),
        "defaultVolumesToFsBackup": .bool(readsFiles),
        "ttl": settings.timeToLive.map { .string("\($0.components.seconds)s") },
      ]),
    ])
  }

  // MARK: - Removal

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
  private func pointThatIsGoing(
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
  private func checkDeletion(
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

  // MARK: - Reading

  /// Which of the two a Backup object is.
  static func kind(of backup: KubernetesObject) -> RecoveryPoint.Kind {
    let moves = backup["spec", "snapshotMoveData"]?.bool == true
    return moves || backup["spec", "defaultVolumesToFsBackup"]?.bool == true ? .backup : .snapshot
  }

  /// Whether a Backup object is a whole copy of an application, and of the one that bears that name now.
  ///
  /// Backups of other clusters that share the bucket become objects here, too. One that the steps made names the namespace by
  /// its uid; another counts only if it began where its object is, after the namespace was made.
  func isOf(
    _ backup: KubernetesObject, _ place: ApplicationPlace, _ namespace: NamespaceIdentity?
  ) -> Bool {
    let spec = backup["spec"]
    guard let namespace, (spec?["includedNamespaces"]?.texts ?? []).contains(place.namespace),
      Self.isWhole(spec), spec?["labelSelector"] == settings.selector?.value || spec?["labelSelector"] == nil
    else { return false }
    if let uid = backup.annotations[Names.namespaceUID] { return uid == namespace.uid }
    guard let object = backup.creationTimestamp else { return false }
    let began = backup["status", "startTimestamp"]?.string.flatMap { Timestamp($0) } ?? object
    guard object - began <= .seconds(1), let made = namespace.createdAt else { return false }
    return began >= made
  }

  /// Whether a backup leaves out no kind of objects.
  private static func isWhole(_ spec: StructuredValue?) -> Bool {
    func isAll(_ name: String) -> Bool {
      let texts = spec?[name]?.texts ?? []
      return texts.isEmpty || texts == ["*"]
    }
    let leavesOut = ["excludedResources", "excludedNamespaceScopedResources", "orLabelSelectors"]
    return isAll("includedResources") && isAll("includedNamespaceScopedResources")
      && leavesOut.allSatisfy { spec?[$0]?.elements.isEmpty ?? true }
  }

  /// A copy as it stands.
  ///
  /// - Parameters:
  ///   - object: its object.
  ///   - application: whose copy it is.
  ///   - movements: what has moved its data; nil where that may not be seen.
  /// - Returns: the copy; one that does not hold the data of every claim is `failed`, whatever its phase says.
  private func point(
    _ object: KubernetesObject, of application: Application.ID, _ movements: [Movement]?
  ) -> RecoveryPoint {
    let run = RunState(object)
    let kind = Self.kind(of: object)
    let state: RecoveryPoint.State
    var problems: [String] = []
    switch run.progress {
    case .running(let word): state = RecoveryPoint.State(rawValue: word)
    case .blocked(let reason): (state, problems) = (RecoveryPoint.State(rawValue: "blocked"), [reason])
    case .completed: state = .completed
    case .partial(let reason):
      (state, problems) = (
        .failed, ["it is partial: \(reason)\(reasons(of: object)) (velero backup logs \(object.runName))"]
      )
    case .failed(let reason): (state, problems) = (.failed, [reason])
    case .goes: state = .deleting
    }
    let isSteps = object.labels[Marking.managedBy] == Marking.tool
    var point = RecoveryPoint(
      id: PointPlace(kind: kind, name: object.name, uid: object.uid).id, kind: kind,
      name: isSteps ? object.annotations[Names.name] ?? object.name : object.name,
      applicationID: application, state: object.deletionTimestamp == nil ? state : .deleting,
      hooks: run.hookFailure.map { .failed([$0 + reasons(of: object)]) }
        ?? (run.hooksRan ? .succeeded : .notReported),
      problems: problems,
      // The object is made anew when it is read from the bucket.
      createdAt: object["status", "startTimestamp"]?.string.flatMap { Timestamp($0) }
        ?? object.creationTimestamp,
      isScheduled: object.labels[Names.schedule] != nil, labels: Marking.labels(of: object))
    point.run = object.annotations[Marking.run]
    point.progress = object.itemProgress
    point.expiresAt = object["status", "expiration"]?.string.flatMap { Timestamp($0) }
    guard point.state == .completed else { return point }
    if run.warnings > 0 {
      let texts = run.hookFailure == nil ? reasons(of: object) : ""
      point.cautions.append("Velero counts \(run.warnings) warning\(run.warnings == 1 ? "" : "s")\(texts)")
    }
    let coverage = coverages[object.uid] ?? self.coverage(of: object, movements)
    if movements != nil { coverages[object.uid] = coverage }
    point.coverage = coverage
    switch coverage {
    case .whole: break
    case .notTold: point.cautions.append("whether it holds the data of every volume is not told")
    case .partial(let lacking):
      (point.state, point.problems) = (
        .failed,
        ["Velero calls it completed, but it lacks the data of \(lacking.joined(separator: ", "))"]
      )
    }
    if let expiry = point.expiresAt, expiry <= currentTime {
      (point.state, point.problems) = (.removed, ["it expired at \(expiry.text)"])
    }
    return point
  }

  private func coverage(of object: KubernetesObject, _ movements: [Movement]?) -> Coverage {
    .of(
      claims: object.annotations[Marking.inventory].map { Inventory($0).claims },
      movements: movements, counts: VolumeCounts(object),
      isMoved: object["spec", "snapshotMoveData"]?.bool == true)
  }

  /// The movements of data of a cluster, by what a label of theirs says; nil where they may not be seen.
  func movements(
    _ kinds: [ResourceKind], in context: String, labels: String?, by label: String
  ) throws(BackendError) -> [String: [Movement]]? {
    guard case .velero(let home) = try access(context) else { return nil }
    var found: [String: [Movement]] = [:]
    for kind in kinds {
      let sight = try client(context).lookAtList(
        of: kind, in: home, labels: labels, to: "see which data was moved (\(kind.plural))")
      switch sight {
      case .told(let objects):
        for object in objects { found[object.labels[label] ?? "", default: []].append(Movement(object)) }
      // A release before it moved data.
      case .notInstalled: continue
      case .forbidden: return nil
      }
    }
    return found
  }
}

extension KubernetesObject {
  /// How many of its objects are written or restored; nil while that is not told.
  var itemProgress: Progress? {
    guard let progress = self["status", "progress"], let total = progress["totalItems"]?.integer, total > 0
    else { return nil }
    let done = (progress["itemsBackedUp"] ?? progress["itemsRestored"])?.integer
    return Progress(
      percent: done.map { min(100, 100 * Double($0) / Double(total)) }, itemsDone: done, itemsTotal: total)
  }
}
