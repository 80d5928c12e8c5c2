internal import AppProtection
internal import Timing

/// Decides when an in-place restore has truly ended, from one look at the application after another.
///
/// The backend accepts a restore at once and may go on saying `ready` for a while, so a `ready` counts only
/// after the application was seen restoring, or when its marks show that it was restored since. One that
/// shows nothing at all is waited for until the deadline: not knowing is no success.
struct RestoreWatch {
  private let point: RecoveryPoint.ID
  /// What the application looked like just before the restore was asked for.
  private let before: RestoreMarks
  private let longestLag: Duration
  private(set) var sawRestoring: Bool
  /// Whether it was seen in a state, other than restoring, that it was not in before.
  private var sawOtherState = false
  /// When it was last seen not to be ready, since the request.
  private var lastNotReady = Duration.zero

  /// Watches a restore; `longestLag` says how long answers may lag behind.
  init(_ restore: InPlaceRestore, longestLag: Duration) {
    point = restore.point
    before = RestoreMarks(restore.before)
    sawRestoring = restore.wasSeen
    self.longestLag = longestLag
  }

  /// Takes one look.
  mutating func state(of application: Application, sinceRequest: Duration) -> Operation.State {
    let now = application.restoreMarks
    if application.state != .ready { lastNotReady = sinceRequest }
    switch application.state {
    case .restoring:
      sawRestoring = true
      return .running("restoring")
    case .ready: return judgeReady(now, sinceRequest)
    case _ where application.state.isDead:
      // It may have been in that state before, and the answer may be as old.
      let isStale = now.state == before.state && !sawRestoring && !sawOtherState && !isMarked(now)
      if isStale, sinceRequest < longestLag {
        return .running("\(application.state), as before the restore")
      }
      let problems = application.problems.joined(separator: "; ")
      return .failed(
        "failed: the application is \(application.state)" + (problems.isEmpty ? "" : ": \(problems)"))
    default:
      if now.state != before.state { sawOtherState = true }
      return .running(application.state.rawValue)
    }
  }

  private func judgeReady(_ now: RestoreMarks, _ sinceRequest: Duration) -> Operation.State {
    let isForeign = !now.restoredFrom.isEmpty && !now.restoredFrom.contains(point.text)
    if isForeign, now.restoredFrom != before.restoredFrom {
      let from = now.restoredFrom.joined(separator: ", ")
      return .failed("was overtaken: the application was restored from another recovery point (\(from))")
    }
    if sawRestoring {
      // A replica that lags behind would show the old marks with the old state.
      if isMarked(now) || sinceRequest - lastNotReady >= longestLag { return .succeeded }
      return .running("ready, but nothing else shows that the restore has ended")
    }
    let wasLookedThrough = sawOtherState || Self.differ(now.collectedAt, before.collectedAt)
    let wasChanged =
      now.restoredFrom.contains(point.text) && !before.restoredFrom.contains(point.text)
      || Self.differ(now.modifiedAt, before.modifiedAt)
    if wasLookedThrough, wasChanged, sinceRequest >= longestLag { return .succeeded }
    return .running("ready, as before the restore")
  }

  /// Whether anything about the application but its state differs from before.
  private func isMarked(_ now: RestoreMarks) -> Bool {
    Self.differ(now.modifiedAt, before.modifiedAt) || Self.differ(now.collectedAt, before.collectedAt)
      || now.restoredFrom != before.restoredFrom
  }

  /// Whether a time was shown both before and now, and has changed; that a server shows none, or writes the same one
  /// otherwise since it was upgraded, is no sign of a restore.
  private static func differ(_ one: String?, _ other: String?) -> Bool {
    guard let one = one.flatMap({ Timestamp($0) }), let other = other.flatMap({ Timestamp($0) }) else {
      return false
    }
    // A spelling may have a fraction of a second or none.
    return one.wholeSeconds != other.wholeSeconds
  }
}
