package import ArgumentParser

/// The flags by which Astra Control is reached.
package struct AstraControlOptions: ParsableArguments {
  /// Their heading in help.
  static let title = "Astra Control"

  @Option(help: .init(AstraControlParameters.host.help, valueName: "host"))
  package var fqdn: String?

  @Option(help: .init(AstraControlParameters.account.help, valueName: "id"))
  package var accountId: String?

  @Option(help: .init(AstraControlParameters.tokenFile.help, valueName: "file"), completion: .file())
  package var apiTokenFile: String?

  @Option(help: .init(AstraControlParameters.authorityFile.help, valueName: "file"), completion: .file())
  package var caFile: String?

  @Option(help: .init(AstraControlParameters.verify.help, valueName: "true|false"), completion: .truth)
  package var tlsVerify: String?

  /// Makes the options, for the parser.
  package init() {}
}

/// The parameters by which Astra Control is reached.
package enum AstraControlParameters {
  package static let host = Parameter(
    "fqdn", "ASTRA_FQDN",
    meaning: "the host of Astra Control, with :port if it is not 443",
    detail: "Plain HTTP only to a loopback host")
  package static let account = Parameter(
    "account-id", "ASTRA_INSTANCE_ID", meaning: "the account id, a UUID, from Astra Control's API access page"
  )
  /// The token has no flag: arguments are readable by everyone on the machine.
  package static let token = Parameter(
    "", "ASTRA_API_TOKEN",
    meaning: "the API token itself, without the word Bearer, quotation marks or a name before it",
    detail: "It has no flag: everyone on the machine can read arguments")
  package static let tokenFile = Parameter(
    "api-token-file", "ASTRA_API_TOKEN_FILE",
    meaning: "a file that holds the API token",
    detail: "Read only if ASTRA_API_TOKEN is not set, and again when the token is refused")
  package static let authorityFile = Parameter(
    "ca-file", "ASTRA_CA_FILE", meaning: "a PEM file of certificate authorities to trust beside the system's")
  package static let verify = Parameter(
    "tls-verify", "ASTRA_TLS_VERIFY", meaning: "whether the server's certificate is verified",
    detail: "If it is not, log and report say so each time", fallback: "true")
}
