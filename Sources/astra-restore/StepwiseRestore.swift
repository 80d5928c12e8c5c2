internal import AppProtection
internal import StepCommon
internal import Timing

// An in-place restore of several changes: each is written down before it is asked for, so that an attempt that comes later
// goes on with the one that an earlier attempt has left.
extension RestoreRun {
  /// The changes that restore an application in place, if it takes several and they may be begun; nil: one request does it.
  func stepwisePlan(
    of application: Application, from point: RecoveryPoint, _ agreement: RestoreAgreement, waits: Bool
  ) throws(StepFailure) -> RestoreChanges? {
    let plan = try ask { () throws(BackendError) in
      try backend.plan(restoreOf: application, from: point)
    }
    guard case .stepwise(let changes) = plan else { return nil }
    guard agreement.replacesVolumes else {
      throw RecoveryPointChoice(run).refusal(of: changes, of: application, from: point)
    }
    for (number, change) in changes.all.enumerated() {
      log.info("change \(number + 1) of \(changes.all.count): \(change.clause)")
    }
    for noun in changes.kept { log.warning("\(noun) is not in \"\(point.name)\", and stays as it is") }
    for caution in changes.cautions { log.warning(caution) }
    try checkNobodyElseIsAtIt(changes, application)
    guard try meetsConditions(of: changes, application, point, agreement, waits: waits) else {
      // What was waited for may have changed it.
      let now = try current(application.id)
      return try stepwisePlan(of: now, from: point, agreement, waits: waits)
    }
    return changes
  }

  /// The restore of several changes that this run has begun and not got through, if it is the one that is wanted.
  func halfDone(
    of application: Application, from point: RecoveryPoint
  ) throws(StepFailure) -> RunRecord.Operation? {
    let holder = try ask { () throws(BackendError) in try backend.restoreThatStopped(application) }
    if let holder, holder.run == settings.run { history.takeUp(holder.restore, of: application.id) }
    let last = restores(of: application.id).last { $0.stage != .refused }
    guard let last, last.stage == .asked, let changes = last.changes else { return nil }
    // Until then the application is as it was and goes on working, so that its evidence grows old: it is begun anew.
    guard changes.all.prefix(changes.begun).contains(where: { !$0.isPreparation }) else {
      log.info("an earlier attempt has done no more for the restore than to prepare it: it is begun anew")
      if !settings.isDryRun { history.update(last, .refused) }
      return nil
    }
    guard last.point == point.id.text else {
      throw unfinished(
        changes, application,
        "this run has begun to restore \"\(application.name)\" in place from another recovery point (\(last.point ?? "unknown"))",
        next: "name that one again")
    }
    log.info(
      "this run has begun the restore already: going on with change \(changes.begun) of \(changes.all.count)")
    return last
  }

  /// Makes the changes up to the restore itself, or from where an earlier attempt has stopped.
  func begin(
    _ changes: RestoreChanges, of application: Application, from point: RecoveryPoint,
    evidence: inout Evidence, _ parameters: RestoreParameters
  ) throws(StepFailure) -> AcceptedRestore {
    var secured = SecuredEvidence(evidence, at: time.now)
    defer { evidence = secured.evidence }
    var (seen, now) = (application, changes)
    repeat {
      seen = try withEvidence(&secured, of: application.id, point, parameters)
      try lookup.checkStillFits(point, seen, acceptFailedHooks: parameters.acceptFailedHooks)
      // What was planned may have changed while the evidence was made.
      guard
        case .stepwise(let plan) = try ask({ () throws(BackendError) in
          try backend.plan(restoreOf: seen, from: point)
        }), plan.all.map(\.id) == changes.all.map(\.id)
      else {
        throw .protected(
          "\"\(seen.name)\" has changed since its restore was planned",
          hint: "run the step again: nothing was changed yet")
      }
      now = plan
      try checkNobodyElseIsAtIt(now, seen)
    } while try !meetsConditions(of: now, seen, point, parameters.agreement, waits: true)
    var intent = intent(seen, point, secured.evidence)
    intent.changes = RunRecord.Changes(now.all, run: settings.run)
    return try goOn(with: history.begin(intent), of: seen)
  }

  /// Makes those changes of a restore that come before it is accepted.
  func goOn(
    with operation: RunRecord.Operation, of application: Application
  ) throws(StepFailure) -> AcceptedRestore {
    guard let changes = operation.changes, let known = inPlaceRestore(operation) else {
      throw .protected(
        "the record of the in-place restore of \"\(application.name)\" does not tell all of it",
        hint:
          "put the record in \(place.folder)/ back as it was, and run the step again; delete nothing meanwhile: the data of before is in volumes that are still there"
      )
    }
    let first = max(0, changes.begun - 1)
    for (index, change) in changes.all.enumerated() where index >= first && !change.isAfterwards {
      try make(change, index, changes, operation, application)
    }
    history.update(operation, .accepted)
    return AcceptedRestore(operation: operation, restore: known)
  }

