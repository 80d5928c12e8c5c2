internal import AppProtection
internal import StepCommon
internal import Timing

// Which backups are to go, and how they go.
extension CleanupRun {
  /// Chooses the backups that are to go, the oldest first, when two looks in a row agree on them.
  func chooseBackups(
    _ keep: Int, _ pattern: NamePattern, of source: Application
  ) throws(StepFailure) -> [RecoveryPoint] {
    let last = try poller.untilTwoAgree(
      { () throws(StepFailure) in try decision(keep, pattern, of: source) },
      on: { [$0.toRemove.map(\.id), $0.kept.map(\.id)] })
    for point in last.kept { log.info("to keep: \(point.title) (\(point.whereabouts))") }
    for (point, reason) in last.passedOver {
      log.info("left alone: \(point.title) (\(point.whereabouts)): \(reason)")
    }
    if last.kept.isEmpty { log.info("no good backup of \"\(source.name)\" matches \(pattern.text)") }
    return last.toRemove
  }

  /// Removes a backup, if it is still one that goes, and those that stay are still there.
  func remove(
    _ backup: RecoveryPoint, _ keep: Int, _ pattern: NamePattern, of source: Application
  ) throws(StepFailure) {
    let title = "\(backup.title) of \"\(source.name)\" (\(backup.whereabouts))"
    log.info("removing \(title)")
    try removals.remove(
      title, as: removals.removal(of: backup),
      check: { () throws(StepFailure) in
        try checkSource(source)
        let decision = try decision(keep, pattern, of: source)
        guard decision.kept.count >= keep else {
          throw .protected(
            "only \(decision.kept.count) of the \(keep) backups to keep are still there, so \(title) stays",
            kind: .notToBeRemoved)
        }
        for kept in decision.kept { try checkIsWhole(kept, sparing: title) }
        // One that is going, or gone, is no longer in the decision.
        let now = try ask { () throws(BackendError) in
          try backend.recoveryPoint(backup.id, .backup, of: source.id)
        }
        guard let now, now.state != .deleting else { return .mayBeRemoved }
        if let held = decision.passedOver.first(where: { $0.point.id == backup.id }) {
          throw .protected("\(title) must not be removed any more: \(held.reason)", kind: .notToBeRemoved)
        }
        guard decision.toRemove.contains(where: { $0.id == backup.id }) else {
          throw .protected("\(title) is now one of the \(keep) newest, so it stays", kind: .notToBeRemoved)
        }
        return .mayBeRemoved
      },
      delete: { () throws(BackendError) in try removeAndTell(backup) },
      stateOf: { () throws(BackendError) in
        try backend.recoveryPoint(backup.id, .backup, of: source.id).map(\.state.rawValue)
      })
  }

  /// Sorts the backups of an application as they are now.
  private func decision(
    _ keep: Int, _ pattern: NamePattern, of source: Application
  ) throws(StepFailure) -> Retention.Decision {
    let backups = try ask { () throws(BackendError) in try backend.recoveryPoints(.backup, of: source.id) }
    let all = try ask { () throws(BackendError) in try backend.overview() }.applications
    var held: [RecoveryPoint.ID: String] = [:]
    for clone in all where clone.id != source.id && clone.state.isBeingMade {
      for id in origins(of: clone) { held[id] = "clone \"\(clone.name)\" is being made from it" }
    }
    let restores = history.operationsOfAnyRun(ofStep: StepName.restore.program).filter {
      $0.kind == .inPlaceRestore && $0.application == source.id.text && $0.stage != .refused
    }
    for id in restores.compactMap(\.point) { held[RecoveryPoint.ID(id)] = Self.restoredFrom(source) }
    for id in try shownOrigins(of: source) { held[id] = Self.restoredFrom(source) }
    let begun = history.operations.filter { $0.kind == .backupRemoval && $0.stage != .refused }
    return Retention(
      keep: keep, pattern: pattern, held: held,
      begun: Set(begun.compactMap(\.id).map { RecoveryPoint.ID($0) })
    ).decision(on: backups)
  }

  /// What an application was restored from, by a look at itself: a list of all need not tell that.
  func shownOrigins(of source: Application) throws(StepFailure) -> [RecoveryPoint.ID] {
    let now = try ask { () throws(BackendError) in try backend.application(source.id) }
    return backend.shownOrigins(of: now ?? source)
  }

  /// What a clone is or was made from, asked for by name or not.
  func origins(of clone: Application) -> [RecoveryPoint.ID] {
    backend.shownOrigins(of: clone) + [backend.carrier(of: clone)].compactMap { $0 }
  }

  private static func restoredFrom(_ source: Application) -> String {
    "\"\(source.name)\" was restored from it"
  }

  /// Throws unless a backup that is to be kept is there and good, by a look at itself.
  private func checkIsWhole(_ kept: RecoveryPoint, sparing title: String) throws(StepFailure) {
    let now = try ask { () throws(BackendError) in
      try backend.recoveryPoint(kept.id, .backup, of: kept.applicationID)
    }
    guard let now, now.state == .completed, !now.hooks.didFail else {
      throw .protected(
        "\(kept.title), which was to be kept, is now \(now?.state.rawValue ?? "gone"), so \(title) stays",
        kind: .notToBeRemoved)
    }
  }
}
