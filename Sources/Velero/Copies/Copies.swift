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
    for (context, places) in Dictionary(grouping: places, by: \.context).ordered(by: { $0.key < $1.key }) {
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
        Kinds.uploads, in: context, labels: open.count == 1 ? Movement.selector(ofBackup: one.name) : nil,
        by: Names.backup)
    }
    var found = Dictionary(places.map { ($0.id, [RecoveryPoint]()) }, uniquingKeysWith: { $1 })
    for (place, object) in own {
      let moved = movements.map { Movement.of(backup: object.name, among: $0) }
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
        Kinds.uploads, in: place.context, labels: Movement.selector(ofBackup: object.name), by: Names.backup
      ).map { Movement.of(backup: object.name, among: $0) }
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
    try checkIsEvidence(copy, named: name, Self.attempt(kind, application))
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
    let holder = try restoreOfThisRun(place, kind, attempt)
    return PreparedCopy(
      place: place, home: try home(place.context, of: place.namespace), namespaceUID: namespace.uid,
      content: try content(of: application),
      location: try writableLocation(in: place.context, of: place.namespace, to: attempt), holder: holder)
  }

  /// Refuses a copy of what an in-place restore has stopped: claims are away then, or hold a part of the data.
  ///
  /// A further attempt of the same run may make one: its evidence is of what the one before has left.
  ///
  /// - Returns: the restore of this run that has stopped it, for which evidence may be made.
  private func restoreOfThisRun(
    _ place: ApplicationPlace, _ kind: RecoveryPoint.Kind, _ attempt: String
  ) throws(BackendError) -> RestoreChanges.Holder? {
    guard let holder = try restoreThatStopped(place, to: attempt) else { return nil }
    guard kind == .snapshot, holder.run == settings.signature.run else {
      throw Self.isStopped(place, by: holder, attempt)
    }
    return holder
  }

  /// Refuses a copy for whoever is not to have one of what this run has stopped.
  func checkIsEvidence(_ copy: PreparedCopy, named name: String, _ attempt: String) throws(BackendError) {
    guard let holder = copy.holder, !name.hasPrefix(EvidenceMark.prefix) else { return }
    throw Self.isStopped(copy.place, by: holder, attempt)
  }

  private static func isStopped(
    _ place: ApplicationPlace, by holder: RestoreChanges.Holder, _ attempt: String
  ) -> BackendError {
    BackendError(
      .refused(.beingRestored),
      "cannot \(attempt): \"\(place.name)\" \(holder.clause), so a copy of it now would hold neither state whole",
      hint: "run astra-restore again in that run, which goes on with it, and then the step"
        + (holder.release.map { "; only if its record is gone: \($0)" } ?? ""))
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
        // A volume that no pod has mounted would otherwise get a snapshot, which stays in the cluster.
        "snapshotVolumes": readsFiles ? .bool(false) : nil,
        "ttl": settings.timeToLive.map { .string("\($0.components.seconds)s") },
      ]),
    ])
  }
}
