internal import Foundation
internal import Timing

/// A day's pipelines: what each of them has to wait for, the same for every client.
package struct Day: Sendable {
  /// One pipeline: a release, and for some the post-mortem of a release that went wrong.
  struct Pipeline: Sendable {
    var backup: Duration
    /// The lengths of clone and restore; nil for a release that went well.
    var rescue: (clone: Duration, restore: Duration)?
  }

  let pipelines: [Pipeline]

  /// The middle length of each operation: half are shorter, half longer.
  static let medians: [ServerOperation: Duration] = [
    .backup: .seconds(240), .clone: .seconds(480), .restore: .seconds(360),
  ]
  /// How widely lengths spread: the standard deviation of their logarithms; 1 in 20 is above 3.7 times the median.
  static let spread = 0.8
  /// No operation is shorter.
  static let shortest = Duration.seconds(5)
  /// From the end of a backup to the start of the post-mortem: the release is rolled out, fails and is looked at.
  static let untilRescue = Duration.seconds(900)

  /// Draws a day.
  ///
  /// - Parameters:
  ///   - count: how many pipelines there are.
  ///   - rescuePercent: of how many in a hundred the release goes wrong.
  ///   - seed: all lengths follow from it, and which ones go wrong.
  package init(pipelines count: Int, rescuePercent: Double, seed: UInt64) {
    var chance = SeededRandom(seed: seed)
    let rescues = Set(
      (0..<count).shuffled(using: &chance).prefix(Int((Double(count) * rescuePercent / 100).rounded())))
    pipelines = (0..<count).map { number in
      let (backup, clone, restore) = (
        Self.length(.backup, &chance), Self.length(.clone, &chance), Self.length(.restore, &chance)
      )
      return Pipeline(backup: backup, rescue: rescues.contains(number) ? (clone, restore) : nil)
    }
  }

  /// A length whose logarithm is normally distributed (Box and Muller's method).
  private static func length(_ operation: ServerOperation, _ chance: inout SeededRandom) -> Duration {
    let radius = (-2 * log(Double.random(in: Double.leastNonzeroMagnitude..<1, using: &chance))).squareRoot()
    let normal = radius * cos(2 * .pi * Double.random(in: 0..<1, using: &chance))
    return max(medians[operation, default: .zero] * exp(spread * normal), shortest)
  }
}
