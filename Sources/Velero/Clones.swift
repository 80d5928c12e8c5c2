package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// Clones: a Restore of a copy with a `namespaceMapping`, into a namespace that the step makes or finds empty.
extension VeleroBackend {
  package func plan(_ request: CloneRequest) throws(BackendError) -> ClonePlan {
    let isLocal = try areSame(request.sourceCluster, request.destinationCluster)
    if case .recoveryPoint(let point) = request.source, point.kind == .snapshot, !isLocal {
      throw BackendError(
        .misconfigured,
        "cannot \(request.attempt): a snapshot cannot leave its own cluster")
    }
    // Volumes whose files are read need have no snapshots.
    return .afterMaking(isLocal && !settings.readsFiles ? .snapshot : .backup)
  }

  package func start(_ request: CloneRequest) throws(BackendError) -> Operation {
    let attempt = request.attempt
    guard case .recoveryPoint(let point) = request.source else { throw request.needsACopy }
    let clone = try takePrepared(request)
    let destination = request.namespaces.first?.destination ?? request.name
    guard let namespace = try prepare(destination, for: request, attempt) else {
      throw BackendError(
        .credentials, "cannot \(attempt): namespace \"\(destination)\" may not be seen",
        hint: "give the right to get that namespace (a Role in it is enough)")
    }
    let name = Names.restore(request.name, into: namespace.uid, after: clone.earlier)
    let modifier = try modifier(of: request, clone, named: name)
    let context = request.destinationCluster.text
    let object = try create(
      Kinds.restore, cloneBody(request, clone, named: name, into: namespace, from: point.id, modifier),
      in: context, of: namespace.name, to: attempt)
    let view = RestoreView(object, in: context)
    lastStates[view.reference] = view.state
    let application = inTheMaking(view)
    namespacesSeen[application.id] = NamespaceIdentity(namespace)
    return Operation(
      id: view.reference.id, kind: .clone, state: .running("pending"), points: [point.id],
      application: application)
  }

  /// Reads what the restore is made of that makes a clone; Velero itself looks at none of it.
  func prepareClone(_ request: CloneRequest) throws(BackendError) -> PreparedClone {
    let attempt = request.attempt
    guard case .recoveryPoint(let point) = request.source,
      let source = ApplicationPlace(request.application.id)
    else { throw request.needsACopy }
    try checkMayClone(request)
    guard let (now, object) = try copyNow(point.id, point.kind, of: point.applicationID) else {
      throw BackendError(
        .refused(.notFound), "cannot \(attempt): \(point.kind.rawValue) \"\(point.name)\" is gone")
    }
    // Whoever asks for a clone has seen it complete: another server need not show that yet.
    guard now.state == .completed else {
      throw BackendError(
        .refused(now.state.isDead ? .other : .notReady),
        "cannot \(attempt): \(point.kind.rawValue) \"\(point.name)\" \(now.stateClause)",
        hint: "name one that is complete and holds the data of every volume")
    }
    let context = request.destinationCluster.text
    if try !areSame(request.sourceCluster, request.destinationCluster) {
      try checkIsSynchronized(object, from: source.context, to: context, attempt)
      if now.coverage != .whole { try checkVolumesAreLeft(now, source, attempt) }
    }
    try checkStorageClass(of: request)
    let restores = try restores(in: context, to: attempt)
    return PreparedClone(
      home: try home(context, of: request.namespaces.first?.destination ?? request.name), backup: object.name,
      earlier: restores.count { $0.cloneName == request.name },
      storageClasses: request.storageClass == nil ? [] : try storageClasses(ofClaimsOf: request))
  }

  /// Refuses a clone between clusters one of which does not let the user make one.
  private func checkMayClone(_ request: CloneRequest) throws(BackendError) {
    let source = try access(request.sourceCluster.text, for: request.application.namespaces)
    let destination = try access(
      request.destinationCluster.text, for: request.namespaces.map(\.destination))
    guard let limit = source.cloneLimit ?? destination.cloneLimit else { return }
    throw BackendError(.misconfigured, "cannot \(request.attempt): \(limit)")
  }

