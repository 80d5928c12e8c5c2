internal import Timing

/// What the answers to a pipeline's steps have on top in a large account, against a small one.
///
/// The steps ask for the same in both, so that small worlds may stand for large ones once this is added.
struct Surplus {
  /// The bytes of the answers before each step's operation, one by one.
  private(set) var bytes: [StepUse: [Int]] = [:]

  /// Nothing on top.
  init() {}

  /// Plays one pipeline in both accounts and compares the answers, one by one.
  ///
  /// Throws `BenchmarkError` if the steps ask otherwise in the large account, or if looks at an operation are answered
  /// at other length.
  init(of large: Scene, over small: Scene, seed: UInt64) throws {
    let short = Duration.seconds(5)
    let pipeline = Day.Pipeline(backup: short, rescue: (clone: short, restore: short))
    let both = try [large, small].map { try pipeline.run(Bench($0, seed: seed)) }
    for (large, small) in zip(both[0], both[1]) {
      let (more, less) = (large.measured, small.measured)
      guard more.asked == less.asked, more.exchanges.map(\.sent) == less.exchanges.map(\.sent),
        more.exchanges.dropFirst(more.requestsBefore).map(\.received)
          == less.exchanges.dropFirst(less.requestsBefore).map(\.received)
      else {
        throw BenchmarkError("\(large.use.rawValue) does otherwise in a large account than in a small one")
      }
      bytes[large.use] = zip(more.before, less.before).map { $0.received - $1.received }
    }
  }
}

extension Day.Pipeline {
  /// Runs the real steps one after the other.
  func run(_ bench: Bench) throws -> [(use: StepUse, measured: Measured)] {
    var runs = [
      (StepUse.preflightOfRelease, try bench.run(.preflightOfRelease)),
      (.backup, try bench.run(.backup, length: backup)),
    ]
    guard let rescue else { return runs }
    bench.pass(Day.untilRescue)
    runs.append((.preflightOfRescue, try bench.run(.preflightOfRescue)))
    runs.append((.clone, try bench.run(.clone, length: rescue.clone)))
    runs.append((.restore, try bench.run(.restore, length: rescue.restore)))
    return runs
  }
}
