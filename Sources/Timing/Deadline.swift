/// The end of a step's time, made once at its start and passed down; every request and sleep is cut to it.
package struct Deadline: Sendable {
  /// When the time is up.
  package let end: Instant
  /// How long the step was given, for messages.
  package let allowance: Duration

  /// Starts a deadline of `allowance` from now.
  package init(after allowance: Duration, on time: any TimeSource) {
    end = time.now + allowance
    self.allowance = allowance
  }

  /// The time that is left, never negative.
  package func remaining(on time: any TimeSource) -> Duration {
    max(.zero, end - time.now)
  }

  /// Whether the time is up.
  package func hasPassed(on time: any TimeSource) -> Bool { time.now >= end }
}