  /// Refuses a clone on another cluster that may get a volume of the source itself.
  ///
  /// A volume that is to be retained and is not in the copy is made there as it is, of the same storage: the clone would write
  /// into what the source reads (Velero's `pkg/restore/restore.go`, volumes without a snapshot).
  private func checkVolumesAreLeft(
    _ point: RecoveryPoint, _ source: ApplicationPlace, _ attempt: String
  ) throws(BackendError) {
    let client = try client(source.context)
    func refuse(_ what: String) -> BackendError {
      BackendError(
        .refused(.other),
        "cannot \(attempt): \(point.kind.rawValue) \"\(point.name)\" does not tell whether it holds the data of every "
          + "volume, and \(what)",
        hint:
          "make a backup with astra-backup, and clone that; where no volume is to be retained, the rights to list the volume "
          + "claims and to get the persistentvolumes of the source's cluster show it")
    }
    let claims = try client.lookAtList(of: .volumeClaim, in: source.namespace, to: attempt)
    guard case .told(let claims) = claims else {
      throw refuse("the volume claims of \"\(source.name)\" may not be seen")
    }
    for volume in claims.map({ ClusterContent.Claim($0).volume }) where !volume.isEmpty {
      switch try client.look(at: .volume, volume, in: nil, to: attempt) {
      case .told(let object?) where object["spec", "persistentVolumeReclaimPolicy"]?.string != "Delete":
        throw refuse(
          "the clone would get volume \"\(volume)\" itself, which is to be retained, and write into it")
      case .told, .notInstalled: continue
      case .forbidden:
        throw refuse("volume \"\(volume)\" may not be seen, which may be one that the clone would get itself")
      }
    }
  }

  /// Whether the cluster of a clone shows its backup, which the next synchronisation brings.
  package func seemsReady(for change: Change) throws(BackendError) -> Bool {
    guard case .clone(let request) = change, case .recoveryPoint(let point) = request.source,
      let place = PointPlace(point.id)
    else { return true }
    return try object(
      Kinds.backup, place.name, in: request.destinationCluster.text, of: request.name, to: request.attempt)
      != nil
  }

  /// Whether a backup of one cluster is an object of another by now, from the same bucket.
  private func checkIsSynchronized(
    _ backup: KubernetesObject, from source: String, to destination: String, _ attempt: String
  ) throws(BackendError) {
    let stored = backup["spec", "storageLocation"]?.string ?? ""
    let namespace = backup.namespace ?? ""
    let location = try counterpart(of: stored, in: source, of: namespace, on: destination)
    guard
      let there = try object(Kinds.backup, backup.name, in: destination, of: namespace, to: attempt)
    else {
      throw BackendError(
        .refused(.notReady),
        "cannot \(attempt): \(destination) does not show backup \"\(backup.name)\" yet, which comes with the next "
          + "synchronisation of storage location \"\(location)\"")
    }
    guard there["spec", "storageLocation"]?.string == location,
      there["status", "startTimestamp"]?.string == backup["status", "startTimestamp"]?.string
    else {
      throw BackendError(
        .refused(.other),
        "cannot \(attempt): backup \"\(backup.name)\" of \(destination) is not the one of \(source)",
        hint: "make the backup again under another name")
    }
    let title = "backup \"\(backup.name)\" of \(destination)"
    switch RunState(there).progress {
    case .completed: return
    case .running(let word), .blocked(let word):
      throw BackendError(.refused(.notReady), "cannot \(attempt): \(title) is shown as \(word)")
    case .partial, .failed, .goes:
      throw BackendError(
        .refused(.other), "cannot \(attempt): \(title) is shown as one that is not whole",
        hint: "make the backup again under another name")
    }
  }

