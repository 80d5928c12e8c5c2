/// A clock that only tests move: a sleep takes no time and advances it at once.
package final class ManualTime: TimeSource {
  package private(set) var now: Instant
  package private(set) var wallTime: Timestamp
  /// What every sleep so far asked for, in order, also one that was cut by an interruption.
  package private(set) var sleeps: [Duration] = []
  /// Called after each advance with the new moment, so that a simulated world can follow.
  package var onAdvance: ((Instant) -> Void)?
  /// Called before each sleep with its length; may plan an interruption that then meets it.
  package var beforeSleep: ((Duration) -> Void)?

  private var plannedInterruption: (moment: Instant, interruption: Interruption)?

  /// Makes a clock that stands at `wallTime` (2022-11-23T11:37:42Z) until something moves it.
  package init(
    wallTime: Timestamp = Timestamp(sinceEpoch: .seconds(1_669_203_462)),
    now: Instant = Instant(sinceOrigin: .zero)
  ) {
    self.now = now
    self.wallTime = wallTime
  }

  package var interruption: Interruption? {
    guard let plannedInterruption, now >= plannedInterruption.moment else { return nil }
    return plannedInterruption.interruption
  }

  package func sleep(for duration: Duration) throws(Interruption) {
    sleeps.append(duration)
    beforeSleep?(duration)
    if let interruption { throw interruption }
    let wanted = max(.zero, duration)
    guard let planned = plannedInterruption, planned.moment <= now + wanted else {
      advance(by: wanted)
      return
    }
    advance(by: planned.moment - now)
    throw planned.interruption
  }

  /// Lets time pass: both clocks move, and `onAdvance` is told.
  ///
  /// - Parameter duration: how far; not negative.
  package func advance(by duration: Duration) {
    precondition(duration >= .zero, "the monotonic clock never goes back")
    now = now + duration
    wallTime = wallTime + duration
    onAdvance?(now)
  }

  /// Moves the calendar clock alone, forwards or backwards, as an administrator or a time server may.
  package func jumpWallTime(by duration: Duration) {
    wallTime = wallTime + duration
  }

  /// Plans a signal for a moment of the monotonic clock; one that has passed already interrupts at once.
  package func interrupt(with signal: Int32, at moment: Instant) {
    plannedInterruption = (moment, Interruption(signal: signal))
  }

  /// Forgets the planned signal, as for the next process.
  package func clearInterruption() {
    plannedInterruption = nil
  }
}
