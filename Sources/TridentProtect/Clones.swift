package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// Clones: a restore of a copy into other namespaces (`snapshotrestores`, `backuprestores`), an object of the destination.
extension TridentProtectBackend {
  package func plan(_ request: CloneRequest) throws(BackendError) -> ClonePlan {
    destinations[request.destinationCluster.text] =
      destinations[request.destinationCluster.text, default: []] + request.namespaces.map(\.destination)
    let isLocal = try areSame(request.sourceCluster, request.destinationCluster)
    if case .recoveryPoint(let point) = request.source, point.kind == .snapshot, !isLocal {
      throw BackendError(
        .misconfigured,
        "cannot clone \"\(request.application.name)\" as \"\(request.name)\": a snapshot cannot leave its own cluster"
      )
    }
    return .afterMaking(isLocal ? .snapshot : .backup)
  }

  package func start(_ request: CloneRequest) throws(BackendError) -> Operation {
    let attempt = request.attempt
    guard case .recoveryPoint(let point) = request.source else { throw request.needsACopy }
    let clone = try takePrepared(request)
    for mapping in request.namespaces { try prepare(mapping.destination, for: request, attempt) }
    let context = request.destinationCluster.text
    let object: KubernetesObject
    do throws(BackendError) {
      object = try client(context).create(
        clone.kind, clone.body, in: clone.namespace, dryRun: false, to: attempt)
    } catch {
      guard error.message.contains("destinationApplicationName") else { throw error }
      throw BackendError(
        error.kind, error.message,
        hint:
          "this release makes no clones under a name of their own: update it to \(ProductVersion.recommended) or newer"
      )
    }
    let reference = RunReference(object, clone.kind, in: context)
    lastStates[reference] = RunState(object)
    return Operation(
      id: reference.id, kind: .clone, state: .running("pending"), points: [point.id],
      application: try inTheMaking(reference, object))
  }

  /// Reads what the restore is made of that makes a clone.
  func prepareClone(_ request: CloneRequest) throws(BackendError) -> PreparedClone {
    guard case .recoveryPoint(let point) = request.source,
      let source = ApplicationPlace(request.application.id)
    else { throw request.needsACopy }
    guard let archive = try archive(of: point) else {
      throw BackendError(
        .refused(.notFound),
        "cannot \(request.attempt): \(point.kind.rawValue) \"\(point.name)\" is gone")
    }
    let isLocal = try areSame(request.sourceCluster, request.destinationCluster)
    let vault =
      isLocal
      ? archive.vault
      : try counterpart(of: archive.vault, in: source.context, on: request.destinationCluster.text)
    let kind = Kinds.restore(from: point.kind)
    let home = request.namespaces.first?.destination ?? request.name
    return PreparedClone(
      kind: kind, namespace: home,
      body: try cloneBody(request, kind, in: home, from: point.id, archive.path, vault))
  }

