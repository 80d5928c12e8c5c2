package import AppProtection
package import Timing

extension StepRun {
  /// Asks for something to be made, without ever making it twice.
  ///
  /// A request of unknown fate is not repeated before `look` has searched for what it may have made, for half
  /// a minute, and found nothing. While the application is busy with another operation the request waits.
  ///
  /// - Parameters:
  ///   - what: what is made, for messages.
  ///   - application: the application that must be free for it.
  ///   - check: throws if it is not to be asked for any more; asked before each repetition.
  ///   - look: finds what an earlier request of this run has made, if it has.
  ///   - ask: asks for it, once.
  /// - Returns: what was made, by this request or by an earlier one of this run.
  /// - Throws: what the refusal means for the step; `.deadline` if the application stayed busy.
  package func make<Value>(
    _ what: String, of application: Application.ID, check: () throws(StepFailure) -> Void = {},
    look: BackendCall<Value?>, ask: BackendCall<Value>
  ) throws(StepFailure) -> Value {
    let began = time.now
    var lostAnswers = 0
    var lastRefusal: BackendError?
    while true {
      if lastRefusal != nil { try check() }
      let refusal: BackendError
      do throws(BackendError) {
        return try ask()
      } catch {
        refusal = error
      }
      defer { lastRefusal = refusal }
      switch refusal.kind {
      case .deadline:
        guard let lastRefusal else { throw StepFailure(refusal) }
        throw timeIsUp(after: lastRefusal, for: what)
      case .fateUnknown:
        lostAnswers += 1
        log.warning("\(refusal.message); looking whether \(what) was begun all the same")
        if let found = try search(look) {
          log.info("\(what) was begun: going on with it")
          return found
        }
        guard lostAnswers < Self.mostLostAnswers else {
          throw StepFailure(
            BackendError(.unreachable, "\(refusal.message), \(lostAnswers) times", hint: refusal.hint))
        }
        log.info("\(what) was not begun: asking again")
      case .refused(.nameTaken) where lostAnswers > 0:
        guard let found = try search(look) else { throw StepFailure(refusal) }
        return found
      case .refused(.busy): try waitOut(refusal, began, for: what)
      case .refused(.notReady):
        try checkMayBecomeReady(application, refusal)
        try waitOut(refusal, began, for: what)
      default: throw StepFailure(refusal)
      }
    }
  }

  /// How many lost answers in a row end the step: 3.
  private static var mostLostAnswers: Int { 3 }

  /// Looks for half a minute: a list may lag behind the request that it should show.
  private func search<Value>(_ look: BackendCall<Value?>) throws(StepFailure) -> Value? {
    for pause in [0, 1, 2, 4, 8, 15] {
      try rest(.seconds(pause))
      do throws(BackendError) {
        if let found = try look() { return found }
      } catch {
        throw StepFailure(error)
      }
    }
    return nil
  }

  /// Waits a little because the application is busy; throws once the time is up.
  package func waitOut(_ refusal: BackendError, _ began: Instant, for what: String) throws(StepFailure) {
    if deadline.hasPassed(on: time) { throw timeIsUp(after: refusal, for: what) }
    if time.now - began < .seconds(1) || time.now - log.lastLine >= .seconds(60) {
      log.info("\(refusal.message): waiting for that to end")
    }
    try rest(pollInterval(since: began))
  }

  /// The application was busy until the end.
  private func timeIsUp(after refusal: BackendError, for what: String) -> StepFailure {
    .deadline(
      "\(refusal.message), and so until the time was up after \(deadline.allowance.shortText)",
      hint: "\(what) was not begun; run the step again when the application is free")
  }

  /// Throws unless the application is in a state that passes by itself.
  package func checkMayBecomeReady(
    _ id: Application.ID, _ refusal: BackendError
  ) throws(StepFailure) {
    let application: Application?
    do throws(BackendError) {
      application = try backend.application(id)
    } catch {
      throw StepFailure(error)
    }
    guard let application else {
      throw .operationFailed("\(refusal.message), and the application is gone")
    }
    if application.state == .restoring { throw .beingRestored(application) }
    if application.state.isDead || application.state == .unavailable {
      throw .operationFailed("\(refusal.message): the application is \(application.state)")
    }
  }
}

extension StepFailure {
  /// The application is being overwritten: what a copy of it would hold is anybody's guess.
  package static func beingRestored(_ application: Application) -> Self {
    .protected(
      "\"\(application.name)\" is being restored in place, so a copy of it now would hold neither state whole",
      hint: "wait for the in-place restore to end and run the step again")
  }
}
