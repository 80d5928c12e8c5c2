internal import AppProtection
internal import Timing

/// When the service's own word that something has changed is waited for, and when it is not to be relied on.
///
/// It wakes, and a look decides. So an alarm that is late, silent, refused or wrong costs time or a few looks more, and never
/// truth.
struct Alarm {
  /// How long it is waited for at most: 290 s.
  ///
  /// API servers end a watch after five minutes and more.
  static var longestWait: Duration { .seconds(290) }

  /// From when on it may be tried again, after it was not to be had or rang for nothing.
  private var next: Instant?
  private var failures = 0
  /// What the look before it rang showed, and when it rang; nil if it has not rung since.
  private var rung: (shownBefore: String, at: Instant)?
  /// When it last rang for something; nil if it never has.
  private(set) var lastRing: Instant?

  /// Whether it may be waited for now.
  func isReliable(at now: Instant) -> Bool { next.map { now >= $0 } ?? true }

  /// It could not be had: it is tried again later, and ever later, up to five minutes.
  mutating func fail(at now: Instant) {
    failures = min(failures + 1, 6)
    next = now + min(.seconds(5 << failures), .seconds(300))
  }

  /// It rang.
  mutating func ring(at now: Instant, shown: String) { rung = (shown, now) }

  /// A look was taken; one that shows what was shown before was not worth the ringing, which counts as a failure.
  mutating func look(shown: String) {
    guard let (shownBefore, at) = rung else { return }
    rung = nil
    if shownBefore == shown {
      fail(at: at)
    } else {
      (failures, next, lastRing) = (0, nil, at)
    }
  }
}

extension Poller {
  /// Waits before the next look: until the service says that something has changed where it can tell, or else for a pause.
  func rest(
    _ pause: Duration, untilNewsOf awaited: Awaited?, _ alarm: inout Alarm, shown: String
  ) throws(StepFailure) {
    guard let awaited, alarm.isReliable(at: time.now) else { return try rest(pause) }
    let limit = min(Alarm.longestWait, deadline.remaining(on: time))
    let news: News
    do throws(Interruption) {
      news = try waitForNews(awaited, limit)
    } catch {
      throw .interrupted(error, "ended by a signal; the backend goes on with what it was asked to do")
    }
    switch news {
    case .some: alarm.ring(at: time.now, shown: shown)
    // One that ends at once is no alarm to sleep by.
    case .none(let duration) where duration < pause:
      alarm.fail(at: time.now)
      try rest(pause - duration)
    case .none: break
    case .unavailable:
      alarm.fail(at: time.now)
      try rest(pause)
    }
  }
}
