internal import AppProtection
internal import StepCommon
internal import Timing

extension RestoreRun {
  /// Asks for the in-place restore, with evidence of the very state that it overwrites.
  ///
  /// Each attempt looks at the application anew: it may have been restored by others while it was busy.
  func requestRestore(
    of id: Application.ID, from point: RecoveryPoint, evidence: inout Evidence,
    _ parameters: RestoreParameters
  ) throws(StepFailure) -> AcceptedRestore {
    let began = time.now
    var securedAt = began
    var lostAnswers = 0
    var contradictions = 0
    while true {
      let application = try current(id)
      guard application.state != .restoring else {
        throw .protected(
          "\"\(application.name)\" is being restored in place by somebody else, who was faster",
          hint: "wait for that to end and run the step again")
      }
      if case .snapshot = evidence, time.now - securedAt > Evidence.longestAge {
        log.warning(
          "the evidence is \((time.now - securedAt).shortText) old, and customers have gone on writing")
        evidence = try secureEvidence(of: id, point, parameters)
        securedAt = time.now
        continue
      }
      if !evidence.stillFits(application, by: backend) {
        log.warning("\"\(application.name)\" has changed since its evidence was secured")
        evidence = try secureEvidence(of: id, point, parameters)
        securedAt = time.now
        continue
      }
      try lookup.checkStillFits(point, application, acceptFailedHooks: parameters.acceptFailedHooks)
      let before = application.marks
      var intent = RunRecord.Operation(
        .inPlaceRestore, application: id, point: point.id, askedAt: backend.currentTime, before: before)
      intent.evidence = evidence.copy.map { copy in
        var copy = copy
        copy.cluster = copy.cluster ?? application.clusterName ?? application.clusterID?.text
        return copy
      }
      let operation = history.begin(intent)
      let requestedAt = time.now
      let refusal: BackendError
      do throws(BackendError) {
        try backend.startInPlaceRestore(of: application, from: point)
        history.update(operation, .accepted)
        log.info("the in-place restore was accepted")
        return AcceptedRestore(
          operation: operation,
          restore: InPlaceRestore(of: id, from: point.id, before: before, requestedAt: requestedAt))
      } catch {
        refusal = error
      }
      switch refusal.kind {
      case .fateUnknown:
        lostAnswers += 1
        log.warning("\(refusal.message); looking whether the restore was begun all the same")
        if try wasCarriedOut(operation, id) {
          history.update(operation, .accepted)
          return AcceptedRestore(
            operation: operation,
            restore: InPlaceRestore(of: id, from: point.id, before: before, requestedAt: requestedAt))
        }
        guard lostAnswers < 3 else {
          throw StepFailure(
            BackendError(.unreachable, "\(refusal.message), \(lostAnswers) times", hint: refusal.hint))
        }
        evidence = try secureEvidence(of: id, point, parameters)
        securedAt = time.now
      case .refused(.busy):
        history.update(operation, .refused)
        try poller.waitOut(refusal, began, for: "the in-place restore")
      case .refused(.notReady):
        history.update(operation, .refused)
        let state: Application.State
        do throws(StepFailure) {
          state = try operations.checkMayBecomeReady(id, refusal)
        } catch {
          guard case .standing(let copy, _) = evidence else { throw error }
          throw refusedByWreck(error, application, copy)
        }
        guard application.state == .ready, state == .ready else {
          try poller.waitOut(refusal, began, for: "the in-place restore")
          continue
        }
        // It says that it is ready, and is not: somebody may be restoring it, unseen. Ever more patiently, since each
        // try costs a snapshot.
        try poller.waitOut(
          refusal, began, atLeast: .milliseconds(500 << (2 * min(contradictions, 5))),
          for: "the in-place restore")
        contradictions += 1
        evidence = try secureEvidence(of: id, point, parameters, isAnew: true)
        securedAt = time.now
      default:
        if refusal.provesThatNothingWasBegun { history.update(operation, .refused) }
        throw StepFailure(refusal)
      }
    }
  }

  /// The server restores no application that has failed: what the application held is safe, and somebody has to help.
  private func refusedByWreck(
    _ failure: StepFailure, _ application: Application, _ copy: RunRecord.Copy
  ) -> StepFailure {
    guard failure.code == .operationFailed else { return failure }
    var told = failure
    told.message += "; what \"\(application.name)\" held before lies in \(copy)"
    told.hint =
      "have the application repaired in \(backend.name) until it is ready, and run the step again"
      + (copy.kind == .clone ? "; meanwhile customers can be pointed at the clone" : "")
    return told
  }
}
