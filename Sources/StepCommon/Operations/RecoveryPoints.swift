package import AppProtection
internal import Timing

/// Making a backup or a snapshot, as every step that makes one does it.
extension OperationRunner {
  /// Settles what is there of that name already, by the table of situations.
  ///
  /// Refuses one of an earlier run, finished or under way (unless `leftovers` says reuse), and a failed one (unless they
  /// say replace, which removes it).
  package func existing(
    _ kind: RecoveryPoint.Kind, named name: String, of application: Application, leftovers: Leftovers
  ) throws(StepFailure) -> Existing<RecoveryPoint> {
    let title = "\(kind.rawValue) \"\(name)\" of \"\(application.name)\""
    let asked = asked(kind, name, application)
    let all = try lookForTraces(
      of: asked, title,
      look: { () throws(BackendError) in
        try backend.recoveryPoints(kind, of: application.id).filter { $0.name == name }
      },
      isThere: { !$0.isEmpty })
    noteNamesakes(all.map(\.id.text), of: "the \(title)")
    let ours = all.filter { history.isOfThisRun(id: $0.id.text, createdAt: $0.createdAt, asked: asked) }
    guard let point = ours.count == 1 ? ours[0] : all.first else {
      try refuseUnseen(asked, title)
      return .nothing
    }
    guard all.count == 1 || ours.count == 1 else {
      throw .ambiguous(
        "there are \(all.count) of \(title) already: \(all.map(\.whereabouts).joined(separator: ", "))",
        hint: "choose another name")
    }
    return try settle(
      ExistingObject(
        title: title, id: point.id.text, createdAt: point.createdAt, whereabouts: point.whereabouts,
        state: point.state.rawValue, problems: point.problems, progress: point.state.progress,
        isOurs: ours.count == 1),
      point, asked: asked, leftovers,
      ExistingWords(
        goal: "complete", lack: "today's data",
        choices: "or take that one with --\(Common.ifExists.flag) reuse",
        shownBy: StatusCommand.of(application)),
      remove: { () throws(StepFailure) in try removeFailed(point, title) })
  }

  /// Asks for a copy, once, and writes down that it does, and for which recovery point if it is evidence.
  package func request(
    _ kind: RecoveryPoint.Kind, named name: String, of application: Application,
    as operationKind: RunRecord.Operation.Kind, for point: RecoveryPoint.ID? = nil, labels: [Label] = []
  ) throws(StepFailure) -> RecoveryPoint {
    let title = "\(kind.rawValue) \"\(name)\" of \"\(application.name)\""
    return try make(
      "the \(title)",
      intent: { namesakes in
        RunRecord.Operation(
          operationKind, application: application.id, name: name, point: point, askedAt: backend.currentTime,
          before: application.marks, namesakes: namesakes)
      },
      of: application.id,
      namesakes: { () throws(BackendError) in
        try backend.recoveryPoints(kind, of: application.id).filter { $0.name == name }.map(\.id.text)
      },
      look: { () throws(BackendError) in
        try backend.recoveryPoints(kind, of: application.id).first { point in
          point.name == name
            && history.isOfThisRun(
              id: point.id.text, createdAt: point.createdAt, asked: asked(kind, name, application))
        }
      },
      change: .copy(kind, of: application),
      ask: { () throws(BackendError) in
        try backend.create(kind, named: name, of: application, labels: labels)
      },
      id: { $0.id.text })
  }

