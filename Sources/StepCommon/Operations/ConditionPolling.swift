internal import Files
internal import Timing

/// What one look at a condition says.
package enum ConditionResult: Hashable, Sendable {
  case holds
  /// It does not hold, or not yet; and what is missing.
  case lacks(String)
  /// It does not hold and will not by itself; and what is missing.
  case lost(String)
}

/// How watching for a condition ended.
package enum ConditionOutcome<Observed> {
  /// It was seen to hold, twice in a row.
  case held(Observed)
  /// It was seen not to hold; what was seen last.
  case lacked(Observed, String)
}

/// One look at a condition.
package enum Observation<Observed> {
  case seen(Observed)
  /// It could not be seen, which may pass.
  case trouble(StepFailure)
}

extension Poller {
  /// Looks again and again until a condition was seen to hold twice in a row, or its time is up.
  ///
  /// What is lost counts when two looks in a row agree on it, and ends the watch at once.
  ///
  /// - Parameters:
  ///   - what: the condition, for the log: `pages of "magento-prod"`.
  ///   - allowance: how long it may take to come true, within the step's own deadline.
  ///   - pausesBetween: whether the second look waits like any other, or follows at once.
  ///   - look: takes one look.
  ///   - judge: what it says.
  /// - Returns: how it ended.
  /// - Throws: what ends the step at once; what kept it from seeing anything when the time was up.
  package func watch<Observed>(
    for what: String, within allowance: Duration, pausesBetween: Bool,
    look: () throws(StepFailure) -> Observation<Observed>, judge: (Observed) -> ConditionResult
  ) throws(StepFailure) -> ConditionOutcome<Observed> {
    let began = time.now
    let end = began + min(allowance, deadline.remaining(on: time))
    var lastPhrase = ""
    var last: (observed: Observed, result: ConditionResult)?
    while true {
      var isConfirming = false
      switch try look() {
      case .trouble(let failure):
        last = nil
        if time.now >= end { throw failure }
        log.warning("\(what): \(failure.message); still trying")
      case .seen(let observed):
        let result = judge(observed)
        switch result {
        case .holds where last?.result == .holds: return .held(observed)
        case .lost(let reason) where last?.result == result: return .lacked(observed, reason)
        case .holds, .lost: isConfirming = !pausesBetween
        case .lacks(let reason):
          if reason != lastPhrase {
            log.info("\(what): \(reason); looking again")
          } else if time.now - log.lastLine >= .seconds(60) {
            log.info("\(what): still \(reason) after \((time.now - began).shortText)")
          }
          lastPhrase = reason
        }
        last = (observed, result)
        switch result {
        case .lacks(let reason) where time.now >= end, .lost(let reason) where time.now >= end:
          return .lacked(observed, reason)
        case .holds where deadline.hasPassed(on: time):
          return .lacked(
            observed, "was as it should be in one look only, and the time was up before the second look")
        // A condition that holds at the last moment gets its confirming look.
        default: break
        }
      }
      guard !isConfirming else { continue }
      let pause = pollInterval(since: began)
      try rest(last?.result == .holds ? min(pause, .seconds(1)) : min(pause, max(.zero, end - time.now)))
      // With no time left a look shows nothing: the last one counts.
      if deadline.hasPassed(on: time), let last, case .lacks(let reason) = last.result {
        return .lacked(last.observed, reason)
      }
    }
  }
}
