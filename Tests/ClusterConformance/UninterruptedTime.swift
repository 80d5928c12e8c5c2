internal import Timing

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// The machine's clocks for what has to be done after a signal too.
final class UninterruptedTime: TimeSource {
  private let system = SystemTime()

  var now: Instant { system.now }
  var wallTime: Timestamp { system.wallTime }
  var interruption: Interruption? { nil }

  func sleep(for duration: Duration) {
    let end = now + duration
    while now < end { usleep(10_000) }
  }
}
