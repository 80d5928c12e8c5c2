internal import ServiceSimulation

// What the missions of `astra-cleanup` do, and what they may remove.
extension Mission {
  private static let removeClone = ["--remove-clone"]
  private static let keepOne = ["--keep-backups", "1", "--backup-pattern", WorkedExample.backupPattern]

  /// A clone, and its end.
  static let cleanup = Mission(
    name: "cleanup", stages: [Stage(program: .clone), Stage(program: .cleanup, arguments: removeClone)],
    prepared: 1)

  /// All clones of a certain age that are provably made by a pipeline, beside one that a person has made.
  static let cleanupByAge = Mission(
    name: "cleanup-by-age",
    stages: [
      Stage(program: .clone), Stage(program: .cleanup, arguments: removeClone + ["--older-than", "1s"]),
    ], isVariant: true, isChoice: true, prepared: 1, found: [cloneOfOthers])

  private static let cloneOfOthers: ApplicationSeed = {
    var seed = ApplicationSeed(
      "magento-by-hand", cluster: "ocp-debug", namespaces: ["magento-by-hand"],
      content: WorkedExample.goodContent)
    seed.source = WorkedExample.production
    return seed
  }()

  /// All but the newest backup that a pipeline made.
  static let cleanupOfBackups = Mission(
    name: "cleanup-backups", stages: [Stage(program: .cleanup, arguments: keepOne)])

  /// A post-mortem from its beginning to its end, in which the backup that production went back to is not the newest.
  static let cleanupAtTheEnd = Mission(
    name: "cleanup-all",
    stages: [
      Stage(program: .backup, environment: ["BACKUP_NAME": WorkedExample.laterBackup]),
      Stage(program: .clone), Stage(program: .restore),
      Stage(program: .cleanup, arguments: removeClone + keepOne),
    ], isVariant: true, isChoice: true, prepared: 3)

  /// Evidence that has done its work, beside a snapshot that a person has called so; and evidence that is needed still.
  static let cleanupsOfEvidence: [Mission] = [false, true].map { isNeeded in
    var restoring = restore
    restoring.owed = isNeeded ? [1] : [0]
    return Mission(
      name: isNeeded ? "cleanup-evidence-needed" : "cleanup-evidence",
      stages: [
        restoring,
        Stage(
          program: .cleanup, arguments: ["--evidence-older-than", "1s"], owed: isNeeded ? [0, 1, 78] : [0],
          meanwhile: { world in
            var seed = RecoveryPointSeed("evidence-by-hand", content: WorkedExample.goodContent)
            seed.age = .seconds(10 * 86_400)
            world.addSnapshot(seed, of: WorkedExample.production)
          }),
      ], isVariant: true, prepared: 1,
      server: { if isNeeded { $0.add(OperationFault(.restore, nth: 1, .fails)) } }, kinds: .waysOfRecognising)
  }

  /// Whether evidence that nobody needs any more is to go.
  var removesEvidence: Bool { stages.contains { $0.removesEvidence } && !isRefused }

  /// Whether the clone is to go.
  var removesClone: Bool { stages.contains { $0.removesClone } }

  /// Whether backups are to go.
  var removesBackups: Bool { stages.contains { $0.removesBackups } }
}

extension Mission.Stage {
  var removesClone: Bool { program == .cleanup && arguments.contains("--remove-clone") }
  var removesBackups: Bool { program == .cleanup && arguments.contains("--keep-backups") }
  var removesEvidence: Bool { program == .cleanup && arguments.contains("--evidence-older-than") }
}

extension WorkedExample {
  /// What the pipelines call their backups.
  static let backupPattern = "before-*"
  /// A backup of that pattern that is newer than the one that production goes back to.
  static let laterBackup = "before-2-4-3"

  /// Whether a recovery point is one of the pattern.
  static func isOfPattern(_ name: String) -> Bool { name.hasPrefix("before-") }
}

extension GroundTruth {
  /// Whether what a cleanup is for is gone; nil if it is, else what is there.
  func missingCleanup(of stage: Mission.Stage) -> String? {
    if stage.removesClone {
      let made = madeClones
      if let clone = world.applications.first(where: { made.contains($0.id) }) {
        return "clone \(clone.name) is there and \(clone.state)"
      }
    }
    // What a restore that failed has overwritten is needed.
    if mission.removesEvidence, stage.removesEvidence,
      !changes.contains(where: { $0.event == .restoreFailed }),
      let left = ownEvidence.first
    {
      return "evidence \(left.name) is there and \(left.state)"
    }
    if stage.removesBackups, !others,
      world.recoveryPoints.contains(where: { $0.id == WorkedExample.olderBackupID })
    {
      return "the older backup is still there"
    }
    return nil
  }

