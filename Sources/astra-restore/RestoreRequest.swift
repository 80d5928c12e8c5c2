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
    var secured = SecuredEvidence(evidence, at: time.now)
    defer { evidence = secured.evidence }
    var application: Application?
    var requestedAt = time.now
    var contradictions = 0
    let (_, operation) = try changes.request(
      "the in-place restore",
      decide: { _ throws(StepFailure) in
        let seen = try withEvidence(&secured, of: id, point, parameters)
        try lookup.checkStillFits(point, seen, acceptFailedHooks: parameters.acceptFailedHooks)
        (application, requestedAt) = (seen, time.now)
        return .ask(intent(seen, point, secured.evidence))
      },
      prepare: { () throws(BackendError) in
        if let application { try backend.prepare(.inPlaceRestore(of: application, from: point)) }
      },
      send: { () throws(BackendError) in
        if let application { try backend.startInPlaceRestore(of: application, from: point) }
      },
      look: { operation throws(StepFailure) in
        if try wasCarriedOut(operation, id) { return () }
        secured.renewal = .ifNeeded
        return nil
      },
      judge: { refusal, _ throws(StepFailure) in
        switch refusal.kind {
        case .refused(.busy): return .wait(atLeast: .zero)
        case .refused(.notReady):
          let state: Application.State
          do throws(StepFailure) {
            state = try operations.checkMayBecomeReady(id, refusal)
          } catch {
            guard case .standing(let copy, _) = secured.evidence, let application else { throw error }
            throw refusedByWreck(error, application, copy)
          }
          guard application?.state == .ready, state == .ready else { return .wait(atLeast: .zero) }
          // It says that it is ready, and is not: somebody may be restoring it, unseen. Ever more patiently, since each
          // try costs a snapshot.
          secured.renewal = .anew
          contradictions += 1
          return .wait(atLeast: .milliseconds(500 << (2 * min(contradictions - 1, 5))))
        default: return .final
        }
      })
    let before = try run.known(operation?.before)
    return AcceptedRestore(
      operation: operation,
      restore: InPlaceRestore(of: id, from: point.id, before: before, requestedAt: requestedAt))
  }

  /// The application just before a request or a first change, with evidence that holds what it holds then.
  func withEvidence(
    _ secured: inout SecuredEvidence, of id: Application.ID, _ point: RecoveryPoint,
    _ parameters: RestoreParameters
  ) throws(StepFailure) -> Application {
    while true {
      if let renewal = secured.renewal {
        let evidence = try secureEvidence(of: id, point, parameters, isAnew: renewal == .anew)
        secured = SecuredEvidence(evidence, at: time.now)
      }
      let application = try current(id)
      guard application.state != .restoring else {
        throw .protected(
          "\"\(application.name)\" is being restored in place by somebody else, who was faster",
          hint:
            "wait for that to end and run the step again; \(StatusCommand.of(application)) shows whether it has",
          kind: .restoring)
      }
      if case .snapshot = secured.evidence, time.now - secured.at > Evidence.longestAge {
        log.warning(
          "the evidence is \((time.now - secured.at).shortText) old, and customers have gone on writing")
      } else if !secured.evidence.stillFits(application, by: backend) {
        log.warning("\"\(application.name)\" has changed since its evidence was secured")
      } else {
        return application
      }
      secured.renewal = .ifNeeded
    }
  }

  /// What is written down before a request.
  func intent(
    _ application: Application, _ point: RecoveryPoint, _ evidence: Evidence
  ) -> RunRecord.Operation {
    var intent = RunRecord.Operation(
      .inPlaceRestore, application: application.id, point: point.id, askedAt: backend.currentTime,
      before: application.marks)
    intent.evidence = evidence.copy.map { copy in
      var copy = copy
      copy.cluster = copy.cluster ?? application.clusterName ?? application.clusterID?.text
      return copy
    }
    return intent
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

/// Evidence, and how old it is.
struct SecuredEvidence {
  enum Renewal {
    /// What is there already may do.
    case ifNeeded
    /// Nothing from before counts.
    case anew
  }

  var evidence: Evidence
  /// When it was secured.
  var at: Instant
  /// How it has to be renewed before the next request; nil while it stands.
  var renewal: Renewal?

  init(_ evidence: Evidence, at moment: Instant) {
    (self.evidence, at) = (evidence, moment)
  }
}