  /// Makes those that come afterwards.
  func finish(_ operation: RunRecord.Operation, of application: Application) throws(StepFailure) {
    guard let changes = operation.changes else { return }
    for (index, change) in changes.all.enumerated() where change.isAfterwards {
      try make(change, index, changes, operation, application)
    }
    let kept = keptVolumes(of: changes, application)
    guard !kept.isEmpty else { return }
    log.info("the data of before is kept in the volumes \(kept.joined(separator: ", "))")
    publish(kept)
  }

  /// The volumes of before: those of earlier attempts first, which hold what there was before anything was restored.
  private func keptVolumes(of changes: RunRecord.Changes, _ application: Application) -> [String] {
    let earlier = restores(of: application.id).filter { $0.stage != .refused }.compactMap { $0.changes }
    var kept: [String] = []
    for name in (earlier + [changes]).flatMap({ backend.keptData(of: $0.all) }) where !kept.contains(name) {
      kept.append(name)
    }
    return kept
  }

  /// What attempts of this run have changed since the application was last restored well: what there was before is what there
  /// was before the first of them.
  private func earlierChanges(
    before changes: RunRecord.Changes, of application: Application
  ) -> [RestoreChange] {
    let all = restores(of: application.id).filter { $0.stage != .refused }
    let others = all.filter { $0.changes?.all.map(\.details) != changes.all.map(\.details) }
    let open = others.reversed().prefix { $0.stage != .finished }.reversed()
    return open.compactMap(\.changes).flatMap { $0.all.prefix($0.begun) }
  }

  /// The volumes that restores of other runs have put aside since the application was last restored well, the oldest first.
  private func volumesOfOtherRuns(_ application: Application) -> [String] {
    let all = history.restoresOfAnyRun(of: application.id)
      .compactMap { restore in restore.askedTime.map { (asked: $0, restore: restore) } }
      .ordered { $0.asked < $1.asked }.map(\.restore)
    var names: [String] = []
    for restore in all {
      for name in restore.changes.map({ backend.keptData(of: Array($0.all.prefix($0.begun))) }) ?? []
      where !names.contains(name) { names.append(name) }
      if restore.stage == .finished { names = [] }
    }
    return names
  }

  /// Names the volumes of before for the scripts that follow.
  private func publish(_ kept: [String]) {
    facts.note("keptVolumes", kept.joined(separator: " "))
    facts.publish("ASTRA_RESTORE_KEPT_VOLUMES", kept.joined(separator: " "))
  }

  private func make(
    _ change: RestoreChange, _ index: Int, _ changes: RunRecord.Changes, _ operation: RunRecord.Operation,
    _ application: Application
  ) throws(StepFailure) {
    history.noteBegun(index + 1, of: operation)
    let what = "change \(index + 1) of \(changes.all.count) (\(change.id))"
    let outcome: PollOutcome<RestoreChangeState>
    do throws(StepFailure) {
      outcome = try poller.wait(
        for: what, isKnown: true,
        read: { () throws(BackendError) in try backend.perform(change, of: application.id) },
        awaited: { state in
          guard case .waiting(_, let operation?) = state else { return nil }
          return .operation(operation)
        },
        judge: { state in
          switch state {
          case .made: .succeeded
          case .waiting(let phrase, _): .working(phrase)
          case .failed(let reason): .failed(reason)
          }
        })
    } catch {
      var failure = error
      failure.message = shortened(error.message, of: what, to: Self.longestMessage)
      throw withWayBack(failure, changes, begun: index + 1, application)
    }
    switch outcome {
    case .succeeded: log.info("\(what) is made")
    case .failed(_, let reason):
      history.update(operation, .failed)
      // Which copy holds the present state is to fit in.
      let told = shortened(reason, of: what, to: Self.longestReason)
      throw withWayBack(
        .operationFailed("the in-place restore of \"\(application.name)\" failed at \(what): \(told)"),
        changes, begun: index + 1, application, operation.evidence)
    case .vanished, .neverShown:
      throw withWayBack(
        .operationFailed("\"\(application.name)\" is gone at \(what)", kind: .vanished), changes,
        begun: index + 1, application)
    case .deadline(let lastSeen):
      throw withWayBack(
        .deadline(
          "the time was up after \(deadline.allowance.shortText) at \(what) of the in-place restore of \"\(application.name)\" (last seen: \(lastSeen))"
        ), changes, begun: index + 1, application)
    }
  }

  /// A text as a message can hold it, which a report shows in one line of bounded length; the log has all of it.
  private func shortened(_ text: String, of what: String, to limit: Int) -> String {
    guard text.count > limit else { return text }
    log.warning("\(what): \(text)")
    return "\(text.prefix(limit))…"
  }

  /// How much of a change's failure a message has: 150 characters, and 400 of one that is a message by itself.
  private static var longestReason: Int { 150 }
  private static var longestMessage: Int { 400 }

