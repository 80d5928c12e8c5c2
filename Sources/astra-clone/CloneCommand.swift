package import ArgumentParser
package import StepCommon

/// The flags of `astra-clone`.
package struct CloneCommand: StepCommand {
  package static let configuration = CommandConfiguration(
    commandName: CloneStep.identity.name,
    abstract:
      "Clone an application, data included, into a namespace of its own and wait until the clone is ready.",
    discussion: HelpText.discussion(
      """
      Clones the live application, or one of its recovery points with --use-existing-backup or \
      --use-existing-snapshot.
      """),
    version: "\(CloneStep.identity.name) \(Version.current)")

  package static let examples = [
    HelpExample("Clone production into the debug cluster", "astra-clone -A shop -c shop-debug -d debug"),
    HelpExample(
      "See what would be done", "PROD_APP_NAME=shop DEBUG_APP_NAME=shop-debug astra-clone --dry-run"),
  ]

  @Option(
    name: [.customShort("A"), .customLong("source-application")],
    help: .init(CloneParameters.application.help, valueName: "name"))
  package var sourceApplication: String?

  @Option(
    name: [.customShort("s"), .customLong("source-cluster")],
    help: .init(CloneParameters.sourceCluster.help, valueName: "name"))
  package var sourceCluster: String?

  @Option(
    name: [.customShort("c"), .customLong("clone-name")],
    help: .init(CloneParameters.clone.help, valueName: "name"))
  package var cloneName: String?

  @Option(
    name: [.customShort("n"), .customLong("clone-namespace")],
    help: .init(CloneParameters.namespace.help, valueName: "name"))
  package var cloneNamespace: String?

  @Option(help: .init(CloneParameters.mapping.help, valueName: "from=to,…"))
  package var namespaceMapping: String?

  @Option(
    name: [.customShort("d"), .customLong("destination-cluster")],
    help: .init(CloneParameters.destinationCluster.help, valueName: "name"))
  package var destinationCluster: String?

  @Option(
    name: [.customShort("B"), .customLong("use-existing-backup")],
    help: .init(CloneParameters.backup.help, valueName: "name"))
  package var useExistingBackup: String?

  @Option(
    name: [.customShort("S"), .customLong("use-existing-snapshot")],
    help: .init(CloneParameters.snapshot.help, valueName: "name"))
  package var useExistingSnapshot: String?

  @Option(help: .init(CloneParameters.storageClass.help, valueName: "name"))
  package var storageClass: String?

  @Flag(help: .init(CloneParameters.runHooks.help))
  package var runHooks = false

  @OptionGroup
  package var leftovers: LeftoverOptions

  @Flag(help: .init(Common.acceptFailedHooks.help))
  package var acceptFailedHooks = false

  @OptionGroup
  package var common: CommonOptions

  /// Makes the command, for the parser.
  package init() {}
}
