internal import ServiceSimulation
internal import SimulatedBackend
internal import Timing

/// Pipelines in which several things go wrong, drawn from a seed: the world, its server, and every fault.
struct SeededExploration: Sendable {
  let setup: any ServiceSetup
  let faults: FaultCatalogue
  private let watch: WorldWatchMaker?
  /// How many events the undisturbed pipeline has; faults are spread a little beyond.
  let events: Int
  let undisturbed: [String]

  /// Prepares the drawing of plans.
  init(_ setup: any ServiceSetup, _ faults: FaultCatalogue, _ watch: WorldWatchMaker?) {
    (self.setup, self.faults, self.watch) = (setup, faults, watch)
    let outcome = CaseRun(Plan(.pipeline, setup, watch)).run()
    (events, undisturbed) = (outcome.events.count, outcome.ending)
  }

  /// Draws how well the run can be told from others, and where it writes down what it does.
  ///
  /// Only in a world that behaves otherwise, whose end is compared with nothing.
  private func drawRun(_ plan: inout Plan, isAsItIs: Bool, _ random: inout Timing.SeededRandom) {
    guard !isAsItIs else { return }
    switch Int.random(in: 0..<12, using: &random) {
    case 0: plan.run = nil
    case 1:
      (plan.run, plan.sharesItsName) = ("nightly", true)
      plan.comesBackNextWeek = !plan.changesTheWorld
    case 2: (plan.run, plan.sharesItsName) = ("latest", true)
    default: break
    }
    if Int.random(in: 0..<6, using: &random) == 0 {
      plan.suffixes = plan.mission.stages.map { _ in ["", "a", "b"].randomElement(using: &random) ?? "" }
    }
    if Int.random(in: 0..<6, using: &random) == 0 { plan.setup.behaviour.tellsTime = false }
  }

  /// The plan of a seed.
  ///
  /// Of four seeds, two draw a pair of faults in the world as it is: all pairs are among them in the long run.
  /// One draws up to five faults in a server that behaves otherwise, and one operations that go wrong as well.
  func plan(of seed: UInt64) -> Plan {
    var random = Timing.SeededRandom(seed: seed)
    var changed = setup
    let form = seed % 4
    if form >= 2 { changed.drawBehaviour(&random) }
    if form == 3 {
      for kind in [OperationKind.backup, .clone, .restore, .snapshot]
      where Int.random(in: 0..<4, using: &random) == 0 {
        guard let effect = OperationEffect.allCases.randomElement(using: &random) else { continue }
        changed.add(OperationFault(kind, nth: Int.random(in: 1...2, using: &random), effect))
      }
    }
    var plan = Plan(.pipeline, changed, watch)
    var kinds: [FaultKind] = []
    let count = form < 2 ? 2 : Int.random(in: 1...5, using: &random)
    plan.mayShowNothing = form >= 2
    var last: Int?
    for _ in 0..<count {
      guard let kind = faults.drawn.randomElement(using: &random) else { continue }
      // A second lie that agrees with the first is what the server shows.
      if kind.name == "oneGoodEnd", kinds.contains(where: { $0.name == kind.name }) { continue }
      kinds.append(kind)
      var number = Int.random(in: 1...(events + events / 2), using: &random)
      // Half of them come close upon each other, where one meets what the other has left.
      if let last, Bool.random(using: &random) { number = last + Int.random(in: 1...12, using: &random) }
      last = number
      plan.faults.append(SiteFault(kind.effect, atEvent: number))
    }
    plan.attempts = 2 + count
    plan.timeoutSeconds = 600
    plan.snapshots = 2 + count
    // Attempts lie half an hour apart.
    plan.renewedCarriers = plan.attempts - 2
    plan.fileFaults = kinds.count { $0.traits.contains(.spoilsFiles) }
    plan.worldFaults = kinds.count { $0.traits.contains(.changesTheWorld) }
    plan.isDeceived = kinds.contains { $0.traits.contains(.deceives) }
    plan.changesTheWorld = plan.worldFaults > 0 || form == 3
    plan.isAbandoned = Int.random(in: 0..<8, using: &random) == 0
    plan.comesBackNextWeek = !plan.changesTheWorld && Int.random(in: 0..<8, using: &random) == 0
    // Where only passing trouble was drawn, in the world as it is, the run must come to its end.
    let passes = kinds.allSatisfy { kind in
      kind.expectation(.request(method: "GET", target: "", purpose: RequestPurpose(.read, .other))).recovers
        && !kind.traits.contains(.spoilsFiles)
    }
    if form < 2, passes, !plan.isAbandoned { plan.undisturbedEnding = undisturbed }
    // Drawn last, so that a seed goes on telling the story that it told before there was this.
    if form >= 2 { plan.setup.drawRelease(&random) }
    drawRun(&plan, isAsItIs: form < 2, &random)
    return plan
  }
}
