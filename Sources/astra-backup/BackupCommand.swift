package import ArgumentParser
package import StepCommon

/// The flags of `astra-backup`.
package struct BackupCommand: StepCommand {
  package static let configuration = CommandConfiguration(
    commandName: BackupStep.identity.name,
    abstract: "Back up an application under a name and wait until the backup is complete.",
    discussion: HelpText.discussion(),
    version: "\(BackupStep.identity.name) \(Version.current)")

  package static let examples = [
    HelpExample("Back up production before a release", "astra-backup -a shop -b before-2.4.2"),
    HelpExample(
      "Take the name of the pipeline run", "PROD_APP_NAME=shop ASTRA_RUN_ID=release-117 astra-backup"),
  ]

  @OptionGroup
  package var making: RecoveryPointOptions

  @Option(
    name: [.customShort("b"), .customLong("backup-name")],
    help: .init(Self.name.help, valueName: "name"))
  package var backupName: String?

  @OptionGroup
  package var common: CommonOptions

  /// The name of the backup.
  static let name = Parameter(
    "backup-name", "BACKUP_NAME", meaning: "the name of the backup",
    detail: "Required if the run has no name",
    fallback: "the name of the pipeline run")

  /// Makes the command, for the parser.
  package init() {}
}
