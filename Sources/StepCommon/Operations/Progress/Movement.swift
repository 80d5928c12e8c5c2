internal import AppProtection
internal import Timing

/// What is shown of work that goes on, beside the state that it is in: a line per quarter in the log, and all that is told
/// where a person looks on.
struct Movement {
  private(set) var estimate = ProgressEstimate()
  private var state: String?

  /// Takes in a look.
  ///
  /// - Returns: the phrase for the log.
  mutating func look(_ state: String, _ progress: Progress?, at now: Instant) -> String {
    // What is told of one state says nothing of the next.
    if progress == nil || (self.state ?? state) != state { estimate = ProgressEstimate() }
    self.state = state
    guard let progress else { return state }
    estimate.add(progress, at: now)
    // A line per quarter is progress enough for a log.
    guard let percent = progress.percent, (25..<100).contains(percent) else { return state }
    return "\(state), at least \(Int(percent / 25) * 25) % done"
  }

  /// The state and how far it is, as it is shown to who looks on; nil where nothing is told of that.
  func text(at now: Instant) -> String? {
    guard let state, let told = estimate.text(at: now) else { return nil }
    return "\(state), \(told)"
  }
}