  /// Waits for a copy to its end; returns it only if it was seen to be complete.
  ///
  /// - Parameters:
  ///   - point: the copy.
  ///   - application: the application that it is a copy of.
  ///   - isKnown: whether it was seen before, so that its absence means that it is gone.
  /// - Returns: the copy at its good end.
  /// - Throws: what its bad end, or the end of the time, means for the step.
  package func waitForCompletion(
    of point: RecoveryPoint, _ application: Application, isKnown: Bool = false
  ) throws(StepFailure) -> RecoveryPoint {
    let title = "\(point.kind.rawValue) \"\(point.name)\" of \"\(application.name)\""
    let outcome = try poller.wait(
      for: title, isKnown: isKnown,
      read: { () throws(BackendError) in
        try backend.recoveryPoint(point.id, point.kind, of: application.id)
      },
      awaited: { .recoveryPoint($0.id, $0.kind, of: application.id) }, judge: { $0.pollResult })
    let operation = history.operations.last { $0.id == point.id.text }
    let made = try settle(outcome, title, goal: "complete", operation)
    for caution in made.cautions { log.warning("\(title): \(caution)") }
    if let expiry = made.expiresAt { log.info("\(title) is kept until \(expiry.text)") }
    return made
  }

  /// Throws if execution hooks around a copy failed and that was not accepted.
  package func checkHooks(of point: RecoveryPoint, _ application: Application, accept: Bool)
    throws(StepFailure)
  {
    guard case .failed(let details) = point.hooks else { return }
    let reason = details.isEmpty ? "" : ": \(details.joined(separator: "; "))"
    let message =
      "execution hooks of \(point.kind.rawValue) \"\(point.name)\" of \"\(application.name)\" failed\(reason)"
    guard accept else {
      throw StepFailure(
        .operationFailed, .failure, type: "hooksFailed", kind: .hooksFailed,
        "\(message); its data may not be consistent",
        hint: "mend the hooks, or accept such a copy with --\(Common.acceptFailedHooks.flag)")
    }
    log.warning("\(message); accepted by --\(Common.acceptFailedHooks.flag)")
  }

  /// What this run has asked for of that kind and name, and was not refused.
  private func asked(
    _ kind: RecoveryPoint.Kind, _ name: String, _ application: Application
  ) -> [RunRecord.Operation] {
    let kinds: [RunRecord.Operation.Kind] =
      kind == .backup ? [.backup, .cloneSource] : [.snapshot, .evidence, .cloneSource]
    return history.operations.filter {
      kinds.contains($0.kind) && $0.name == name && $0.application == application.id.text
        && $0.stage != .refused
    }
  }

  /// Removes a failed copy that the user asked to have replaced, and waits until it is gone.
  ///
  /// It is looked at once more just before: only a failed one is ever removed.
  private func removeFailed(_ point: RecoveryPoint, _ title: String) throws(StepFailure) {
    guard !settings.isDryRun else {
      log.info("dry run: would remove the failed \(title) first")
      return
    }
    log.info("removing the failed \(title) (\(point.whereabouts)), because of --\(Common.replaceFailed.flag)")
    try removals.remove(
      title, as: removals.removal(of: point),
      check: { () throws(StepFailure) in
        let now = try ask { () throws(BackendError) in
          try backend.recoveryPoint(point.id, point.kind, of: point.applicationID)
        }
        guard now == nil || now?.state == .failed || now?.state == .deleting else {
          throw .protected(
            "\(title) is not failed any more: it is \(now?.state.rawValue ?? "gone")", kind: .notToBeRemoved)
        }
        let others = now?.otherNamespaces ?? []
        guard others.isEmpty else {
          throw .protected(
            "\(title) is a copy of others, too (\(others.joined(separator: ", "))), so it is not replaced",
            hint: "choose another name", kind: .notToBeRemoved)
        }
        return .mayBeRemoved
      },
      delete: { () throws(BackendError) in try backend.delete(point) },
      stateOf: { () throws(BackendError) in
        try backend.recoveryPoint(point.id, point.kind, of: point.applicationID).map(\.state.rawValue)
      })
  }
}

extension RecoveryPoint.State {
  /// How far a recovery point in this state is, for one that is found.
  fileprivate var progress: ExistingObject.Progress {
    if self == .completed { return .complete }
    if self == .failed { return .failed }
    return isDead ? .spoilt : .underWay
  }
}
