package import ArgumentParser
package import StepCommon

/// The flags of `astra-cleanup`.
package struct CleanupCommand: StepCommand {
  package static let configuration = CommandConfiguration(
    commandName: CleanupStep.identity.name,
    abstract:
      "Remove a debug clone that astra-clone made, all but the newest backups of a pipeline, and old evidence.",
    discussion: HelpText.discussion(
      """
      Does what --remove-clone, --keep-backups, --evidence-older-than and --kept-volumes-older-than ask for, and \
      removes only what it can prove to be its own.
      """),
    version: "\(CleanupStep.identity.name) \(Version.current)")

  package static let examples = [
    HelpExample("Remove the clone of a post-mortem", "astra-cleanup -A shop -c shop-debug --remove-clone"),
    HelpExample(
      "Keep the ten newest backups of releases",
      "astra-cleanup -A shop --keep-backups 10 --backup-pattern \"before-*\""),
  ]

  @Option(
    name: [.customShort("A"), .customLong("source-application")],
    help: .init(CleanupParameters.application.help, valueName: "name"))
  package var sourceApplication: String?

  @Option(
    name: [.customShort("s"), .customLong("source-cluster")],
    help: .init(CleanupParameters.sourceCluster.help, valueName: "name"))
  package var sourceCluster: String?

  @Flag(help: .init(CleanupParameters.removeClone.help))
  package var removeClone = false

  @Option(
    name: [.customShort("c"), .customLong("clone-name")],
    help: .init(CleanupParameters.clone.help, valueName: "name"))
  package var cloneName: String?

  @Option(
    name: [.customShort("d"), .customLong("destination-cluster")],
    help: .init(CleanupParameters.destinationCluster.help, valueName: "name"))
  package var destinationCluster: String?

  @Option(help: .init(CleanupParameters.olderThan.help, valueName: "age"))
  package var olderThan: String?

  @Flag(help: .init(CleanupParameters.withRecoveryPoints.help))
  package var withRecoveryPoints = false

  @Option(help: .init(CleanupParameters.record.help, valueName: "file"), completion: .file())
  package var record: String?

  @Option(help: .init(CleanupParameters.keepBackups.help, valueName: "number"))
  package var keepBackups: String?

  @Option(help: .init(CleanupParameters.backupPattern.help, valueName: "pattern"))
  package var backupPattern: String?

  @Option(help: .init(CleanupParameters.evidenceOlderThan.help, valueName: "age"))
  package var evidenceOlderThan: String?

  @Option(help: .init(CleanupParameters.volumesOlderThan.help, valueName: "age"))
  package var keptVolumesOlderThan: String?

  @OptionGroup
  package var common: CommonOptions

  /// Makes the command, for the parser.
  package init() {}
}
