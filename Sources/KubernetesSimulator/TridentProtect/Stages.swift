internal import SimulatorSupport

// How a run goes from stage to stage, and what its object shows of that.
extension KubernetesWorld {
  mutating func endStage(ofRunAt index: Int) {
    guard velero == nil else { return endVeleroStage(ofRunAt: index) }
    let run = runs[index]
    let stage = run.stages[run.stage]
    if stage.role == .copy || (run.effect == .failsAtOnce && stage.role == .lag) {
      switch run.effect {
      case .fails, .failsAtOnce: return fail(runAt: index, "the data mover ended with exit code 1")
      case .vanishes:
        runs.remove(at: index)
        vanished.insert(run.uid)
        clusters[run.cluster].store.remove(run.key)
        return
      case .removed: return end(runAt: index, as: "Removed")
      default: break
      }
      if settings.vaultsAreUnavailable, stage.role == .copy { return fail(runAt: index, Self.vaultTrouble) }
      if stage.role == .copy { finishCopy(ofRunAt: index) }
    }
    if stage.role == .settle, run.kind == .clone || run.kind == .restore { settle(run) }
    guard let index = runs.firstIndex(where: { $0.number == run.number }) else { return }
    if run.stage + 1 < run.stages.count {
      runs[index].stage += 1
      runs[index].stageBegan += stage.length
      enterStage(ofRunAt: index)
    } else {
      complete(runs.remove(at: index))
    }
  }

  mutating func enterStage(ofRunAt index: Int) {
    let run = runs[index]
    let stage = run.stages[run.stage]
    if stage.role == .lock {
      if let holder = holder(of: run) {
        show("Blocked", run, error: "waiting for lock \(holder)")
        return
      }
      runs[index].stages[run.stage].role = .detour
      return
    }
    if run.effect == .stalls, stage.role == .copy { runs[index].isStalled = true }
    if let state = stage.state { show(state, run, isEnd: state == "Completed") }
    guard stage.role == .copy, run.effect != .failsAtOnce else { return }
    beginCopy(ofRunAt: index)
  }

  /// The lock that a run has to wait for; nil if it is free.
  private func holder(of run: Run) -> String? {
    let isTaken = runs.contains { other in
      other.number != run.number && other.application == run.application && other.kind != .deletion
        && other.stages[other.stage].role != .lag && other.stages[other.stage].role != .lock
        && (other.kind == run.kind || other.kind == .restore || run.kind == .restore) && other.kind != .clone
        && run.kind != .clone
    }
    return isTaken ? "application-\(run.application)-\(run.kind == .backup ? "backup" : "snapshot")" : nil
  }

  /// Whoever waits for a lock looks again.
  mutating func releaseLocks() {
    for number in runs.filter({ $0.stages[$0.stage].role == .lock }).map(\.number) {
      guard let index = runs.firstIndex(where: { $0.number == number }), holder(of: runs[index]) == nil else {
        continue
      }
      runs[index].stages[runs[index].stage].role = .detour
      runs[index].stageBegan = now
      show("", runs[index])
    }
  }

  private mutating func complete(_ run: Run) {
    switch run.kind {
    case .deletion:
      let isApplication = run.key.resource == Self.resource("applications")
      clusters[run.cluster].store.update(run.key) { $0[path: ["metadata", "finalizers"]] = [] }
      if isApplication, !settings.deletionTakesCopies { return }
    case .backup, .snapshot:
      var extra: [(String, JSON)] = []
      if settings.showsHookResults || run.effect == .hooksFail {
        extra.append(("postSnapshotExecHooksRunResults", Self.hookResults(fail: run.effect == .hooksFail)))
      }
      show("Completed", run, isEnd: true, extra)
      record(.completed, journalKind(run.kind), id: run.uid, name: run.key.name)
    case .clone:
      show("Completed", run, isEnd: true)
      record(.completed, .clone, id: run.uid, name: run.key.name)
    case .restore:
      show("Completed", run, isEnd: true)
      tally.restoresFinished += 1
      record(
        .restoreFinished, .application, id: run.application, name: run.key.name, related: copyUID(of: run))
    case .definition, .rediscovery: break
    }
    releaseLocks()
  }

  /// A run ends badly, where it stands.
  mutating func fail(runAt index: Int, _ reason: String) {
    guard velero == nil else { return failVeleroRun(at: index, reason) }
    end(runAt: index, as: "Failed", because: reason)
  }

  private mutating func end(runAt index: Int, as state: String, because reason: String? = nil) {
    let run = runs.remove(at: index)
    show(state, run, isEnd: reason != nil, error: reason)
    if run.kind == .restore, !settings.failureLeavesSchedulesDisabled { enable(run.schedules, run) }
    record(
      run.kind == .restore ? .restoreFailed : .failed, journalKind(run.kind),
      id: run.kind == .restore ? run.application : run.uid, name: run.key.name)
    releaseLocks()
  }

  // MARK: - Showing

  /// Writes a state into the status of a run's object.
  mutating func show(
    _ state: String, _ run: Run, isEnd: Bool = false, error: String? = nil, _ extra: [(String, JSON)] = []
  ) {
    let word = settings.writesSmallStates ? state.lowercased() : state
    let moment = clusters[run.cluster].store.timestamp
    clusters[run.cluster].store.update(run.key) { object in
      object[path: ["status", "state"]] = .string(word)
      if isEnd, state == "Completed", !settings.warnings.isEmpty {
        object[path: ["status", "warnings"]] = .array(settings.warnings.map { .string($0) })
      }
      object[path: ["status", "error"]] = error.map { .string($0) }
      if isEnd, object[path: ["status", "completionTimestamp"]] == nil {
        object[path: ["status", "completionTimestamp"]] = .string(moment)
      }
      for (name, value) in extra { object[path: ["status", name]] = value }
    }
  }

  static func hookResults(fail: Bool) -> JSON {
    var result: JSON = [
      "execHookRef": "flush-tables", "execHookUID": "7a1d5d0c-2b7c-4b7a-9a55-1c2d3e4f5061",
      "containerImage": "mariadb", "containerName": "db", "namespace": "magento-prod", "podName": "db-0",
      "podUID": "8b2e6e1d-3c8d-4c8b-8b66-2d3e4f506172",
    ]
    if fail {
      result["failures"] = [
        [
          "error": "command terminated with exit code 1", "exitCode": 1, "isExecError": true,
          "isTimeout": false,
        ]
      ]
    }
    return [result]
  }

  func journalKind(_ kind: Run.Kind) -> Happening.Kind {
    switch kind {
    case .backup: .backup
    case .snapshot: .snapshot
    case .clone: .clone
    default: .application
    }
  }
}
