internal import AstraSimulator

/// What the size of an account costs: a step's requests before it asks for anything.
package struct AccountsBenchmark {
  /// The numbers of applications that are looked at.
  package static let counts = [1, 100, 1000, 10_000]

  private let counts: [Int]
  private let backups: Int
  private let seed: UInt64

  /// Prepares accounts of these numbers of applications, each with so many backups.
  package init(counts: [Int] = Self.counts, backups: Int = 20, seed: UInt64) {
    (self.counts, self.backups, self.seed) = (counts, backups, seed)
  }

  /// Runs every step in every account.
  ///
  /// Throws `BenchmarkError` if the number of a step's requests depends on the account's size.
  package func run() throws -> Document {
    var rows: [Document] = []
    for generation in [SimulatorSettings.APIGeneration.v2, .v1] {
      var smallest: [StepUse: Measured] = [:]
      for count in counts {
        let scene = Scene(applications: count, backups: backups, generation: generation, seed: seed)
        for use in StepUse.allCases {
          let measured = try Bench.measure(use, in: scene, seed: seed)
          rows.append(row(use, generation, count, measured))
          let first = smallest[use] ?? measured
          smallest[use] = first
          guard measured.requestsBefore == first.requestsBefore else {
            throw BenchmarkError(
              "\(use.rawValue) asks more or less among \(count) applications (\(generation))")
          }
        }
        for peer in Peer.all where peer.generation == generation {
          for operation in ServerOperation.allCases { rows.append(try row(peer, operation, count, scene)) }
        }
      }
    }
    return .members([
      "benchmark": .text("accounts"), "seed": .seed(seed), "backupsOfEachApplication": .count(backups),
      "before": .text("until the operation is asked for; the whole run of a step that asks for none"),
      "bytes": .text(Exchange.formula), "models": .list(Peer.all.map(\.document)), "results": .list(rows),
    ])
  }

  private func row(
    _ use: StepUse, _ generation: SimulatorSettings.APIGeneration, _ count: Int, _ measured: Measured
  ) -> Document {
    row("astra-steps", use.rawValue, generation, count, measured)
  }

  private func row(_ peer: Peer, _ operation: ServerOperation, _ count: Int, _ scene: Scene) throws
    -> Document
  {
    let measured = try WaitingBenchmark.peer(peer, operation, .seconds(7), 1, seed: seed, in: scene)
    return row(peer.name, operation.rawValue, peer.generation, count, measured[0])
  }

  private func row(
    _ client: String, _ step: String, _ generation: SimulatorSettings.APIGeneration, _ count: Int,
    _ measured: Measured
  ) -> Document {
    .members([
      "client": .text(client), "step": .text(step), "generation": .text(generation.rawValue),
      "applications": .count(count), "requestsBefore": .count(measured.requestsBefore),
      "bytesSentBefore": .count(measured.before.reduce(0) { $0 + $1.sent }),
      "bytesReceivedBefore": .count(measured.before.reduce(0) { $0 + $1.received }),
      "largestAnswerBefore": .count(measured.before.map(\.received).max() ?? 0),
    ])
  }
}
