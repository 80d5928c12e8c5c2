internal import ArgumentParser
internal import AstraControlExploration
internal import Exploration
internal import Foundation
internal import TridentProtectExploration
internal import VeleroExploration

@main
struct Main: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explorer",
    abstract: "Play bad days in virtual time, and let an outside checker look for lies and damage.",
    subcommands: [Single.self, Long.self, Replay.self, Transcript.self])
}

/// Where the world comes from.
struct WorldOptions: ParsableArguments {
  @Option(help: "The scenario that every world begins as.")
  var scenario = "Fixtures/scenarios/magento.json"

  @Option(help: "Stop after so many cases that break a promise.")
  var stopAfter = 20

  @Option(help: "The service: \(Service.allValueStrings.joined(separator: ", ")).")
  var service = Service.astraControl

  enum Service: String, CaseIterable, ExpressibleByArgument {
    case astraControl = "astra-control"
    case tridentProtect = "trident-protect"
    case velero
  }

  var faults: FaultCatalogue {
    switch service {
    case .astraControl: .astraControl
    case .tridentProtect: .tridentProtect
    case .velero: .velero
    }
  }

  func explorer() throws -> Explorer {
    switch service {
    case .astraControl: break
    case .tridentProtect: return .tridentProtect()
    case .velero: return .velero()
    }
    let bytes = try Data(contentsOf: URL(filePath: scenario))
    return try Explorer.astraControl(scenario: Array(bytes))
  }
}

/// Every single fault at every point.
struct Single: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Play every single fault at every event of every mission.")

  @OptionGroup var world: WorldOptions

  @Option(help: "Only this mission; with a dash at its end, those whose names begin so.")
  var mission: String?

  @Option(help: "Only faults whose name holds this.")
  var fault: String?

  @Option(help: "Only one case of so many, evenly chosen.")
  var oneOf = 1

  @Flag(help: "Only say how many cases there are.")
  var count = false

  func run() throws {
    let explorer = try world.explorer()
    var isBroken = false
    for (name, outcome) in explorer.undisturbed.sorted(by: { $0.key < $1.key }) where isMeant(name) {
      print(
        "undisturbed \(name): \(outcome.events.count) events, \(outcome.requests) requests, exit \(outcome.codes)"
      )
      guard outcome.violations.isEmpty, outcome.isComplete else {
        print("BROKEN \(name), undisturbed\n    \(outcome.violations.joined(separator: "\n    "))")
        isBroken = true
        continue
      }
    }
    if isBroken { throw ExitCode.failure }
    let cases = explorer.singleFaults.filter { name in
      let parts = name.description.split(separator: "/")
      return isMeant(String(parts[0])) && (fault.map { parts[2].contains($0) } ?? true)
    }
    guard !cases.isEmpty else { throw ValidationError("no mission has such a fault") }
    guard !count else {
      print("\(cases.count) cases\n\(Summary.table(of: cases))")
      return
    }
    // In long strides, so that whatever is broken in some corner is met soon. The stride is a prime, so all are met.
    let count = cases.count / max(1, oneOf)
    try Summary.show(explorer, count, world.stopAfter) { cases[$0 * 7919 % cases.count] }
    print(Summary.table(of: cases))
    if count < cases.count { print("\(count) of these were played: ./explore plays all of them") }
  }

  private func isMeant(_ name: String) -> Bool {
    guard let mission else { return true }
    return name == mission || mission.hasSuffix("-") && name.hasPrefix(mission)
  }
}

/// Many faults at once, from seeds.
struct Long: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Play pipelines with several faults, from seeds.")

  @OptionGroup var world: WorldOptions

  @Option(help: "How many seeds.")
  var runs = 100_000

  @Option(help: "The first seed.")
  var seed: UInt64 = 1

  func run() throws {
    let explorer = try world.explorer()
    try Summary.show(explorer, runs, world.stopAfter) { [seed] in .seed(seed + UInt64($0)) }
  }
}

/// One case, told in full.
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Play one case again and tell it, request by request and phase by phase.")

  @OptionGroup var world: WorldOptions

  @Argument(help: "The case: pipeline/17/lostAnswer, restore/snapshot-1/fails, seed/4711.")
  var name: String

  func run() throws {
    guard let name = Case(name, in: world.faults) else {
      throw ValidationError("\"\(name)\" is no name of a case")
    }
    let explorer = try world.explorer()
    guard let outcome = explorer.play(name, tell: { print($0) }) else {
      throw ValidationError("there is no case \(name)")
    }
    print("exit codes: \(outcome.codes)")
    for violation in outcome.violations { print("BROKEN: \(violation)") }
    if !outcome.violations.isEmpty { throw ExitCode.failure }
    print("every promise was kept")
  }
}

/// What many cases come to, for comparing two states of the programs.
struct Transcript: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell evenly chosen cases in full, for comparing two states of the programs with diff.")

  @OptionGroup var world: WorldOptions

  @Option(help: "Only one single fault of so many.")
  var oneOf = 97

  @Option(help: "So many seeds, from 1 on.")
  var seeds = 100

  func run() throws {
    let explorer = try world.explorer()
    let all = explorer.singleFaults
    let singles = stride(from: 0, to: all.count, by: max(1, oneOf)).map { all[$0] }
    for name in singles + (0..<seeds).map({ Case.seed(UInt64($0 + 1)) }) {
      print("######## \(name)")
      guard let outcome = explorer.play(name, tell: { print($0) }) else { continue }
      print("exit codes: \(outcome.codes), \(outcome.requests) requests")
      for violation in outcome.violations { print("BROKEN: \(violation)") }
    }
  }
}
