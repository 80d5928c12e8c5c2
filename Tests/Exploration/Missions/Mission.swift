internal import AstraBackup
internal import AstraCleanup
internal import AstraClone
internal import AstraPreflight
internal import AstraRestore
internal import AstraSnapshot
internal import AstraStatus
internal import ServiceSimulation
internal import AstraVerify
internal import SimulatedBackend
internal import StepCommon
internal import Timing

/// One of the programs, as the explorer runs it.
enum Program: String, CaseIterable, Sendable {
  case backup = "astra-backup"
  case cleanup = "astra-cleanup"
  case clone = "astra-clone"
  case preflight = "astra-preflight"
  case restore = "astra-restore"
  case verify = "astra-verify"
  case snapshot = "astra-snapshot"
  case status = "astra-status"

  /// The phases of its report, in order.
  var phases: [String] {
    switch self {
    case .backup: Runner<BackupStep>.phaseNames
    case .cleanup: Runner<CleanupStep>.phaseNames
    case .clone: Runner<CloneStep>.phaseNames
    case .preflight: Runner<PreflightStep>.phaseNames
    case .restore: Runner<RestoreStep>.phaseNames
    case .verify: Runner<VerifyStep>.phaseNames
    case .snapshot: Runner<SnapshotStep>.phaseNames
    case .status: Runner<StatusStep>.phaseNames
    }
  }

  /// Runs it once.
  func run(_ harness: StepHarness, _ arguments: [String]) throws -> StepHarness.Result {
    switch self {
    case .backup: try harness.run(BackupStep.self, arguments: arguments)
    case .cleanup: try harness.run(CleanupStep.self, arguments: arguments)
    case .clone: try harness.run(CloneStep.self, arguments: arguments)
    case .preflight: try harness.run(PreflightStep.self, arguments: arguments)
    case .restore: try harness.run(RestoreStep.self, arguments: arguments)
    case .verify: try harness.run(VerifyStep.self, arguments: arguments)
    case .snapshot: try harness.run(SnapshotStep.self, arguments: arguments)
    case .status: try harness.run(StatusStep.self, arguments: arguments)
    }
  }
}

extension Mission.Stage {
  /// The id of the recovery point that a clone is to be made from; nil for the live application.
  var origin: String? { arguments.contains(WorkedExample.goodBackup) ? WorkedExample.goodBackupID : nil }

  /// Whether it restores from the older backup.
  var restoresTheOlder: Bool { arguments.contains(WorkedExample.olderBackup) }

  /// Whether what it hands on may be of an earlier run: where that was asked for, or where nothing tells runs apart.
  func mayBeOlder(than mission: Mission) -> Bool { arguments.contains("reuse") || mission.run == nil }
}

/// What a pipeline does, stage by stage.
struct Mission: Sendable {
  /// One stage: a program with its arguments and the variables that only it has.
  struct Stage: Sendable {
    var program: Program
    var arguments: [String] = []
    var environment: [String: String] = [:]
    /// How it may end where nothing else goes wrong; without 0 it has to be refused, or to say no.
    var owed: Set<Int32> = [0]
    /// What else an attempt may end with before it ends so.
    var before: Set<Int32> = []
    /// What others do to the world just before it.
    var meanwhile: (@Sendable (inout any SimulatedService) -> Void)?
    /// What becomes just before it of the records that the run has written.
    var records: RecordLoss?
  }

  var name: String
  var stages: [Stage]
  /// Whether it is another way through its steps: then what is the same on every way is not tried again.
  var isVariant = false
  /// How many of the first stages go a way that a mission of its own has tried with every kind.
  var known = 0
  /// Whether its files are real ones, so that the system calls of their writing can be met as well.
  var isOnDisk = false
  /// Whether the server is one of the older generation of the API.
  var isOlder = false
  /// Whether it is another way only until something is asked for.
  var isChoice = false
  /// Whether it is another way only once something was asked for.
  var isConsequence = false
  /// How many of the first stages only prepare the others: what can happen to them is tried in missions of their own.
  var prepared = 0
  /// What others have put there before it begins.
  var found: [ApplicationSeed] = []
  /// What an earlier run has left.
  var left: Leftover?
  /// What its run is called; nil where nothing names it.
  var run: String? = Mission.usualRun
  /// Whether the next run has the same name.
  var sharesItsName = false
  /// When the next run comes.
  var comesBackAfter = Duration.seconds(7 * 86_400)
  /// How often each of its stages is tried.
  var attempts = 2
  /// How often the server contradicts itself, so that evidence has to be made anew.
  var contradictions = 0
  /// How its server behaves otherwise.
  var server: (@Sendable (inout any ServiceSetup) -> Void)?
  /// The names of the faults that depend on its way, where it is not those of every variant.
  var kinds: [String]?
  /// Whether what has ended early is also tried again later, when customers have gone on writing.
  var isTriedLater = false

  /// The name of a run that differs from all others.
  static let usualRun = "jenkins-post-mortem-42"

  /// Whether it comes to one end, whatever passing trouble there was.
  ///
  /// Where a record cannot be read, what an earlier attempt has done may not be believed, and the next one is refused.
  var endsAlike: Bool { left == nil && !isInDoubt }

  /// Whether its backup may be refused or made, as the moment has it: its ends differ by that then.
  var mayBackUp: Bool { stages.contains { $0.program == .backup && $0.owed.isSuperset(of: [0, 78]) } }

  /// Whether a record of the run cannot be read.
  var isInDoubt: Bool { stages.contains { $0.records?.leavesDoubt ?? false } }

