internal import ServiceSimulation

/// What truly happened in a run, by the world's own journal and contents.
struct GroundTruth {
  let world: any SimulatedService
  let monitor: ServiceMonitor
  let mission: Mission
  /// Whether others have changed the world.
  var others = false
  /// Whether everyone sees pages spoilt.
  var spoilsPages = false
  /// What the page truly showed at each look of the attempt.
  var pages: [FrontPage?] = []

  /// Everything that has happened since the service started.
  let journal: [JournalEntry]
  /// What has happened since the run began.
  let changes: ArraySlice<JournalEntry>

  init(
    world: any SimulatedService, monitor: ServiceMonitor, mission: Mission, others: Bool = false,
    spoilsPages: Bool = false, pages: [FrontPage?] = []
  ) {
    (self.world, self.monitor, self.mission) = (world, monitor, mission)
    (self.others, self.spoilsPages, self.pages) = (others, spoilsPages, pages)
    journal = world.journal
    changes = journal.dropFirst(monitor.base)
  }

  /// Whether a stage has done what it is for; nil if it has, else what is missing.
  ///
  /// - Parameters:
  ///   - stage: the stage.
  ///   - values: what it has published; empty where that is not known.
  /// - Returns: a sentence about what is missing.
  func missing(from stage: Mission.Stage, values: [String: String] = [:]) -> String? {
    let values =
      world.capabilities.idsHaveParts
      ? values.mapValues { $0.split(separator: "/").last.map { String($0) } ?? $0 } : values
    return switch stage.program {
    case .backup:
      missingCopy(
        .backup, stage.environment["BACKUP_NAME"] ?? Mission.newBackup, published: values["ASTRA_BACKUP_ID"])
    case .cleanup: missingCleanup(of: stage)
    case .clone:
      missingClone(
        of: stage.origin, published: values["ASTRA_CLONE_ID"], mayBeOlder: stage.mayBeOlder(than: mission))
    case .preflight:
      Prerequisite.allCases.first {
        !monitor.prerequisites.contains($0)
          && ($0 != .acceptingCluster || world.capabilities.refusesClonesByCluster)
      }.map {
        "it was not so when looked at, or not looked at, that \($0.rawValue)"
      }
    case .restore: missingRestore(stage.restoresTheOlder, published: values["ASTRA_RESTORE_POINT_ID"])
    case .verify: missingSight(isBroken: stage.arguments.contains("--expect-broken"))
    // What it claims is held against the world by itself.
    case .status: nil
    case .snapshot: missingCopy(.snapshot, Mission.newSnapshot, published: values["ASTRA_SNAPSHOT_ID"])
    }
  }

  /// Of two looks that agree a single fault can have bent one: the other one has to have been true.
  private func missingSight(isBroken: Bool) -> String? {
    guard !spoilsPages else { return nil }
    let last = pages.suffix(2)
    guard last.count == 2 else { return "the page was looked at \(pages.count) times" }
    let isTrue = last.contains { $0?.status == (isBroken ? 500 : 200) }
    return isTrue ? nil : "the page truly showed \(last.map { $0?.status ?? 0 })"
  }

  private func missingCopy(_ kind: JournalEntry.Kind, _ name: String, published: String?) -> String? {
    let completed = changes.filter { $0.event == .completed && $0.kind == kind && $0.name == name }
    guard let id = completed.first(where: { published == nil || $0.id == published })?.id else {
      return "no \(kind.rawValue) \(name) of this run has completed, or another one was published"
    }
    guard let point = world.recoveryPoint(id) else { return nil }
    // One that ends `removed` has been completed, by the journal.
    if point.state != "completed", !others { return "the \(kind.rawValue) is \(point.state)" }
    // A server that does not show how hooks went keeps everyone from knowing.
    if point.hookState == "failed", world.behaviour.showsHookResults {
      return "the hooks of the \(kind.rawValue) failed"
    }
    // Others may have taken away what the application runs by, which is then what was copied.
    if others, point.content == nil { return nil }
    return point.content.map(monitor.contents.contains) == true
      ? nil : "the \(kind.rawValue) holds \(String(describing: point.content)), which production never held"
  }

