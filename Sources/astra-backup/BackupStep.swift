internal import AppProtection
package import StepCommon

/// Backs up an application under a name, and ends when the backup is complete.
package final class BackupStep: Step {
  package static let identity = StepIdentity(.backup)
  package static let outputKeys = RecoveryPointCreation.outputKeys(.backup)

  package static var phases: [Phase<BackupStep>] {
    [
      Phase("find application") { $0.backup.findApplication },
      Phase("look for a backup of that name") { $0.backup.lookForExisting },
      Phase("request backup") { $0.backup.request },
      Phase("wait for backup") { $0.backup.wait },
      Phase("check execution hooks") { $0.backup.checkHooks },
    ]
  }

  private let backup: RecoveryPointCreation

  package init(_ command: BackupCommand, _ reader: ParameterReader, _ settings: Settings) throws(StepFailure)
  {
    backup = RecoveryPointCreation(
      .backup,
      try RecoveryPointParameters(
        command.making, name: BackupCommand.name, flag: command.backupName, reader, settings))
  }
}
