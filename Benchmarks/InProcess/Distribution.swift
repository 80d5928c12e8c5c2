/// What a benchmark says of many measurements of one thing.
package struct Distribution: Equatable, Sendable {
  package var mean: Double
  package var median: Double
  /// The value below which 95 % lie.
  package var percentile95: Double
  package var least: Double
  package var most: Double

  /// Describes at least one value.
  package init(_ values: [Double]) {
    precondition(!values.isEmpty, "nothing was measured")
    let ordered = values.sorted()
    mean = values.reduce(0, +) / Double(values.count)
    median = Self.quantile(0.5, of: ordered)
    percentile95 = Self.quantile(0.95, of: ordered)
    least = ordered[0]
    most = ordered[ordered.count - 1]
  }

  /// The value below which that part of sorted values lies, between neighbours by proportion.
  private static func quantile(_ part: Double, of ordered: [Double]) -> Double {
    let place = part * Double(ordered.count - 1)
    let below = Int(place)
    guard below + 1 < ordered.count else { return ordered[below] }
    return ordered[below] + (ordered[below + 1] - ordered[below]) * (place - Double(below))
  }

  var document: Document {
    .members([
      "mean": .number(mean), "median": .number(median), "p95": .number(percentile95), "max": .number(most),
    ])
  }
}

extension Duration {
  /// The duration as a number of seconds.
  package var inSeconds: Double { self / .seconds(1) }
}
