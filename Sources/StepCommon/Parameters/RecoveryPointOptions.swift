package import ArgumentParser

/// The flags of steps that make a recovery point, but for its name.
package struct RecoveryPointOptions: ParsableArguments {
  @Option(
    name: [.customShort("a"), .customLong("application")],
    help: .init(RecoveryPointParameters.application.help, valueName: "name"))
  package var application: String?

  @Option(
    name: [.customShort("c"), .customLong("cluster")],
    help: .init(RecoveryPointParameters.cluster.help, valueName: "name"))
  package var cluster: String?

  @OptionGroup
  package var leftovers: LeftoverOptions

  @Flag(help: .init(Common.acceptFailedHooks.help))
  package var acceptFailedHooks = false

  /// Makes the options, for the parser.
  package init() {}
}

/// What a step that makes a recovery point is asked.
package struct RecoveryPointParameters: Sendable {
  package static let application = Parameter(
    "application", "ASTRA_APP_NAME", "PROD_APP_NAME", meaning: "the application to copy (name or id)",
    isRequired: true)
  package static let cluster = Parameter(
    "cluster", "ASTRA_CLUSTER", "PROD_KUBERNETES_CLUSTER", meaning: "the application's cluster (name or id)",
    fallback: "the one that has an application of that name")

  package let application: String
  package let cluster: String?
  /// The recovery point's name, as a label.
  package let name: String
  package let leftovers: Leftovers
  package let acceptFailedHooks: Bool

  /// Reads the flags and the variables behind them.
  ///
  /// - Parameters:
  ///   - options: the flags.
  ///   - parameter: the parameter of the name.
  ///   - flag: its flag.
  ///   - reader: reads variables.
  ///   - settings: name the pipeline run, after which it is called where it has no name.
  /// - Throws: `.badParameter` for the first that is missing or wrong.
  package init(
    _ options: RecoveryPointOptions, name parameter: Parameter, flag: String?, _ reader: ParameterReader,
    _ settings: Settings
  ) throws(StepFailure) {
    application = try reader.required(Self.application, flag: options.application)
    cluster = try reader.text(Self.cluster, flag: options.cluster)
    name = try reader.name(parameter, flag: flag, orRunOf: settings)
    leftovers = try Leftovers(options.leftovers, reader)
    acceptFailedHooks = try reader.truth(Common.acceptFailedHooks, flag: options.acceptFailedHooks)
  }
}