  /// What is sent for a clone.
  ///
  /// Hooks of the restore are none unless it names some; those that pods bear as annotations run all the same.
  func cloneBody(
    _ request: CloneRequest, _ clone: PreparedClone, named name: String, into namespace: KubernetesObject,
    from point: RecoveryPoint.ID, _ modifier: String?
  ) -> StructuredValue {
    var annotations = Dictionary(request.labels.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    // The label of its origin says `live` of a clone whose copy was made for it alone.
    annotations[Marking.point] = point.text
    annotations[Names.namespaceUID] = namespace.uid
    // By these it is known that a restore makes a clone, and which, whatever else is to be written on it.
    annotations[CloneMark.nameLabel] = request.name
    annotations[CloneMark.sourceLabel] = request.application.id.text
    let sources = request.namespaces.map(\.source)
    return .members([
      "apiVersion": .string(Kinds.restore.apiVersion), "kind": .string(Kinds.restore.kind),
      "metadata": Marking.metadata(
        name: name, namespace: clone.home, purpose: Marking.clone, annotations: annotations,
        settings.signature),
      "spec": .members([
        "backupName": .string(clone.backup),
        "includedNamespaces": .array(sources.map { .string($0) }),
        "namespaceMapping": .texts(
          Dictionary(
            request.namespaces.map { ($0.source, $0.destination) }, uniquingKeysWith: { $1 })),
        "labelSelector": settings.selector?.value, "restorePVs": .bool(true),
        "resourceModifier": modifier.map { name in
          .members(["kind": .string("ConfigMap"), "name": .string(name)])
        },
      ]),
    ])
  }

  /// Makes the ConfigMap by which a restore changes the storage class of its claims, and of no other restore's; nil where
  /// each stays as it is (velero.io/docs, "Restore Resource Modifiers").
  private func modifier(
    of request: CloneRequest, _ clone: PreparedClone, named name: String
  ) throws(BackendError) -> String? {
    guard let wanted = request.storageClass, !clone.storageClasses.isEmpty else { return nil }
    let patch = StructuredValue.texts([
      "operation": "replace", "path": "/spec/storageClassName", "value": wanted,
    ])
    // JSON, which is YAML too.
    let rules = StructuredValue.members([
      "version": .string("v1"),
      "resourceModifierRules": .array([
        .members([
          "conditions": .texts(["groupResource": "persistentvolumeclaims"]), "patches": .array([patch]),
        ])
      ]),
    ]).oneLine
    let client = try client(of: request.destinationCluster)
    do throws(BackendError) {
      _ = try client.create(
        .configMap,
        .members([
          "metadata": Marking.metadata(
            name: name, namespace: clone.home, purpose: Marking.clone,
            annotations: [CloneMark.nameLabel: request.name], settings.signature),
          "data": .texts(["rules.yaml": rules]),
        ]), in: clone.home, dryRun: false, to: "set the storage class of clone \"\(request.name)\"")
    } catch {
      // What an earlier attempt made, whose restore was not, says the same.
      guard error.kind == .refused(.nameTaken) else { throw error }
      let found = try client.get(.configMap, name, in: clone.home, to: request.attempt)
      guard found?["data", "rules.yaml"]?.string == rules else { throw error }
    }
    return name
  }

  // MARK: - Looking

  package func cloning(_ id: Operation.ID) throws(BackendError) -> Operation? {
    guard let reference = RunReference(id) else { return nil }
    let attempt = "look at the restore \"\(reference.name)\""
    let object = try object(
      Kinds.restore, reference.name, in: reference.context, of: reference.namespace, to: attempt)
    guard let object, object.uid == reference.uid else { return nil }
    let view = RestoreView(object, in: reference.context)
    lastStates[view.reference] = view.state
    var clone = inTheMaking(view)
    let namespace = try client(reference.context).get(
      .namespace, view.destination ?? clone.name, in: nil, to: attempt)
    guard let namespace, namespace.uid == view.namespaceUID, !namespace.isTerminating else {
      clone.state = .failed
      return Operation(
        id: id, kind: .clone,
        state: .failed("has lost its namespace \"\(view.destination ?? clone.name)\": somebody removed it"),
        points: origin(of: view), application: clone)
    }
    namespacesSeen[clone.id] = NamespaceIdentity(namespace)
    try readReasons(of: object, .restoreResults, in: reference.context)
    var operation = try cloning(view, clone, namespace)
    clone.show(makingOf: operation.state)
    operation.application = clone
    return operation
  }

  package func cloning(of clone: Application) throws(BackendError) -> Operation {
    guard let place = ApplicationPlace(clone.id) else { throw .noApplication(clone.id) }
    let all = try restores(in: place.context, to: "look for the restore that makes \"\(clone.name)\"")
    if let view = all.first(where: { $0.reference.uid == place.uid }),
      let operation = try cloning(view.reference.id)
    {
      return operation
    }
    let state: Operation.State = clone.state == .ready ? .succeeded : .failed(clone.stateClause)
    return Operation(id: Operation.ID(clone.id.text), kind: .clone, state: state, application: clone)
  }

  private func origin(of view: RestoreView) -> [RecoveryPoint.ID] {
    [view.object.annotations[CloneMark.originLabel].map { RecoveryPoint.ID($0) }].compactMap { $0 }
  }

  /// The making of a clone by its restore's object: `Completed` is where our own look begins.
  func cloning(
    _ view: RestoreView, _ clone: Application, _ namespace: KubernetesObject, looksInside: Bool = true
  ) throws(BackendError) -> Operation {
    var operation = Operation(
      id: view.reference.id, kind: .clone, state: .running("pending"), points: origin(of: view),
      application: clone)
    operation.state =
      switch view.state.progress {
      case .running("pending"): try waiting(view)
      case .running(let word): .running(word == "running" ? "provisioning" : word)
      case .blocked(let reason): .blocked(reason)
      case .partial(let reason):
        .partial(
          "is partial: \(reason)\(reasons(of: view.object)) (velero restore logs \(view.reference.name))")
      case .failed(let reason): .failed("is failed: \(reason)")
      case .goes: .failed("is being deleted")
      case .completed:
        if let hooks = view.state.hookFailure {
          .partial("is complete, but not whole: \(hooks)\(reasons(of: view.object))")
        } else {
          looksInside ? try proof(of: view, [namespace.name]) : .succeeded
        }
      }
    return operation
  }

  /// What a restore that has not begun waits for: one runs at a time.
  func waiting(_ view: RestoreView) throws(BackendError) -> Operation.State {
    let sight = try client(view.reference.context).lookAtList(
      of: Kinds.restore, in: view.reference.namespace, to: "see what runs before \"\(view.reference.name)\"")
    guard case .told(let others) = sight else { return .running("pending") }
    let running = others.first { other in
      guard other.uid != view.reference.uid, case .running(let word) = RunState(other).progress else {
        return false
      }
      return word != "pending"
    }
    return running.map { .blocked("restore \"\($0.name)\" runs first") } ?? .running("pending")
  }

  /// How a restore that says that it is completed truly stands.
  func proof(of view: RestoreView, _ namespaces: [String]) throws(BackendError) -> Operation.State {
    let (context, name) = (view.reference.context, view.runName)
    let seen = try movements(outOf: view)
    let movements = seen ?? []
    let lost = movements.filter(\.isLost)
    if !lost.isEmpty {
      return .partial(
        "is completed, but data is missing: \(lost.map(\.clause).joined(separator: "; "))")
    }
    let done = movements.count(where: \.isDone)
    if done < movements.count {
      return .filling(["\(done) of \(movements.count) volumes are filled"])
    }
    let inventory = try inventory(of: view)
    let isInPlace = view.object.labels[Marking.purpose] == Marking.restore
    var unsure: [String] = []
    let state = try proof(
      of: namespaces, in: context, having: inventory,
      claims: { claims throws(BackendError) in
        // What was there and not in the copy stays as it was.
        let claims = claims.filter { !isInPlace || inventory?.claims.contains($0.name) != false }
        let strange = claims.filter { $0.labels[Names.restore] != name }.map {
          "volume claim \"\($0.name)\" was not brought by restore \"\(view.reference.name)\""
        }
        guard strange.isEmpty, let namespace = namespaces.first else { return strange }
        // Without the right to see what has moved the data a claim is believed whose volume was not made for it anew.
        guard seen != nil || isInPlace else {
          unsure = claims.filter { !$0.isFromSnapshot && $0.hasVolumeOfItsOwn }.map {
            "volume claim \"\($0.name)\" may be empty, and which data was moved may not be seen (datadownloads, podvolumerestores)"
          }
          return []
        }
        return try findings(on: claims, of: view, movements, in: namespace).wrong
      })
    return state == .succeeded && !unsure.isEmpty ? .filling(unsure) : state
  }

  /// What moves the data of a restore; as it is counted, for users of the non-admin kinds; nil where it may not be seen.
  func movements(outOf view: RestoreView) throws(BackendError) -> [Movement]? {
    if let counted = view.countedMovements { return counted }
    let (context, name) = (view.reference.context, view.reference.name)
    return try movements(
      Kinds.downloads, in: context, labels: "\(Names.restore)=\(name)", by: Names.restore
    ).map { $0[name] ?? [] }
  }

  /// What the backup that a restore is from had; nil where nothing tells.
  func inventory(of view: RestoreView) throws(BackendError) -> Inventory? {
    let part = view.object["spec", "labelSelector"]
    let key = "\(view.reference.context)/\(view.backupName)/\(part?.oneLine ?? "")"
    if let known = inventories[key] { return known }
    let backup = try object(
      Kinds.backup, view.backupName, in: view.reference.context, of: view.reference.namespace,
      to: "see what backup \"\(view.backupName)\" holds")
    var inventory = backup?.annotations[Marking.inventory].map { Inventory($0) }
    // Of a part of what the backup has nothing tells what belongs to it.
    if part != nil, part != backup?["spec", "labelSelector"] { inventory = nil }
    inventories[key] = inventory
    return inventory
  }

  package func assets(
    of application: Application.ID, in point: RecoveryPoint?
  ) throws(BackendError) -> [Asset]? {
    if let point {
      return try copy(point.id, of: point.applicationID)?.annotations[Marking.inventory]
        .map { Inventory($0).assets }
    }
    guard let now = try self.application(application) else { return nil }
    return try content(of: now)?.text.map { Inventory($0).assets }
  }
}
