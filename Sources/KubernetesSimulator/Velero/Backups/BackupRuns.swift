internal import SimulatorSupport

// A backup under way.
extension KubernetesWorld {
  mutating func beginBackupItems(ofRunAt index: Int) {
    let run = runs[index]
    guard let object = clusters[run.cluster].store.object(run.key) else { return }
    let (spec, mistakes) = complete(object, in: run.cluster)
    let server = clusters[run.cluster].settings.version
    let expiration = moment(in: run.cluster, after: Self.duration(spec["ttl"]?.string ?? ""))
    let start = moment(in: run.cluster)
    clusters[run.cluster].store.update(run.key) {
      $0["spec"] = spec
      $0[path: ["metadata", "labels", "velero.io/storage-location"]] = spec["storageLocation"]
      for (name, value) in [
        ("source-cluster-k8s-gitversion", server), ("source-cluster-k8s-major-version", "1"),
        ("source-cluster-k8s-minor-version", String(server.split(separator: ".").dropFirst().first ?? "")),
        ("resource-timeout", "10m0s"),
      ] { $0[path: ["metadata", "annotations", "velero.io/\(name)"]] = .string(value) }
      $0[path: ["status", "version"]] = 1
      $0[path: ["status", "formatVersion"]] = "1.1.0"
      $0[path: ["status", "expiration"]] = expiration
      $0[path: ["status", "phase"]] = mistakes.isEmpty ? "InProgress" : "FailedValidation"
      if mistakes.isEmpty {
        $0[path: ["status", "startTimestamp"]] = start
      } else {
        $0[path: ["status", "validationErrors"]] = .array(mistakes.map { .string($0) })
      }
    }
    guard mistakes.isEmpty else { return endInvalid(runs.remove(at: index)) }
    let location = location(spec["storageLocation"]?.string ?? "", in: run.cluster) ?? [:]
    let bucket = Self.bucket(of: location)
    guard velero?.buckets[bucket]?[run.key.name] == nil else {
      return failVeleroRun(at: index, "backup already exists in object storage")
    }
    var work = run.velero ?? VeleroWork()
    (work.location, work.bucket) = (location.name ?? "", bucket)
    var archive = Archive()
    archive.items = items(spec, work.namespaces, in: run.cluster)
    work.volumes = volumeCopies(archive, spec, in: run.cluster, &work.errors)
    work.itemCount = archive.items.count
    runHooks(&work, archive, spec, "post.hook.backup.velero.io", "pre.hook.backup.velero.io")
    if let warnings = velero?.settings.backupWarnings, !warnings.isEmpty { work.warnings[""] = warnings }
    runs[index].archive = archive
    apply(runs[index].effect, to: &work)
    runs[index].velero = work
    showProgress(ofRunAt: index, part: max(1, work.itemCount))
    makePodVolumeBackups(ofRunAt: index)
    // Snapshots too are waited for until they can be used.
    let isWaited = work.volumes.contains { $0.method == .dataMovement || $0.method == .snapshot }
    if isWaited { addMovement(toRunAt: index) }
  }

  /// What an effect adds to what went wrong.
  func apply(_ effect: RunFault.Effect?, to work: inout VeleroWork) {
    switch effect {
    case .hooksFail:
      (work.hooksAttempted, work.hooksFailed) = (max(1, work.hooksAttempted), 1)
      work.errors[work.namespaces.first ?? "", default: []].append(
        "hook failed: command terminated with exit code 1")
    case .partiallyFails:
      work.errors[work.namespaces.first ?? "", default: []].append(
        "error executing custom action: timed out awaiting the reconciliation of the object")
    case .losesData:
      for place in work.volumes.indices {
        work.volumes[place].method = .none
        work.volumes[place].skippedReason = "not satisfied with any data protection method"
      }
    default: break
    }
  }

  /// The hooks that the spec and the pods' annotations want.
  func runHooks(
    _ work: inout VeleroWork, _ archive: Archive, _ spec: JSON, _ annotations: String...
  ) {
    for item in archive.items where item.resource == "pods" {
      for prefix in annotations where item.object.annotation("\(prefix)/command") != nil {
        work.hooksAttempted += 1
      }
      for hook in spec.value(at: "hooks.resources")?.array ?? [] {
        let filter = ResourceFilter(hook)
        guard filter.has(namespace: item.namespace), filter.selects(item.object) else { continue }
        work.hooksAttempted +=
          ["pre", "post", "postHooks"].map { hook[$0]?.array?.count ?? 0 }.reduce(0, +)
      }
    }
  }

