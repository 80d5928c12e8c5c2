internal import SimulatorSupport

// Velero's servers: they see what clients have made, and work it off.
extension KubernetesWorld {
  static let restoreFinalizer = "restores.velero.io/external-resources-finalizer"

  mutating func reactAsVelero(to event: ObjectEvent, in cluster: Int) {
    let (key, object) = (event.key, event.object)
    if event.change == .added, let uid = object.uid { born[uid] = born.count + 1 }
    if key.resource == "namespaces" { return reactToNamespace(event, in: cluster) }
    if key.resource.hasSuffix(Self.oadpGroup) { return reactToNonAdmin(event, in: cluster) }
    guard key.namespace == veleroNamespace, key.resource.hasSuffix(".\(Self.veleroGroup)") else { return }
    mirrorToNonAdmin(event, in: cluster)
    switch event.change {
    case .added where isNew(object) && velero?.settings.serverIsAway == false: begin(key, object, in: cluster)
    case .modified where object.isDeleted && event.old?.isDeleted != true:
      if velero?.settings.serverIsAway == false { beginRemoval(of: key, object, in: cluster) }
    case .deleted: noticeRemoval(of: key, object, in: cluster)
    default: break
    }
  }

  private func isNew(_ object: JSON) -> Bool {
    ["", "New"].contains(object.value(at: "status.phase")?.string ?? "")
  }

  private mutating func begin(_ key: ObjectKey, _ object: JSON, in cluster: Int) {
    switch key.resource {
    case Self.veleroResource("backups"): beginBackup(key, object, in: cluster)
    case Self.veleroResource("restores"): beginRestore(key, object, in: cluster)
    case Self.veleroResource("deletebackuprequests"): beginBackupDeletion(key, object, in: cluster)
    case Self.veleroResource("downloadrequests"), Self.veleroResource("serverstatusrequests"):
      answerRequest(key, object, in: cluster)
    default: break
    }
  }

  /// What is held by a finalizer goes when its files are gone from the bucket, which is tried until it can be reached.
  private mutating func beginRemoval(of key: ObjectKey, _ object: JSON, in cluster: Int) {
    guard object.finalizers.contains(Self.restoreFinalizer) else { return }
    runs.removeAll { $0.uid == object.uid }
    startVelero(
      .deletion, key, uid: object.uid ?? "", in: cluster,
      [.init(state: nil, length: velero?.settings.deletion ?? .zero, role: .settle)])
  }

  private mutating func noticeRemoval(of key: ObjectKey, _ object: JSON, in cluster: Int) {
    let uid = object.uid ?? ""
    for run in runs where run.uid == uid { leaveUnfinished(run, object) }
    runs.removeAll { $0.uid == uid && $0.kind != .deletion }
    startWaiting(in: cluster)
  }

  /// An application goes with its namespace.
  private mutating func reactToNamespace(_ event: ObjectEvent, in cluster: Int) {
    guard let uid = event.object.uid,
      let application = velero?.applications.first(where: { $0.uid == uid && $0.cluster == cluster })
    else { return }
    if event.change == .modified, event.object.isDeleted, event.old?.isDeleted != true {
      if !isCollecting {
        tally.deletions += 1
        record(
          .deleted, application.maker == nil ? .application : .clone, id: application.maker ?? uid,
          name: application.name)
      }
    } else if event.change == .deleted {
      velero?.applications.removeAll { $0.uid == uid }
    }
  }

  // MARK: - Time

  /// When a server does something by itself next.
  var nextVeleroChange: Duration? {
    guard let velero, !velero.settings.serverIsAway else { return nil }
    return (velero.nextSync.compactMap { $0 } + [nextVeleroChangeButSync].compactMap { $0 }).min()
  }

  /// The same, but for looks at the bucket.
  var nextVeleroChangeButSync: Duration? {
    guard let velero, !velero.settings.serverIsAway else { return nil }
    return (velero.nextCollection.compactMap { $0 } + velero.requestsToGo.map(\.due)).min()
  }

  /// Leaves out the looks at the bucket up to the last one before a moment, where nothing else happens until then and
  /// the one before found nothing to do: a week has ten thousand of them.
  mutating func skipQuietSyncs(before end: Duration) {
    guard let velero, velero.settings.sync > .zero, !velero.settings.serverIsAway else { return }
    for (cluster, due) in velero.nextSync.enumerated() {
      guard let due, due < end, velero.quietAt[cluster] == clusters[cluster].store.revision else { continue }
      let period = velero.settings.sync
      let skipped = Int(((end - due) / period).rounded(.down))
      if skipped > 0 { self.velero?.nextSync[cluster] = due + period * skipped }
    }
  }

