/// When to try again: a pure function of the attempt, how it ended, the time left and the server's own wish.
package struct RetryPolicy: Hashable, Sendable {
  /// The first wait before its jitter; each further one is twice as long, up to `longestWait`.
  package var firstWait: Duration
  /// The bound on a wait of our own.
  package var longestWait: Duration
  /// The bound on a wait that the server asks for: more than that is not believed.
  package var longestRetryAfter: Duration
  /// How many attempts there may be in all, at least 1; nil is as many as the deadline allows.
  package var maximumAttempts: Int?

  /// Makes a policy; the defaults are the ones of `firstContact`.
  package init(
    firstWait: Duration = .milliseconds(500), longestWait: Duration = .seconds(30),
    longestRetryAfter: Duration = .seconds(60), maximumAttempts: Int? = 8
  ) {
    self.firstWait = firstWait
    self.longestWait = longestWait
    self.longestRetryAfter = longestRetryAfter
    self.maximumAttempts = maximumAttempts
  }

  /// For requests before anything has begun: about a minute of patience, then the user is told.
  package static let firstContact = RetryPolicy()

  /// For reads while an operation runs: it goes on without us, so only the deadline ends the patience.
  package static let whileWaiting = RetryPolicy(maximumAttempts: nil)

  /// How an attempt ended, as far as trying again is concerned.
  package enum Outcome: Hashable, Sendable {
    /// It may be better next time, and the request does no harm if it is repeated.
    case transient
    /// It will be the same next time.
    case permanent
    /// The server may have carried the request out, and a repetition would do it twice.
    case unknownFate
  }

  /// What to do next.
  package enum Decision: Hashable, Sendable {
    case retry(after: Duration)
    case giveUp(Reason)
  }

  /// Why there is no further attempt.
  package enum Reason: Hashable, Sendable {
    /// Trying again cannot help.
    case permanent
    /// The request must not be repeated before somebody has looked what it did.
    case unknownFate
    /// The policy's number of attempts is used up.
    case attemptsUsedUp
    /// No further attempt fits into the time that is left.
    case noTimeLeft
  }

  /// What is kept of the remaining time for the attempt that follows a wait.
  private static let reserve = Duration.seconds(1)

  /// Decides whether to try again, and when.
  ///
  /// A wait of our own doubles with each attempt and is jittered to between half and all of that. The server's
  /// `Retry-After` makes it longer, never shorter, so that a date in the past cannot make us hammer. Both are
  /// cut so that a second is left for the attempt itself.
  ///
  /// - Parameters:
  ///   - attempt: the number of the attempt that has just ended; the first is 1.
  ///   - outcome: how it ended.
  ///   - remaining: the time until the deadline.
  ///   - retryAfter: what the response's `Retry-After` asked for (`retryAfter(_:now:)`), if it did.
  ///   - draw: a random number, at least 0 and below 1.
  /// - Returns: the wait before the next attempt, or why there is none.
  package func decision(
    afterAttempt attempt: Int, outcome: Outcome, remaining: Duration, retryAfter: Duration? = nil,
    draw: Double
  ) -> Decision {
    switch outcome {
    case .permanent: return .giveUp(.permanent)
    case .unknownFate: return .giveUp(.unknownFate)
    case .transient: break
    }
    if let maximumAttempts, attempt >= maximumAttempts { return .giveUp(.attemptsUsedUp) }
    guard remaining > Self.reserve else { return .giveUp(.noTimeLeft) }
    let asked = min(retryAfter ?? .zero, longestRetryAfter)
    let wait = max(backoff(afterAttempt: attempt, draw: draw), asked)
    return .retry(after: min(wait, remaining - Self.reserve))
  }

  /// The same, with the jitter drawn from `random`.
  ///
  /// - Parameters:
  ///   - attempt: the number of the attempt that has just ended; the first is 1.
  ///   - outcome: how it ended.
  ///   - remaining: the time until the deadline.
  ///   - retryAfter: what the response's `Retry-After` asked for, if it did.
  ///   - random: where the jitter comes from.
  /// - Returns: the wait before the next attempt, or why there is none.
  package func decision(
    afterAttempt attempt: Int, outcome: Outcome, remaining: Duration, retryAfter: Duration? = nil,
    using random: inout some RandomNumberGenerator
  ) -> Decision {
    decision(
      afterAttempt: attempt, outcome: outcome, remaining: remaining, retryAfter: retryAfter,
      draw: Double.random(in: 0..<1, using: &random))
  }

  private func backoff(afterAttempt attempt: Int, draw: Double) -> Duration {
    // 2^20 half-seconds are six days: beyond any bound, and far from an overflow.
    let doublings = min(max(attempt - 1, 0), 20)
    let full = min(firstWait * (1 << doublings), longestWait)
    return full * (0.5 + 0.5 * draw)
  }
}

/// Reads a `Retry-After` field (RFC 9110, 10.2.3): seconds, or an HTTP date.
///
/// A date in the past is zero. Numbers beyond a year are read as a year, since a policy cuts them anyway.
///
/// - Parameters:
///   - value: the field's value.
///   - now: what a date is compared with: the response's own `Date` where there is one, else the wall clock.
/// - Returns: the time to wait, at most a year; nil if the value is neither form.
package func retryAfter(_ value: some StringProtocol, now: Timestamp) -> Duration? {
  let longest = Duration.seconds(366 * 86_400)
  let text = trimmingBlanks(value)
  if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
    return Int64(text).map { min(.seconds($0), longest) } ?? longest
  }
  guard let moment = Timestamp(httpDate: text) else { return nil }
  return min(max(.zero, moment - now), longest)
}

private func trimmingBlanks(_ value: some StringProtocol) -> Substring {
  var text = Substring(value)
  while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
  while let last = text.last, last == " " || last == "\t" { text.removeLast() }
  return text
}
