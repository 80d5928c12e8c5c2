internal import AppProtection
package import StepCommon
internal import Timing

/// Backs up an application under a name, and ends when the backup is complete.
package final class BackupStep: Step {
  package static let identity = StepIdentity("backup")
  package static let outputKeys = [
    "ASTRA_BACKUP_ID", "ASTRA_BACKUP_NAME", "ASTRA_BACKUP_STATE", "ASTRA_BACKUP_CREATED",
  ]

  package static var phases: [Phase<BackupStep>] {
    [
      Phase("find application", BackupStep.findApplication),
      Phase("look for a backup of that name", BackupStep.lookForExisting),
      Phase("request backup", BackupStep.requestBackup),
      Phase("wait for backup", BackupStep.waitForBackup),
      Phase("check execution hooks", BackupStep.checkHooks),
    ]
  }

  private let parameters: BackupParameters
  private var application: Application?
  private var backup: RecoveryPoint?
  /// Whether the backup was under way before this attempt.
  private var wasThere = false

  package init(_ command: BackupCommand, _ reader: ParameterReader, _ settings: Settings) throws(StepFailure)
  {
    parameters = try BackupParameters(command, reader, settings)
  }

  private func findApplication(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let found = try run.findApplication(parameters.application, on: parameters.cluster)
    run.note("application", "\(found.name) (\(found.whereabouts))")
    if found.state == .restoring { throw .beingRestored(found) }
    application = found
    return .done
  }

  private func lookForExisting(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let application = try run.known(application)
    let existing = try run.existing(
      .backup, named: parameters.backup, of: application, leftovers: parameters.leftovers)
    switch existing {
    case .nothing: return .done
    case .underWay(let point):
      (backup, wasThere) = (point, true)
      publish(point, run)
      return .done
    case .complete(let point):
      publish(point, run)
      try run.checkHooks(of: point, application, accept: parameters.acceptFailedHooks)
      return .stepDone("backup \"\(point.name)\" is there already")
    }
  }

  private func requestBackup(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    if run.settings.isDryRun {
      return .stepDone(
        backup == nil
          ? "dry run: would back up \"\(parameters.application)\" as \"\(parameters.backup)\""
          : "dry run: would wait for backup \"\(parameters.backup)\", which is under way")
    }
    guard backup == nil else { return .notNeeded("one of that name is under way") }
    let made = try run.request(.backup, named: parameters.backup, of: try run.known(application), as: .backup)
    backup = made
    publish(made, run)
    return .done
  }

  private func waitForBackup(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let finished = try run.waitForCompletion(
      of: try run.known(backup), try run.known(application), isKnown: wasThere)
    backup = finished
    publish(finished, run)
    return .done
  }

  private func checkHooks(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    try run.checkHooks(
      of: try run.known(backup), try run.known(application), accept: parameters.acceptFailedHooks)
    return .done
  }

  private func publish(_ point: RecoveryPoint, _ run: StepRun) {
    run.publish("ASTRA_BACKUP_ID", point.id.text)
    run.publish("ASTRA_BACKUP_NAME", point.name)
    run.publish("ASTRA_BACKUP_STATE", point.state.rawValue)
    run.publish("ASTRA_BACKUP_CREATED", point.createdAt?.text ?? "")
  }
}
