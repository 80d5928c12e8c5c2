internal import SimulatorSupport

// How backups and restores wait for each other, and what is not even begun.
extension KubernetesWorld {
  /// A client has asked for a backup.
  mutating func beginBackup(_ key: ObjectKey, _ object: JSON, in cluster: Int) {
    guard let settings = velero?.settings else { return }
    let kind = Self.copyKind(of: object)
    if kind == .backup { tally.backupsCreated += 1 } else { tally.snapshotsCreated += 1 }
    let length = (kind == .backup ? settings.backup : settings.snapshot) / 2
    let application = self.application(ofBackup: object, in: cluster)?.uid
    record(.created, journalKind(kind), id: object.uid ?? "", name: key.name, related: application)
    var stages: [Run.Stage] = [
      .init(state: nil, length: settings.firstLook, role: .lag),
      .init(state: nil, length: .zero, role: .lock),
    ]
    if settings.queues {
      stages.append(.init(state: "ReadyToStart", length: settings.readyToStart, role: .detour))
    }
    stages.append(.init(state: nil, length: length, role: .begin))
    stages.append(.init(state: nil, length: length, role: .copy))
    stages.append(.init(state: "Finalizing", length: settings.finalizing, role: .finalize))
    var work = VeleroWork()
    work.namespaces = namespaces(ofBackup: object, in: cluster)
    startVelero(
      kind, key, uid: object.uid ?? "", application: application ?? "", in: cluster, stages, work: work)
  }

  /// What a backup is to those who restore: without data that leaves the cluster it is a snapshot.
  static func copyKind(of backup: JSON) -> Run.Kind {
    backup.value(at: "spec.snapshotMoveData")?.bool == false
      && backup.value(at: "spec.defaultVolumesToFsBackup")?.bool != true ? .snapshot : .backup
  }

  /// A run waits until its turn comes.
  mutating func enterQueue(_ run: Run) {
    guard run.isCopy, velero?.settings.queues == true else {
      if run.kind != .backup { addRestoreFinalizer(run) }
      return
    }
    let last = queued(in: run.cluster).map(\.position).max() ?? 0
    clusters[run.cluster].store.update(run.key) {
      $0[path: ["status", "phase"]] = "Queued"
      $0[path: ["status", "queuePosition"]] = .integer(last + 1)
    }
  }

  private func queued(in cluster: Int) -> [(number: Int, position: Int)] {
    runs.filter { $0.cluster == cluster && $0.isCopy && $0.role == .lock }.compactMap {
      run in
      let position = clusters[cluster].store.object(run.key)?.value(at: "status.queuePosition")?.integer
      return position.map { (run.number, $0) }
    }
  }

  /// Whoever's turn it is begins.
  mutating func startWaiting(in cluster: Int) {
    for number in runs.filter({ $0.cluster == cluster && $0.role == .lock }).map(\.number) {
      guard let index = runs.firstIndex(where: { $0.number == number }), mayStart(runs[index]) else {
        continue
      }
      let stage = runs[index].stage
      runs[index].stages[stage].role = .detour
      runs[index].stageBegan = now
      if runs[index].isCopy, velero?.settings.queues == true {
        runs[index].stages[stage].length = velero?.settings.queueing ?? .zero
      }
    }
  }

  /// A backup whose turn has come has no place in the queue any more, and the others move up.
  mutating func leaveQueue(_ run: Run) {
    let store = clusters[run.cluster].store
    let own = store.object(run.key)?.value(at: "status.queuePosition")?.integer ?? 0
    clusters[run.cluster].store.update(run.key) { $0[path: ["status", "queuePosition"]] = nil }
    for other in runs where other.cluster == run.cluster && other.role == .lock {
      clusters[run.cluster].store.update(other.key) {
        guard let position = $0[path: ["status", "queuePosition"]]?.integer, position > own else { return }
        $0[path: ["status", "queuePosition"]] = .integer(position - 1)
      }
    }
  }

  /// Whether nothing is in the way of a run: of restores one runs at a time, of backups as many as the server may, and
  /// of two that share a namespace the earlier first.
  private func mayStart(_ run: Run) -> Bool {
    let others = runs.filter { $0.cluster == run.cluster && $0.number != run.number }
    guard run.isCopy else {
      return !others.contains {
        [.clone, .restore].contains($0.kind)
          && (isRunning($0) || $0.number < run.number && $0.role == .lock)
      }
    }
    let backups = others.filter { $0.isCopy }
    guard backups.filter({ isRunning($0) }).count < max(1, velero?.settings.concurrentBackups ?? 1) else {
      return false
    }
    return !backups.contains { other in
      let isBefore = isRunning(other) || other.role == .lock && other.number < run.number
      return isBefore && !Set(other.velero?.namespaces ?? []).isDisjoint(with: run.velero?.namespaces ?? [])
    }
  }

  /// Whether a run goes through its objects, or is about to.
  private func isRunning(_ run: Run) -> Bool {
    [.detour, .begin, .copy].contains(run.role)
  }

  // MARK: - Validation

