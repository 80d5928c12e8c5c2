import StepTestSupport
import struct ServiceSimulation.ServiceResponse
import AstraControlSimulation
import AstraSimulator
import Files
import SimulatedBackend
import StepCommon
import Testing
import Timing
import AstraBackup

/// Where credentials come from, and where they never go.
@Suite(.eachGeneration) struct CredentialTests {
  private func harness(file: String?, at path: String = "/etc/astra-toolkits/config.yaml") throws
    -> StepHarness
  {
    let harness = try Magento.astraControl()
    harness.environment["BACKUP_NAME"] = "one"
    if let file { harness.files.contents[path] = Array(file.utf8) }
    return harness
  }

  private func configuration(host: String = "astra.example.com", extra: String = "") -> String {
    """
    # The toolkit's file.
    headers:
      Authorization: Bearer not-a-real-token-of-the-magento-scenario
    uid: 5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10
    astra_project: \(host)
    \(extra)
    """
  }

  private func clear(_ harness: StepHarness) {
    for name in ["ASTRA_FQDN", "ASTRA_INSTANCE_ID", "ASTRA_API_TOKEN"] { harness.environment[name] = nil }
  }

  @Test(arguments: [
    "./config.yaml", "/home/ci/.config/astra-toolkits/config.yaml", "/etc/astra-toolkits/config.yaml",
    "/run/conf/config.yaml",
  ])
  func theToolkitsFileIsFoundWhereTheToolkitLooks(path: String) throws {
    let harness = try harness(file: configuration(), at: path)
    clear(harness)
    harness.environment["HOME"] = "/home/ci"
    harness.environment["ASTRATOOLKITS_CONF"] = "/run/conf"
    let result = try harness.run(BackupStep.self)
    result.expectSuccess()
    #expect(!result.standardError.contains("not-a-real-token"))
  }

