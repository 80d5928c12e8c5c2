package import ArgumentParser
package import StepCommon

/// The flags of `astra-backup`.
package struct BackupCommand: StepCommand {
  package static let configuration = CommandConfiguration(
    commandName: BackupStep.identity.name,
    abstract: "Back up an application under a name and wait until the backup is complete.",
    discussion: HelpText.discussion(),
    version: "\(BackupStep.identity.name) \(Version.current)")

  @Option(
    name: [.customShort("a"), .customLong("application")],
    help: .init(BackupParameters.application.help, valueName: "name"))
  package var application: String?

  @Option(
    name: [.customShort("c"), .customLong("cluster")],
    help: .init(BackupParameters.cluster.help, valueName: "name"))
  package var cluster: String?

  @Option(
    name: [.customShort("b"), .customLong("backup-name")],
    help: .init(BackupParameters.backup.help, valueName: "name"))
  package var backupName: String?

  @OptionGroup
  package var leftovers: LeftoverOptions

  @Flag(help: .init(Common.acceptFailedHooks.help))
  package var acceptFailedHooks = false

  @OptionGroup
  package var common: CommonOptions

  /// Makes the command, for the parser.
  package init() {}
}

/// What `astra-backup` is asked.
enum BackupParameters {
  static let application = Parameter(
    "application", "ASTRA_APP_NAME", "PROD_APP_NAME", meaning: "the application to back up (name or id)")
  static let cluster = Parameter(
    "cluster", "ASTRA_CLUSTER", "PROD_KUBERNETES_CLUSTER", meaning: "the application's cluster (name or id)",
    fallback: "the one that has an application of that name")
  static let backup = Parameter(
    "backup-name", "BACKUP_NAME", meaning: "the name of the backup", fallback: "the name of the pipeline run")
}

extension RecoveryPointParameters {
  init(_ command: BackupCommand, _ reader: ParameterReader, _ settings: Settings) throws(StepFailure) {
    self.init(
      application: try reader.required(BackupParameters.application, flag: command.application),
      cluster: try reader.text(BackupParameters.cluster, flag: command.cluster),
      name: try reader.name(BackupParameters.backup, flag: command.backupName, orRunOf: settings),
      leftovers: try Leftovers(command.leftovers, reader),
      acceptFailedHooks: try reader.truth(Common.acceptFailedHooks, flag: command.acceptFailedHooks))
  }
}