  /// What was removed and must not be: everything but this tool's clones of production under that name, and old backups
  /// of the pattern.
  ///
  /// Production and every good backup of the pattern that is among the newest, or that production was restored from, is
  /// in no run's hands.
  var wronglyRemoved: [String] {
    let made = madeClones
    return zip(changes.indices, changes).filter { $1.event == .deleted }.compactMap { place, entry in
      let isRight =
        switch entry.kind {
        case .snapshot:
          isReplacedEvidence(entry, at: place) && isFreeEvidence(entry.id)
            || mission.removesEvidence && isOwnEvidence(entry)
        case .clone: (mission.removesClone || mission.replacesFailed) && made.contains(entry.id)
        case .backup where mission.removesBackups && !isCarrier(entry.name):
          entry.id == WorkedExample.olderBackupID
            || others && entry.id != restoredFrom && WorkedExample.isOfPattern(entry.name)
        case .backup where isSpentCarrier(entry, at: place): true
        case .backup: mission.replacesFailed && entry.name == Mission.newBackup
        default: false
        }
      return isRight
        ? nil : "\(entry.kind.rawValue) \(entry.name) (\(entry.id)) was removed, which is not to go"
    }
  }

  /// How many removals are explained.
  var mostRemovals: Int {
    var most = mission.removesClone ? madeClones.count + madeCarriers.count : 0
    // One whose answer was lost is asked for again.
    if mission.removesEvidence { most += 2 * madeEvidence.count }
    if mission.removesBackups { most += others ? 3 : 1 }
    most += max(0, madeEvidence.count - 1)
    // One that has failed is asked for again.
    if most > 0 { most += changes.count { $0.event == .failed } }
    return most
  }

  /// The clones of that name that a client has made of production, in this run or before it.
  private var madeClones: Set<String> {
    Set(
      journal.filter { $0.event == .created && $0.kind == .clone && $0.name == WorkedExample.cloneName }.map(
        \.id))
  }

  /// The backups that clients have made to carry clones, in this run or before it.
  private var madeCarriers: Set<String> {
    Set(
      journal.filter { $0.event == .created && $0.kind == .backup && isCarrier($0.name) }.map(\.id))
  }

  /// Whether the removal at that place of the journal is one of a backup that carried a clone, and every clone made of it
  /// was gone by then.
  private func isSpentCarrier(_ entry: JournalEntry, at place: Int) -> Bool {
    guard mission.removesClone, madeCarriers.contains(entry.id) else { return false }
    let clones = journal.filter { $0.event == .created && $0.kind == .clone && $0.related == entry.id }
    let gone = Set(journal[..<place].filter { $0.event == .deleted && $0.kind == .clone }.map(\.id))
    let deleted = Set(journal.filter { $0.event == .deleted }.map(\.id))
    // One that has vanished by itself was deleted by nobody.
    return clones.allSatisfy {
      gone.contains($0.id) || !deleted.contains($0.id) && world.application($0.id) == nil
    }
  }

  /// The evidence snapshots of this run.
  private var madeEvidence: Set<String> {
    guard mission.stages.contains(where: { $0.program == .restore }) else { return [] }
    return Set(
      changes.filter { $0.event == .created && $0.kind == .snapshot && $0.name.hasPrefix("evidence-") }.map(
        \.id)
    )
  }

  /// Whether a snapshot that was removed was evidence with which no restore had begun, and a later one was complete by
  /// then.
  private func isFreeEvidence(_ id: String) -> Bool {
    let made = madeEvidence
    guard made.contains(id), let gone = changes.firstIndex(where: { $0.event == .deleted && $0.id == id }),
      let began = changes.firstIndex(where: { $0.event == .created && $0.id == id })
    else { return false }
    let next = changes[began..<gone].firstIndex {
      $0.event == .completed && $0.kind == .snapshot && $0.id != id && made.contains($0.id)
    }
    guard let next else { return false }
    return !changes[began..<next].contains { $0.event == .restoreBegan && $0.id == WorkedExample.production }
  }

  private var restoredFrom: String? {
    changes.last { $0.event == .restoreFinished && $0.id == WorkedExample.production }?.related
  }
}
