package import ArgumentParser
package import StepCommon

/// The flags of `astra-snapshot`.
package struct SnapshotCommand: StepCommand {
  package static let configuration = CommandConfiguration(
    commandName: SnapshotStep.identity.name,
    abstract: "Make a snapshot of an application under a name and wait until the snapshot is complete.",
    discussion: HelpText.discussion(
      "A snapshot lies beside the application's volumes: it takes seconds, but is lost with them. A backup is not."
    ),
    version: "\(SnapshotStep.identity.name) \(Version.current)")

  package static let examples = [
    HelpExample("Keep the present state, in seconds", "astra-snapshot -a shop -s before-migration"),
    HelpExample(
      "Take one that is there, if it is from an earlier run",
      "astra-snapshot -a shop -s before-migration --if-exists reuse"),
  ]

  @OptionGroup
  package var making: RecoveryPointOptions

  @Option(
    name: [.customShort("s"), .customLong("snapshot-name")],
    help: .init(Self.name.help, valueName: "name"))
  package var snapshotName: String?

  @OptionGroup
  package var common: CommonOptions

  /// The name of the snapshot.
  static let name = Parameter(
    "snapshot-name", "SNAPSHOT_NAME", meaning: "the name of the snapshot",
    detail: "Required if the run has no name",
    fallback: "the name of the pipeline run")

  /// Makes the command, for the parser.
  package init() {}
}
