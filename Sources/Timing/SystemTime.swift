#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// The machine's own clocks, and sleeps that end when the process is asked to end.
///
/// `interruption` stays nil until `installInterruptionHandlers()` has been called and a signal has come.
package final class SystemTime: TimeSource, Sendable {
  /// The longest pause without a look at `interruption`.
  ///
  /// A signal that comes between the look and the pause is noticed one slice later: there is nothing to win.
  private static let slice = Duration.milliseconds(50)

  /// The clock behind `now`.
  ///
  /// It goes on while the machine is suspended, because the operation that a step waits for and the CI
  /// system's own timeout go on too. Darwin's monotonic clock already does.
  private static var monotonicClock: clockid_t {
    #if canImport(Darwin)
      CLOCK_MONOTONIC
    #else
      CLOCK_BOOTTIME
    #endif
  }

  /// Makes a source that reads the system's clocks.
  package init() {}

  package var now: Instant { Instant(sinceOrigin: Self.reading(of: Self.monotonicClock)) }

  package var wallTime: Timestamp { Timestamp(sinceEpoch: Self.reading(of: CLOCK_REALTIME)) }

  package var interruption: Interruption? { recordedInterruption }

  package func sleep(for duration: Duration) throws(Interruption) {
    let end = now + duration
    while true {
      if let interruption { throw interruption }
      let left = end - now
      guard left > .zero else { return }
      Self.pause(for: min(left, Self.slice))
    }
  }

  private static func reading(of clock: clockid_t) -> Duration {
    var value = timespec()
    let result = unsafe clock_gettime(clock, &value)
    precondition(result == 0, "clock \(clock) cannot be read")
    return .seconds(value.tv_sec) + .nanoseconds(value.tv_nsec)
  }

  /// Pauses for `duration`, or less if any signal comes; the caller's loop makes up for it.
  private static func pause(for duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let wanted = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    unsafe withUnsafePointer(to: wanted) { pointer in
      _ = unsafe nanosleep(pointer, nil)
    }
  }
}
