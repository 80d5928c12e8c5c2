package import ArgumentParser
package import StepCommon

/// The flags of `astra-status`.
package struct StatusCommand: StepCommand {
  package static let configuration = CommandConfiguration(
    commandName: StatusStep.identity.name,
    abstract:
      "Show an application with its clones, recovery points, operations and evidence, or all applications.",
    discussion: HelpText.discussion(
      """
      Writes a table on stdout, or one JSON document with --json. It changes nothing, and ends with 0 also where something \
      is unwell: it only tells.
      """, makesNames: false),
    version: "\(StatusStep.identity.name) \(Version.current)")

  package static let examples = [
    HelpExample("Show what there is of an application", "astra-status -a shop"),
    HelpExample("Show all applications, for a script", "astra-status --json"),
  ]

  @Option(
    name: [.customShort("a"), .customLong("application")],
    help: .init(StatusParameters.application.help, valueName: "name"))
  package var application: String?

  @Option(
    name: [.customShort("c"), .customLong("cluster")],
    help: .init(StatusParameters.cluster.help, valueName: "name"))
  package var cluster: String?

  @Flag(help: .init(StatusParameters.all.help))
  package var all = false

  @Flag(help: .init(Common.acceptFailedHooks.help))
  package var acceptFailedHooks = false

  @Flag(help: .init(StatusParameters.replace.help))
  package var replaceVolumes = false

  @Option(help: .init(StatusParameters.olderThan.help, valueName: "age"))
  package var olderThan: String?

  @Flag(help: .init(StatusParameters.withRecoveryPoints.help))
  package var withRecoveryPoints = false

  @Option(help: .init(StatusParameters.evidenceOlderThan.help, valueName: "age"))
  package var evidenceOlderThan: String?

  @OptionGroup
  package var common: CommonOptions

  /// Makes the command, for the parser.
  package init() {}
}
