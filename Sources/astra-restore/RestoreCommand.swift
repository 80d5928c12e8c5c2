package import ArgumentParser
package import StepCommon

/// The flags of `astra-restore`.
package struct RestoreCommand: StepCommand {
  package static let configuration = CommandConfiguration(
    commandName: RestoreStep.identity.name,
    abstract: "Restore an application in place from one of its recovery points and wait until it is ready.",
    discussion: HelpText.discussion(
      """
      An in-place restore destroys the application's present state, so it starts only when a complete copy of \
      that state exists: the clone named by DEBUG_APP_NAME, if it was made in this pipeline run, or else a \
      snapshot that the step makes first.
      """),
    version: "\(RestoreStep.identity.name) \(Version.current)")

  package static let examples = [
    HelpExample("Go back to the backup of before the release", "astra-restore -a shop -B before-2-4-2"),
    HelpExample("See what would be done", "PROD_APP_NAME=shop BACKUP_NAME=latest astra-restore --dry-run"),
  ]

  @Option(
    name: [.customShort("a"), .customLong("application-name")],
    help: .init(RestoreParameters.application.help, valueName: "name"))
  package var applicationName: String?

  @Option(
    name: [.customShort("c"), .customLong("cluster")],
    help: .init(RestoreParameters.cluster.help, valueName: "name"))
  package var cluster: String?

  @Option(
    name: [.customShort("B"), .customLong("use-backup")],
    help: .init(RestoreParameters.backup.help, valueName: "name"))
  package var useBackup: String?

  @Option(
    name: [.customShort("S"), .customLong("use-snapshot")],
    help: .init(RestoreParameters.snapshot.help, valueName: "name"))
  package var useSnapshot: String?

  @Option(help: .init(RestoreParameters.before.help, valueName: "time"))
  package var before: String?

  @Option(help: .init(RestoreParameters.evidence.help, valueName: "name"))
  package var evidenceClone: String?

  @Flag(help: .init(RestoreParameters.discard.help))
  package var discardPresentState = false

  @Flag(help: .init(RestoreParameters.replace.help))
  package var replaceVolumes = false

  @Option(help: .init(RestoreParameters.pausedOwners.help, valueName: "names"))
  package var pausedOwners: String?

  @Flag(help: .init(RestoreParameters.yes.help))
  package var yes = false

  @Flag(help: .init(Common.acceptFailedHooks.help))
  package var acceptFailedHooks = false

  @OptionGroup
  package var common: CommonOptions

  /// Makes the command, for the parser.
  package init() {}
}
