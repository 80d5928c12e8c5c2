/// The one door to time: nothing else reads a clock or sleeps.
///
/// `SystemTime` is the real one; tests replace it by `ManualTime`.
package protocol TimeSource: AnyObject {
  /// A monotonic reading, for durations and deadlines; its origin is arbitrary.
  var now: Instant { get }
  /// The machine's calendar time, for records and reports only; it may jump.
  var wallTime: Timestamp { get }
  /// The signal that asked this process to end, once there was one.
  var interruption: Interruption? { get }
  /// Blocks for `duration`, or until the process is asked to end.
  func sleep(for duration: Duration) throws(Interruption)
}

/// A point on the monotonic clock.
package struct Instant: Hashable, Comparable, Sendable {
  /// Time since the clock's arbitrary origin.
  package var sinceOrigin: Duration

  /// Makes the instant this long after the clock's origin.
  package init(sinceOrigin: Duration) {
    self.sinceOrigin = sinceOrigin
  }

  package static func < (left: Self, right: Self) -> Bool { left.sinceOrigin < right.sinceOrigin }
  package static func + (left: Self, right: Duration) -> Self {
    Self(sinceOrigin: left.sinceOrigin + right)
  }
  package static func - (left: Self, right: Self) -> Duration { left.sinceOrigin - right.sinceOrigin }
}

/// The process was asked to end: which signal did it, by its number.
package struct Interruption: Error, Hashable, Sendable {
  /// The signal's number: 2 (SIGINT) or 15 (SIGTERM).
  package var signal: Int32

  /// Makes an interruption by a signal.
  package init(signal: Int32) {
    self.signal = signal
  }
}
