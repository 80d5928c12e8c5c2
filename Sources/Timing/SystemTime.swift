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

  /// Where `now` counts from.
  private static let origin = ContinuousClock.now

  /// Makes a source that reads the system's clocks.
  package init() {}

  /// The time since this process first asked.
  ///
  /// The clock goes on while the machine is suspended (CLOCK_BOOTTIME on Linux), because the operation that a
  /// step waits for and the CI system's own timeout go on too.
  package var now: Instant {
    let origin = Self.origin
    return Instant(sinceOrigin: ContinuousClock.now - origin)
  }

  /// The calendar time in whole seconds, which is what servers write and records compare.
  package var wallTime: Timestamp { Timestamp(sinceEpoch: .seconds(time(nil))) }

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

  /// Pauses for `duration`, or less if any signal comes; the caller's loop makes up for it.
  ///
  /// `usleep` rather than `nanosleep`, and no `timespec` or `timeval` anywhere here: where files are compiled
  /// together, Swift 6.3 may take these for types of a module that nobody imports, and refuse their members.
  private static func pause(for duration: Duration) {
    usleep(UInt32(duration.components.attoseconds / 1_000_000_000_000) + 1)
  }
}
