internal import AstraSimulator
internal import Timing

/// What many pipelines a day do to one Astra Control with a large account.
package struct FleetBenchmark {
  private let day: Day
  private let applications: Int
  private let backups: Int
  private let rescuePercent: Double
  private let seed: UInt64

  /// Prepares a day; everything that is left to chance follows from the seed.
  package init(
    pipelines: Int = 200, applications: Int = 10_000, backups: Int = 20, rescuePercent: Double = 5,
    seed: UInt64
  ) {
    day = Day(pipelines: pipelines, rescuePercent: rescuePercent, seed: seed)
    (self.applications, self.backups) = (applications, backups)
    (self.rescuePercent, self.seed) = (rescuePercent, seed)
  }

  /// Plays the day with the steps and with each model, and lays the pipelines over each other by each way to start them.
  package func run() throws -> Document {
    let large = Scene(applications: applications, backups: backups, seed: seed)
    let surplus = try Surplus(of: large, over: Scene(backups: backups, seed: seed), seed: seed)
    let scheduled = try records(PollSchedule(), surplus)
    var rows = rows("astra-steps", scheduled)
    for peer in Peer.all {
      let scene =
        peer.generation == .v2
        ? large : Scene(applications: applications, backups: backups, generation: peer.generation, seed: seed)
      let sizes = try Dictionary(
        uniqueKeysWithValues: ServerOperation.allCases.map { ($0, try PeerSizes(peer, $0, in: scene)) })
      let records = day.pipelines.enumerated().map { number, pipeline in
        PipelineRecord.ofPeer(
          peer, pipeline, sizes, applications: applications, seed: mixed(seed, number))
      }
      rows += self.rows(peer.name, records)
    }
    var rigid = PollSchedule()
    (rigid.spread, rigid.firstSpread) = (0, 0)
    let unspread = try records(rigid, surplus)
    return .members([
      "benchmark": .text("fleet"), "seed": .seed(seed), "pipelines": .count(day.pipelines.count),
      "rescuePercent": .number(rescuePercent), "applications": .count(applications),
      "backupsOfEachApplication": .count(backups), "lengths": lengths,
      "starts": .list(
        StartTimes.allCases.map { .members(["name": .text($0.rawValue), "meaning": .text($0.meaning)]) }),
      "latencyMilliseconds": .list([
        .number(Bench.latency.lowerBound * 1000), .number(Bench.latency.upperBound * 1000),
      ]),
      "connectionsOfSteps": .text("one for each program"), "bytes": .text(Exchange.formula),
      "models": .list(Peer.all.map(\.document)), "results": .list(rows),
      "withoutSpread": .list(self.rows("astra-steps, spread 0", unspread)),
    ])
  }

  private var lengths: Document {
    .members([
      "distribution": .text("log-normal"), "standardDeviationOfLogarithm": .number(Day.spread),
      "medianSeconds": .members([
        "backup": .number(Day.medians[.backup, default: .zero].inSeconds),
        "clone": .number(Day.medians[.clone, default: .zero].inSeconds),
        "restore": .number(Day.medians[.restore, default: .zero].inSeconds),
      ]),
      "fromBackupToRescueSeconds": .number(Day.untilRescue.inSeconds),
    ])
  }

  /// Runs all pipelines with the steps, each in a small world of its own.
  private func records(_ schedule: PollSchedule, _ surplus: Surplus) throws -> [PipelineRecord] {
    let scene = Scene(backups: backups, seed: seed)
    return try inParallel(day.pipelines.count) { number in
      try PipelineRecord.ofSteps(
        day.pipelines[number], in: scene, surplus: surplus, seed: mixed(seed, number), schedule: schedule)
    }
  }

  private func rows(_ client: String, _ records: [PipelineRecord]) -> [Document] {
    StartTimes.allCases.map { way in
      let load = Load(records, starts: way.starts(records.count, seed: seed))
      return .joined(.members(["client": .text(client), "starts": .text(way.rawValue)]), load.document)
    }
  }
}