  /// Looks for the clone of the recovery point of that id, or of the live application.
  private func missingClone(of origin: String?, published: String?, mayBeOlder: Bool) -> String? {
    let completed = (mayBeOlder ? journal[...] : changes).filter {
      $0.event == .completed && $0.kind == .clone && $0.name == WorkedExample.cloneName
    }
    guard let id = completed.first(where: { published == nil || $0.id == published })?.id else {
      return "no clone \(WorkedExample.cloneName) of this run was completed, or another one was published"
    }
    guard let clone = world.application(id), clone.id == id else { return nil }
    guard clone.sourceID == WorkedExample.production else { return "the clone is of another application" }
    let content = origin == nil ? nil : WorkedExample.goodContent
    let fits = content.map { $0 == clone.content } ?? clone.content.map(monitor.contents.contains) ?? false
    // What it holds may be the same by chance.
    let made = journal.first { $0.event == .created && $0.id == id }
    if let made, made.related != origin ?? WorkedExample.production, !others,
      origin != nil || world.capabilities.backupsOfAClone == 0
        || !isCopy(made.related, in: mayBeOlder ? journal[...] : changes)
    {
      return "the clone was made from \(made.related ?? "nothing")"
    }
    // Where others took away what runs in production, nothing runs in a true copy of it.
    if others, clone.content == nil, world.application(WorkedExample.production)?.content == nil {
      return nil
    }
    return fits || mayBeOlder ? nil : "the clone holds \(String(describing: clone.content))"
  }

  /// Whether a recovery point was made by a client meanwhile: what carries a clone of the live application.
  private func isCopy(_ id: String?, in changes: ArraySlice<JournalEntry>) -> Bool {
    changes.contains { $0.event == .created && [.backup, .snapshot].contains($0.kind) && $0.id == id }
  }

  private func missingRestore(_ isOlder: Bool, published: String?) -> String? {
    func isWanted(_ point: String?) -> Bool {
      isOlder ? point == WorkedExample.olderBackupID : self.isWanted(point)
    }
    let restores = changes.filter { $0.id == WorkedExample.production }
    guard
      let end = restores.lastIndex(where: { $0.event == .restoreFinished && isWanted($0.related) })
    else {
      return
        "no in-place restore from \(isOlder ? WorkedExample.olderBackup : WorkedExample.goodBackup) has finished in this run"
    }
    if let published, published != restores[end].related {
      return "it was published that \(published) was restored from"
    }
    let later = restores[(end + 1)...]
    if later.contains(where: { $0.event == .restoreBegan && isWanted($0.related) }) {
      return "another restore began after the one that finished"
    }
    guard later.isEmpty, let production = world.application(WorkedExample.production) else { return nil }
    let wanted =
      restores[end].related.flatMap { id in world.recoveryPoint(id)?.content } ?? WorkedExample.goodContent
    // Others may have taken away what it runs by.
    if others, production.content == nil { return nil }
    return production.content == wanted
      ? nil : "production holds \(String(describing: production.content))"
  }

  /// Whether a restore from a recovery point is what the mission is for.
  ///
  /// The newest backup, and the one of that name, may be another one once others have made or removed one.
  private func isWanted(_ point: String?) -> Bool {
    guard others, let point else { return point == WorkedExample.goodBackupID }
    return mission.restoresTheNewest || point == WorkedExample.goodBackupID
      || world.recoveryPoint(point)?.name == WorkedExample.goodBackup
  }

  // MARK: - What must not be