  /// The stages in which data moves, before what is left to do.
  mutating func addMovement(toRunAt index: Int) {
    guard let settings = velero?.settings,
      let place = runs[index].stages.firstIndex(where: { $0.role == .finalize })
    else { return }
    let isEarly = runs[index].velero?.isCompleteEarly == true
    // A snapshot is soon there.
    let length = runs[index].kind == .snapshot ? .milliseconds(400) : settings.dataMovement
    runs[index].stages.insert(
      contentsOf: [
        .init(
          state: isEarly ? nil : "WaitingForPluginOperations", length: length / 2, role: .move),
        .init(state: nil, length: length / 2, role: .upload),
      ], at: place)
  }

  private mutating func endInvalid(_ run: Run) {
    let isRestore = run.kind == .restore
    record(
      isRestore ? .restoreFailed : .failed, journalKind(run.kind),
      id: isRestore ? run.application : run.uid, name: run.key.name)
    startWaiting(in: run.cluster)
  }

  /// A restore whose spec is wrong.
  mutating func endInvalidRestore(_ run: Run) { endInvalid(run) }

  mutating func finishBackupItems(ofRunAt index: Int) {
    finishPodVolumeBackups(ofRunAt: index)
    let run = runs[index]
    guard var work = run.velero else { return }
    // What snapshots hold is theirs from now on, whatever becomes of the volume.
    for place in work.volumes.indices where work.volumes[place].method == .snapshot {
      makeSnapshot(&work.volumes[place], run)
    }
    let snapshots = work.volumes.filter { $0.method == .snapshot || $0.method == .dataMovement }
    runs[index].velero = work
    let moved = work.volumes.filter { $0.method == .dataMovement }.count
    clusters[run.cluster].store.update(run.key) {
      if !snapshots.isEmpty {
        // What is moved is no snapshot of the backup's own in the end.
        let own = snapshots.count - moved
        if own > 0 {
          $0[path: ["status", "csiVolumeSnapshotsAttempted"]] = .integer(own)
          $0[path: ["status", "csiVolumeSnapshotsCompleted"]] = .integer(
            snapshots.filter { $0.method == .snapshot && !$0.isFailed }.count)
        }
        $0[path: ["status", "backupItemOperationsAttempted"]] = .integer(snapshots.count)
      }
      if work.errorCount > 0 { $0[path: ["status", "errors"]] = .integer(work.errorCount) }
      if work.warningCount > 0 { $0[path: ["status", "warnings"]] = .integer(work.warningCount) }
    }
    storeBackup(runs[index])
  }

  mutating func completeBackup(_ run: Run) {
    guard var work = run.velero else { return }
    for copy in work.volumes where copy.isFailed && copy.method != .fileSystem {
      work.errors[copy.namespace, default: []].append("error moving the data of claim \(copy.claim)")
    }
    var run = run
    run.velero = work
    let operations = work.volumes.filter { $0.method == .snapshot || $0.method == .dataMovement }
    var extra = counts(work, in: run.cluster)
    if !operations.isEmpty {
      let failed = operations.filter(\.isFailed).count
      if operations.count > failed {
        extra.append(("backupItemOperationsCompleted", .integer(operations.count - failed)))
      }
      if failed > 0 { extra.append(("backupItemOperationsFailed", .integer(failed))) }
    }
    showPhase(work.errorCount > 0 ? "PartiallyFailed" : "Completed", run, extra)
    storeBackup(run)
    record(work.errorCount > 0 ? .failed : .completed, journalKind(run.kind), id: run.uid, name: run.key.name)
  }

  /// A backup whose object goes while it runs is left in the bucket unfinished: its name is taken, and nobody sees it.
  mutating func leaveUnfinished(_ run: Run, _ object: JSON) {
    guard let work = run.velero, !work.bucket.isEmpty, run.isCopy,
      velero?.buckets[work.bucket]?[run.key.name] == nil
    else { return }
    velero?.buckets[work.bucket, default: [:]][run.key.name] = StoredBackup(
      object: object.setting("status.phase", "Finalizing"), cluster: run.cluster,
      application: run.application.isEmpty ? nil : run.application, archive: run.archive ?? Archive(),
      volumes: work.volumes, results: work.results)
  }

  /// Writes a backup into its bucket, or what it is by now.
  private mutating func storeBackup(_ run: Run) {
    guard let work = run.velero, let object = clusters[run.cluster].store.object(run.key),
      let archive = run.archive
    else { return }
    let label = work.location
    let movers = clusters[run.cluster].store.objects(
      Self.veleroResource("podvolumebackups"), in: veleroNamespace
    ).filter { $0.label("velero.io/backup-uid") == run.uid }
    velero?.buckets[work.bucket, default: [:]][run.key.name] = StoredBackup(
      object: object.setting("spec.storageLocation", .string(label)), cluster: run.cluster,
      application: run.application.isEmpty ? nil : run.application, archive: archive, volumes: work.volumes,
      podVolumeBackups: movers, results: work.results)
  }
}
