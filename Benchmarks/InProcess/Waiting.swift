package import Timing

/// How late the end of an operation is noticed, and what looking for it costs.
package struct WaitingBenchmark {
  /// The lengths of operations around which samples are taken.
  package static let lengths: [Duration] = [2, 7, 60, 300, 600, 1800, 7200].map { .seconds($0) }

  private let samples: Int
  private let seed: UInt64
  private let lengths: [Duration]

  /// Prepares so many samples for each step and length; everything that is left to chance follows from the seed.
  package init(samples: Int, seed: UInt64, lengths: [Duration] = Self.lengths) {
    (self.samples, self.seed, self.lengths) = (samples, seed, lengths)
  }

  /// The lengths of a nominal one's samples: evenly from 90 % to 110 %, so that no phase of a client's is favoured.
  package static func spread(around nominal: Duration, _ samples: Int) -> [Duration] {
    (0..<samples).map { nominal * (0.9 + 0.2 * (Double($0) + 0.5) / Double(samples)) }
  }

  /// Runs the steps and the models.
  package func run() throws -> Document {
    var rows: [Document] = []
    let scene = Scene(seed: seed)
    for operation in ServerOperation.allCases {
      for nominal in lengths {
        let measured = try Self.steps(operation, nominal, samples, seed: seed, in: scene)
        rows.append(row("astra-steps", operation, nominal, measured))
      }
    }
    for peer in Peer.all {
      let scene = Scene(generation: peer.generation, seed: seed)
      for operation in ServerOperation.allCases {
        for nominal in lengths {
          let measured = try Self.peer(peer, operation, nominal, samples, seed: seed, in: scene)
          rows.append(row(peer.name, operation, nominal, measured))
        }
      }
    }
    return .members([
      "benchmark": .text("waiting"), "seed": .seed(seed), "samples": .count(samples),
      "applications": .count(scene.applications),
      "latencyMilliseconds": .list([
        .number(Bench.latency.lowerBound * 1000), .number(Bench.latency.upperBound * 1000),
      ]),
      "lengthsSpread": .text("evenly from 90 % to 110 % of the nominal length"),
      "restore": .text(
        "the steps' restore has a clone of the same run as its evidence; the models make none"),
      "bytes": .text(Exchange.formula), "models": .list(Peer.all.map(\.document)), "results": .list(rows),
    ])
  }

  /// The samples of a step: each a whole run, from the parameters to the exit code, with a seed of its own.
  package static func steps(
    _ operation: ServerOperation, _ nominal: Duration, _ samples: Int, seed: UInt64, in scene: Scene,
    schedule: PollSchedule = PollSchedule()
  ) throws -> [Measured] {
    let use: StepUse =
      switch operation {
      case .backup: .backup
      case .clone: .clone
      case .restore: .restore
      }
    let lengths = spread(around: nominal, samples)
    return try inParallel(samples) { number in
      try Bench.measure(
        use, in: scene, length: lengths[number], seed: mixed(seed, number), schedule: schedule)
    }
  }

  /// The samples of a model.
  package static func peer(
    _ peer: Peer, _ operation: ServerOperation, _ nominal: Duration, _ samples: Int, seed: UInt64,
    in scene: Scene
  ) throws -> [Measured] {
    let sizes = try PeerSizes(peer, operation, in: scene)
    return spread(around: nominal, samples).enumerated().map { number, length in
      var chance = SeededRandom(seed: mixed(seed, number))
      return peer.run(operation, length: length, sizes, applications: scene.applications, chance: &chance)
    }
  }

  private func row(
    _ client: String, _ operation: ServerOperation, _ nominal: Duration, _ measured: [Measured]
  ) -> Document {
    let head: Document = .members([
      "client": .text(client), "step": .text(operation.rawValue),
      "lengthSeconds": .number(nominal.inSeconds),
      "unnoticed": .count(measured.count { !$0.noticed }),
    ])
    let requests: Document = .members([
      "requests": .members([
        "all": Distribution(measured.map { Double($0.exchanges.count) }).document,
        "before": Distribution(measured.map { Double($0.requestsBefore) }).document,
      ]),
      "bytes": .members([
        "sent": Distribution(measured.map { Double($0.exchanges.reduce(0) { $0 + $1.sent }) }).document,
        "received": Distribution(measured.map { Double($0.exchanges.reduce(0) { $0 + $1.received }) })
          .document,
      ]),
    ])
    guard let firstSight = delays(measured, \.firstSight), let lastLook = delays(measured, \.lastLook),
      let end = delays(measured, \.end)
    else { return .joined(head, requests) }
    let delay: Document = .members([
      "delay": .members(["toFirstSight": firstSight, "toLastLook": lastLook, "toEnd": end])
    ])
    return .joined(head, delay, requests)
  }

  /// A delay in seconds and as a share of the operation's own length; nil if it never came to that.
  private func delays(_ measured: [Measured], _ delay: KeyPath<Measured, Duration?>) -> Document? {
    let seconds = measured.compactMap { $0[keyPath: delay]?.inSeconds }
    guard !seconds.isEmpty else { return nil }
    return .members([
      "seconds": Distribution(seconds).document,
      "percentOfLength": Distribution(Self.shares(measured, delay).map { $0 * 100 }).document,
    ])
  }

  /// A delay as a share of each operation's own length.
  package static func shares(_ measured: [Measured], _ delay: KeyPath<Measured, Duration?>) -> [Double] {
    measured.compactMap { measured in
      guard let delay = measured[keyPath: delay], let end = measured.operationEnd,
        let asked = measured.askedAt
      else { return nil }
      return delay / (end - asked)
    }
  }
}

/// A seed for the sample of that number.
func mixed(_ seed: UInt64, _ number: Int) -> UInt64 {
  var random = SeededRandom(seed: seed &+ UInt64(number) &* 0x9E37_79B9)
  return random.next()
}
