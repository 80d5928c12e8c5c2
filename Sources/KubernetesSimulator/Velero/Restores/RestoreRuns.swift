internal import SimulatorSupport

// A restore under way.
extension KubernetesWorld {
  /// A client has asked for a restore.
  mutating func beginRestore(_ key: ObjectKey, _ object: JSON, in cluster: Int) {
    guard let settings = velero?.settings else { return }
    let name = backupName(ofRestore: object, in: cluster) ?? ""
    let stored = storedBackup(name, in: cluster)
    let sources = namespaces(ofRestore: object, stored)
    let mapping = Self.mapping(of: object, sources)
    let target = velero?.applications.last {
      $0.cluster == cluster && !Set($0.namespaces).isDisjoint(with: mapping.values)
    }
    let isInPlace =
      target != nil && mapping.allSatisfy { $0.key == $0.value }
      && (stored == nil || stored?.application == target?.uid)
    let kind: Run.Kind = isInPlace ? .restore : .clone
    let backup = clusters[cluster].store.object(veleroKey("backups", name))
    // One into the backup's own namespaces makes them anew where they are gone, and is no clone.
    let isBack = kind == .restore || object.value(at: "spec.namespaceMapping") == nil
    if isBack { tally.restoresRequested += 1 } else { tally.clonesCreated += 1 }
    record(
      kind == .restore ? .restoreRequested : .created, journalKind(kind),
      id: kind == .restore ? target?.uid ?? "" : object.uid ?? "",
      name: kind == .restore ? key.name : mapping.values.sorted().first ?? key.name,
      related: stored?.object.uid ?? backup?.uid)
    var work = VeleroWork()
    (work.mapping, work.namespaces) = (mapping, mapping.values.sorted())
    work.backupName = name
    work.isCompleteEarly = settings.completesEarly
    let length = isInPlace ? settings.inPlaceRestore ?? settings.restore : settings.restore
    let stages: [Run.Stage] = [
      .init(state: nil, length: settings.firstLook, role: .lag),
      .init(state: nil, length: .zero, role: .lock),
      .init(state: nil, length: length / 2, role: .begin),
      .init(state: nil, length: length / 2, role: .copy),
      // One that was called complete before ends with its data.
      .init(
        state: settings.completesEarly ? nil : "Finalizing",
        length: settings.completesEarly ? .zero : settings.finalizing, role: .finalize),
    ]
    startVelero(
      kind, key, uid: object.uid ?? "",
      application: isInPlace ? target?.uid ?? "" : stored?.application ?? "",
      in: cluster, stages, work: work)
  }

  /// What the bucket has of a backup that a cluster knows by its object.
  func storedBackup(_ name: String, in cluster: Int) -> StoredBackup? {
    guard let object = clusters[cluster].store.object(veleroKey("backups", name)),
      let location = location(object.value(at: "spec.storageLocation")?.string ?? "", in: cluster)
    else { return nil }
    return velero?.buckets[Self.bucket(of: location)]?[name]
  }

  /// The namespaces that a restore puts objects into.
  func targets(ofRestore object: JSON, in cluster: Int) -> [String] {
    let stored = storedBackup(object.value(at: "spec.backupName")?.string ?? "", in: cluster)
    return Self.mapping(of: object, namespaces(ofRestore: object, stored)).values.sorted()
  }

  private func namespaces(ofRestore object: JSON, _ stored: StoredBackup?) -> [String] {
    let filter = ResourceFilter(object["spec"] ?? [:])
    // Those that are named, where there is no backup that would tell.
    let named = (object.value(at: "spec.includedNamespaces")?.array ?? []).compactMap(\.string)
    let all = stored.map { Set($0.archive.items.map(\.namespace).filter { !$0.isEmpty }) } ?? Set(named)
    return all.filter { filter.has(namespace: $0) }.sorted()
  }

  private static func mapping(of object: JSON, _ sources: [String]) -> [String: String] {
    var mapping: [String: String] = [:]
    for source in sources {
      mapping[source] = object[path: ["spec", "namespaceMapping", source]]?.string ?? source
    }
    return mapping
  }

  mutating func addRestoreFinalizer(_ run: Run) {
    clusters[run.cluster].store.update(run.key) {
      guard !$0.finalizers.contains(Self.restoreFinalizer) else { return }
      $0[path: ["metadata", "finalizers"]] = .array(
        ($0.finalizers + [Self.restoreFinalizer]).map { .string($0) })
    }
  }

