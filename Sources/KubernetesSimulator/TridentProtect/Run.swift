/// Work of the product that takes time, driven by one object.
package struct Run: Equatable, Sendable {
  /// What kind of work it is.
  package enum Kind: String, CaseIterable, Sendable {
    case backup, snapshot, clone, restore, definition, deletion, rediscovery
  }

  /// One stretch of a run.
  struct Stage: Equatable, Sendable {
    enum Role: Equatable, Sendable {
      /// The object is there, and nothing has happened.
      case lag
      /// The lock of the application is waited for.
      case lock
      /// The main part: the data moves.
      case copy
      /// A state in between, without effect.
      case detour
      /// What was restored comes up.
      case settle
      /// The objects are gone through (Velero).
      case begin
      /// The data moves behind them (Velero): its first part, and the rest.
      case move, upload
      /// What is left to do at the end (Velero).
      case finalize
    }

    /// What the object shows; nil leaves it as it is.
    var state: String?
    var length: Duration
    var role: Role
  }

  /// Its place among all runs, from 1.
  let number: Int
  package let kind: Kind
  let cluster: Int
  /// Its object.
  let key: ObjectKey
  package let uid: String
  /// The uid of the application that it works on; of a clone, of its source.
  package let application: String
  var stages: [Stage]
  var stage = 0
  var stageBegan: Duration
  var isStalled = false
  package internal(set) var effect: RunFault.Effect?
  /// What it will bring, or has captured.
  var archive: Archive?
  /// The schedules that it has disabled.
  var schedules: [String] = []
  /// What Velero has to do in it.
  var velero: VeleroWork?

  /// When the present stage ends; nil if it never does.
  var due: Duration? { isStalled || stages[stage].role == .lock ? nil : stageBegan + stages[stage].length }
  var isDeletion: Bool { kind == .deletion }
  /// Whether it holds the lock of its application.
  var holdsLock: Bool { stage > 0 || stages[0].role == .copy }
}

/// A run that goes wrong, as data: the nth of its kind since the start.
package struct RunFault: Equatable, Sendable {
  /// How it goes wrong.
  package enum Effect: String, CaseIterable, Sendable {
    case fails, failsAtOnce, stalls, vanishes, hooksFail, unknownState, goesBack, removed
    /// It ends `PartiallyFailed` (Velero).
    case partiallyFails
    /// It ends as if nothing were wrong, and the data of its claims is not there (Velero).
    case losesData

    /// Whether only Velero has it; elsewhere nothing happens.
    var isVelerosOwn: Bool { self == .partiallyFails || self == .losesData }
  }

  package var kind: Run.Kind
  package var nth: Int
  package var effect: Effect

  /// Makes the fault.
  package init(_ kind: Run.Kind, nth: Int = 1, _ effect: Effect) {
    (self.kind, self.nth, self.effect) = (kind, nth, effect)
  }
}

extension Run {
  /// Lets it go wrong.
  mutating func apply(_ effect: RunFault.Effect) {
    self.effect = effect
    guard let copy = stages.firstIndex(where: { $0.role == .copy }) else { return }
    switch effect {
    case .unknownState:
      stages.insert(Stage(state: "Reticulating", length: .seconds(2), role: .detour), at: copy)
    case .goesBack:
      stages.insert(
        contentsOf: [
          Stage(state: "Running", length: .seconds(1), role: .detour),
          Stage(state: "", length: .seconds(1), role: .detour),
        ], at: copy)
    default: break
    }
  }
}
