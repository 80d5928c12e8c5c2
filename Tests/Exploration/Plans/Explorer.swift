package import ServiceSimulation
internal import Dispatch
internal import Foundation
internal import SimulatedBackend
internal import Synchronization

/// Plays many cases on all cores, and counts.
package final class Explorer: Sendable {
  let systematic: SystematicExploration
  let seeded: SeededExploration

  /// Learns what the undisturbed missions come to.
  ///
  /// - Parameters:
  ///   - setup: the service at its start.
  ///   - faults: what goes wrong.
  ///   - watch: begins to watch for what only this service can come to.
  ///   - isPlayed: whether the mission of a name is played; all are unless told otherwise.
  package init(
    _ setup: any ServiceSetup, faults: FaultCatalogue, watch: WorldWatchMaker? = nil,
    isPlayed: (String) -> Bool = { _ in true }
  ) {
    var permissive = setup
    // Older servers take two copies of one name, so that a blind repetition makes a second one.
    permissive.behaviour.duplicateBackupNames = true
    permissive.behaviour.duplicateSnapshotNames = true
    // Each state is still seen in several looks, and everything is tried at every look.
    permissive.halveLengths()
    systematic = SystematicExploration(permissive, faults, watch, Mission.all.filter { isPlayed($0.name) })
    seeded = SeededExploration(permissive, faults, watch)
  }

  /// What each mission comes to when nothing goes wrong.
  package var undisturbed: [String: Outcome] { systematic.undisturbed }

  /// The missions that have to be refused, or to say no, when nothing goes wrong.
  package var refused: Set<String> { Set(Mission.all.filter(\.isRefused).map(\.name)) }

  /// Every single fault at every point of every mission.
  package var singleFaults: [Case] { systematic.cases }

  /// The sum over many cases.
  package struct Tally: Sendable {
    package var cases = 0
    package var attempts = 0
    package var requests = 0
    package var virtualTime = Duration.zero
    package var isComplete = 0
    /// Attempts by exit code; -9 for one that was killed.
    package var codes: [Int32: Int] = [:]
    /// The cases that broke a promise, with the promises.
    package var broken: [(name: Case, violations: [String])] = []
  }

  /// The plan of a case; nil if there is no such case.
  func plan(of name: Case) -> Plan? {
    if case .seed(let seed) = name { seeded.plan(of: seed) } else { systematic.plan(of: name) }
  }

  /// Plays one case; nil if there is no such case.
  package func play(_ name: Case, tell: ((String) -> Void)? = nil) -> Outcome? {
    plan(of: name).map { CaseRun($0, tell: tell).run() }
  }

  /// Plays cases, on all cores.
  ///
  /// - Parameters:
  ///   - count: how many there are.
  ///   - stopAfter: how many broken cases are enough.
  ///   - progress: hears of every thousandth.
  ///   - name: the case of each number, from 0.
  /// - Returns: the sum.
  package func explore(
    _ count: Int, stopAfter: Int = .max, progress: @Sendable (Int) -> Void = { _ in },
    name: @Sendable (Int) -> Case
  ) -> Tally {
    let total = Mutex(Tally())
    let next = Atomic(0)
    let workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard number < count, total.withLock({ $0.broken.count < stopAfter }) else { return }
        let name = name(number)
        let outcome = play(name)
        let cases = total.withLock { tally in
          tally.add(name, outcome)
          return tally.cases
        }
        if cases.isMultiple(of: 1000) { progress(cases) }
      }
    }
    return total.withLock { $0 }
  }
}

extension Explorer {
  /// Whether a mission is about what only Astra Control has, or is played there for every service: an older release,
  /// restores and origins that are not shown, pages.
  package static func isOfAstraControl(_ mission: String) -> Bool {
    mission == "pipeline-v1" || mission == "nameless-restore-silent" || mission == "records-elsewhere"
      || mission.hasPrefix("origin-") && mission.hasSuffix("-hidden")
      || mission.hasPrefix("verify-broken-well") || mission == "verify-well-broken"
  }

  /// Whether a mission is about what only Trident protect leaves open: how the words for its states are written.
  package static func isOfTridentProtect(_ mission: String) -> Bool { mission == "pipeline-small-letters" }

  /// Whether a mission is about what only Velero's restores have: changes that the step makes one by one.
  package static func isOfVelero(_ mission: String) -> Bool { mission == "restore-cut-short" }
}

extension Explorer.Tally {
  fileprivate mutating func add(_ name: Case, _ outcome: Outcome?) {
    cases += 1
    guard let outcome else {
      broken.append((name, ["there is no such case"]))
      return
    }
    attempts += outcome.attempts
    requests += outcome.requests
    virtualTime += outcome.time
    if outcome.isComplete { isComplete += 1 }
    for code in outcome.codes { codes[code, default: 0] += 1 }
    if !outcome.violations.isEmpty { broken.append((name, outcome.violations)) }
  }
}
