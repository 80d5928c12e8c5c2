internal import AppProtection
internal import StepCommon
internal import Timing

extension RestoreRun {
  /// Finds a copy that fits as evidence, or makes a snapshot.
  ///
  /// With `isAnew` no earlier copy counts: the application may have been overwritten since, without a sign.
  func secureEvidence(
    of id: Application.ID, _ point: RecoveryPoint, _ parameters: RestoreParameters, isAnew: Bool = false
  ) throws(StepFailure) -> Evidence {
    if let standing = try standingEvidence(of: id) {
      log.info("evidence: \(standing)")
      return standing
    }
    if parameters.discardPresentState {
      log.warning(Evidence.discarded.description)
      return .discarded
    }
    history.reread()
    let doubt: String
    switch isAnew ? nil : try evidenceClone(of: id, point, parameters.evidence) {
    case .fits(let evidence):
      log.info("evidence: \(evidence)")
      return evidence
    case .doubt(let reason): doubt = reason
    case nil: doubt = "the application may have changed since the last evidence was secured"
    }
    log.info("evidence: \(doubt), so a snapshot is made first")
    let application = try current(id)
    guard !settings.isDryRun else {
      log.info(Evidence.planned.description)
      return .planned
    }
    let snapshot: RecoveryPoint
    do throws(StepFailure) {
      snapshot = try evidenceSnapshot(of: application, point, isAnew: isAnew)
      try operations.checkHooks(of: snapshot, application, accept: false)
    } catch  where [.operationFailed, .protected, .notFound, .brokenContract].contains(error.code) {
      throw withoutCopy(of: application, because: error)
    }
    let evidence = Evidence.snapshot(snapshot, try current(id).marks)
    log.info("evidence: \(evidence)")
    if !isAnew { try retireEvidence(replacedBy: snapshot, of: application) }
    return evidence
  }

  /// The snapshot that this run made for the purpose, or a new one.
  private func evidenceSnapshot(
    of application: Application, _ point: RecoveryPoint, isAnew: Bool
  ) throws(StepFailure) -> RecoveryPoint {
    // A clock time keeps apart the runs that have no name.
    let run = settings.run ?? backend.currentTime.text
    let copy = PresentStateCopy(
      .snapshot, as: .evidence, for: point.id, name: { Evidence.name(run: run, number: $0) },
      labels: { EvidenceMark(of: application.id, named: $0).labels })
    return try operations.presentState(of: application, by: copy, isAnew: isAnew)
  }

  /// Asks for the removal of this run's evidence that a newer, complete one replaces: what no restore was begun with.
  ///
  /// Only where nothing shows that the application was overwritten by others in between: then the older one is a copy of
  /// something else. It is not waited for, and no trouble with it ends the step: production waits.
  private func retireEvidence(
    replacedBy newer: RecoveryPoint, of application: Application
  ) throws(StepFailure) {
    let begun = restores(of: application.id).filter { $0.stage != .refused }
    let needed = Set(begun.compactMap(\.evidence?.id))
    let lastBegun = begun.compactMap(\.askedTime).max()
    let older = history.operations.filter { operation in
      guard operation.kind == .evidence, operation.application == application.id.text,
        operation.stage != .refused, let asked = operation.askedTime,
        operations.isUnchanged(application, since: operation.before)
      else { return false }
      return operation.id != newer.id.text && !needed.contains(operation.id ?? "")
        && lastBegun.map { asked > $0 } ?? true
    }
    for operation in older {
      var removal: RunRecord.Operation?
      do throws(BackendError) {
        guard let now = try snapshot(of: operation, application), now.id != newer.id,
          !needed.contains(now.id.text), now.name == operation.name,
          [.completed, .failed].contains(now.state)
        else { continue }
        let entry = history.begin(removals.removal(of: now))
        removal = entry
        try backend.delete(now)
        history.update(entry, .accepted)
        log.info(
          "\"\(newer.name)\" replaces the older evidence \"\(now.name)\" (id \(now.id)), which is removed")
      } catch {
        if let removal, error.provesThatNothingWasBegun { history.update(removal, .refused) }
        let failure = StepFailure(error)
        guard ![.interrupted, .terminated, .deadlinePassed].contains(failure.code) else { throw failure }
        log.warning("\(error.message): the older evidence \"\(operation.name)\" may stay behind")
      }
    }
  }

  /// The snapshot that an operation of this run has made; nil if there is none, or none that is provably of it.
  private func snapshot(
    of operation: RunRecord.Operation, _ application: Application
  ) throws(BackendError) -> RecoveryPoint? {
    if let id = operation.id {
      return try backend.recoveryPoint(RecoveryPoint.ID(id), .snapshot, of: application.id)
    }
    // Its answer was lost: its name, its mark and its time tell.
    let mark = EvidenceMark(of: application.id, named: operation.name)
    let found = try backend.recoveryPoints(.snapshot, of: application.id).filter { point in
      guard let made = point.createdAt, let asked = operation.askedTime else { return false }
      return point.name == operation.name && mark.reading(on: point) == .there && made >= asked
    }
    return found.count == 1 ? found.first : nil
  }
}

extension RestoreRun {
  /// No copy of what a restore would destroy could be made: what keeps the data comes first.
  private func withoutCopy(of application: Application, because cause: StepFailure) -> StepFailure {
    let remedy =
      if cause.type == "hooksFailed" {
        "fix the execution hooks and run the step again"
      } else if application.state != .ready {
        "the application is \(application.state): have it repaired in \(backend.name) until a copy of it can be made"
      } else {
        "fix that and run the step again (astra-cleanup --evidence-older-than 7d removes old evidence, which frees snapshots)"
      }
    return .protected(
      "no copy of the present state of \"\(application.name)\" could be made, and the restore would destroy it: \(cause.message)",
      hint: "\(remedy); or make a clone with astra-clone in this run and name it with "
        + "--\(RestoreParameters.evidence.flag); only if the present state may be lost, say so with "
        + "--\(RestoreParameters.discard.flag)", kind: .noEvidence)
  }
}
