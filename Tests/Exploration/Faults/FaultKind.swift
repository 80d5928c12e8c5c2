internal import ServiceSimulation
package import SimulatedBackend

/// One way in which things go wrong at one moment, and what a step owes its user then.
package struct FaultKind: Sendable {
  /// Its name in the names of cases: `lostAnswer`, `409-107`.
  var name: String
  /// Which events it can meet.
  package var meets: @Sendable (SiteEvent) -> Bool
  var effect: SiteFault.Effect
  /// What the attempt that meets it may end with, and what comes after.
  package var expectation: @Sendable (SiteEvent) -> Expectation

  /// What the checker has to know of it beside that.
  var traits: Set<Trait> = []

  package enum Trait: Sendable {
    /// The process is killed by it.
    case kills
    /// Files cannot be written.
    case spoilsFiles
    /// Others change what the checker would compare.
    case changesTheWorld
    /// Everyone sees pages so, customers too: a fault, whatever the world holds.
    case spoilsPages
    /// What is there may not be seen, so that a step may doubt.
    case hides
    /// Time passes in which nothing is seen.
    case blinds
    /// It may outlast an attempt that follows at once.
    case lasts
    /// Changes are answered by errors that leave open whether they were made.
    case leavesOpen
    /// The service calls well what is not, or breaks what it is at: what is asked for is rightly asked for again.
    case deceives
    /// The steps wait until it is over, and a preflight says that it is so.
    case isWaitedFor
    /// A recovery point is not read at once.
    case delaysPoints
  }

  /// What is owed when it meets an event.
  package struct Expectation: Sendable {
    /// The exit codes that the attempt may end with.
    package var codes: Set<Int32>
    /// Whether further attempts of the same run must reach the end that an undisturbed run reaches.
    var recovers: Bool

    /// The attempt itself succeeds.
    package static let passes = Self(codes: [0], recovers: true)

    /// The attempt ends with one of these codes, and the next one makes it good.
    package static func ends(_ codes: Int32...) -> Self { Self(codes: Set(codes), recovers: true) }

    /// The attempt ends with one of these codes, and what is broken stays broken.
    package static func breaks(_ codes: Int32...) -> Self { Self(codes: Set(codes), recovers: false) }
  }

  /// A fault of requests.
  package static func request(
    _ name: String, _ effect: SiteFault.Effect, _ expectation: Expectation, changes: Expectation? = nil
  ) -> FaultKind {
    FaultKind(
      name: name, meets: { if case .request = $0 { true } else { false } }, effect: effect,
      expectation: { event in
        guard event.isChange, var owed = changes else {
          var owed = expectation
          if event.isCourtesy { owed.codes.insert(0) }
          // The snapshots are listed for evidence; where that is refused, there is none, and no restore.
          if event.isAboutSnapshots, owed.codes.contains(76) { owed.codes.insert(78) }
          return owed
        }
        // Evidence takes the next name that is free.
        if event.isAboutSnapshots, owed.codes == [78] { owed.codes.insert(0) }
        // A restore without evidence is refused, whatever has kept the evidence from being made.
        if event.isAboutSnapshots, owed.codes != [0] { owed.codes.insert(78) }
        // What is to be gone, and is said not to be there, is looked for and asked for again.
        if event.purpose?.action == .delete, owed.codes == [65] { owed.codes.insert(0) }
        return owed
      })
  }

  /// A fault of looks at pages.
  package static func probe(_ name: String, _ effect: SiteFault.Effect, _ expectation: Expectation)
    -> FaultKind
  {
    FaultKind(
      name: name, meets: { if case .probe = $0 { true } else { false } }, effect: effect,
      expectation: { _ in expectation })
  }

  /// A fault of any event.
  package static func anywhere(_ name: String, _ effect: SiteFault.Effect, _ expectation: Expectation)
    -> FaultKind
  {
    FaultKind(name: name, meets: { _ in true }, effect: effect, expectation: { _ in expectation })
  }

  /// A fault of writing files.
  package static func write(_ name: String, _ effect: SiteFault.Effect, _ expectation: Expectation)
    -> FaultKind
  {
    FaultKind(
      name: name, meets: { if case .write = $0 { true } else { false } }, effect: effect,
      expectation: { _ in expectation })
  }

  /// A fault of one system call for a file.
  package static func call(_ name: String, _ effect: SiteFault.Effect, _ expectation: Expectation)
    -> FaultKind
  {
    FaultKind(
      name: name, meets: { if case .fileCall = $0 { true } else { false } }, effect: effect,
      expectation: { _ in expectation })
  }

  /// The same kinds with one more trait.
  package static func with(_ trait: Trait, _ kinds: [FaultKind]) -> [FaultKind] {
    kinds.map { kind in
      var kind = kind
      kind.traits.insert(trait)
      return kind
    }
  }
}

extension SiteEvent {
  /// Whether a step asks for its user's sake only, and goes on whatever becomes of the question: who shares the
  /// namespaces of the application.
  fileprivate var isCourtesy: Bool { purpose.map { $0.isAboutNeighbours || $0.subject == .file } ?? false }

  /// Whether all snapshots are listed, or one is made.
  fileprivate var isAboutSnapshots: Bool {
    guard let purpose else { return false }
    return [.list, .create].contains(purpose.action) && purpose.subject == .snapshot && purpose.names == nil
  }
}
