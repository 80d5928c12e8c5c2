internal import SimulatorSupport

// How backups are deleted: a request does it, and a restore goes with the files that it left.
extension KubernetesWorld {
  mutating func beginBackupDeletion(_ key: ObjectKey, _ object: JSON, in cluster: Int) {
    guard let settings = velero?.settings else { return }
    let name = object.value(at: "spec.backupName")?.string ?? ""
    let backup = clusters[cluster].store.object(veleroKey("backups", name))
    startVelero(
      .deletion, key, uid: object.uid ?? "", application: backup?.uid ?? "", in: cluster,
      [
        .init(state: nil, length: settings.firstLook, role: .lag),
        .init(state: nil, length: settings.deletion, role: .settle),
      ])
  }

  mutating func enterDeletion(ofRunAt index: Int) {
    let run = runs[index]
    guard run.key.resource == Self.veleroResource("deletebackuprequests"),
      let request = clusters[run.cluster].store.object(run.key)
    else { return }
    let name = request.value(at: "spec.backupName")?.string ?? ""
    removeEarlierRequests(for: name, but: run)
    if let refusal = deletionRefusal(name, in: run.cluster) {
      return endDeletion(runs.remove(at: index), errors: [refusal])
    }
    let key = veleroKey("backups", name)
    let backup = clusters[run.cluster].store.object(key)
    tally.deletions += 1
    let kind = journalKind(backup.map { Self.copyKind(of: $0) } ?? .backup)
    record(.deleted, kind, id: backup?.uid ?? "", name: name)
    clusters[run.cluster].store.update(run.key) {
      $0[path: ["metadata", "labels", "velero.io/backup-name"]] = .string(Self.labelValue(of: name))
      $0[path: ["metadata", "labels", "velero.io/backup-uid"]] = .string(backup?.uid ?? "")
      $0[path: ["status", "phase"]] = "InProgress"
    }
    clusters[run.cluster].store.update(key) { $0[path: ["status", "phase"]] = "Deleting" }
    if velero?.settings.deletionHangs == true || run.effect == .stalls { runs[index].isStalled = true }
  }

  private mutating func removeEarlierRequests(for name: String, but run: Run) {
    let resource = Self.veleroResource("deletebackuprequests")
    for other in clusters[run.cluster].store.objects(resource, in: veleroNamespace)
    where other.label("velero.io/backup-name") == Self.labelValue(of: name) && other.uid != run.uid {
      clusters[run.cluster].store.delete(key(resource, other))
      runs.removeAll { $0.uid == other.uid }
    }
  }

  /// Why a backup is not deleted; nil: it is.
  private func deletionRefusal(_ name: String, in cluster: Int) -> String? {
    if name.isEmpty { return "spec.backupName is required" }
    if runs.contains(where: {
      $0.isCopy && $0.cluster == cluster && $0.key.name == name && $0.stage > 1
    }) {
      return "backup is still in progress"
    }
    guard let backup = clusters[cluster].store.object(veleroKey("backups", name)) else {
      return "backup not found"
    }
    let place = backup.value(at: "spec.storageLocation")?.string ?? ""
    guard let location = location(place, in: cluster) else {
      return "backup storage location \(place) not found"
    }
    if Self.isReadOnly(location) {
      return "cannot delete backup because backup storage location \(place) is currently in read-only mode"
    }
    guard isAvailable(location) else {
      return "cannot delete backup because backup storage location \(place) is currently in Unavailable state"
    }
    return nil
  }

  mutating func completeDeletion(_ run: Run) {
    guard run.key.resource == Self.veleroResource("deletebackuprequests") else {
      guard velero?.settings.locationsAreUnavailable == false else {
        var again = run
        again.stageBegan = now
        again.stages[run.stage].length = .seconds(10)
        runs.append(again)
        return
      }
      // A restore's files are gone: nothing holds it any more.
      clusters[run.cluster].store.update(run.key) {
        let others = $0.finalizers.filter { $0 != Self.restoreFinalizer }
        $0[path: ["metadata", "finalizers"]] = .array(others.map { .string($0) })
      }
      velero?.files["\(run.cluster)/restores/\(run.uid)"] = nil
      return
    }
    let request = clusters[run.cluster].store.object(run.key)
    let name = request?.value(at: "spec.backupName")?.string ?? ""
    let errors =
      run.effect == .fails || run.effect == .failsAtOnce
      ? ["error deleting moved snapshots: the repository is locked"] : velero?.settings.deletionErrors ?? []
    removeRestores(of: name, in: run.cluster)
    guard errors.isEmpty else { return endDeletion(run, errors: errors) }
    if let backup = clusters[run.cluster].store.object(veleroKey("backups", name)) {
      let place = location(backup.value(at: "spec.storageLocation")?.string ?? "", in: run.cluster)
      if let place { velero?.buckets[Self.bucket(of: place)]?[name] = nil }
      clusters[run.cluster].store.delete(veleroKey("backups", name))
    }
    clusters[run.cluster].store.delete(run.key)
  }

  /// Every restore that names a backup goes with it.
  private mutating func removeRestores(of name: String, in cluster: Int) {
    let resource = Self.veleroResource("restores")
    for restore in clusters[cluster].store.objects(resource, in: veleroNamespace)
    where restore.value(at: "spec.backupName")?.string == name {
      clusters[cluster].store.delete(key(resource, restore))
    }
  }

  /// A request that went wrong stays, and says why.
  mutating func endDeletion(_ run: Run, errors: [String]) {
    clusters[run.cluster].store.update(run.key) {
      $0[path: ["status", "phase"]] = "Processed"
      $0[path: ["status", "errors"]] = .array(errors.map { .string($0) })
    }
  }
}