  // MARK: - Validation

  private static let neverRestored = [
    "nodes", "events", "events.events.k8s.io", "backups.velero.io", "restores.velero.io",
    "resticrepositories.velero.io", "csinodes.storage.k8s.io", "volumeattachments.storage.k8s.io",
    "backuprepositories.velero.io",
  ]

  private func mistakes(in object: JSON, in cluster: Int) -> [String] {
    let spec = object["spec"] ?? [:]
    var mistakes: [String] = []
    let included = (spec["includedResources"]?.array ?? []).compactMap(\.string)
    for name in Self.neverRestored where included.contains(name) {
      mistakes.append("\(name) are non-restorable resources")
    }
    mistakes += Self.overlap(spec, "Resources").map { "Invalid included/excluded resource lists: \($0)" }
    mistakes += Self.overlap(spec, "Namespaces").map {
      "Invalid included/excluded namespace lists: \($0)"
    }
    if let one = spec["labelSelector"], one != .null, spec["orLabelSelectors"]?.array != nil {
      mistakes.append(
        "encountered labelSelector as well as orLabelSelectors in restore spec, only one can be specified")
    }
    let (backup, schedule) = (spec["backupName"]?.string ?? "", spec["scheduleName"]?.string ?? "")
    guard backup.isEmpty != schedule.isEmpty else {
      return mistakes + [
        "Either a backup or schedule must be specified as a source for the restore, but not both"
      ]
    }
    if let policy = spec["existingResourcePolicy"]?.string, !["", "none", "update"].contains(policy) {
      mistakes.append("Invalid ExistingResourcePolicy: \(policy)")
    }
    guard let name = backupName(ofRestore: object, in: cluster) else {
      return mistakes + ["No completed backups found for schedule"]
    }
    return mistakes + sourceMistakes(name, spec, in: cluster)
  }

  private func sourceMistakes(_ name: String, _ spec: JSON, in cluster: Int) -> [String] {
    guard let backup = clusters[cluster].store.object(veleroKey("backups", name)) else {
      return [
        "Error retrieving backup: can't find backup \(veleroNamespace)/\(name): Backup.velero.io \"\(name)\" not found"
      ]
    }
    let place = backup.value(at: "spec.storageLocation")?.string ?? ""
    guard let location = location(place, in: cluster) else {
      return ["Error retrieving backup: BackupStorageLocation.velero.io \"\(place)\" not found"]
    }
    guard isAvailable(location) else {
      return ["The BSL \(place) is unavailable, cannot retrieve the backup"]
    }
    if let modifier = spec.value(at: "resourceModifier.name")?.string,
      resourceModifiers(modifier, in: cluster) == nil
    {
      return ["failed to get resource modifiers configmap \(veleroNamespace)/\(modifier)"]
    }
    return []
  }

  // MARK: - The main part

  mutating func beginRestoreItems(ofRunAt index: Int) {
    let run = runs[index]
    guard let object = clusters[run.cluster].store.object(run.key) else { return }
    let mistakes = mistakes(in: object, in: run.cluster)
    let start = moment(in: run.cluster)
    let name = backupName(ofRestore: object, in: run.cluster)
    clusters[run.cluster].store.update(run.key) {
      if let name { $0[path: ["spec", "backupName"]] = .string(name) }
      let excluded = ($0.value(at: "spec.excludedResources")?.array ?? []).compactMap(\.string)
      let all = excluded + Self.neverRestored.filter { !excluded.contains($0) }
      $0[path: ["spec", "excludedResources"]] = .array(all.map { .string($0) })
      if $0[path: ["spec", "itemOperationTimeout"]] == nil {
        $0[path: ["spec", "itemOperationTimeout"]] = "4h0m0s"
      }
      $0[path: ["status", "phase"]] = mistakes.isEmpty ? "InProgress" : "FailedValidation"
      if mistakes.isEmpty {
        $0[path: ["status", "startTimestamp"]] = start
      } else {
        $0[path: ["status", "validationErrors"]] = .array(mistakes.map { .string($0) })
      }
    }
    guard mistakes.isEmpty else { return endInvalidRestore(runs.remove(at: index)) }
    guard let stored = storedBackup(name ?? "", in: run.cluster) else {
      return failVeleroRun(at: index, "error downloading backup: The specified key does not exist.")
    }
    runs[index].archive = stored.archive
    let backup = clusters[run.cluster].store.object(veleroKey("backups", stored.object.name ?? ""))
    runs[index].velero?.location = backup?.value(at: "spec.storageLocation")?.string ?? ""
    // What was not in the bucket yet when the restore was asked for may be there by now.
    let mapping = Self.mapping(of: object, namespaces(ofRestore: object, stored))
    runs[index].velero?.mapping = mapping
    runs[index].velero?.namespaces = mapping.values.sorted()
    runs[index].velero?.backupUID = stored.object.uid
    if run.kind == .restore {
      tally.restoresBegun += 1
      record(
        .restoreBegan, .application, id: run.application, name: run.key.name, related: stored.object.uid)
    }
    guard run.effect != .failsAtOnce else { return }
    restoreItems(ofRunAt: index, stored)
  }