  /// Says what to do next, where the data of before is, and how to go back from those changes that were begun.
  func withWayBack(
    _ failure: StepFailure, _ changes: RunRecord.Changes, begun: Int, _ application: Application,
    _ evidence: RunRecord.Copy? = nil
  ) -> StepFailure {
    var told = withEvidenceHint(failure, of: application, begunWith: evidence)
    let kept = keptVolumes(of: changes, application)
    let back = backend.wayBack(
      from: earlierChanges(before: changes, of: application) + changes.all.prefix(begun), of: application.id)
    publish(kept)
    var hints = [
      told.hint ?? "running the step again continues it where it stopped, if it is the same run"
    ]
    // Not in the message, which a report shows in one line of bounded length.
    if !kept.isEmpty {
      hints.append("the data of before is in the volumes \(kept.joined(separator: ", ")), which stay")
    }
    let others = volumesOfOtherRuns(application).filter { !kept.contains($0) }
    if !others.isEmpty {
      hints.append(
        "restores of other runs that have not ended well have put aside the volumes \(others.joined(separator: ", ")), which stay, too: in the oldest is what there was before them"
      )
    }
    if !back.data.isEmpty { hints.append("or go back to what there was \(clause(of: back))") }
    told.hint = hints.joined(separator: "; ")
    return told
  }

  private func clause(of back: RestoreWayBack) -> String {
    let data = back.data.joined(separator: "; ")
    guard !back.starts.isEmpty else { return "with these commands: \(data)" }
    let starts = back.starts.joined(separator: "; ")
    guard back.mayHaveOldWorkloads else { return "with these commands: \(data); \(starts)" }
    return
      "with these commands: \(data); then, since workloads and settings may be those of the recovery point by now, roll out the release that ran before, and start what has no pods with these commands: \(starts)"
  }

  /// Refuses where another run has begun such a restore and not ended it.
  private func checkNobodyElseIsAtIt(
    _ changes: RestoreChanges, _ application: Application
  ) throws(StepFailure) {
    let names = Set(history.operations.flatMap { $0.changes?.all ?? [] }.compactMap { $0.details["restore"] })
    guard let holder = changes.holder, !names.contains(holder.restore) else { return }
    throw .protected(
      "\"\(application.name)\" \(holder.clause)", hint: holder.remedy, kind: .restoring)
  }

  /// Whether nothing keeps the changes from being begun; false where that was so only after a wait, in which the
  /// application may have changed.
  ///
  /// - Throws: `protected` for what does not end by itself or is not to be waited for; `deadline` where it has not ended.
  private func meetsConditions(
    of changes: RestoreChanges, _ application: Application, _ point: RecoveryPoint,
    _ agreement: RestoreAgreement, waits: Bool
  ) throws(StepFailure) -> Bool {
    let began = time.now
    var hasWaited = false
    while true {
      let all = try ask { () throws(BackendError) in
        try backend.objections(to: changes, of: application, from: point, passing: hasWaited)
      }
      tell(all.filter(\.isCaution))
      let lifted = all.filter { $0.unseenOwner.map { agreement.pausedOwners.contains($0) } == true }
      for objection in lifted {
        let word = "\(objection.reason); \(RestoreParameters.pausedOwners.title) says that it is paused"
        if facts.noteAlso("pausedOwners", objection.unseenOwner ?? "") { log.warning(word) }
      }
      let objections =
        [expiry(of: point)].compactMap { $0 } + all.filter { !$0.isCaution && !lifted.contains($0) }
      guard let first = objections.first else { return !hasWaited }
      guard waits, objections.allSatisfy(\.passes) else {
        throw .protected(
          "\"\(application.name)\" cannot be restored in place: \(objections.map(\.reason).joined(separator: "; "))",
          hint: objections.map { RestoreAgreement.remedy($0.remedy, pausing: $0.unseenOwner) }.joined(
            separator: "; "))
      }
      let refusal = BackendError(
        .refused(.busy), "\"\(application.name)\" cannot be restored in place yet: \(first.reason)")
      if settings.isDryRun {
        log.info("dry run: \(refusal.message), which would be waited for")
        return true
      }
      hasWaited = true
      try poller.waitOut(refusal, began, for: "the in-place restore")
    }
  }

  /// That a recovery point may be gone before the restore has read it: nobody may be left with neither.
  private func expiry(of point: RecoveryPoint) -> RestoreObjection? {
    let allowed = deadline.allowance
    guard let expiry = point.expiresAt, expiry - backend.currentTime < max(.seconds(3600), allowed) else {
      return nil
    }
    let margin = max(.seconds(3600), allowed)
    return RestoreObjection(
      "\(point.kind.rawValue) \"\(point.name)\" expires at \(expiry.text), and has to be kept for \(margin.shortText) from now",
      remedy: "name one that is kept for longer"
        + (margin > .seconds(3600) ? ", or give less with --\(Common.timeout.flag)" : ""))
  }

  /// Says what nobody can see, once.
  private func tell(_ cautions: [RestoreObjection]) {
    for caution in cautions {
      let isNew = facts.noteAlso("notTold", caution.reason)
      if isNew { log.warning("\(caution.reason): \(caution.remedy)") }
    }
  }

  private func unfinished(
    _ changes: RunRecord.Changes, _ application: Application, _ message: String, next: String
  ) -> StepFailure {
    withWayBack(
      .protected("\(message), and has not ended that", hint: next, kind: .restoring), changes,
      begun: changes.begun, application)
  }
}
