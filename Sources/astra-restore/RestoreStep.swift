internal import AppProtection
package import StepCommon
internal import Timing

/// Restores an application in place from a recovery point, and ends when it was seen to be restored.
package final class RestoreStep: Step {
  package static let identity = StepIdentity(.restore)
  package static let outputKeys = [
    "ASTRA_RESTORE_APP_ID", "ASTRA_RESTORE_POINT_ID", "ASTRA_RESTORE_POINT_NAME", "ASTRA_RESTORE_POINT_KIND",
    "ASTRA_RESTORE_POINT_CREATED", "ASTRA_RESTORE_EVIDENCE", "ASTRA_RESTORE_EVIDENCE_ID",
    "ASTRA_RESTORE_EVIDENCE_NAME", "ASTRA_RESTORE_KEPT_VOLUMES",
  ]

  package static var phases: [Phase<RestoreStep>] {
    [
      Phase("find application", RestoreStep.findApplication),
      Phase("choose recovery point", RestoreStep.chooseRecoveryPoint),
      Phase("look for a restore under way", RestoreStep.lookForRestoreUnderWay),
      Phase("secure evidence", RestoreStep.secureEvidence),
      Phase("request in-place restore", RestoreStep.requestRestore),
      Phase("wait for in-place restore", RestoreStep.waitForRestore),
    ]
  }

  let parameters: RestoreParameters
  private var application: Application?
  private var point: RecoveryPoint?
  private var evidence: Evidence?
  private var restore: AcceptedRestore?
  /// The changes that the restore takes, where one request is not enough.
  private var changes: RestoreChanges?
  /// Such a restore that an earlier attempt has begun.
  private var halfDone: RunRecord.Operation?

  package init(_ command: RestoreCommand, _ reader: ParameterReader, _ settings: Settings) throws(StepFailure)
  {
    parameters = try RestoreParameters(command, reader)
  }

  package func prepare(_ run: StepRun) throws(StepFailure) {
    // Known even if the step gets no further.
    run.facts.note("wanted", parameters.application)
    run.facts.note("wantedPoint", "\(parameters.kind.rawValue) \(parameters.choice.word)")
  }

  private func findApplication(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    try run.lookup.checkCan(.inPlaceRestore)
    let found = try run.lookup.application(parameters.application, on: parameters.cluster)
    run.facts.note("application", "\(found.name) (\(found.whereabouts))")
    run.facts.publish("ASTRA_RESTORE_APP_ID", found.id.text)
    application = found
    run.lookup.warnOfNeighbours(of: found, "the restore overwrites what it has there too")
    return .done
  }

  private func chooseRecoveryPoint(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let chosen = try RecoveryPointChoice(run).recoveryPoint(for: try run.known(application), parameters)
    run.log.info("restoring from \(chosen.kind.rawValue) \"\(chosen.name)\" (\(chosen.whereabouts))")
    run.facts.note("recoveryPoint", "\(chosen.kind.rawValue) \(chosen.name) (\(chosen.whereabouts))")
    run.facts.publish("ASTRA_RESTORE_POINT_ID", chosen.id.text)
    run.facts.publish("ASTRA_RESTORE_POINT_NAME", chosen.name)
    run.facts.publish("ASTRA_RESTORE_POINT_KIND", chosen.kind.rawValue)
    run.facts.publish("ASTRA_RESTORE_POINT_CREATED", chosen.createdAt?.text ?? "")
    point = chosen
    return .done
  }

  private func lookForRestoreUnderWay(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let (application, point) = (try run.known(application), try run.known(point))
    halfDone = try RestoreRun(run: run).halfDone(of: application, from: point)
    if halfDone != nil { return .done }
    switch try RestoreRun(run: run).restoreUnderWay(of: application.id, from: point) {
    case .nothing:
      changes = try RestoreRun(run: run).stepwisePlan(
        of: application, from: point, parameters.agreement, waits: true)
      if !run.settings.isDryRun, !parameters.isConfirmed {
        try run.confirm(
          "this overwrites \"\(application.name)\" (\(application.whereabouts)) with \(point.kind.rawValue) \"\(point.name)\" (\(point.whereabouts))",
          by: application.name, skippedBy: RestoreParameters.yes)
      }
      return .done
    case .underWay(let accepted):
      restore = accepted
      return .done
    case .complete(let done):
      let sentence = "\"\(application.name)\" was restored from it in this run already"
      run.history.tellRecognised(
        sentence, by: done.operation, in: run.facts,
        otherwise: "if it has broken since, restore it in a new run or with another --\(Common.run.flag)")
      return .stepDone("\(sentence), \(run.history.moment(of: done.operation))")
    }
  }

  private func secureEvidence(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard restore == nil, halfDone == nil else {
      return .notNeeded("the restore is under way and already overwrites the state")
    }
    let found = try RestoreRun(run: run).secureEvidence(
      of: try run.known(application).id, try run.known(point), parameters)
    evidence = found
    if case .planned = found {
      run.facts.note("evidence", found.description)
      return .notNeeded(found.description)
    }
    publish(found, run)
    if case .discarded = found { return .notNeeded(found.description) }
    return .done
  }

  private func publish(_ evidence: Evidence, _ run: StepRun) {
    run.facts.note("evidence", evidence.description)
    run.facts.publish("ASTRA_RESTORE_EVIDENCE", evidence.word)
    run.facts.publish("ASTRA_RESTORE_EVIDENCE_ID", evidence.copy?.id ?? "")
    run.facts.publish("ASTRA_RESTORE_EVIDENCE_NAME", evidence.copy?.name ?? "")
  }

  private func requestRestore(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let (application, point) = (try run.known(application), try run.known(point))
    if run.settings.isDryRun {
      return .dryRunEnds(
        "dry run: would \(restore == nil ? halfDone == nil ? "restore" : "go on to restore" : "wait for the in-place restore of") \"\(application.name)\" "
          + "in place from \(point.kind.rawValue) \"\(point.name)\"")
    }
    guard restore == nil else { return .notNeeded("it is under way already") }
    if let halfDone {
      restore = try RestoreRun(run: run).goOn(with: halfDone, of: application)
      return .done
    }
    var evidence = try run.known(evidence)
    // It may have to be renewed while the request waits for its turn.
    defer { publish(evidence, run) }
    if let changes {
      restore = try RestoreRun(run: run).begin(
        changes, of: application, from: point, evidence: &evidence, parameters)
      return .done
    }
    restore = try RestoreRun(run: run).requestRestore(
      of: application.id, from: point, evidence: &evidence, parameters)
    return .done
  }

  private func waitForRestore(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let (application, point, restore) = (
      try run.known(application), try run.known(point), try run.known(restore)
    )
    let title = "in-place restore of \"\(application.name)\" from \(point.kind.rawValue) \"\(point.name)\""
    let operation = restore.operation
    if let operation { try RestoreRun(run: run).finish(operation, of: application) }
    let outcome = try run.poller.wait(
      for: title, isKnown: true,
      read: { () throws(BackendError) in try run.backend.restoring(restore.restore) },
      awaited: { .operation($0.id) },
      judge: { seen in
        if seen.wasSeen, let operation { run.history.noteSeen(operation) }
        return seen.pollResult
      })
    do throws(StepFailure) {
      _ = try run.operations.settle(outcome, title, goal: "finished", operation)
    } catch {
      if case .failed(let seen, _) = outcome, let operation, let failed = seen.application {
        // One that an earlier attempt asked for may have been ready in between.
        if evidence != nil || run.backend.isUntouched(failed, sinceFailureOf: restore.restore, nil) {
          run.history.noteMarksAfterFailure(operation, failed.marks)
        }
      }
      guard let changes = operation?.changes else {
        throw RestoreRun(run: run).withEvidenceHint(error, of: application, begunWith: operation?.evidence)
      }
      throw RestoreRun(run: run).withWayBack(
        error, changes, begun: changes.all.count, application, operation?.evidence)
    }
    return .done
  }
}