  /// A restore that names a schedule is of its last backup that is complete; nil: there is none.
  private func backupName(ofRestore object: JSON, in cluster: Int) -> String? {
    if let name = object.value(at: "spec.backupName")?.string, !name.isEmpty { return name }
    guard let schedule = object.value(at: "spec.scheduleName")?.string, !schedule.isEmpty else { return nil }
    func start(_ backup: JSON) -> String { backup.value(at: "status.startTimestamp")?.string ?? "" }
    return clusters[cluster].store.objects(Self.veleroResource("backups"), in: veleroNamespace).filter {
      $0.label("velero.io/schedule-name") == schedule && $0.value(at: "status.phase")?.string == "Completed"
    }.max { start($0) < start($1) }?.name
  }

  /// What a restore that fails in its middle leaves: a clone's content, if that is so.
  mutating func leaveHalf(ofRunAt index: Int) {
    let run = runs[index]
    guard run.kind == .clone, velero?.settings.failedCloneLeavesContent == false else { return }
    for namespace in run.velero?.namespaces ?? [] {
      for key in clusters[run.cluster].store.keys(in: namespace)
      where clusters[run.cluster].store.object(key)?.label("velero.io/restore-name")
        == Self.labelValue(of: run.key.name)
      {
        clusters[run.cluster].store.delete(key)
      }
    }
  }

  mutating func finishRestoreItems(ofRunAt index: Int) {
    finishPodVolumeRestores(ofRunAt: index)
    let run = runs[index]
    guard let work = run.velero else { return }
    let operations = work.fillings.filter { $0.copy.method == .dataMovement }.count
    clusters[run.cluster].store.update(run.key) {
      if operations > 0 { $0[path: ["status", "restoreItemOperationsAttempted"]] = .integer(operations) }
      if work.errorCount > 0 { $0[path: ["status", "errors"]] = .integer(work.errorCount) }
      if work.warningCount > 0 { $0[path: ["status", "warnings"]] = .integer(work.warningCount) }
    }
    // A server that counts on its movers to report later is done here.
    if work.isCompleteEarly { showEnd(run) }
  }

  mutating func completeRestore(_ run: Run) {
    guard let work = run.velero else { return }
    if !work.isCompleteEarly { showEnd(run) }
    let isGood = work.errorCount == 0
    let source = storedBackup(work.backupName, in: run.cluster)?.object.uid ?? work.backupUID
    if run.kind == .restore {
      if isGood { tally.restoresFinished += 1 }
      record(
        isGood ? .restoreFinished : .restoreFailed, .application, id: run.application, name: run.key.name,
        related: source)
    } else {
      record(isGood ? .completed : .failed, .clone, id: run.uid, name: work.namespaces.first ?? run.key.name)
    }
  }

  private mutating func showEnd(_ run: Run) {
    guard let work = run.velero else { return }
    let operations = work.fillings.filter { $0.copy.method == .dataMovement }
    var extra = counts(work, in: run.cluster)
    let failed = operations.filter(\.copy.isFailed).count
    if operations.count > failed {
      extra.append(("restoreItemOperationsCompleted", .integer(operations.count - failed)))
    }
    if failed > 0 { extra.append(("restoreItemOperationsFailed", .integer(failed))) }
    showPhase(work.errorCount > 0 ? "PartiallyFailed" : "Completed", run, extra)
    store(results: work, ofRestore: run)
  }

  /// Writes what went wrong into the bucket.
  mutating func store(results: VeleroWork, ofRestore run: Run) {
    velero?.files["\(run.cluster)/restores/\(run.uid)"] = results.results
  }
}
