package import ArgumentParser
package import StepCommon

/// The flags of `astra-snapshot`.
package struct SnapshotCommand: StepCommand {
  package static let configuration = CommandConfiguration(
    commandName: SnapshotStep.identity.name,
    abstract: "Make a snapshot of an application under a name and wait until the snapshot is complete.",
    discussion: HelpText.discussion(
      "A snapshot lies beside the application's volumes: it takes seconds, and is lost with them. A backup is not."
    ),
    version: "\(SnapshotStep.identity.name) \(Version.current)")

  @Option(
    name: [.customShort("a"), .customLong("application")],
    help: .init(SnapshotParameters.application.help, valueName: "name"))
  package var application: String?

  @Option(
    name: [.customShort("c"), .customLong("cluster")],
    help: .init(SnapshotParameters.cluster.help, valueName: "name"))
  package var cluster: String?

  @Option(
    name: [.customShort("s"), .customLong("snapshot-name")],
    help: .init(SnapshotParameters.snapshot.help, valueName: "name"))
  package var snapshotName: String?

  @OptionGroup
  package var leftovers: LeftoverOptions

  @Flag(help: .init(Common.acceptFailedHooks.help))
  package var acceptFailedHooks = false

  @OptionGroup
  package var common: CommonOptions

  /// Makes the command, for the parser.
  package init() {}
}

/// What `astra-snapshot` is asked.
enum SnapshotParameters {
  static let application = Parameter(
    "application", "ASTRA_APP_NAME", "PROD_APP_NAME",
    meaning: "the application to make a snapshot of (name or id)")
  static let cluster = Parameter(
    "cluster", "ASTRA_CLUSTER", "PROD_KUBERNETES_CLUSTER", meaning: "the application's cluster (name or id)",
    fallback: "the one that has an application of that name")
  static let snapshot = Parameter(
    "snapshot-name", "SNAPSHOT_NAME", meaning: "the name of the snapshot",
    fallback: "the name of the pipeline run")
}

extension RecoveryPointParameters {
  init(_ command: SnapshotCommand, _ reader: ParameterReader, _ settings: Settings) throws(StepFailure) {
    self.init(
      application: try reader.required(SnapshotParameters.application, flag: command.application),
      cluster: try reader.text(SnapshotParameters.cluster, flag: command.cluster),
      name: try reader.name(SnapshotParameters.snapshot, flag: command.snapshotName, orRunOf: settings),
      leftovers: try Leftovers(command.leftovers, reader),
      acceptFailedHooks: try reader.truth(Common.acceptFailedHooks, flag: command.acceptFailedHooks))
  }
}
