internal import Files
package import HTTPTransport

/// Where the backend is and how to be let in, as the parameters say.
package struct Connection: Sendable {
  package var endpoint: Endpoint
  package var account: String
  package var token: Secret
  /// The file that the token was read from, which may be changed while the step runs; nil if it came otherwise.
  package var tokenFile: String?
  package var trust: TLSTrust
  package var proxies: Proxies

  /// Reads the environment, then the toolkit's `config.yaml` for what is missing there.
  static func read(
    _ options: CommonOptions, _ reader: ParameterReader, _ files: any FileWriter
  ) throws(StepFailure) -> Connection {
    let host = try reader.text(Common.host, flag: options.fqdn)
    let account = try reader.text(Common.account, flag: options.accountId)
    let (token, tokenFile) = try readToken(options, reader, files)
    var verify = try reader.truth(Common.verify, flag: options.tlsVerify)

    var file: ToolkitConfiguration?
    if host == nil || account == nil || token == nil {
      file = try ToolkitConfiguration.find(reader, files)
      // A file that does not bring the host has no say in how its certificate is checked.
      if verify == nil, host == nil { verify = file?.verifies }
    }
    guard let host = host ?? file?.host else { throw missing(Common.host) }
    guard let account = account ?? file?.account else { throw missing(Common.account) }
    guard let token = token ?? file?.token else {
      throw .badParameter(
        "ASTRA_API_TOKEN is not set: give the API token in it, or a file that holds it in ASTRA_API_TOKEN_FILE"
      )
    }
    try checkAccount(account)
    try checkToken(token)
    let authority = try reader.text(Common.authorityFile, flag: options.caFile)
    return Connection(
      endpoint: try endpoint(host), account: account, token: Secret(token), tokenFile: tokenFile,
      trust: TLSTrust(caFile: authority, verify: verify ?? true, system: reader.systemRoots),
      proxies: reader.proxies)
  }

  private static func missing(_ parameter: Parameter) -> StepFailure {
    .badParameter("\(parameter.title) is not set: give \(parameter.meaning)")
  }

  private static func endpoint(_ host: String) throws(StepFailure) -> Endpoint {
    do throws(TransportError) {
      return try Endpoint(host)
    } catch {
      // What stands before an @ may be a password.
      let shown = host.contains("@") ? "" : " is \"\(host)\": it"
      throw .badParameter("\(Common.host.title)\(shown) \(error.message)")
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
        "\(Common.account.title) is no account id (it has \(account.count) characters): give a UUID such as "
          + "5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10, from the API access page")
    }
  }

  private static func checkToken(_ token: String) throws(StepFailure) {
    if let fault = TokenForm.fault(of: token) { throw .badParameter("the API token \(fault)") }
  }

  private static func readToken(
    _ options: CommonOptions, _ reader: ParameterReader, _ files: any FileWriter
  ) throws(StepFailure) -> (token: String?, file: String?) {
    // Not through `ParameterReader.text`, whose messages may quote a value.
    if let token = reader.variable("ASTRA_API_TOKEN")?.trimmed, !token.isEmpty { return (token, nil) }
    guard let path = try reader.text(Common.tokenFile, flag: options.apiTokenFile) else {
      return (nil, nil)
    }
    let token = try files.text(at: path, named: Common.tokenFile.title).trimmed
    guard !token.isEmpty else {
      throw .badParameter("\(Common.tokenFile.title): \(path) is empty: it has to hold the API token")
    }
    return (token, path)
  }
}

extension FileWriter {
  /// The text of a file that a parameter names.
  func text(at path: String, named title: String) throws(StepFailure) -> String {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try read(path, limit: 1 << 20)
    } catch {
      throw .badParameter("\(title): \(error.message): name a file that this user can read")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .badParameter("\(title): \(path) is not UTF-8 text")
    }
    return text
  }
}
