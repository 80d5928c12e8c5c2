package import AppProtection
package import Timing

/// What one look at an operation says.
package enum PollResult: Hashable, Sendable {
  /// It goes on; a phrase to show when it changes, and how far it is, if that is told.
  case working(String, Progress? = nil)
  case succeeded
  /// It ended badly, and why.
  case failed(String)
}

/// How waiting for an operation ended; a terminal state alone is not a success.
package enum PollOutcome<Value> {
  case succeeded(Value)
  case failed(Value, because: String)
  /// The object that was waited for is gone.
  case vanished
  /// It was accepted, and no look has ever shown it.
  case neverShown
  /// The time was up; what was seen last.
  case deadline(lastSeen: String)
}

/// Looks again and again: the one way in which a step waits.
package final class Poller {
  let time: any TimeSource
  let deadline: Deadline
  let log: Log
  /// How long what is shown may lag behind the request that changes it.
  package let longestLag: Duration
  private let schedule: PollSchedule
  /// Where the jitter of its pauses comes from.
  private var random: SeededRandom
  /// Notes in the records that this run is still active.
  private let keepAlive: () -> Void
  /// Waits for the service's word that something has changed.
  let waitForNews: (Awaited, Duration) throws(Interruption) -> News

  init(
    time: any TimeSource, deadline: Deadline, log: Log, longestLag: Duration, schedule: PollSchedule,
    random: SeededRandom, keepAlive: @escaping () -> Void,
    waitForNews: @escaping (Awaited, Duration) throws(Interruption) -> News
  ) {
    self.time = time
    self.deadline = deadline
    self.log = log
    self.longestLag = longestLag
    self.schedule = schedule
    self.random = random
    self.keepAlive = keepAlive
    self.waitForNews = waitForNews
  }

  /// Looks at an operation again and again until it has ended or the time is up.
  ///
  /// An end, or a disappearance, counts when two looks in a row agree on it: one stale answer of a replica must not
  /// end the wait. An object that was never seen may be missing for as long as answers may lag. A backend that cannot
  /// be reached is tolerated for ten minutes, since the operation goes on without us.
  ///
  /// - Parameters:
  ///   - what: the operation, for the log: `clone "magento-debug" of "magento-prod"`.
  ///   - isKnown: whether what is looked at was there before, so that its absence means that it is gone.
  ///   - read: takes one look; nil where there is nothing.
  ///   - awaited: what the service may ring an alarm for, by what was seen.
  ///   - judge: what a look says.
  /// - Returns: how the wait ended.
  /// - Throws: what ends the step at once: a signal, refused credentials, a server that is not trusted.
  package func wait<Value>(
    for what: String, isKnown: Bool = false, read: BackendCall<Value?>,
    awaited: (Value) -> Awaited? = { _ in nil },
    judge: (Value) -> PollResult
  ) throws(StepFailure) -> PollOutcome<Value> {
    let began = time.now
    var alarm = Alarm()
    var lastSeen = "nothing yet"
    var movement = Movement()
    var end: PollResult?
    var wasSeen = isKnown
    var absences = 0
    var troubleSince: Instant?
    while true {
      var isConfirming = false
      var awaiting: Awaited?
      do throws(BackendError) {
        let value = try read()
        troubleSince = nil
        if let value {
          wasSeen = true
          absences = 0
          let result = judge(value)
          switch result {
          case .working(let state, let progress):
            let phrase = movement.look(state, progress, at: time.now)
            awaiting = awaited(value)
            alarm.look(shown: phrase)
            show(phrase, of: what, since: began, last: &lastSeen, movement)
            end = nil
          case .succeeded where end == result: return .succeeded(value)
          case .failed(let reason) where end == result: return .failed(value, because: reason)
          case .succeeded, .failed:
            isConfirming = end == nil
            end = result
          }
        } else if !wasSeen, time.now - began < longestLag {
          // What was accepted a moment ago need not be in every replica yet.
          movement = Movement()
          show("not shown yet", of: what, since: began, last: &lastSeen, movement)
        } else {
          end = nil
          absences += 1
          if absences == 2 { return wasSeen ? .vanished : .neverShown }
        }
      } catch {
        switch error.kind {
        case .deadline: return .deadline(lastSeen: lastSeen)
        case .unreachable, .brokenContract:
          if deadline.hasPassed(on: time) { return .deadline(lastSeen: lastSeen) }
          let since = troubleSince ?? time.now
          troubleSince = since
          guard time.now - since < Self.longestOutage else {
            var failure = StepFailure(error)
            failure.hint = "\(what) may still be running: running the step again continues it"
            throw failure
          }
          log.warning("\(what): \(error.message); still trying")
        case .credentials:
          var failure = StepFailure(error)
          let hint = failure.hint.map { "\($0); " } ?? ""
          failure.hint =
            "\(hint)\(what) goes on in the backend: give a token that it accepts, and run the step again to continue"
          throw failure
        default: throw StepFailure(error)
        }
      }
      if deadline.hasPassed(on: time) { return .deadline(lastSeen: lastSeen) }
      log.moving(what, movement.text(at: time.now) ?? lastSeen)
      keepAlive()
      // The confirming look follows at once: it costs one request and no delay.
      if !isConfirming {
        // After news more is to be expected soon: what is left of a long operation is short.
        try rest(pollInterval(since: alarm.lastRing ?? began), untilNewsOf: awaiting, &alarm, shown: lastSeen)
      }
    }
  }

  /// Looks for half a minute: a list may lag behind the request that it should show.
  func search<Value>(_ look: BackendCall<Value?>) throws(StepFailure) -> Value? {
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
  package func waitOut(
    _ refusal: BackendError, _ began: Instant, atLeast pause: Duration = .zero, for what: String
  ) throws(StepFailure) {
    if time.now - began < .seconds(1) || time.now - log.lastLine >= .seconds(60) {
      log.info("\(refusal.message): waiting for that to end")
    }
    try rest(max(pause, pollInterval(since: began)))
    if deadline.hasPassed(on: time) { throw timeIsUp(after: refusal, for: what) }
  }

  /// The application was busy until the end.
  func timeIsUp(after refusal: BackendError, for what: String) -> StepFailure {
    .deadline(
      "\(refusal.message), and this had not changed when the time was up after \(deadline.allowance.shortText)",
      hint:
        "\(what) was not begun; run the step again when the application is free; astra-status shows what is under way",
      kind: .busy)
  }

  /// Looks until two looks in a row agree: one stale list must neither hide something nor show it.
  ///
  /// - Parameters:
  ///   - look: takes one look.
  ///   - key: what two looks have to agree on.
  /// - Returns: the second of them.
  /// - Throws: what `look` throws, and a signal.
  package func untilTwoAgree<Observed, Key: Equatable>(
    _ look: () throws(StepFailure) -> Observed, on key: (Observed) -> Key
  ) throws(StepFailure) -> Observed {
    let began = time.now
    var last = try look()
    while true {
      let next = try look()
      if key(next) == key(last) { return next }
      last = next
      try rest(pollInterval(since: began))
    }
  }

  /// Sleeps, though never beyond the deadline.
  package func rest(_ duration: Duration) throws(StepFailure) {
    do throws(Interruption) {
      try time.sleep(for: min(duration, deadline.remaining(on: time)))
    } catch {
      throw .interrupted(error, "ended by a signal; the backend goes on with what it was asked to do")
    }
  }

  /// How long to wait before the next look at something that began then.
  package func pollInterval(since began: Instant) -> Duration {
    schedule.interval(afterElapsed: time.now - began, using: &random)
  }

  /// How long a backend may be out of reach while an operation runs: 10 minutes.
  private static var longestOutage: Duration { .seconds(600) }
  /// The longest silence of the log: some CI systems end a step that says nothing for ten minutes.
  private static var heartbeat: Duration { .seconds(60) }

  private func show(
    _ phrase: String, of what: String, since began: Instant, last: inout String, _ movement: Movement
  ) {
    if phrase != last {
      log.info("\(what): \(phrase)")
    } else if time.now - log.lastLine >= Self.heartbeat {
      let more = movement.estimate.text(at: time.now).map { " (\($0))" } ?? ""
      log.info("\(what): still \(phrase) after \((time.now - began).shortText)\(more)")
    }
    last = phrase
  }
}

extension StepFailure {
  /// The request was accepted, but the backend never showed the object: that does not prove that it is gone.
  static func neverShown(_ title: String, id: String?) -> Self {
    .operationFailed(
      "\(title) was accepted\(id.map { " as id \($0)" } ?? ""), but the backend has never shown it: the token may not be allowed to see it",
      hint:
        "it may be under way: look for it as an administrator; a user limited to namespaces sees a new one only after it "
        + "was added to them, and then running the step again continues with it", kind: .neverShown)
  }
}

extension Operation {
  /// What one look at an operation says.
  package var pollResult: PollResult {
    switch state {
    case .running(let phrase): .working(phrase, progress)
    case .blocked(let reason): .working("blocked: \(reason)")
    case .succeeded: .succeeded
    case .partial(let reason), .failed(let reason): .failed(reason)
    }
  }
}

extension RecoveryPoint {
  /// What one look at a copy that is being made says.
  package var pollResult: PollResult {
    if state == .completed { return .succeeded }
    if state.isDead { return .failed(stateClause) }
    if !state.isBeingMade, !problems.isEmpty {
      return .working("\(state): \(problems.joined(separator: "; "))")
    }
    return .working(state.rawValue, progress)
  }
}