  /// What exists twice, or was asked for more often than anything explains.
  ///
  /// - Parameters:
  ///   - slack: how many more of each others explain, who took things away, or a disk that kept no record.
  ///   - renewed: how many more carriers of a clone time explains, since one that is old is none of the present state.
  ///   - repeated: how many restores are explained by a server that forgets them.
  ///   - most: how many snapshots an undisturbed run makes, and how many more the fault explains.
  /// - Returns: a sentence for each.
  func excess(slack: Int = 0, carriers renewed: Int = 0, restores repeated: Int = 0, snapshots most: Int)
    -> [String]
  {
    let programs = Set(mission.stages.map(\.program))
    let (tally, then) = (world.tally, monitor.tallyAtBase)
    var excess: [String] = []
    func bound(_ what: String, _ count: Int, _ most: Int) {
      if count > most { excess.append("\(count) \(what), and at most \(most) are explained") }
    }
    let failures = changes.count { $0.event == .failed }
    let again = mission.replacesFailed ? failures : 0
    // What carries a clone, and one more for each that failed.
    let carriers = programs.contains(.clone) ? world.capabilities.backupsOfAClone : 0
    bound(
      "backups made", tally.backupsCreated - then.backupsCreated,
      (programs.contains(.backup) ? 1 + slack + again : 0) + carriers * (1 + slack + failures + renewed))
    bound(
      "clones made", tally.clonesCreated - then.clonesCreated,
      programs.contains(.clone) ? 1 + slack + again : 0)
    let wanted = changes.filter { $0.event == .restoreRequested && isWanted($0.related) }
    let failed = changes.count { $0.event == .restoreFailed }
    let older = changes.filter { $0.event == .restoreRequested && $0.related == WorkedExample.olderBackupID }
    if !others {
      bound(
        "restores from the older backup asked for", older.count,
        mission.stages.contains { $0.restoresTheOlder } ? 1 + failed + slack + repeated : 0)
    }
    // Where the newest is wanted, what others restore from may be that too.
    let theirs = mission.restoresTheNewest && others ? 1 : 0
    bound(
      "restores asked for", wanted.count,
      programs.contains(.restore) ? 1 + failed + slack + theirs + repeated : 0)
    let strange = changes.filter {
      // From one that is gone nothing is restored.
      $0.event == .restoreRequested && $0.related != nil && !isWanted($0.related)
        && $0.related != WorkedExample.olderBackupID
    }
    bound("restores from a recovery point that nobody named", strange.count, 0)
    // And one for each copy or restore that failed.
    let snapshots = tally.snapshotsCreated - then.snapshotsCreated
    bound(
      "snapshots made", snapshots,
      programs.contains(.restore)
        ? most + failed + failures + slack : programs.contains(.snapshot) ? 1 + slack + again : 0)
    bound("deletions", tally.deletions - then.deletions, again + mostRemovals)
    return excess + wronglyRemoved
  }

  /// What of others has changed since the scenario's start.
  func damage(since start: any SimulatedService) -> [String] {
    let others = start.applications.filter { $0.id != WorkedExample.production }
    return others.compactMap { before in
      let now = world.applications.first { $0.id == before.id }
      let isWhole =
        now?.content == before.content
        && ["ready", "discovering", before.state].contains(now?.state)
        && now?.namespaces == before.namespaces
      return isWhole ? nil : "application \(before.name), which is nobody's business, has changed"
    }
      + start.recoveryPoints.compactMap { before in
        if mission.removesBackups, before.id == WorkedExample.olderBackupID { return nil }
        let now = world.recoveryPoints.first { $0.id == before.id }
        return now?.content == before.content && now?.state == before.state
          ? nil : "\(before.kind.rawValue) \(before.name), which was there before, has changed"
      }
  }

  /// What a later run must leave as it is: clones and backups, without the states that pass.
  ///
  /// What a cleanup is for is in no later run's keeping.
  var lastingObjects: Set<String> {
    Set(
      world.applications.filter {
        $0.sourceID != nil && !(mission.removesClone && $0.name == WorkedExample.cloneName)
      }
      .map { "clone \($0.name) \(String(describing: $0.content))" }
        + world.recoveryPoints.filter {
          ($0.kind == .backup || $0.name == Mission.newSnapshot)
            && !(mission.removesBackups && $0.id == WorkedExample.olderBackupID)
            && !(mission.removesClone && isCarrier($0.name))
        }
        .map { "\($0.kind.rawValue) \($0.name) \($0.state) \(String(describing: $0.content))" })
  }

  /// Whether a backup was made for nothing but to carry a clone: how many there are depends on what went wrong.
  func isCarrier(_ name: String) -> Bool {
    world.capabilities.backupsOfAClone > 0 && name.hasPrefix("\(WorkedExample.cloneName)-")
  }

  /// What the run has come to, for a comparison with an undisturbed one.
  var ending: [String] {
    let production = world.application(WorkedExample.production)
    return [
      "production \(production?.state ?? "gone") \(String(describing: production?.content)) at \(production?.address ?? "")"
    ]
      + world.applications.filter { $0.sourceID != nil }
      .map { "clone \($0.name) \($0.state) \(String(describing: $0.content))" }.sorted()
      + world.recoveryPoints.filter {
        ($0.kind == .backup && !isCarrier($0.name)) || $0.name == Mission.newSnapshot
      }
      .map { "\($0.kind.rawValue) \($0.name) \($0.state) \(String(describing: $0.content))" }.sorted()
  }
}