  @Test func theEnvironmentCountsBeforeTheFile() throws {
    let harness = try harness(file: configuration(host: "wrong.example.com", extra: "verifySSL: False"))
    let result = try harness.run(BackupStep.self)
    result.expectSuccess()
    #expect(
      !result.standardError.contains("wrong.example.com") && !result.standardError.contains("NOT verified"))
  }

  @Test func aFileThatTurnsVerificationOffIsSaidAloud() throws {
    let harness = try harness(file: configuration(extra: "verifySSL: False"))
    clear(harness)
    let result = try harness.run(BackupStep.self)
    result.expectSuccess()
    #expect(result.standardError.contains("warning: the server's certificate is NOT verified"))
    let report = try #require(harness.files.text("reports/TEST-astra-backup.xml"))
    #expect(report.contains("certificate not verified"))
  }

  /// What people paste in the place of a token, and what is said to be right; the token itself is shown nowhere.
  static let pasted = [
    ("Bearer SECRET", "begins with the word Bearer: give what comes after it"),
    ("bearer SECRET", "the word Bearer"),
    ("Bearer: SECRET", "the word Bearer"), ("Bearer\tSECRET", "the word Bearer"),
    ("token=SECRET", "token=: give what"),
    ("ASTRA_API_TOKEN=SECRET", "astra_api_token=: give what"),
    ("Authorization: Bearer SECRET", "authorization:"),
    ("export ASTRA_API_TOKEN=SECRET", "astra_api_token="),
    ("\"SECRET\"", "is in quotation marks: leave them out"),
    ("'SECRET'", "quotation marks"), ("SECRET SECRET", "holds a space"),
  ]

  @Test(arguments: pasted)
  func whatIsPastedAroundATokenIsNamed(form: String, advice: String) throws {
    let token = "not-a-real-token-of-the-magento-scenario"
    let text = form.replacing("SECRET", with: token)
    func expectAdvice(_ harness: StepHarness) throws {
      let result = try harness.run(BackupStep.self)
      result.expect(.badParameter, saying: "the API token", advice)
      #expect(result.requests == 0 && !result.standardError.contains(token))
    }
    let variable = try harness(file: nil)
    variable.environment["ASTRA_API_TOKEN"] = text
    try expectAdvice(variable)

    let file = try harness(file: "\(text)\n", at: "/run/token")
    file.environment["ASTRA_API_TOKEN"] = nil
    file.environment["ASTRA_API_TOKEN_FILE"] = "/run/token"
    try expectAdvice(file)

    // Such a file is no YAML, and refused for that.
    guard !form.contains(": ") else { return }
    let yaml = configuration().replacing(token, with: text.replacing("\t", with: " "))
    let toolkit = try harness(file: yaml)
    clear(toolkit)
    // What YAML itself takes away is none of ours.
    let result = try toolkit.run(BackupStep.self)
    result.expect(.badParameter, saying: "the API token", advice)
    #expect(result.requests == 0 && !result.standardError.contains(token))
  }

  @Test(arguments: ["TOKEN\n", "\r\n TOKEN \r\n", "\tTOKEN"])
  func whiteSpaceAroundATokenIsNothing(form: String) throws {
    let token = "not-a-real-token-of-the-magento-scenario"
    let harness = try harness(file: form.replacing("TOKEN", with: token), at: "/run/token")
    harness.environment["ASTRA_API_TOKEN"] = nil
    harness.environment["ASTRA_API_TOKEN_FILE"] = "/run/token"
    try harness.run(BackupStep.self).expectSuccess()
  }

  @Test(arguments: [
    ("uid: 1", "astra_project"), ("astra_project: a.b\nuid: 1", "headers.Authorization"),
    ("astra_project: a.b\nheaders: {Authorization: Basic x}\nuid: 1", "Bearer"),
    ("astra_project: a.b\nheaders:\n  Authorization: Bearer x\n", "uid"),
    (": : :\n\t- [", "YAML"), ("just text", "YAML"), ("", "YAML"),
    ("astra_project: a.b\nuid: 1\nheaders: {Authorization: Bearer x}\nverifySSL: maybe", "verifySSL"),
  ])
  func aFileThatCannotServeIsNamed(file: String, words: String) throws {
    let harness = try harness(file: file)
    clear(harness)
    let result = try harness.run(BackupStep.self)
    result.expect(.badParameter, saying: "config.yaml", words)
    #expect(result.requests == 0)
  }

  @Test func anybodysFileInTheWorkingFolderIsPassedOver() throws {
    for file in ["server:\n  port: 80\n", "{{ .Values.server }}\n\t- x"] {
      let harness = try harness(file: file, at: "./config.yaml")
      harness.environment["ASTRA_API_TOKEN"] = nil
      let result = try harness.run(BackupStep.self)
      result.expect(.badParameter, saying: "ASTRA_API_TOKEN is not set")
    }
  }

  @Test func theTokenMayLieInAFile() throws {
    let harness = try harness(file: nil)
    harness.environment["ASTRA_API_TOKEN"] = nil
    harness.environment["ASTRA_API_TOKEN_FILE"] = "/run/secrets/token"
    harness.files.contents["/run/secrets/token"] = Array("not-a-real-token-of-the-magento-scenario\n".utf8)
    try harness.run(BackupStep.self).expectSuccess()
    harness.files.contents["/run/secrets/token"] = Array(" \n".utf8)
    try harness.run(BackupStep.self).expect(.badParameter, saying: "/run/secrets/token is empty")
  }

  @Test(arguments: ["", "\\u0301", "\\u001b[31m"])
  func aServerThatEchoesTheTokenDoesNotSpreadIt(beside: String) throws {
    let harness = try harness(file: nil)
    let token = harness.site.world.token
    let split = "\(token.prefix(9))\\u001b[0m\(token.dropFirst(9))"
    let echo =
      #"{"type":"x/9","title":"Bad \#(token)\#(beside)","detail":"Bearer \#(split)\#(beside)","status":"409"}"#
    harness.site.faults = [
      SiteFault(
        .answers(
          ServiceResponse(
            status: 409, headers: [("Content-Type", "application/problem+json")], body: Array(echo.utf8))),
        "POST", endingIn: "appBackups")
    ]
    let result = try harness.run(BackupStep.self, "--json")
    result.expect(.operationFailed, saying: "Bad <secret", "Bearer <secret", nature: "failure")
    let said = result.standardError + result.standardOutput
    #expect(!said.contains("\u{1B}"))
    // Byte by byte: to Swift's characters a token with a combining mark behind it is another text.
    for bytes in harness.files.contents.values + [Array(said.utf8)] {
      #expect(bytes.firstRange(of: Array(token.utf8)) == nil)
    }
  }

  @Test func aTokenInTheWrongVariableIsNotPrinted() throws {
    let harness = try harness(file: nil)
    let token = harness.environment["ASTRA_API_TOKEN"]
    harness.environment["ASTRA_API_TOKEN"] = harness.environment["ASTRA_INSTANCE_ID"]
    harness.environment["ASTRA_INSTANCE_ID"] = token
    let result = try harness.run(BackupStep.self)
    result.expect(.badParameter, saying: "ASTRA_INSTANCE_ID")
    let all =
      result.standardError
      + harness.files.contents.values.map { String(decoding: $0, as: UTF8.self) }.joined()
    #expect(!all.contains("not-a-real-token-of-the-magento-scenario"))
  }

  @Test(arguments: [
    "BUILD_TAG", "ASTRA_RUN_ID", "ASTRA_OUTPUT_FILE", "BACKUP_NAME", "PROD_APP_NAME",
    "ASTRA_RESULTS_FOLDER", "ASTRA_SUMMARY_FILE",
  ])
  func aTokenInTheWrongVariableBecomesNoNameAndNoPath(variable: String) throws {
    let harness = try harness(file: nil)
    let token = harness.site.world.token
    harness.environment[variable] = "x-\(token)"
    let result = try harness.run(BackupStep.self, "--json")
    result.expect(.badParameter, saying: "holds the API token")
    #expect(result.requests == 0)
    for (path, bytes) in harness.files.contents {
      #expect(bytes.firstRange(of: Array(token.utf8)) == nil && !path.contains(token))
    }
    #expect(Array(result.standardOutput.utf8).firstRange(of: Array(token.utf8)) == nil)
  }

  @Test func aServerThatNamesSomethingAfterTheTokenDoesNotSpreadIt() throws {
    let harness = try harness(file: nil)
    let token = harness.site.world.token
    let made = #"{"id":"\#(token)","name":"one","state":"running"}"#
    harness.site.faults = [
      SiteFault(
        .answers(ServiceResponse(status: 201, body: Array(made.utf8))), "POST", endingIn: "appBackups")
    ]
    let result = try harness.run(BackupStep.self, "--json")
    #expect(result.code != .success)
    #expect(harness.files.text("reports/astra-backup.json")?.contains("<secret>") == true)
    #expect(harness.values["ASTRA_BACKUP_ID"] == "_secret_")
    for bytes in harness.files.contents.values + [Array(result.standardOutput.utf8)] {
      #expect(bytes.firstRange(of: Array(token.utf8)) == nil)
    }
  }
}
