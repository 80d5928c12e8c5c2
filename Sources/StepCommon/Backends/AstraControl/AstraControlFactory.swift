internal import AppProtection
internal import AstraControl
internal import HTTPTransport
internal import RESTClient
internal import Files
internal import Timing

/// NetApp Astra Control, by its REST API: one server, one account, one token.
struct AstraControlFactory: BackendFactory {
  static let word = "astra-control"
  static let secretVariables = AstraControlParameters.token.variables
  static let credentialsHelp = "The API token comes from ASTRA_API_TOKEN or ASTRA_API_TOKEN_FILE."

  private let connection: ServiceConnection
  private let account: String
  private let token: Secret
  /// The file that the token was read from, which may be changed while the step runs; nil if it came otherwise.
  private let tokenFile: String?

  /// Reads the environment, then the toolkit's `config.yaml` for what is missing there.
  init(
    _ options: CommonOptions, _ reader: ParameterReader, _ files: any FileWriter
  ) throws(StepFailure) {
    let options = options.astraControl
    let host = try reader.text(Names.host, flag: options.fqdn)
    let account = try reader.text(Names.account, flag: options.accountId)
    let (token, tokenFile) = try Self.readToken(options, reader, files)
    var verify = try reader.truth(Names.verify, flag: options.tlsVerify)

    var file: ToolkitConfiguration?
    if host == nil || account == nil || token == nil {
      file = try ToolkitConfiguration.find(reader, files)
      // A file that does not bring the host has no say in how its certificate is checked.
      if verify == nil, host == nil { verify = file?.verifies }
    }
    guard let host = host ?? file?.host else { throw Self.missing(Names.host) }
    guard let account = account ?? file?.account else { throw Self.missing(Names.account) }
    guard let token = token ?? file?.token else {
      throw .badParameter(
        "ASTRA_API_TOKEN is not set: give the API token in it, or a file that holds it in ASTRA_API_TOKEN_FILE"
      )
    }
    try Self.checkAccount(account)
    try Self.checkToken(token)
    let authority = try reader.text(Names.authorityFile, flag: options.caFile)
    connection = ServiceConnection(
      endpoint: try Self.endpoint(host),
      trust: TLSTrust(caFile: authority, verify: verify ?? true, system: reader.systemRoots),
      proxies: reader.proxies)
    self.account = account
    self.token = Secret(token)
    self.tokenFile = tokenFile
  }

  var secrets: [Secret] { [token] }

  var cautions: [BackendCaution] {
    guard !connection.trust.verify else { return [] }
    return [
      BackendCaution(
        warning:
          "the server's certificate is NOT verified (ASTRA_TLS_VERIFY=false): anybody can pose as it",
        fact: ("tls", "certificate not verified (ASTRA_TLS_VERIFY=false)"))
    ]
  }

  func connect(_ place: BackendPlace) throws(StepFailure) -> any Backend {
    let transport = try place.environment.transport(connection, userAgent: place.identity.userAgent)
    let log = place.log
    let file = tokenFile.map { TokenFile($0, holding: token, place.environment.files, log) }
    let settings = AstraControlBackend.Settings(
      host: connection.endpoint.description, account: account,
      credentials: Credentials(token: token, rotation: file.map { file in { file.look() } }),
      random: place.random
    ) { event in
      switch event {
      case .traffic(let event): log.tell(event)
      case .generation(let generation): log.info("the server speaks \(generation)")
      }
    }
    return AstraControlBackend(
      settings, transport: transport, time: place.environment.time, deadline: place.deadline)
  }

  private typealias Names = AstraControlParameters

  private static func missing(_ parameter: Parameter) -> StepFailure {
    .badParameter("\(parameter.title) is not set: give \(parameter.meaning)")
  }

  private static func endpoint(_ host: String) throws(StepFailure) -> Endpoint {
    do throws(TransportError) {
      return try Endpoint(host)
    } catch {
      // What stands before an @ may be a password.
      let shown = host.contains("@") ? "" : " is \"\(host)\": it"
      throw .badParameter("\(Names.host.title)\(shown) \(error.message)")
    }
  }

  /// The account id is a UUID (API access page); anything else would only come back as a puzzling answer.
  private static func checkAccount(_ account: String) throws(StepFailure) {
    let groups = account.split(separator: "-", omittingEmptySubsequences: false)
    guard groups.map(\.count) == [8, 4, 4, 4, 12],
      groups.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isHexDigit } })
    else {
      throw .badParameter(
        // Not quoted: it may be the token, put into the wrong variable.
        "\(Names.account.title) is not an account id (it has \(account.count) characters): give a UUID such as "
          + "5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10, from the API access page")
    }
  }

  private static func checkToken(_ token: String) throws(StepFailure) {
    if let fault = TokenForm.fault(of: token) { throw .badParameter("the API token \(fault)") }
  }

  private static func readToken(
    _ options: AstraControlOptions, _ reader: ParameterReader, _ files: any FileWriter
  ) throws(StepFailure) -> (token: String?, file: String?) {
    // Not through `ParameterReader.text`, whose messages may quote a value.
    if let token = reader.variable("ASTRA_API_TOKEN")?.trimmed, !token.isEmpty { return (token, nil) }
    guard let path = try reader.text(Names.tokenFile, flag: options.apiTokenFile) else {
      return (nil, nil)
    }
    let token = try files.text(at: path, named: Names.tokenFile.title).trimmed
    guard !token.isEmpty else {
      throw .badParameter("\(Names.tokenFile.title): \(path) is empty: it must hold the API token")
    }
    return (token, path)
  }
}