  /// What is sent for a clone.
  func cloneBody(
    _ request: CloneRequest, _ kind: ResourceKind, in namespace: String, from point: RecoveryPoint.ID,
    _ path: String, _ vault: String
  ) throws(BackendError) -> StructuredValue {
    var annotations = Dictionary(request.labels.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    // The label of its origin says `live` of a clone whose copy was made for it alone.
    annotations[Marking.point] = point.text
    let pairs = request.namespaces.map { ($0.source, $0.destination) }
    try checkStorageClass(of: request)
    return .members([
      "apiVersion": .string(kind.apiVersion), "kind": .string(kind.kind),
      "metadata": Marking.metadata(
        name: request.name, namespace: namespace, purpose: Marking.clone, annotations: annotations,
        settings.signature),
      "spec": .members([
        "appVaultRef": .string(vault), "appArchivePath": .string(path),
        "namespaceMapping": .mapping(pairs), "destinationApplicationName": .string(request.name),
        // Production's hooks send mails and start jobs: the product would run them here too.
        "runArchivedExecHooks": .bool(request.runsHooks),
        "storageClassMapping": try storageClasses(request).map { .mapping($0) },
      ]),
    ])
  }

  /// Every storage class of the source, with the one that is wanted; nil: each stays as it is.
  private func storageClasses(_ request: CloneRequest) throws(BackendError) -> [(String, String)]? {
    guard let wanted = request.storageClass else { return nil }
    let classes = try storageClasses(ofClaimsOf: request)
    return classes.isEmpty ? nil : classes.sorted().map { ($0, wanted) }
  }

  // MARK: - Looking

  package func cloning(_ id: Operation.ID) throws(BackendError) -> Operation? {
    guard let reference = RunReference(id),
      let object = try client(reference.context).get(
        reference.kind, reference.name, in: reference.namespace,
        to: "look at the restore \"\(reference.name)\""), object.uid == reference.uid
    else { return nil }
    let run = RunState(object)
    lastStates[reference] = run
    guard run.progress == .completed else {
      return try cloning(reference, object, try inTheMaking(reference, object))
    }
    let name =
      object["status", "applicationRef"]?.string ?? object["spec", "destinationApplicationName"]?.string
    let found = try client(reference.context).get(
      Kinds.application, name ?? object.name, in: reference.namespace,
      to: "look at the clone \"\(object.name)\"")
    var clone = try inTheMaking(reference, object)
    if let found {
      applicationUIDs[clone.id] = found.uid
      clone.namespaces = view(found, in: reference.context).namespaces
    }
    var operation = try cloning(reference, object, found == nil ? nil : clone)
    clone.show(makingOf: operation.state)
    operation.application = clone
    return operation
  }

  package func cloning(of clone: Application) throws(BackendError) -> Operation {
    guard let place = ApplicationPlace(clone.id) else { throw .noApplication(clone.id) }
    for kind in Kinds.restores {
      let found = try client(place.context).look(
        at: kind, place.name, in: place.namespace, to: "look at the restore \"\(place.name)\"")
      guard case .told(let object?) = found, object.uid == place.uid else { continue }
      let reference = RunReference(object, kind, in: place.context)
      if let operation = try cloning(reference.id) { return operation }
    }
    let state: Operation.State = clone.state == .ready ? .succeeded : .failed(clone.stateClause)
    return Operation(id: Operation.ID(clone.id.text), kind: .clone, state: state, application: clone)
  }

  /// The making of a clone by its restore's object: `Completed` is where our own look begins.
  func cloning(
    _ reference: RunReference, _ object: KubernetesObject, _ clone: Application?, looksInside: Bool = true
  ) throws(BackendError) -> Operation {
    let run = RunState(object)
    let point = object.annotations[CloneMark.originLabel].map { RecoveryPoint.ID($0) }
    var operation = Operation(
      id: reference.id, kind: .clone, state: .running("pending"), points: [point].compactMap { $0 },
      application: clone)
    operation.state =
      switch run.progress {
      case .running(let word): .running(word == "running" ? "provisioning" : word)
      case .blocked(let reason): .blocked(reason)
      case .failed(let reason): .failed("is failed: \(reason)")
      case .removed: .failed("is removed")
      case .completed:
        if let flaw = run.flaw {
          .partial("is complete, but not whole: \(flaw)")
        } else if clone == nil {
          .failed("is completed, but there is no application \"\(object.name)\"")
        } else {
          looksInside ? try proof(of: object, in: reference, destinationNamespaces(of: object)) : .succeeded
        }
      }
    return operation
  }

  // MARK: - Removal

  package func delete(_ application: Application) throws(BackendError) {
    guard let place = ApplicationPlace(application.id) else { throw .noApplication(application.id) }
    let attempt = "remove application \"\(application.name)\""
    let client = try client(place.context)
    var restores: [(ResourceKind, KubernetesObject)] = []
    for kind in Kinds.restores {
      let found = try client.look(at: kind, place.name, in: place.namespace, to: attempt)
      if case .told(let object?) = found, object.uid == place.uid { restores.append((kind, object)) }
    }
    var object = try client.get(Kinds.application, place.name, in: place.namespace, to: attempt)
    if object == nil {
      // A gateway's 404 is no news, and would let the rest of the clone go before it.
      let all = try client.list(Kinds.application, in: place.namespace, to: attempt)
      object = all.first { $0.name == place.name }
    }
    if let object, object.uid == applicationUIDs[application.id] ?? place.uid {
      begunRemovals.insert(application.id)
      let wasThere = try client.delete(
        Kinds.application, place.name, in: place.namespace, uid: object.uid, to: attempt)
      // It was there a moment ago: whoever says so now may be a gateway.
      guard wasThere else { throw BackendError(.refused(.notFound), "cannot \(attempt): it is not there") }
      // What is going still shows that it is a clone, and whose, by its restore: the rest is the next part.
      return
    }
    // The object of the restore goes last: as long as it is there, a further attempt knows what it is about.
    let fates = restores.isEmpty ? [] : try fates(of: application, place, restores.map(\.1))
    for case .goes(let namespace) in fates.ordered(by: {
      $1.isOf(place.namespace) && !$0.isOf(place.namespace)
    }) {
      try client.delete(.namespace, namespace.name, in: nil, uid: namespace.uid, to: attempt)
    }
    for (kind, object) in restores {
      try client.delete(kind, object.name, in: place.namespace, uid: object.uid, to: attempt)
    }
  }

  package func remains(of application: Application) throws(BackendError) -> [String] {
    guard let place = ApplicationPlace(application.id) else { return [] }
    var restores: [KubernetesObject] = []
    for kind in Kinds.restores {
      let found = try client(place.context).look(
        at: kind, place.name, in: place.namespace, to: "look at the restore \"\(place.name)\"")
      if case .told(let object?) = found, object.uid == place.uid { restores.append(object) }
    }
    guard !restores.isEmpty else { return [] }
    return try fates(of: application, place, restores).compactMap(\.remains)
  }
}

extension TridentProtectBackend {
  /// What becomes of the namespaces of a clone.
  private func fates(
    of application: Application, _ place: ApplicationPlace, _ restores: [KubernetesObject]
  ) throws(BackendError) -> [NamespaceFate] {
    let ends = restores.compactMap { $0["status", "completionTimestamp"]?.string.flatMap { Timestamp($0) } }
    let own = applicationUIDs[application.id]
    return try fates(of: application, in: place.context, restoredAt: ends.max()) { object, kind in
      if kind == Kinds.application { return object.uid == own }
      return Kinds.restores.contains(kind) ? object.uid == place.uid : nil
    }
  }
}

/// Where a copy lies.
struct Archive {
  var path: String
  var vault: String
}

extension TridentProtectBackend {
  /// Where a copy lies; nil if its object is gone.
  func archive(of point: RecoveryPoint) throws(BackendError) -> Archive? {
    guard let object = try copy(point.id, point.kind, of: point.applicationID) else {
      // What was seen a moment ago need not be in every replica yet.
      guard let seen = copiesSeen[point.id], now - seen < longestLag else { return nil }
      // It says nothing of the application: evidence of that stays as good as it is.
      throw BackendError(
        .refused(.busy), "\(point.kind.rawValue) \"\(point.name)\" is not shown by every server yet")
    }
    let vault = object["status", "appVaultRef"]?.string ?? object["spec", "appVaultRef"]?.string
    guard let path = object["status", "appArchivePath"]?.string, !path.isEmpty, let vault else {
      throw BackendError(
        .refused(.notReady),
        "\(point.kind.rawValue) \"\(point.name)\" does not tell where it lies (status.appArchivePath)")
    }
    return Archive(path: path, vault: vault)
  }
}

extension StructuredValue {
  /// Pairs, as `namespaceMapping` and `storageClassMapping` have them.
  static func mapping(_ pairs: [(String, String)]) -> StructuredValue {
    .array(pairs.map { .members(["source": .string($0.0), "destination": .string($0.1)]) })
  }
}
