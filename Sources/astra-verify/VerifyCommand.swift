package import ArgumentParser
package import StepCommon

/// The flags of `astra-verify`.
package struct VerifyCommand: StepCommand {
  package static let configuration = CommandConfiguration(
    commandName: VerifyStep.identity.name,
    abstract:
      "Check that an application is in the expected condition, in the backend and from outside.",
    discussion: HelpText.discussion(
      """
      The step changes nothing, and never sends the credentials of the service to a page. If a condition does not come \
      true in time, the exit code is 1.
      """, makesNames: false),
    version: "\(VerifyStep.identity.name) \(Version.current)")

  package static let examples = [
    HelpExample(
      "Wait until the front page is well",
      "astra-verify -a shop --url https://shop.example.com --expect-text \"2.4.1\""),
    HelpExample(
      "See that a release is broken", "astra-verify -a shop --url https://shop.example.com --expect-broken"),
  ]

  @Option(
    name: [.customShort("a"), .customLong("application")],
    help: .init(VerifyParameters.application.help, valueName: "name"))
  package var application: String?

  @Option(
    name: [.customShort("c"), .customLong("cluster")],
    help: .init(VerifyParameters.cluster.help, valueName: "name"))
  package var cluster: String?

  @Option(help: .init(VerifyParameters.cloneOf.help, valueName: "name"))
  package var cloneOf: String?

  @Option(
    name: [.customShort("B"), .customLong("against-backup")],
    help: .init(VerifyParameters.backup.help, valueName: "name"))
  package var againstBackup: String?

  @Option(
    name: [.customShort("S"), .customLong("against-snapshot")],
    help: .init(VerifyParameters.snapshot.help, valueName: "name"))
  package var againstSnapshot: String?

  @Option(
    name: [.customShort("u"), .customLong("url")], parsing: .singleValue,
    help: .init(VerifyParameters.url.help, valueName: "url"))
  package var url: [String] = []

  @Option(help: .init(VerifyParameters.status.help, valueName: "list"))
  package var expectStatus: String?

  @Option(help: .init(VerifyParameters.text.help, valueName: "text"))
  package var expectText: String?

  @Option(help: .init(VerifyParameters.regex.help, valueName: "regex"))
  package var expectRegex: String?

  @Option(help: .init(VerifyParameters.json.help, valueName: "path=value"))
  package var expectJson: String?

  @Option(help: .init(VerifyParameters.header.help, valueName: "name: value"))
  package var expectHeader: String?

  @Option(help: .init(VerifyParameters.address.help, valueName: "address"))
  package var expectAddress: String?

  @Option(help: .init(VerifyParameters.otherAddress.help, valueName: "address"))
  package var otherAddress: String?

  @Flag(help: .init(VerifyParameters.broken.help))
  package var expectBroken = false

  @Option(help: .init(VerifyParameters.brokenAs.help, valueName: "list"))
  package var brokenAs: String?

  @Option(help: .init(VerifyParameters.seenFile.help, valueName: "file"), completion: .file())
  package var seenFile: String?

  @Option(help: .init(VerifyParameters.compareWith.help, valueName: "file"), completion: .file())
  package var compareWith: String?

  @Option(help: .init(VerifyParameters.within.help, valueName: "duration"))
  package var within: String?

  @Option(help: .init(VerifyParameters.authorityFile.help, valueName: "file"), completion: .file())
  package var probeCaFile: String?

  @Option(help: .init(VerifyParameters.verify.help, valueName: "true|false"), completion: .truth)
  package var probeTlsVerify: String?

  @Option(
    parsing: .singleValue, help: .init(VerifyParameters.resolve.help, valueName: "host:port:address"))
  package var probeResolve: [String] = []

  @OptionGroup
  package var common: CommonOptions

  /// Makes the command, for the parser.
  package init() {}
}
