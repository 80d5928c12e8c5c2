/// How long to wait before looking again, by how long the operation has taken so far.
///
/// A poll every 5 % or so of the elapsed time notices the end of any operation some 2.5 % late on average, and takes a
/// number of requests that grows with the logarithm of its length until `longest` is reached.
///
/// Chance shortens every interval, the first most of all: steps that a CI system starts in the same second, and whose
/// operations were accepted in the same second, would otherwise all look in the same instants.
package struct PollSchedule: Hashable, Sendable {
  /// The first intervals' length.
  package var shortest: Duration
  /// The bound from above.
  package var longest: Duration
  /// The part of the elapsed time that one interval takes, above 0.
  package var share: Double
  /// The part of an interval, 0 to 1, that chance may take off it.
  package var spread: Double
  /// The same of an interval that begins before the operation has taken `shortest`: where a step falls out of step
  /// with the others.
  package var firstSpread: Double

  /// Makes a schedule; the defaults are the ones that the steps use.
  package init(
    shortest: Duration = .milliseconds(500), longest: Duration = .seconds(15), share: Double = 0.055,
    spread: Double = 0.2, firstSpread: Double = 0.8
  ) {
    self.shortest = shortest
    self.longest = longest
    self.share = share
    self.spread = spread
    self.firstSpread = firstSpread
  }

  /// The next interval.
  ///
  /// - Parameters:
  ///   - elapsed: the time since the operation was asked for.
  ///   - draw: a random number, at least 0 and below 1.
  /// - Returns: a duration of `shortest` to `longest`, less what chance takes off it.
  package func interval(afterElapsed elapsed: Duration, draw: Double) -> Duration {
    let wanted = min(max(elapsed * share, shortest), longest)
    return wanted * (1 - (elapsed < shortest ? firstSpread : spread) * draw)
  }

  /// The next interval, with the spread drawn from `random`.
  ///
  /// - Parameters:
  ///   - elapsed: the time since the operation was asked for.
  ///   - random: where the spread comes from.
  /// - Returns: as above.
  package func interval(
    afterElapsed elapsed: Duration, using random: inout some RandomNumberGenerator
  ) -> Duration {
    interval(afterElapsed: elapsed, draw: Double.random(in: 0..<1, using: &random))
  }
}