  /// What is wrong with a backup; the location and the spec with what the server fills in.
  mutating func complete(_ object: JSON, in cluster: Int) -> (spec: JSON, mistakes: [String]) {
    guard let settings = velero?.settings else { return ([:], []) }
    var spec = object["spec"] ?? [:]
    var mistakes: [String] = []
    if spec["ttl"].map({ Self.duration($0.string ?? "") == .zero }) ?? true {
      spec["ttl"] = .string(Self.text(settings.defaultTTL))
    }
    if spec["volumeGroupSnapshotLabelKey"] == nil {
      spec["volumeGroupSnapshotLabelKey"] = "velero.io/volume-group"
    }
    if spec["csiSnapshotTimeout"] == nil { spec["csiSnapshotTimeout"] = "10m0s" }
    if spec["itemOperationTimeout"] == nil { spec["itemOperationTimeout"] = "4h0m0s" }
    if spec["defaultVolumesToFsBackup"]?.bool == nil {
      spec["defaultVolumesToFsBackup"] = .bool(
        spec["defaultVolumesToRestic"]?.bool ?? settings.readsFileSystemsByDefault)
    }
    if spec["snapshotMoveData"]?.bool == nil { spec["snapshotMoveData"] = .bool(settings.movesDataByDefault) }
    let isChosen = spec["storageLocation"]?.string.map { !$0.isEmpty } ?? false
    if !isChosen { spec["storageLocation"] = .string(defaultLocation(in: cluster)) }
    mistakes += locationMistakes(spec["storageLocation"]?.string ?? "", isChosen: isChosen, in: cluster)
    mistakes += Self.filterMistakes(spec)
    if (spec["includedNamespaces"]?.array ?? []).isEmpty { spec["includedNamespaces"] = ["*"] }
    return (spec, mistakes)
  }

  private func defaultLocation(in cluster: Int) -> String {
    clusters[cluster].store.objects(Self.veleroResource("backupstoragelocations"), in: veleroNamespace).first
    {
      $0.value(at: "spec.default")?.bool == true
    }?.name ?? Self.locationName
  }

  private func locationMistakes(_ name: String, isChosen: Bool, in cluster: Int) -> [String] {
    guard let location = location(name, in: cluster) else {
      let error = "backupstoragelocations.velero.io \"\(name)\" not found"
      return [
        isChosen
          ? "an existing backup storage location was not specified at backup creation time and the default \(name) was "
            + "not found. Please address this issue (see `velero backup-location -h` for options) and create a new "
            + "backup. Error: \(error)"
          : "an existing backup storage location was not specified at backup creation time and the server default "
            + "\(name) does not exist. Please address this issue (see `velero backup-location -h` for options) and "
            + "create a new backup. Error: \(error)"
      ]
    }
    var mistakes: [String] = []
    if Self.isReadOnly(location) {
      mistakes.append(
        "backup can't be created because backup storage location \(name) is currently in read-only mode")
    }
    if !isAvailable(location) {
      mistakes.append(
        "backup can't be created because BackupStorageLocation \(name) is in Unavailable status.")
    }
    return mistakes
  }

  private static func filterMistakes(_ spec: JSON) -> [String] {
    func isUsed(_ name: String) -> Bool {
      spec[name].map { $0 != .null && $0.array?.isEmpty != true } ?? false
    }
    var mistakes: [String] = []
    let old = ["includedResources", "excludedResources", "includeClusterResources"].contains { isUsed($0) }
    let new = [
      "includedClusterScopedResources", "excludedClusterScopedResources", "includedNamespaceScopedResources",
      "excludedNamespaceScopedResources",
    ].contains { isUsed($0) }
    if old, new {
      mistakes.append(
        "include-resources, exclude-resources and include-cluster-resources are old filter parameters.\n"
          + "include-cluster-scoped-resources, exclude-cluster-scoped-resources, include-namespace-scoped-resources and "
          + "exclude-namespace-scoped-resources are new filter parameters.\nThey cannot be used together")
    }
    mistakes += overlap(spec, "Namespaces").map {
      "Invalid included/excluded namespace lists: \($0)"
    }
    mistakes += overlap(spec, "Resources").map {
      "Invalid included/excluded resource lists: \($0)"
    }
    if isUsed("labelSelector"), isUsed("orLabelSelectors") {
      mistakes.append(
        "encountered labelSelector as well as orLabelSelectors in backup spec, only one can be specified")
    }
    return mistakes
  }

  /// What is wrong with the lists of what is to be in and out.
  static func overlap(_ spec: JSON, _ what: String) -> [String] {
    let included = (spec["included\(what)"]?.array ?? []).compactMap(\.string)
    let excluded = (spec["excluded\(what)"]?.array ?? []).compactMap(\.string)
    var mistakes: [String] = []
    if included.contains("*"), included.count > 1 {
      mistakes.append("includes list must either contain '*' only, or a non-empty list of items")
    }
    if excluded.contains("*") { mistakes.append("excludes list cannot contain '*'") }
    for name in excluded where included.contains(name) {
      mistakes.append("excludes list cannot contain an item in the includes list: \(name)")
    }
    return mistakes
  }

  // MARK: - Durations

  /// A duration as Go writes it: `720h0m0s`.
  static func text(_ duration: Duration) -> String {
    let seconds = Int(duration.components.seconds)
    return "\(seconds / 3600)h\(seconds / 60 % 60)m\(seconds % 60)s"
  }

  /// Reads a duration as Go writes it; zero if it is anything else.
  static func duration(_ text: String) -> Duration {
    var total = Duration.zero
    var number = ""
    var rest = Substring(text)
    while let character = rest.first {
      rest = rest.dropFirst()
      if character.isNumber || character == "." {
        number.append(character)
        continue
      }
      var unit = String(character)
      if character == "m", rest.first == "s" {
        unit = "ms"
        rest = rest.dropFirst()
      }
      guard let value = Double(number) else { return .zero }
      guard let length = ["h": 3600.0, "m": 60, "s": 1, "ms": 0.001][unit] else { return .zero }
      total += .seconds(value * length)
      number = ""
    }
    return number.isEmpty ? total : .zero
  }
}
