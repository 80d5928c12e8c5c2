internal import Timing

/// When a day's pipelines start.
package enum StartTimes: String, CaseIterable, Sendable {
  case even = "evenly over the day"
  case midnight = "all at midnight"
  case fullHours = "at the full hours from 8 to 17"
  case hashedMinutes = "midnight, H(0-9)"
  case randomSeconds = "midnight, at random within ten minutes"

  /// What each means, and the trigger of a Jenkins job that does it.
  var meaning: String {
    switch self {
    case .even: "one after the other at equal distances"
    case .midnight: "0 0 * * *: all within the same second"
    case .fullHours: "0 8-17 * * *: a tenth of them each hour, all of these within the same second"
    case .hashedMinutes:
      "H(0-9) 0 * * *: a minute that follows from the job's name, and in it all within the same second"
    case .randomSeconds: "0 0 * * *, and then a pause of 0 to 600 s at random before the first step"
    }
  }

  /// The starts in seconds since midnight; what starts together does so within a second, in no order.
  package func starts(_ count: Int, seed: UInt64) -> [Double] {
    var chance = SeededRandom(seed: seed)
    return (0..<count).map { number in
      let within = Double.random(in: 0..<1, using: &chance)
      return switch self {
      case .even: Double(number) * 86_400 / Double(count)
      case .midnight: within
      case .fullHours: Double(8 + number % 10) * 3600 + within
      case .hashedMinutes: Double(Int.random(in: 0..<10, using: &chance)) * 60 + within
      case .randomSeconds: within * 600
      }
    }
  }
}
