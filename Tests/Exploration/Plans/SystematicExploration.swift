internal import ServiceSimulation
internal import SimulatedBackend

/// Every single fault at every point of every mission.
struct SystematicExploration: Sendable {
  let setup: any ServiceSetup
  let faults: FaultCatalogue
  private let watch: WorldWatchMaker?
  /// What each mission comes to when nothing goes wrong.
  let undisturbed: [String: Outcome]
  private let missions: [Mission]
  private let capabilities: ServiceCapabilities

  /// Plays every mission once, undisturbed; that has to go well.
  init(
    _ setup: any ServiceSetup, _ faults: FaultCatalogue, _ watch: WorldWatchMaker?, _ missions: [Mission]
  ) {
    (self.setup, self.faults, self.watch) = (setup, faults, watch)
    (self.missions, capabilities) = (missions, setup.start().capabilities)
    undisturbed = Dictionary(
      uniqueKeysWithValues: missions.map { ($0.name, CaseRun(Plan($0, setup, watch)).run()) })
  }

  /// Every case there is, mission by mission.
  var cases: [Case] { missions.flatMap { cases(of: $0) } }

  private func cases(of mission: Mission) -> [Case] {
    let outcome = undisturbed[mission.name] ?? Outcome()
    func beginning(of stage: Int) -> Int { outcome.attemptsBegan.dropFirst(stage).first ?? 0 }
    let (first, firstUnknown) = (beginning(of: mission.prepared), beginning(of: mission.known))
    let firstOfInterest =
      mission.isConsequence ? outcome.events[first...].firstIndex { $0.isChange } ?? 0 : 0
    var cases: [Case] = []
    for (index, event) in outcome.events.enumerated().dropFirst(first) {
      if mission.isOnDisk, case .fileCall = event {} else if mission.isOnDisk { continue }
      if mission.isChoice, event.isChange { break }
      if index < firstOfInterest { continue }
      // Between requests a step does the same, whatever the server speaks.
      if mission.isOlder, case .request = event {} else if mission.isOlder { continue }
      let isKnown = mission.isVariant || index < firstUnknown
      let named = mission.kinds?.compactMap { faults.kind(named: $0) }
      for kind in named ?? (isKnown ? FaultKind.variantKinds : faults.all) where kind.meets(event) {
        cases.append(.event(mission: mission.name, number: index + 1, fault: kind.name))
        guard kind.traits.contains(.kills) else { continue }
        if mission.kinds == nil || mission.sharesItsName {
          cases.append(.abandoned(mission: mission.name, number: index + 1, fault: kind.name))
        }
        if mission.isTriedLater {
          cases.append(.later(mission: mission.name, number: index + 1, fault: kind.name))
        }
      }
    }
    cases += deadlines(of: mission, outcome)
    for kind in [OperationKind.backup, .clone, .restore, .snapshot, .deletion] where !mission.isRefused {
      for effect in OperationEffect.allCases {
        cases.append(.operation(mission: mission.name, kind: kind, nth: 1, effect: effect))
      }
    }
    return cases
  }

  /// A deadline at every second in which some stage may be under way.
  private func deadlines(of mission: Mission, _ outcome: Outcome) -> [Case] {
    guard !mission.isRefused, !mission.isOnDisk, mission.left == nil else { return [] }
    return (1...min(40, Int(outcome.time / .seconds(1)) + 1)).flatMap { seconds -> [Case] in
      (mission.isTriedLater ? [false, true] : [false]).map {
        .deadline(mission: mission.name, seconds: seconds, isLater: $0)
      }
    }
  }

  /// The plan of a case; nil for one that is not of this kind, or names what there is not.
  func plan(of name: Case) -> Plan? {
    switch name {
    case .event(let mission, let number, let fault):
      plan(mission, number, fault, isAbandoned: false)
    case .abandoned(let mission, let number, let fault):
      plan(mission, number, fault, isAbandoned: true)
    case .later(let mission, let number, let fault):
      plan(mission, number, fault, isAbandoned: false).map { $0.triedLater }
    case .deadline(let mission, let seconds, let isLater): plan(mission, seconds, isLater)
    case .operation(let mission, let kind, let nth, let effect):
      plan(mission, OperationFault(kind, nth: nth, effect))
    case .seed: nil
    }
  }

