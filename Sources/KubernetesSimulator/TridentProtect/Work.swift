internal import SimulatorSupport

// What runs do with data: copies capture it, restores destroy it and bring another.
extension KubernetesWorld {
  mutating func beginCopy(ofRunAt index: Int) {
    let run = runs[index]
    switch run.kind {
    case .backup, .snapshot:
      guard let (cluster, application) = application(uid: run.application) else {
        return fail(runAt: index, "the application is not there")
      }
      runs[index].archive = capture(namespaces(of: application), in: cluster)
    case .clone:
      guard let archive = archive(for: run) else {
        return fail(runAt: index, "there is no archive at that path")
      }
      runs[index].archive = archive
    case .restore:
      guard let archive = archive(for: run), let (cluster, application) = application(uid: run.application)
      else {
        return fail(runAt: index, "there is no archive at that path, or no application")
      }
      runs[index].archive = archive
      cancelCopies(of: run)
      let schedules = disableSchedules(of: application, in: cluster)
      // Those that were cancelled are runs no more.
      if let index = runs.firstIndex(where: { $0.number == run.number }) { runs[index].schedules = schedules }
      if !schedules.isEmpty {
        let names = JSON.array(schedules.map { .string($0) })
        show("Running", run, [("disabledScheduleNames", names)])
      }
      destroy(namespaces(of: application), in: cluster)
      tally.restoresBegun += 1
      record(.restoreBegan, .application, id: run.application, name: run.key.name, related: copyUID(of: run))
    case .definition, .deletion, .rediscovery: break
    }
  }

  private func archive(for run: Run) -> Archive? {
    let object = clusters[run.cluster].store.object(run.key)
    return object?.value(at: "spec.appArchivePath")?.string.flatMap { archives[$0] }
  }

  /// From here on the old data is gone and the new is not there yet.
  private mutating func destroy(_ namespaces: [String], in cluster: Int) {
    for namespace in namespaces {
      for claim in clusters[cluster].store.objects("persistentvolumeclaims", in: namespace) {
        if let uid = claim.uid { volumes[uid] = nil }
        let key = key("persistentvolumeclaims", claim)
        if settings.replacesClaims {
          clusters[cluster].store.remove(key)
        } else {
          clusters[cluster].store.update(key) { $0[path: ["status", "phase"]] = "Lost" }
        }
      }
      for resource in ["deployments.apps", "statefulsets.apps"] {
        for workload in clusters[cluster].store.objects(resource, in: namespace) {
          clusters[cluster].store.update(key(resource, workload)) {
            $0["status"] = ["observedGeneration": $0.value(at: "metadata.generation") ?? 1, "replicas": 0]
          }
        }
      }
    }
  }

  mutating func finishCopy(ofRunAt index: Int) {
    let run = runs[index]
    guard let archive = run.archive, let object = clusters[run.cluster].store.object(run.key) else { return }
    switch run.kind {
    case .backup, .snapshot:
      let path = self.path(of: object, run)
      archives[path] = archive
      let vault = object.value(at: "spec.appVaultRef") ?? .null
      clusters[run.cluster].store.update(run.key) {
        $0[path: ["status", "appArchivePath"]] = .string(path)
        $0[path: ["status", "appVaultRef"]] = vault
      }
    case .clone: finishClone(run, archive, object)
    case .restore: finishRestore(run, archive)
    case .definition, .deletion, .rediscovery: break
    }
  }

  /// Where a copy lies in its bucket.
  func path(of object: JSON, _ run: Run) -> String {
    let application = object.value(at: "spec.applicationRef")?.string ?? ""
    let place = run.kind == .backup ? "backups" : "snapshots"
    return "\(application)_\(run.application)/\(place)/\(run.key.name)_\(run.uid)"
  }

  private mutating func finishClone(_ run: Run, _ archive: Archive, _ object: JSON) {
    let pairs = object.value(at: "spec.namespaceMapping")?.array ?? []
    let mapping = Dictionary(
      pairs.compactMap { pair in
        pair["source"]?.string.flatMap { source in pair["destination"]?.string.map { (source, $0) } }
      }, uniquingKeysWith: { $1 })
    let classes = Dictionary(
      (object.value(at: "spec.storageClassMapping")?.array ?? []).compactMap { pair in
        pair["source"]?.string.flatMap { source in pair["destination"]?.string.map { (source, $0) } }
      }, uniquingKeysWith: { $1 })
    unpack(archive, into: mapping, in: run.cluster, storageClasses: classes)
    if settings.copiesNamespaceAnnotations { copyAnnotations(mapping, run) }
    let name = object.value(at: "spec.destinationApplicationName")?.string ?? run.key.name
    let made = clusters[run.cluster].store.create(
      Self.resource("applications"),
      [
        "metadata": [
          "name": .string(name), "namespace": .string(run.key.namespace ?? ""),
          "finalizers": [.string(Self.finalizer)],
        ],
        "spec": ["includedNamespaces": .array(mapping.values.sorted().map { ["namespace": .string($0)] })],
      ])
    let application = made ?? self.application(named: name, run.key.namespace ?? "", in: run.cluster)
    if let uid = application?.uid, made != nil { makers[uid] = run.uid }
    if settings.showsApplication {
      clusters[run.cluster].store.update(run.key) { $0[path: ["status", "applicationRef"]] = .string(name) }
    }
  }