  /// Does what servers do by themselves, as far as it is due.
  mutating func performVeleroTimers() {
    guard let settings = velero?.settings, !settings.serverIsAway else { return }
    for cluster in clusters.indices {
      if let due = velero?.nextSync[cluster], due <= now {
        velero?.nextSync[cluster] = now + settings.sync
        synchronize(in: cluster)
      }
      if let due = velero?.nextCollection[cluster], due <= now {
        velero?.nextCollection[cluster] = now + settings.garbageCollection
        collectGarbage(in: cluster)
      }
    }
    while let index = velero?.requestsToGo.firstIndex(where: { $0.due <= now }),
      let gone = velero?.requestsToGo.remove(at: index)
    {
      clusters[gone.cluster].store.remove(gone.key)
    }
    catchUp()
  }

  // MARK: - Being away

  mutating func notice(changeFrom old: VeleroSettings) {
    guard let settings = velero?.settings else { return }
    if settings.locationsAreUnavailable != old.locationsAreUnavailable { showLocations() }
    if settings.serverIsAway != old.serverIsAway { showServer() }
    if settings.serverIsAway, !old.serverIsAway { awaySince = now }
    if !settings.serverIsAway, old.serverIsAway, let since = awaySince {
      awaySince = nil
      for index in clusters.indices {
        if settings.sync > .zero { velero?.nextSync[index] = now + settings.sync }
        if settings.garbageCollection > .zero {
          velero?.nextCollection[index] = now + settings.garbageCollection
        }
      }
      for index in runs.indices { runs[index].stageBegan += now - max(since, runs[index].stageBegan) }
      if !settings.resumesAfterAbsence {
        for index in clusters.indices { failWhatWasInProgress(in: index) }
      }
      takeUpVelero()
    }
  }

  /// A server starts again: what was `InProgress` is `Failed` now, and everything else goes on.
  package mutating func restartServer(of cluster: String) -> Bool {
    guard velero != nil, let index = index(ofCluster: cluster) else { return false }
    failWhatWasInProgress(in: index)
    catchUp()
    return true
  }

  private mutating func failWhatWasInProgress(in cluster: Int) {
    let numbers = runs.filter { run in
      run.cluster == cluster && [.begin, .copy].contains(run.stages[run.stage].role) && run.kind != .deletion
    }.map(\.number)
    for number in numbers {
      guard let index = runs.firstIndex(where: { $0.number == number }) else { continue }
      let what = runs[index].isCopy ? "backup" : "restore"
      failVeleroRun(
        at: index,
        "found a \(what) with status \"InProgress\" during the server starting, mark it as \"Failed\"")
    }
  }

  /// Takes up what clients have asked for while the server was away, in the order in which it came.
  private mutating func takeUpVelero() {
    for cluster in clusters.indices {
      let waiting = [
        "backups", "restores", "deletebackuprequests", "downloadrequests", "serverstatusrequests",
      ]
      .flatMap { plural in
        clusters[cluster].store.objects(Self.veleroResource(plural), in: veleroNamespace).map {
          (key: key(Self.veleroResource(plural), $0), object: $0)
        }
      }.filter { one in !runs.contains { $0.uid == one.object.uid } }
      for (key, object) in waiting.sorted(by: {
        (born[$0.object.uid ?? ""] ?? 0) < (born[$1.object.uid ?? ""] ?? 0)
      }) {
        if object.isDeleted {
          beginRemoval(of: key, object, in: cluster)
        } else if isNew(object) {
          begin(key, object, in: cluster)
        }
      }
    }
    catchUp()
  }

  private mutating func showLocations() {
    let isAway = velero?.settings.locationsAreUnavailable == true
    for cluster in clusters.indices {
      for location in clusters[cluster].store.objects(
        Self.veleroResource("backupstoragelocations"), in: veleroNamespace)
      {
        show(location, isAvailable: !isAway, in: cluster)
      }
    }
    catchUp()
  }

  /// Writes into a location's status whether it is there.
  mutating func show(_ location: JSON, isAvailable: Bool, in cluster: Int) {
    let moment = moment(in: cluster)
    clusters[cluster].store.update(key(Self.veleroResource("backupstoragelocations"), location)) {
      $0[path: ["status", "phase"]] = isAvailable ? "Available" : "Unavailable"
      $0[path: ["status", "lastValidationTime"]] = moment
      $0[path: ["status", "message"]] = isAvailable ? nil : .string(Self.storageTrouble)
    }
  }

  static let storageTrouble =
    "BackupStorageLocation is unavailable: rpc error: code = Unknown desc = RequestError: send request failed: connection refused"
}
