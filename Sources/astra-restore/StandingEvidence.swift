internal import AppProtection
internal import StepCommon
internal import Timing

// After a failed in-place restore its evidence still holds the earlier state: the application that the restore left
// behind holds nothing that anybody needs.
extension RestoreRun {
  /// The evidence of a failed in-place restore of this run, if it is intact and nobody has touched the application
  /// since.
  func standingEvidence(of id: Application.ID) throws(StepFailure) -> Evidence? {
    guard let last = restores(of: id).last(where: { $0.stage != .refused }), let copy = last.evidence,
      last.stage != .finished, history.doubt == nil
    else { return nil }
    // Another run may have restored it since.
    let isOvertaken = history.restoresOfAnyRun(of: id).contains { restore in
      guard let then = last.askedTime, let asked = restore.askedTime else { return true }
      return asked > then
    }
    guard !isOvertaken else { return nil }
    // Two looks: a stale one must not show a failed application where customers write again.
    for _ in 1...2 {
      guard isFailedResult(try current(id), of: last) else { return nil }
    }
    let application = try current(id)
    guard isFailedResult(application, of: last) else { return nil }
    guard try stands(copy, of: id) else {
      log.warning(
        "\(copy), the evidence of the failed in-place restore, is no longer there or no longer complete")
      return nil
    }
    return .standing(copy, application.marks)
  }

  /// Whether an application is what a restore of this run has left behind, with no sign that anybody has touched it since.
  private func isFailedResult(_ application: Application, of restore: RunRecord.Operation) -> Bool {
    let wasSeenToFail = restore.stage == .failed
    guard application.state == .failed || wasSeenToFail && application.state == .unavailable else {
      return false
    }
    guard let known = inPlaceRestore(restore) else { return false }
    return backend.isUntouched(application, sinceFailureOf: known, restore.after)
  }

  /// Whether a copy is still there and whole.
  private func stands(_ copy: RunRecord.Copy, of id: Application.ID) throws(StepFailure) -> Bool {
    switch copy.kind {
    case .snapshot:
      let found = try ask { () throws(BackendError) in
        try backend.recoveryPoint(RecoveryPoint.ID(copy.id), .snapshot, of: id)
      }
      return found.map { $0.state == .completed && !$0.hooks.didFail } ?? false
    case .clone:
      let found: Application?
      do throws(StepFailure) {
        found = try ask { () throws(BackendError) in try backend.application(Application.ID(copy.id)) }
      } catch  where error.code == .credentialsRefused {
        // Its namespace may have gone, and the rights in it with that.
        log.warning("\(copy) may not be seen: \(error.message)")
        return false
      }
      guard let found, found.sourceID == id else { return false }
      // The server looks through its applications from time to time.
      let made = found.state.isBeingMade ? try waitUntilMade(found) : found
      return made.state == .ready || made.isComingUp
    }
  }

  /// Says of a failed restore which copy holds the earlier state, and what to do next.
  func withEvidenceHint(
    _ failure: StepFailure, of application: Application, begunWith copy: RunRecord.Copy?
  ) -> StepFailure {
    guard failure.code == .operationFailed else { return failure }
    var told = failure
    let again =
      "run the step again to restore again, from this recovery point or from another that you name"
    guard let copy else {
      told.hint = again
      return told
    }
    told.message += "; \(copy) holds what \"\(application.name)\" held before"
    told.hint =
      "\(again); that copy counts as evidence then, unless this restore is seen to have replaced nothing: a copy of that "
      + "moment is made first then"
      + (copy.kind == .clone ? "; meanwhile customers can be pointed at the clone" : "")
    return told
  }
}
