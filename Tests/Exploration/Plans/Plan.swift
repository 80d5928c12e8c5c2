internal import ServiceSimulation
internal import SimulatedBackend

/// What is to be played: a mission in a world, and what goes wrong.
struct Plan: Sendable {
  var mission: Mission
  var setup: any ServiceSetup
  /// Begins to watch for what only its service can come to.
  var watch: WorldWatchMaker?
  var faults: [SiteFault] = []
  /// What its run is called; nil where nothing names it.
  var run: String?
  /// Whether the run of a week later has the same name.
  var sharesItsName: Bool
  /// Where each stage's report and record are told apart by a suffix, by the number of the stage; empty for none.
  var suffixes: [String] = []
  /// The time that the first attempt of each stage is given, where it is less.
  var firstTimeoutSeconds: Int?
  /// How long nobody runs an early ended stage again, while customers go on writing; nil for at once.
  var laterSeconds: Int?
  /// How often each stage is tried in the run.
  var attempts = 2
  var timeoutSeconds = 1800
  /// The exit codes that the attempt which meets a fault may end with; nil for any of the table.
  var codes: Set<Int32>?
  /// The program to whose first attempt alone `codes` apply; nil for whichever meets a fault.
  var codesOf: Program?
  /// What the world must come to; nil if what went wrong leaves that open.
  var undisturbedEnding: [String]?
  /// Whether nobody runs the step again in its run.
  var isAbandoned = false
  /// Whether the pipeline is run again a week later.
  var comesBackNextWeek = false
  /// How many faults keep files from being written.
  var fileFaults = 0
  /// Whether files cannot be written at some time.
  var spoilsFiles: Bool { fileFaults > 0 }
  /// Whether the server may show nothing of an in-place restore, so that nobody can know its end.
  var mayShowNothing = false
  /// Whether nothing but a passing state tells of an in-place restore.
  var showsNoRestore: Bool {
    !setup.behaviour.showsRestoreModification && !setup.behaviour.showsRestoreSource
  }
  /// Whether the server, once an in-place restore has ended, shows nothing of it, so that one whose answer was lost may
  /// be asked for again, with new evidence.
  var forgetsRestores: Bool {
    !setup.behaviour.showsRestoreSource || !setup.behaviour.keepsRestoreSource
  }
  /// How many restores a step may believe to have been begun that were not: the evidence of each stands.
  var doubts = 0
  /// How many snapshots may be made: those of an undisturbed run, and what doubt explains.
  var snapshots = 2
  /// How many times what carries a clone may be made anew, because it is old by then.
  var renewedCarriers = 0
  /// The exit codes that the second attempt of `codesOf` may end with; nil for any of the table.
  var codesAgain: Set<Int32>?
  /// Whether everyone sees pages spoilt, whatever the world holds.
  var spoilsPages = false
  /// Whether the service calls well what is not, so that something is rightly asked for again.
  var isDeceived = false
  /// Whether others change what the checker would compare.
  var changesTheWorld = false
  /// How many times they do, at least.
  var worldFaults = 0

  /// The same, tried again only when customers have gone on writing; what is to come of it then is not that of an
  /// undisturbed run.
  var triedLater: Self {
    var plan = self
    // Young enough for a record that nothing but its place tells of.
    plan.laterSeconds = timeoutSeconds * 2 / 3
    plan.undisturbedEnding = nil
    plan.comesBackNextWeek = false
    // The evidence of before is too old by then.
    plan.snapshots += 1
    plan.renewedCarriers = 1
    return plan
  }

  /// Whether answers arrive otherwise than the server gave them.
  var bendsAnswers: Bool {
    faults.contains {
      switch $0.effect {
      case .bent: true
      case .several(let effects): effects.contains { if case .bent = $0 { true } else { false } }
      default: false
      }
    }
  }

  /// Whether nothing goes wrong but what the mission begins with.
  var isUndisturbed: Bool {
    faults.isEmpty && setup.operationFaults.isEmpty && firstTimeoutSeconds == nil
  }

  /// Plans an undisturbed mission.
  init(_ mission: Mission, _ setup: any ServiceSetup, _ watch: WorldWatchMaker?) {
    (self.mission, self.setup, self.watch) = (mission, setup, watch)
    (run, sharesItsName) = (mission.run, mission.sharesItsName)
    comesBackNextWeek = mission.sharesItsName
    if mission.isOlder { self.setup.useOlderRelease() }
    snapshots += mission.contradictions
    attempts = mission.attempts
    mission.server?(&self.setup)
  }
}
