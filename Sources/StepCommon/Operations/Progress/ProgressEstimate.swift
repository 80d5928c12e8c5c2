package import AppProtection
package import Timing

/// How fast a piece of work moves, and how much longer it may take, from what its backend told at each look.
///
/// It is for people who look on: nothing is decided by it. It says less rather than something wrong: a rate only after
/// three steps forward, a time left only while the work moves evenly, and neither after a step back.
package struct ProgressEstimate: Hashable, Sendable {
  /// What is counted.
  private enum Measure: Hashable {
    case bytes
    case percent
    case items
  }

  /// What was done at a look that showed more than the one before.
  private struct Sample: Hashable {
    var instant: Instant
    var amount: Double
  }

  /// The first look, and each that showed more than the one before, as far as they are recent.
  private var samples: [Sample] = []
  private var measure: Measure?
  /// How much there is in all; nil if that is not told.
  private var whole: Double?
  /// Which part of it was done at the last look.
  private var lastPart = 0.0
  private var latest: Progress?

  /// Nothing is told yet.
  package init() {}

  /// Takes in what a look has shown.
  ///
  /// What goes back, or is counted otherwise than before, begins anew: what was measured is of something else.
  package mutating func add(_ progress: Progress, at now: Instant) {
    latest = progress
    let (measure, amount, whole) = Self.counted(progress)
    guard let measure, amount.isFinite, amount >= 0 else {
      (samples, self.measure, self.whole) = ([], nil, nil)
      return
    }
    // More to be done than was known is a step back too, whatever is done meanwhile.
    let isLess = samples.last.map { amount < $0.amount || Self.part(amount, of: whole) < lastPart } ?? false
    if measure != self.measure || isLess { samples = [] }
    (self.measure, self.whole, lastPart) = (measure, whole, Self.part(amount, of: whole))
    guard samples.last.map({ amount > $0.amount }) ?? true else { return }
    samples.append(Sample(instant: now, amount: amount))
    while samples.count > Self.fewest, now - samples[0].instant > Self.memory { samples.removeFirst() }
  }

  /// What is told, and what follows from it.
  ///
  /// - Parameter now: when it is shown, at or after the last look.
  /// - Returns: `40%, 320 MiB of 800 MiB, 12 MiB/s, about 1m left`; nil while nothing is told.
  package func text(at now: Instant) -> String? {
    guard let told = latest?.text, !told.isEmpty else { return nil }
    guard let last = samples.last, !isDone else { return told }
    let silence = now - last.instant
    if silence >= max(Self.stall, longestGap * 2) {
      return "\(told), no progress for \(Self.rounded(silence))"
    }
    guard silence <= max(Self.patience, longestGap * 2), let rate else { return told }
    var parts = [told]
    if measure == .bytes, rate >= 1 { parts.append("\(Progress.amount(Int(rate)))/s") }
    if let left = timeLeft(rate, silence) { parts.append(left) }
    return parts.joined(separator: ", ")
  }

  // MARK: - Measuring

  /// What is counted of what is told: bytes before percent, since these are often rounded; and items last.
  private static func counted(_ progress: Progress) -> (Measure?, amount: Double, whole: Double?) {
    let total = progress.bytesTotal.flatMap { $0 > 0 ? Double($0) : nil }
    if let done = progress.bytesDone, total != nil || progress.percent == nil {
      return (.bytes, Double(done), total)
    }
    if let percent = progress.percent { return (.percent, percent, 100) }
    if let done = progress.itemsDone { return (.items, Double(done), progress.itemsTotal.map(Double.init)) }
    return (nil, 0, nil)
  }

  private static func part(_ amount: Double, of whole: Double?) -> Double {
    whole.map { $0 > 0 ? amount / $0 : 0 } ?? 0
  }

  private var isDone: Bool {
    guard let last = samples.last, let whole else { return false }
    return last.amount >= whole
  }

  /// How much is done in a second; nil while that is not known.
  ///
  /// From one step forward to another: what was done before the first look, and when, is not known.
  private var rate: Double? {
    // The first look of all is no step forward.
    let steps = samples.dropFirst()
    guard steps.count >= Self.fewest - 1, let first = steps.first, let last = steps.last else { return nil }
    let span = last.instant - first.instant
    guard span >= Self.shortestSpan else { return nil }
    return (last.amount - first.amount) / (span / .seconds(1))
  }

  /// The longest time between two steps forward.
  private var longestGap: Duration {
    zip(samples, samples.dropFirst()).map { $1.instant - $0.instant }.max() ?? .zero
  }

  /// How much longer it may take; nil where that is a guess.
  private func timeLeft(_ rate: Double, _ silence: Duration) -> String? {
    // Volumes, and objects even more, are of every size.
    guard measure != .items, let whole, let last = samples.last, rate > 0, isEven else { return nil }
    let left = (whole - last.amount) / rate - silence / .seconds(1)
    return left > 0 ? Self.left(left) : nil
  }

  /// Whether the first half of what was measured went about as fast as the second.
  private var isEven: Bool {
    let steps = Array(samples.dropFirst())
    guard let first = steps.first, let last = steps.last else { return false }
    let middle = steps[steps.count / 2]
    func rate(_ one: Sample, _ other: Sample) -> Double {
      (other.amount - one.amount) / max((other.instant - one.instant) / .seconds(1), 0.001)
    }
    let (early, late) = (rate(first, middle), rate(middle, last))
    return max(early, late) <= min(early, late) * Self.greatestUnevenness
  }

  // MARK: - Words

  /// `about 4m left`, ever more coarsely, and never in seconds.
  private static func left(_ seconds: Double) -> String {
    // More is no estimate of anything.
    if seconds > 48 * 3600 { return "more than 2 days left" }
    if seconds < 60 { return "less than 1m left" }
    let minutes = Int((seconds / 60).rounded())
    let step = minutes < 10 ? 1 : minutes < 60 ? 5 : minutes < 600 ? 15 : 60
    let shown = (minutes + step / 2) / step * step
    return "about \(Duration.seconds(shown * 60).shortText) left"
  }

  /// Whole minutes, rounded down: it was at least so long.
  private static func rounded(_ duration: Duration) -> String {
    Duration.seconds(duration.components.seconds / 60 * 60).shortText
  }

  /// How many looks that show more than the one before a rate needs, the first of all included: 4.
  private static var fewest: Int { 4 }
  /// How long a rate has to be measured: 15 s, the longest pause between two looks.
  private static var shortestSpan: Duration { .seconds(15) }
  /// How far back is measured: 10 minutes, since a copy slows down and speeds up again.
  private static var memory: Duration { .seconds(600) }
  /// How long a work may show nothing new before its rate is doubted, where it was never as slow: 30 s.
  private static var patience: Duration { .seconds(30) }
  /// When it is said that nothing moves, where that was never as slow: 2 minutes.
  private static var stall: Duration { .seconds(120) }
  /// How much faster one half may be than the other where a time left is told: 3 times.
  private static var greatestUnevenness: Double { 3 }
}
