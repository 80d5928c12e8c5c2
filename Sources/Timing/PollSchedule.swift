/// How long to wait before looking again, by how long the operation has taken so far.
///
/// A poll every 5 % of the elapsed time notices the end of any operation at most 5 % late, and takes a
/// number of requests that grows with the logarithm of its length until `longest` is reached.
package struct PollSchedule: Hashable, Sendable {
  /// The first intervals' length, which also bounds every later one from below.
  package var shortest: Duration
  /// The bound from above.
  package var longest: Duration
  /// The part of the elapsed time that one interval takes, above 0.
  package var share: Double
  /// The part of an interval, 0 to 1, that chance may take off it, so that many steps do not poll in step.
  package var spread: Double

  /// Makes a schedule; the defaults are the ones that the steps use.
  package init(
    shortest: Duration = .milliseconds(500), longest: Duration = .seconds(10), share: Double = 0.05,
    spread: Double = 0.1
  ) {
    self.shortest = shortest
    self.longest = longest
    self.share = share
    self.spread = spread
  }

  /// The next interval.
  ///
  /// - Parameters:
  ///   - elapsed: the time since the operation was asked for.
  ///   - draw: a random number, at least 0 and below 1.
  /// - Returns: a duration between `shortest` and `longest`.
  package func interval(afterElapsed elapsed: Duration, draw: Double) -> Duration {
    let wanted = min(elapsed * share, longest) * (1 - spread * draw)
    return min(max(wanted, shortest), longest)
  }

  /// The next interval, with the spread drawn from `random`.
  ///
  /// - Parameters:
  ///   - elapsed: the time since the operation was asked for.
  ///   - random: where the spread comes from.
  /// - Returns: a duration between `shortest` and `longest`.
  package func interval(
    afterElapsed elapsed: Duration, using random: inout some RandomNumberGenerator
  ) -> Duration {
    interval(afterElapsed: elapsed, draw: Double.random(in: 0..<1, using: &random))
  }
}