  /// A namespace gets the annotations of the one that its content is from: of two of one name the source's.
  private mutating func copyAnnotations(_ mapping: [String: String], _ run: Run) {
    guard let (cluster, _) = application(uid: run.application) else { return }
    for (source, destination) in mapping.sorted(by: { $0.key < $1.key }) {
      let from = clusters[cluster].store.object(ObjectKey("namespaces", nil, source))
      for annotation in from?[path: ["metadata", "annotations"]]?.members ?? [] {
        clusters[run.cluster].store.update(ObjectKey("namespaces", nil, destination)) {
          $0[path: ["metadata", "annotations", annotation.name]] = annotation.value
        }
      }
    }
  }

  private mutating func finishRestore(_ run: Run, _ archive: Archive) {
    guard let (cluster, application) = application(uid: run.application) else { return }
    let namespaces = namespaces(of: application)
    // What the archive names is replaced; the ways in stay, unless they come back with another address.
    let replaced =
      settings.restoreKeepsAddress
      ? ["deployments.apps", "configmaps"] : ["deployments.apps", "configmaps", "services"]
    for item in archive.items where namespaces.contains(item.namespace) {
      let key = ObjectKey(item.resource, item.namespace, item.object.name ?? "")
      if replaced.contains(item.resource) { clusters[cluster].store.remove(key) }
      if item.resource == "persistentvolumeclaims", !settings.replacesClaims,
        let uid = clusters[cluster].store.object(key)?.uid
      {
        volumes[uid] = archive.rows["\(item.namespace)/\(item.object.name ?? "")"] ?? []
      }
    }
    unpack(archive, into: Dictionary(uniqueKeysWithValues: namespaces.map { ($0, $0) }), in: cluster)
  }

  /// What was restored comes up.
  mutating func settle(_ run: Run) {
    guard let object = clusters[run.cluster].store.object(run.key) else { return }
    if run.kind == .clone {
      let destinations = (object.value(at: "spec.namespaceMapping")?.array ?? []).compactMap {
        $0["destination"]?.string
      }
      bringUp(destinations, in: run.cluster)
    } else if let (cluster, application) = application(uid: run.application) {
      bringUp(namespaces(of: application), in: cluster)
      if !settings.successLeavesSchedulesDisabled { enable(run.schedules, run) }
    }
  }

  // MARK: - Others' work

  /// An in-place restore cancels the copies of its application that are being made.
  private mutating func cancelCopies(of run: Run) {
    for number in runs.filter({ [.backup, .snapshot].contains($0.kind) && $0.application == run.application })
      .map(\.number)
    {
      guard let index = runs.firstIndex(where: { $0.number == number }) else { continue }
      let copy = runs.remove(at: index)
      show(settings.cancelledState, copy, isEnd: true, error: "cancelled by \(run.key.name)")
      record(.failed, journalKind(copy.kind), id: copy.uid, name: copy.key.name)
    }
  }

  private mutating func disableSchedules(of application: JSON, in cluster: Int) -> [String] {
    let resource = Self.resource("schedules")
    let own = clusters[cluster].store.objects(resource, in: application.namespace).filter {
      $0.value(at: "spec.applicationRef")?.string == application.name
        && $0.value(at: "spec.enabled")?.bool != false
    }
    for schedule in own {
      clusters[cluster].store.update(key(resource, schedule)) { $0[path: ["spec", "enabled"]] = false }
    }
    return own.compactMap(\.name)
  }

  mutating func enable(_ schedules: [String], _ run: Run) {
    guard let (cluster, application) = application(uid: run.application) else { return }
    for name in schedules {
      clusters[cluster].store.update(ObjectKey(Self.resource("schedules"), application.namespace, name)) {
        $0[path: ["spec", "enabled"]] = true
      }
    }
  }
}