  private func plan(_ mission: String, _ number: Int, _ fault: String, isAbandoned: Bool) -> Plan? {
    guard let mission = Mission.named(mission), let kind = faults.kind(named: fault),
      let outcome = undisturbed[mission.name], outcome.events.indices.contains(number - 1)
    else { return nil }
    let expectation = kind.expectation(outcome.events[number - 1])
    var plan = Plan(mission, setup, watch)
    plan.faults = [SiteFault(kind.effect, atEvent: number)]
    plan.codes = expectation.codes
    plan.undisturbedEnding =
      expectation.recovers && !isAbandoned && mission.endsAlike ? outcome.ending : nil
    plan.isAbandoned = isAbandoned
    // On a variant's way the next week meets what was abandoned; what was done again is as it is everywhere.
    plan.comesBackNextWeek =
      mission.sharesItsName || kind.traits.contains(.kills) && (isAbandoned || !mission.isVariant)
    plan.fileFaults = kind.traits.contains(.spoilsFiles) ? 1 : 0
    plan.changesTheWorld = kind.traits.contains(.changesTheWorld)
    plan.isDeceived = kind.traits.contains(.deceives)
    plan.spoilsPages = kind.traits.contains(.spoilsPages)
    let isDelayed =
      kind.traits.contains(.delaysPoints)
      && [.backup, .snapshot].contains(outcome.events[number - 1].purpose?.subject)
    let mayDoubt = kind.traits.contains(.leavesOpen) || isDelayed || mayLeaveEvidence(number, outcome)
    plan.doubts = mayDoubt ? 1 : 0
    // And who is killed where a record is in doubt, or between attempts that lie apart, does not take the last evidence.
    let isMadeAnew =
      kind.traits.contains(.hides)
      // The clone, which would be evidence, may not be seen: by its name, or in its cluster.
      || expectation.codes != [0]
        && (capabilities.clustersAreApart || outcome.events[number - 1].isAboutTheClone)
      || kind.traits.contains(.kills) && (mission.isInDoubt || mission.attempts > 2)
    plan.snapshots = outcome.snapshots + plan.doubts + (isMadeAnew || plan.isDeceived ? 1 : 0)
    // Nothing but a state that passes tells of a restore in the older generation: whoever sees nothing for a while
    // cannot know any more.
    plan.mayShowNothing =
      (mission.isOlder || plan.showsNoRestore) && !kind.traits.isDisjoint(with: [.hides, .blinds])
    if kind.traits.contains(.lasts) { (plan.attempts, plan.renewedCarriers) = (max(3, mission.attempts), 1) }
    // Where evidence cannot be made, there is no restore, whatever has kept it from that: also a look at the application, where
    // that is a namespace.
    if capabilities.namespacesAreApplications, expectation.codes.contains(76), isForEvidence(number, outcome)
    {
      plan.codes?.insert(78)
    }
    // What the steps wait for a preflight tells.
    if kind.traits.contains(.isWaitedFor), mission.stages.contains(where: { $0.program == .preflight }) {
      plan.codes?.insert(78)
      plan.attempts = max(3, mission.attempts)
    }
    return plan
  }

  private func plan(_ mission: String, _ seconds: Int, _ isLater: Bool) -> Plan? {
    guard let mission = Mission.named(mission), let outcome = undisturbed[mission.name] else { return nil }
    var plan = Plan(mission, setup, watch)
    plan.firstTimeoutSeconds = seconds
    plan.undisturbedEnding = mission.endsAlike ? outcome.ending : nil
    // A restore whose deadline passed may have been asked for with evidence that a second attempt rightly doubts.
    plan.snapshots = outcome.snapshots + 1
    return isLater ? plan.triedLater : plan
  }

  /// Whether an event is one of the looks right before a snapshot is asked for.
  private func isForEvidence(_ number: Int, _ outcome: Outcome) -> Bool {
    let next = outcome.events[(number - 1)...].prefix(12)
    return next.contains { $0.purpose?.action == .create && $0.purpose?.subject == .snapshot }
  }

  /// Whether a fault may let evidence stand that no restore needed.
  ///
  /// Whoever is cut short at the request for a restore, or at the writes of its record before and after it, leaves open
  /// whether it was begun; and the removal of replaced evidence is asked for once.
  private func mayLeaveEvidence(_ number: Int, _ outcome: Outcome) -> Bool {
    // Between the record and the first of several changes there is a look.
    let last = number + (capabilities.restoresByChanges ? 2 : 0)
    return outcome.events[max(0, number - 2)...min(last, outcome.events.count - 1)].contains { event in
      guard let purpose = event.purpose else { return false }
      return purpose.action == .restore || purpose.action == .delete && purpose.subject == .snapshot
    }
  }

  private func plan(_ mission: String, _ fault: OperationFault) -> Plan? {
    guard let mission = Mission.named(mission), let outcome = undisturbed[mission.name] else { return nil }
    let program = fault.kind.program(in: mission)
    let expectation = FaultKind.Expectation(fault.kind, fault.effect, of: program, capabilities)
    var changed = setup
    changed.add(fault)
    var plan = Plan(mission, changed, watch)
    // It would go wrong in the next run too.
    plan.comesBackNextWeek = false
    // What an earlier run has begun may go wrong there, and whatever the steps make of it has to be true.
    guard mission.left == nil else {
      plan.changesTheWorld = fault.effect == .vanishes
      return plan
    }
    // Not every mission has that operation; then nothing goes wrong.
    let isMet = outcome.operations.contains(fault.kind)
    plan.codes = isMet ? expectation.codes : [0]
    plan.codesOf = program
    // A failed copy is removed and made again, if that was asked for; one that is removed is not failed.
    let isReplaced =
      mission.replacesFailed && [.fails, .failsAtOnce, .vanishes].contains(fault.effect)
    plan.undisturbedEnding = expectation.recovers || !isMet || isReplaced ? outcome.ending : nil
    plan.changesTheWorld = fault.effect == .vanishes
    // A copy that is to carry a clone, and is of no use, is made anew.
    if fault.kind == .backup, isMet, [.removed, .hooksFail].contains(fault.effect) {
      plan.renewedCarriers = 1
    }
    let isOfNoUse = fault.kind == .snapshot && [.removed, .hooksFail].contains(fault.effect)
    let isDoubted = mission.attempts > 2 || mission.isInDoubt
    let isRepeated = fault.kind == .restore || fault.kind == .snapshot && isDoubted
    plan.snapshots = outcome.snapshots + (isOfNoUse ? 1 : 0) + (isRepeated ? 1 : 0)
    // What has failed, and is not to be replaced, is refused the next time; so is a restore of a failed
    // application, of which there can be no evidence.
    if isMet, !isReplaced, [.fails, .failsAtOnce].contains(fault.effect), fault.kind != .deletion,
      fault.kind != .snapshot || program == .snapshot
    {
      plan.codesAgain = [78]
    }
    return plan
  }
}

extension SiteEvent {
  /// Whether applications of the clone's name are looked for.
  fileprivate var isAboutTheClone: Bool {
    purpose?.subject == .application && purpose?.names?.contains(WorkedExample.cloneName) == true
  }
}
