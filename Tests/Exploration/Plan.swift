internal import AstraSimulator
internal import SimulatedBackend

/// What is to be played: a mission in a world, and what goes wrong.
struct Plan: Sendable {
  var mission: Mission
  var scenario: Scenario
  var faults: [SiteFault] = []
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
  /// Whether the server, once an in-place restore has ended, shows nothing of it, so that one whose answer was lost may
  /// be asked for again, with new evidence.
  var forgetsRestores: Bool {
    scenario.settings.restoreSourceShown == .never || scenario.settings.restoreSourceForgottenAtEnd
  }
  /// How many snapshots may be made: those of an undisturbed run, and what doubt explains.
  var snapshots = 2
  /// The exit codes that the second attempt of `codesOf` may end with; nil for any of the table.
  var codesAgain: Set<Int32>?
  /// Whether others change what the checker would compare.
  var changesTheWorld = false

  /// Plans an undisturbed mission.
  init(_ mission: Mission, _ scenario: Scenario) {
    (self.mission, self.scenario) = (mission, scenario)
    if mission.isOlder { self.scenario.settings.beOlder() }
  }
}
