internal import ArgumentParser
internal import StepBenchmark

@main
struct Main: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step-benchmark",
    abstract: "Measure the steps in virtual time, against models of what NetApp's own programs do.",
    discussion: "Each command prints one JSON document. The same seed gives the same one, but for `reports`.",
    subcommands: [Waiting.self, Watching.self, Accounts.self, Reports.self, Fleet.self])
}

/// What all commands have that leave something to chance.
struct Chance: ParsableArguments {
  @Option(help: "Everything that is left to chance follows from it.")
  var seed: UInt64 = 1
}

/// How late the end of an operation is noticed.
struct Waiting: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "How late the end of an operation is noticed, and with how many requests.")

  @OptionGroup var chance: Chance

  @Option(help: "How many runs for each step and length.")
  var samples = 100

  func validate() throws {
    guard samples > 0 else { throw ValidationError("give at least one sample") }
  }

  func run() throws {
    print(try WaitingBenchmark(samples: samples, seed: chance.seed).run().text)
  }
}

/// What waiting costs where the service can tell of changes.
struct Watching: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What a step asks while an operation in a cluster goes on, with a watch and without.")

  @OptionGroup var chance: Chance

  func run() throws {
    print(try WatchingBenchmark(seed: chance.seed).run().text)
  }
}

/// What the size of an account costs.
struct Accounts: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What is asked for before the operation, in accounts of different sizes.")

  @OptionGroup var chance: Chance

  @Option(help: "The numbers of applications, with commas between them.")
  var applications = AccountsBenchmark.counts.map(String.init).joined(separator: ",")

  @Option(help: "How many backups each application has.")
  var backups = 20

  private var counts: [Int?] { applications.split(separator: ",").map { Int($0) } }

  func validate() throws {
    guard !counts.isEmpty, counts.allSatisfy({ $0.map { $0 > 0 } ?? false }), backups > 0 else {
      throw ValidationError("give numbers above zero")
    }
  }

  func run() throws {
    let benchmark = AccountsBenchmark(counts: counts.compactMap { $0 }, backups: backups, seed: chance.seed)
    print(try benchmark.run().text)
  }
}

/// What writing a report costs.
struct Reports: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "How long writing a report takes, in real time.")

  @Option(help: "How many reports to write.")
  var samples = 1000

  @Option(help: "Where to leave the report that was written; else it stays in a temporary folder.")
  var keep: String?

  func validate() throws {
    guard samples > 0 else { throw ValidationError("give at least one sample") }
  }

  func run() throws {
    print(try ReportsBenchmark(samples: samples, keep: keep).run().text)
  }
}

/// What many pipelines do to one server.
struct Fleet: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What a day's pipelines ask of one Astra Control.")

  @OptionGroup var chance: Chance

  @Option(help: "How many pipelines there are in a day.")
  var pipelines = 200

  @Option(help: "How many applications the account has.")
  var applications = 10_000

  @Option(help: "How many backups each application has.")
  var backups = 20

  @Option(help: "Of how many releases in a hundred there is a post-mortem.")
  var rescuePercent = 5.0

  func validate() throws {
    guard pipelines > 0, applications > 0, backups > 0, (0...100).contains(rescuePercent) else {
      throw ValidationError("give numbers above zero, and at most 100 %")
    }
  }

  func run() throws {
    let benchmark = FleetBenchmark(
      pipelines: pipelines, applications: applications, backups: backups, rescuePercent: rescuePercent,
      seed: chance.seed)
    print(try benchmark.run().text)
  }
}
