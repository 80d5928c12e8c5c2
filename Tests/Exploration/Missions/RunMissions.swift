internal import ServiceSimulation
internal import SimulatedBackend
internal import Timing

// Missions in which it is not plain what this run has done: its records lie elsewhere, it has no name, or it shares one.
extension Mission {
  /// Production is restored twice in a run, by steps whose reports and records have suffixes, and the clone was made
  /// before the first.
  static let recordsElsewhere: [Mission] = [
    Mission(
      name: "records-elsewhere", stages: restoredTwice("a", "b"), isVariant: true, prepared: 2,
      server: { $0.behaviour.beSilentAboutRestores() }),
    Mission(
      name: "records-elsewhere-shown", stages: restoredTwice("a", "b"), isVariant: true, prepared: 2,
      kinds: .waysOfRecognising),
    // What another step of the run has chosen is no choice of this one.
    Mission(
      name: "records-latest",
      stages: [
        Stage(
          program: .restore, arguments: ["-B", WorkedExample.olderBackup],
          environment: ["ASTRA_REPORT_SUFFIX": "a"]),
        Stage(
          program: .restore, arguments: ["-B", "latest"], environment: ["ASTRA_REPORT_SUFFIX": "b"]),
      ], isVariant: true, prepared: 1, kinds: .waysOfAging),
    Mission(
      name: "records-other-suffix", stages: restoredTwice("", "again"), isVariant: true, prepared: 2,
      server: { $0.behaviour.beSilentAboutRestores() }, kinds: .waysOfRecognising),
    Mission(
      name: "records-cut", stages: restoredTwice("a", "b", .cut("astra-restore")), isVariant: true,
      prepared: 2, server: { $0.behaviour.beSilentAboutRestores() }, kinds: .waysOfRecognising),
    Mission(
      name: "records-gone", stages: restoredTwice("a", "b", .gone("astra-")), isVariant: true, prepared: 2,
      server: { $0.behaviour.beSilentAboutRestores() }, kinds: .waysOfRecognising),
    // Evidence is at hand that is minutes old, and only the application itself shows that it was restored since.
    Mission(
      name: "records-one-gone", stages: restoredUnknown, isVariant: true, prepared: 2,
      kinds: .waysOfRecognising),
  ]

  /// A restore that comes no further than its evidence, one that leaves no record, and the first one again.
  private static var restoredUnknown: [Stage] {
    [
      Stage(program: .restore, arguments: ["--timeout", "1s"], owed: [75]),
      Stage(
        program: .restore, arguments: ["-B", WorkedExample.olderBackup],
        environment: ["ASTRA_REPORT_SUFFIX": "b"]),
      Stage(
        program: .restore, meanwhile: { $0.takeOrder("order-2001-between-the-restores") },
        records: .gone("astra-restore-b")),
    ]
  }

  /// A restore of several changes whose time is up while production is stopped, a backup that comes then, and the restore again.
  static let stoppedInBetween = Mission(
    name: "restore-cut-short",
    stages: [
      Stage(program: .restore, arguments: ["--timeout", "6s"], owed: [75]),
      Stage(program: .backup, environment: backup.environment, owed: [0, 78]), restore,
    ], isVariant: true, kinds: .waysOfSeeing)

  private static func restoredTwice(_ first: String, _ second: String, _ loss: RecordLoss? = nil) -> [Stage] {
    [
      clone,
      Stage(program: .restore, environment: ["ASTRA_REPORT_SUFFIX": first]),
      Stage(
        program: .restore, arguments: ["-B", WorkedExample.olderBackup],
        environment: ["ASTRA_REPORT_SUFFIX": second],
        meanwhile: { $0.takeOrder("order-2001-between-the-restores") }, records: loss),
    ]
  }

  /// The steps that make something, by themselves.
  static let single: [(String, Stage)] = [
    ("backup", backup), ("clone", clone), ("snapshot", snapshot),
  ]

  /// Runs that nothing names: only the step's own record in its place, while it is young, tells what was done.
  static let nameless: [Mission] =
    (single + [("restore", restore)]).map { (program: (String, Stage)) in
      Mission(
        name: "nameless-\(program.0)", stages: [program.1], isVariant: true, run: nil,
        kinds: .waysOfRecognising,
        isTriedLater: true)
    } + [
      Mission(
        name: "nameless-restore-silent", stages: [restore], isVariant: true, run: nil,
        server: { $0.behaviour.beSilentAboutRestores() }, kinds: .waysOfRecognising,
        isTriedLater: true),
      Mission(
        name: "nameless-clone-restore", stages: [clone, restore], isVariant: true, prepared: 1, run: nil,
        kinds: .waysOfRecognising),
    ]

  /// Runs that all have one name: nothing of a week ago is this run's work, and nothing of two hours ago is where the
  /// name is none.
  static let sharingTheirName: [Mission] = ["latest", "nightly"].flatMap { (name: String) -> [Mission] in
    let pause = Duration.seconds(name == "latest" ? 2 * 3600 : 7 * 86_400)
    // The one that comes back finds what the first has left under its names, and refuses it.
    let stages = pipeline.stages.map { stage in
      var stage = stage
      if stage.program != .restore { stage.owed = [0, 78] }
      return stage
    }
    return [
      Mission(
        name: "shared-\(name)-restore", stages: [restore], isVariant: true, run: name, sharesItsName: true,
        comesBackAfter: pause, kinds: .waysOfRecognising),
      Mission(
        name: "shared-\(name)-pipeline", stages: stages, isVariant: true, prepared: 2, run: name,
        sharesItsName: true, comesBackAfter: pause, kinds: .waysOfSeeing),
    ]
  }

  /// A server whose clock is not known to agree with that of the step's machine.
  static let clocks: [Mission] = [-3600, -90, -5, 5, 90, 3600].flatMap { (seconds: Int64) -> [Mission] in
    // The two differ where the clock is a little wrong: what was made before and what after cannot be told apart.
    (abs(seconds) == 5 ? [true, false] : [true]).flatMap { (takesTwins: Bool) -> [Mission] in
      single.map { (name: String, stage: Stage) -> Mission in
        let (side, names) = (seconds < 0 ? "behind" : "ahead", takesTwins ? "-twins" : "")
        return Mission(
          name: "clock-\(abs(seconds))s-\(side)-\(name)\(names)", stages: [stage], isVariant: true,
          isConsequence: true,
          server: {
            ($0.behaviour.tellsTime, $0.behaviour.clockSkew) = (false, .seconds(seconds))
            $0.behaviour.duplicateBackupNames = takesTwins
            $0.behaviour.duplicateSnapshotNames = takesTwins
            $0.behaviour.duplicateApplicationNames = takesTwins
          }, kinds: .waysOfLosing)
      }
    }
  }
}

extension ServiceBehaviour {
  /// Lets the server show nothing of an in-place restore once it is over.
  mutating func beSilentAboutRestores() {
    (showsRestoreModification, showsRestoreSource) = (false, false)
  }
}