  /// Whether it restores once more from what a restore that failed began with.
  var restoresAgain: Bool { server != nil && stages.contains { $0.program == .restore && $0.owed == [1] } }

  /// Whether some stage has to be refused, or to say no.
  var isRefused: Bool { stages.contains { !$0.owed.contains(0) } }

  /// Whether failed copies are to be removed and made again.
  var replacesFailed: Bool { stages.contains { $0.arguments.contains("--replace-failed") } }

  /// Whether it restores from whatever backup is the newest.
  var restoresTheNewest: Bool { stages.contains { $0.arguments.contains("latest") } }

  /// The backup that the stage of `astra-backup` makes.
  static let newBackup = "before-2-4-4"

  /// The snapshot that the stage of `astra-snapshot` makes.
  static let newSnapshot = "before-2-4-3"

  static let backup = Stage(program: .backup, environment: ["BACKUP_NAME": newBackup])
  static let clone = Stage(program: .clone)
  static let restore = Stage(program: .restore)
  static let snapshot = Stage(program: .snapshot, environment: ["SNAPSHOT_NAME": newSnapshot])

  /// Looks at production, from the backend and from outside.
  static func verify(_ arguments: String..., suffix: String = "") -> Stage {
    Stage(
      program: .verify, arguments: ["--url", WorkedExample.page] + arguments,
      environment: ["ASTRA_REPORT_SUFFIX": suffix])
  }

  /// Each step by itself, each with the variants that take another way through it, and the whole pipeline.
  private static let usual: [Mission] = [
    Mission(name: "backup", stages: [backup], isTriedLater: true),
    Mission(name: "clone", stages: [clone], isTriedLater: true),
    Mission(
      name: "clone-of-backup",
      stages: [Stage(program: .clone, arguments: ["--use-existing-backup", WorkedExample.goodBackup])],
      isVariant: true),
    Mission(name: "preflight", stages: [Stage(program: .preflight)]),
    status,
    Mission(name: "restore", stages: [restore], isTriedLater: true),
    Mission(name: "snapshot", stages: [snapshot], isTriedLater: true),
    Mission(
      name: "restore-latest", stages: [Stage(program: .restore, arguments: ["-B", "latest"])],
      isVariant: true, isChoice: true),
    Mission(
      name: "backup-replacing",
      stages: [
        Stage(
          program: .backup, arguments: ["--replace-failed"], environment: ["BACKUP_NAME": newBackup])
      ], isVariant: true, isChoice: true),
    // A clone of a recovery point is a clone of this run, and no evidence.
    Mission(
      name: "clone-of-backup-restore",
      stages: [
        Stage(program: .clone, arguments: ["--use-existing-backup", WorkedExample.goodBackup]), restore,
      ],
      isVariant: true, isChoice: true, prepared: 1),
    // That production is broken, and that it is well again.
    Mission(
      name: "verify-broken", stages: [verify("--expect-broken", "--against-backup", WorkedExample.goodBackup)]
    ),
    // A second use of one step has a report of its own.
    Mission(
      name: "verify-again",
      stages: [
        verify("--expect-broken", "--against-backup", WorkedExample.goodBackup),
        verify("--expect-broken", "--against-snapshot", "nightly-0213", suffix: "snapshot"),
      ], isVariant: true, prepared: 1),
    Mission(
      name: "restore-verify",
      stages: [
        restore,
        verify(
          "--expect-text", "Release 2.4.1", "--expect-address", WorkedExample.address, "-B",
          WorkedExample.goodBackup),
      ],
      isVariant: true, prepared: 1),
    cleanup, cleanupByAge, cleanupOfBackups, cleanupAtTheEnd,
    Mission(name: "backup-on-disk", stages: [backup], isOnDisk: true),
    pipeline,
    Mission(name: "pipeline-v1", stages: pipeline.stages, isVariant: true, isOlder: true),
    // Every operation has to be seen to its end all the same.
    Mission(
      name: "pipeline-small-letters", stages: pipeline.stages, isVariant: true,
      server: { $0.behaviour.writesSmallStates = true }, kinds: .waysOfSeeing),
  ]

  /// Every mission: the steps and the usual ways through them, and what use has shown to be missing there.
  static let all: [Mission] =
    usual + [stoppedInBetween] + recordsElsewhere + nameless + sharingTheirName + clocks + origins + leftovers
    + strangers + othersFailed + wrecks + bentPages + repeatedEvidence + cleanupsOfEvidence + looks

  /// Backup, clone, restore.
  static let pipeline = Mission(name: "pipeline", stages: [backup, clone, restore], known: 2)

  /// The mission of that name.
  static func named(_ name: String) -> Mission? { byName[name] }

  private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
}

/// The worked example, `Fixtures/scenarios/magento.json`, and what is to come of it.
enum WorkedExample {
  static let production = "40516273-8495-4a6b-b7c8-d9eaf0011223"
  static let goodBackup = "before-2-4-2-debian-10-r14"
  static let goodBackupID = "62738495-a6b7-4c8d-99ea-fb0c12233445"
  static let olderBackup = "before-2-4-1-debian-10-r14"
  static let olderBackupID = "61728394-a5b6-4c7d-98e9-f00112233444"
  static let nightly = "nightly-0213"
  static let cloneName = "magento-debug"
  /// Where production's front page is, and always was.
  static let address = "127.77.0.2"
  static let page = "http://127.77.0.2/"
  /// What the good backup holds.
  static let goodContent = Content(
    version: "2.4.1-debian-10-r14", rows: ["order-1001", "order-1002", "order-1003"])
  /// What the older backup holds.
  static let olderContent = Content(version: "2.3.7-debian-10-r9", rows: ["order-1001"])
}
