package import ArgumentParser
internal import AstraClone
internal import AstraRestore
package import StepCommon

/// The flags of `astra-preflight`.
package struct PreflightCommand: StepCommand {
  package static let configuration = CommandConfiguration(
    commandName: PreflightStep.identity.name,
    abstract: "Check all that the pipeline's other steps will need, and change nothing.",
    discussion: HelpText.discussion(
      """
      Every check runs, whatever the others find, so that one run shows everything that is wrong. The parameters of \
      the other steps have the same flags and variables here.
      """, makesNames: false, codes: "Exit codes (with several failures, that of the first):"),
    version: "\(PreflightStep.identity.name) \(Version.current)")

  package static let examples = [
    HelpExample(
      "Check what the post-mortem will need",
      "astra-preflight --steps clone,restore -a shop --clone-name shop-debug --use-backup before-2-4-2"),
    HelpExample(
      "Check one step alone", "PROD_APP_NAME=shop BACKUP_NAME=before-2-4-2 astra-preflight --steps restore"),
  ]

  @Option(
    help: .init(PreflightParameters.steps.help, valueName: "word,…"),
    completion: .list(PreflightParameters.plannable.map(\.rawValue)))
  package var steps: String?

  @Option(
    name: [.customShort("a"), .customLong("application")],
    help: .init(PreflightParameters.application.help, valueName: "name"))
  package var application: String?

  @Option(
    name: [.customShort("c"), .customLong("cluster")],
    help: .init(PreflightParameters.cluster.help, valueName: "name"))
  package var cluster: String?

  @Option(help: .init(PreflightParameters.backup.help(with: .backup), valueName: "name"))
  package var backupName: String?

  @Option(help: .init(PreflightParameters.snapshot.help(with: .snapshot), valueName: "name"))
  package var snapshotName: String?

  @Option(help: .init(CloneParameters.clone.help(with: .clone), valueName: "name"))
  package var cloneName: String?

  @Option(help: .init(CloneParameters.namespace.help(with: .clone), valueName: "name"))
  package var cloneNamespace: String?

  @Option(help: .init(CloneParameters.mapping.help(with: .clone), valueName: "from=to,…"))
  package var namespaceMapping: String?

  @Option(help: .init(CloneParameters.destinationCluster.help(with: .clone), valueName: "name"))
  package var destinationCluster: String?

  @Option(help: .init(CloneParameters.backup.help(with: .clone), valueName: "name"))
  package var useExistingBackup: String?

  @Option(help: .init(CloneParameters.snapshot.help(with: .clone), valueName: "name"))
  package var useExistingSnapshot: String?

  @Option(help: .init(CloneParameters.storageClass.help(with: .clone), valueName: "name"))
  package var storageClass: String?

  @Option(help: .init(RestoreParameters.backup.help(with: .restore), valueName: "name"))
  package var useBackup: String?

  @Option(help: .init(RestoreParameters.snapshot.help(with: .restore), valueName: "name"))
  package var useSnapshot: String?

  @Option(help: .init(RestoreParameters.before.help(with: .restore), valueName: "time"))
  package var before: String?

  @Flag(help: .init(RestoreParameters.replace.help(with: .restore)))
  package var replaceVolumes = false

  @Option(help: .init(RestoreParameters.pausedOwners.help(with: .restore), valueName: "names"))
  package var pausedOwners: String?

  @Option(help: .init(PreflightParameters.maxAge.help(with: .restore), valueName: "duration"))
  package var maxAge: String?

  @Option(
    help: .init(PreflightParameters.expectHooks.help, valueName: "present|absent"),
    completion: .words(of: HookExpectation.self))
  package var expectHooks: String?

  @Flag(help: .init(PreflightParameters.acceptSharedAddresses.help(with: .clone)))
  package var acceptSharedAddresses = false

  @OptionGroup
  package var leftovers: LeftoverOptions

  @Flag(help: .init(Common.acceptFailedHooks.help))
  package var acceptFailedHooks = false

  @OptionGroup
  package var common: CommonOptions

  /// Makes the command, for the parser.
  package init() {}
}
