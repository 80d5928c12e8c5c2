internal import SimulatorSupport

// How a run of Velero goes from stage to stage, and what its object shows of that.
extension KubernetesWorld {
  mutating func startVelero(
    _ kind: Run.Kind, _ key: ObjectKey, uid: String, application: String = "", in cluster: Int,
    _ stages: [Run.Stage], work: VeleroWork = VeleroWork()
  ) {
    begun[kind, default: 0] += 1
    var run = Run(
      number: begun.values.reduce(0, +), kind: kind, cluster: cluster, key: key, uid: uid,
      application: application, stages: stages, stageBegan: now)
    run.velero = work
    if let fault = faults.first(where: { $0.kind == kind && $0.nth == begun[kind] }) {
      run.applyInVelero(fault.effect)
    }
    runs.append(run)
    enterVeleroStage(ofRunAt: runs.count - 1)
  }

  mutating func endVeleroStage(ofRunAt index: Int) {
    let run = runs[index]
    let stage = run.stages[run.stage]
    if stage.role == .copy || run.effect == .failsAtOnce && stage.role == .begin {
      guard !isEnded(byEffectOfRunAt: index) else { return }
    }
    switch stage.role {
    case .begin: if let run = runIndex(run.number) { showProgress(ofRunAt: run, part: 2) }
    case .copy: finishVeleroCopy(ofRunAt: index)
    case .upload: finishMovement(ofRunAt: index)
    default: break
    }
    guard let index = runIndex(run.number) else { return }
    if run.stage + 1 < runs[index].stages.count {
      runs[index].stage += 1
      runs[index].stageBegan += stage.length
      enterVeleroStage(ofRunAt: index)
    } else {
      completeVelero(runs.remove(at: index))
    }
  }

  private func runIndex(_ number: Int) -> Int? { runs.firstIndex { $0.number == number } }

  /// Whether what goes wrong ends a run where its main part would.
  private mutating func isEnded(byEffectOfRunAt index: Int) -> Bool {
    let run = runs[index]
    switch run.effect {
    case .fails, .failsAtOnce:
      if run.kind == .deletion {
        endDeletion(runs.remove(at: index), errors: ["error removing the backup from storage"])
      } else {
        if run.effect == .fails { leaveHalf(ofRunAt: index) }
        failVeleroRun(at: index, "the server lost the connection to the storage")
      }
    case .vanishes:
      runs.remove(at: index)
      vanished.insert(run.uid)
      clusters[run.cluster].store.remove(run.key)
      startWaiting(in: run.cluster)
    case .removed:
      runs.remove(at: index)
      showPhase("Deleting", run)
      recordFailure(of: run)
      // Whoever has it deleted waits for that.
      velero?.requestsToGo.append((now + .seconds(60), run.cluster, run.key))
      startWaiting(in: run.cluster)
    default: return false
    }
    return true
  }

  mutating func enterVeleroStage(ofRunAt index: Int) {
    let run = runs[index]
    let stage = run.stages[run.stage]
    switch stage.role {
    case .lock:
      enterQueue(run)
      return startWaiting(in: run.cluster)
    case .begin:
      if run.isCopy { beginBackupItems(ofRunAt: index) } else { beginRestoreItems(ofRunAt: index) }
    default:
      if run.effect == .stalls, stage.role == .copy { runs[index].isStalled = true }
      if stage.state == "ReadyToStart" { leaveQueue(run) }
      if let state = stage.state { showPhase(phaseName(state, run), run) }
      if stage.role == .move { beginMovement(ofRunAt: index) }
      if stage.role == .upload { showMovement(ofRunAt: index, part: 2) }
      if stage.role == .settle, run.kind == .deletion { enterDeletion(ofRunAt: index) }
    }
  }

  /// The phase as it is called once something has gone wrong.
  func phaseName(_ phase: String, _ run: Run) -> String {
    let isPartial = (run.velero?.errorCount ?? 0) > 0
    return isPartial && ["WaitingForPluginOperations", "Finalizing"].contains(phase)
      ? "\(phase)PartiallyFailed" : phase
  }

