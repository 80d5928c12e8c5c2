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
  ///
  /// An earlier attempt's is taken only if it is minutes old, since customers go on writing, and if nothing has
  /// happened to the application since it was asked for: that attempt may have restored it, and its record may be
  /// lost. One that came to nothing is passed over.
  private func evidenceSnapshot(
    of application: Application, _ point: RecoveryPoint, isAnew: Bool
  ) throws(StepFailure) -> RecoveryPoint {
    let earlier = history.operations.filter { $0.kind == .evidence && $0.application == application.id.text }
    var lost: String?
    if !isAnew, let last = earlier.last, isReusable(last, application) {
      do throws(StepFailure) {
        switch try operations.existing(.snapshot, named: last.name, of: application, leftovers: .untouched) {
        case .complete(let found) where !found.hooks.didFail: return found
        case .complete: break
        case .underWay(let found):
          return try operations.waitForCompletion(of: found, application, isKnown: true)
        // Whatever became of that request, its name may be asked for again: the two cannot both be made.
        case .nothing: lost = last.name
        }
      } catch  where [.protected, .notFound, .operationFailed].contains(error.code) {
        log.info("\(error.message): making another one")
      }
    }
    let known = Set(earlier.filter { $0.stage != .refused }.map(\.name)).subtracting([lost].compactMap { $0 })
    return try operations.waitForCompletion(
      of: try requestEvidence(of: application, point, knownNames: known), application)
  }

  /// Whether a snapshot that an earlier attempt asked for may be a copy of the present state.
  private func isReusable(_ earlier: RunRecord.Operation, _ application: Application) -> Bool {
    // Another step, or another run, may have restored it since; and so may what cannot be read.
    let isOvertaken = history.restoresOfAnyRun(of: application.id).contains { restore in
      guard let secured = earlier.askedTime, let asked = restore.askedTime else { return true }
      return asked >= secured
    }
    let isUntouched = isUnchanged(application, since: earlier.before)
    let isFresh = earlier.askedTime.map { backend.currentTime - $0 <= Evidence.longestAge } ?? false
    return isUntouched && isFresh && !isOvertaken && history.doubt == nil
      && ![.failed, .refused].contains(earlier.stage)
  }

  /// Whether the marks of an application show that nothing has changed it since they were taken.
  private func isUnchanged(_ application: Application, since marks: ApplicationMarks?) -> Bool {
    guard let marks else { return false }
    return backend.overwriteSigns(on: application, since: marks, or: nil) == .unchanged
  }

  /// Asks for a snapshot under the first name that is free.
  ///
  /// A name may be taken by one that a lost record, another workspace or a list that lags does not show.
  private func requestEvidence(
    of application: Application, _ point: RecoveryPoint, knownNames: Set<String>
  ) throws(StepFailure) -> RecoveryPoint {
    // A clock time keeps apart the runs that have no name.
    let run = settings.run ?? backend.currentTime.text
    let there = try ask { () throws(BackendError) in
      try backend.recoveryPoints(.snapshot, of: application.id)
    }
    var taken = knownNames.union(there.map(\.name))
    var refusals = 0
    while true {
      let number = (1...).first { !taken.contains(Evidence.name(run: run, number: $0)) } ?? 1
      let name = Evidence.name(run: run, number: number)
      operations.noteNamesakes([], of: "the snapshot \"\(name)\" of \"\(application.name)\"")
      do throws(StepFailure) {
        return try operations.request(
          .snapshot, named: name, of: application, as: .evidence, for: point.id,
          labels: EvidenceMark(of: application.id, named: name).labels)
      } catch  where error.refusal == .nameTaken && refusals < Self.mostNamesTaken {
        log.info("\(error.message): trying another name")
        taken.insert(name)
        refusals += 1
      }
    }
  }

  /// How many names are tried after the list of snapshots has shown them to be free: 10.
  private static var mostNamesTaken: Int { 10 }

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
        isUnchanged(application, since: operation.before)
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
        + "--\(RestoreParameters.discard.flag)")
  }
}