  private mutating func finishVeleroCopy(ofRunAt index: Int) {
    showProgress(ofRunAt: index, part: 1)
    switch runs[index].kind {
    case .backup, .snapshot: finishBackupItems(ofRunAt: index)
    case .clone, .restore: finishRestoreItems(ofRunAt: index)
    default: break
    }
  }

  private mutating func completeVelero(_ run: Run) {
    switch run.kind {
    case .backup, .snapshot: completeBackup(run)
    case .clone, .restore: completeRestore(run)
    case .deletion: completeDeletion(run)
    default: break
    }
    startWaiting(in: run.cluster)
  }

  /// A run ends badly, where it stands.
  mutating func failVeleroRun(at index: Int, _ reason: String) {
    let run = runs.remove(at: index)
    let moment = moment(in: run.cluster)
    showPhase(
      "Failed", run, [("failureReason", .string(reason)), ("completionTimestamp", moment)])
    cancelMovers(of: run)
    if run.kind == .restore || run.kind == .clone {
      store(results: run.velero ?? VeleroWork(), ofRestore: run)
    }
    recordFailure(of: run)
    startWaiting(in: run.cluster)
  }

  private mutating func recordFailure(of run: Run) {
    record(
      run.kind == .restore ? .restoreFailed : .failed, journalKind(run.kind),
      id: run.kind == .restore ? run.application : run.uid,
      name: run.kind == .clone ? run.velero?.namespaces.first ?? run.key.name : run.key.name)
  }

  // MARK: - Showing

  mutating func showPhase(_ phase: String, _ run: Run, _ extra: [(String, JSON)] = []) {
    clusters[run.cluster].store.update(run.key) { object in
      object[path: ["status", "phase"]] = .string(phase)
      for (name, value) in extra { object[path: ["status", name]] = value }
    }
  }

  /// How many of the objects are done: all (`part` 1) or half of them (2).
  mutating func showProgress(ofRunAt index: Int, part: Int) {
    let run = runs[index]
    guard velero?.settings.showsProgress == true, let work = run.velero, work.itemCount > 0 else { return }
    let name = run.isCopy ? "itemsBackedUp" : "itemsRestored"
    clusters[run.cluster].store.update(run.key) {
      $0[path: ["status", "progress"]] = [
        "totalItems": .integer(work.itemCount), name: .integer(work.itemCount / part),
      ]
    }
  }

  /// What a run has counted when it ends.
  func counts(_ work: VeleroWork, in cluster: Int) -> [(String, JSON)] {
    var counts: [(String, JSON)] = [("completionTimestamp", moment(in: cluster))]
    if work.errorCount > 0 { counts.append(("errors", .integer(work.errorCount))) }
    if work.warningCount > 0 { counts.append(("warnings", .integer(work.warningCount))) }
    var hooks: JSON = [:]
    if work.hooksAttempted > 0 { hooks["hooksAttempted"] = .integer(work.hooksAttempted) }
    if work.hooksFailed > 0 { hooks["hooksFailed"] = .integer(work.hooksFailed) }
    counts.append(("hookStatus", hooks))
    return counts
  }
}

extension Run {
  /// The role of its present stage.
  var role: Stage.Role { stages[stage].role }

  /// Whether it makes a copy: a backup, or what stays in the storage as a snapshot.
  var isCopy: Bool { kind == .backup || kind == .snapshot }

  /// Lets it go wrong.
  mutating func applyInVelero(_ effect: RunFault.Effect) {
    self.effect = effect
    guard let begin = stages.firstIndex(where: { $0.role == .begin }) else { return }
    switch effect {
    case .unknownState:
      stages.insert(Stage(state: "Reticulating", length: .seconds(2), role: .detour), at: begin + 1)
    case .goesBack:
      stages.insert(
        contentsOf: [
          Stage(state: "New", length: .seconds(1), role: .detour),
          Stage(state: "InProgress", length: .seconds(1), role: .detour),
        ], at: begin + 1)
    default: break
    }
  }
}
