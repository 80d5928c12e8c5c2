import AppProtection
import Files
import HTTPTransport
import KubernetesAPI
import RESTClient
import StructuredValues
import Testing
import Timing

/// A plug-in that gives the answers of a script.
final class ScriptedPlugin: CredentialPlugin {
  var answers: [String]
  private(set) var limits: [Duration] = []
  private(set) var calls: [PluginCall] = []

  init(_ answers: [String]) { self.answers = answers }

  func run(_ call: PluginCall, timeLimit: Duration) throws(KubeconfigError) -> [UInt8] {
    limits.append(timeLimit)
    calls.append(call)
    guard !answers.isEmpty else { throw KubeconfigError(.credentials, "the plug-in failed") }
    return Array(answers.removeFirst().utf8)
  }

  static func credential(_ members: String) -> String {
    #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{\#(members)}}"#
  }
}

@Suite struct LoginTests {
  private static let other = "not-a-real-token-that-came-later"
  private static let unauthorized = ScriptedCluster.Answer.status(401, "Unauthorized", "Unauthorized")
  private static let call = PluginCall(title: #"user "u" of /k"#, command: "aws")

  private func authorizations(_ fixture: ClientFixture) -> [String?] {
    fixture.cluster.requests.indices.map { fixture.cluster.wireFields($0)["authorization"] }
  }

  private func withPlugin(_ plugin: ScriptedPlugin, _ answers: [ScriptedCluster.Answer]) throws
    -> ClientFixture
  {
    try ClientFixture(answers, access: ClientFixture.access(.plugin(Self.call)), plugin: plugin)
  }

  @Test func withoutCredentialsNoneAreSent() throws {
    let fixture = try ClientFixture([.json(200, "{}")], access: ClientFixture.access(.nothing))
    _ = try fixture.client.version()
    #expect(authorizations(fixture) == [nil])
  }

  // MARK: - Token files

  @Test func aRefusedTokenIsReadAgain() throws {
    let files = MemoryFiles(["/token": Array("\(fakeToken)\n".utf8)])
    let fixture = try ClientFixture(
      [Self.unauthorized, .json(200, backup("b1"))], access: ClientFixture.access(.tokenFile("/token")),
      files: files)
    files.contents["/token"] = Array(Self.other.utf8)
    #expect(try fixture.client.get(.backup, "b1", in: "v", to: "read it") != nil)
    #expect(authorizations(fixture) == ["Bearer \(fakeToken)", "Bearer \(Self.other)"])
  }

  @Test func aRefusedTokenThatIsStillThereEndsTheStep() throws {
    let files = MemoryFiles(["/token": Array(fakeToken.utf8)])
    let fixture = try ClientFixture(
      [Self.unauthorized], access: ClientFixture.access(.tokenFile("/token")), files: files)
    let error = failure { try fixture.client.get(.backup, "b1", in: "v", to: "read it") }
    #expect(error?.kind == .credentials && error?.hint == "the credentials are not accepted, or have expired")
    #expect(fixture.cluster.requests.count == 1)
  }

  @Test func aTokenFileIsLookedAtEveryMinute() throws {
    let files = MemoryFiles(["/token": Array(fakeToken.utf8)])
    let fixture = try ClientFixture(
      Array(repeating: .json(200, "{}"), count: 3), access: ClientFixture.access(.tokenFile("/token")),
      files: files)
    files.contents["/token"] = Array(Self.other.utf8)
    _ = try fixture.client.version()
    fixture.time.advance(by: .seconds(61))
    _ = try fixture.client.version()
    // One that is being written is no reason to ask without a token.
    files.contents["/token"] = []
    fixture.time.advance(by: .seconds(61))
    _ = try fixture.client.version()
    #expect(authorizations(fixture) == [fakeToken, Self.other, Self.other].map { "Bearer \($0)" })
  }

  @Test(
    arguments: [
      (nil, "prod: the token cannot be had: cannot read /token: no such file or directory"),
      ("", "prod: the token file /token holds no token"),
      ("two words", "prod: the token file /token holds no token"),
    ] as [(String?, String)])
  func aFileWithoutATokenIsNoCredential(contents: String?, message: String) throws {
    let files = MemoryFiles(contents.map { ["/token": Array($0.utf8)] } ?? [:])
    let error = complaint {
      try ClientFixture([], access: ClientFixture.access(.tokenFile("/token")), files: files)
    }
    #expect(error?.kind == .credentials)
    #expect(error?.message == message)
  }

  @Test func tokensThatAreNeverTakenEndARequest() throws {
    let time = ManualTime()
    let cluster = ScriptedCluster(Array(repeating: Self.unauthorized, count: 99), time)
    var count = 0
    let credentials = Credentials(token: Secret(fakeToken)) {
      count += 1
      return .changed(Secret("token-number-\(count)"))
    }
    let client = RESTClient<StatusProblem>(
      server: "the cluster", root: "", credentials: credentials, transport: cluster, time: time,
      deadline: Deadline(after: .seconds(60), on: time), random: SeededRandom(seed: 1)
    ) { _ in }
    #expect(failure { try client.read("/version", to: "look") }?.kind == .credentials)
    #expect(cluster.requests.count == 6)
  }

  // MARK: - Plug-ins

  @Test func aPluginsTokenIsUsedAndKeptSecret() throws {
    let plugin = ScriptedPlugin([ScriptedPlugin.credential(#""token":"\#(fakeToken)""#)])
    let fixture = try withPlugin(plugin, [.status(400, "BadRequest", "you sent \(fakeToken)")])
    let error = failure { try fixture.client.list(.backup, in: "v", to: "list") }
    #expect(authorizations(fixture) == ["Bearer \(fakeToken)"])
    #expect(error?.message.contains("<secret>") == true && error?.message.contains(fakeToken) == false)
    #expect(plugin.limits == [.seconds(60)])
  }

  @Test func aRefusedTokenIsMadeAnewOnce() throws {
    let plugin = ScriptedPlugin(
      [fakeToken, Self.other, "x", "y"].map { ScriptedPlugin.credential(#""token":"\#($0)""#) })
    let fixture = try withPlugin(plugin, [Self.unauthorized, .json(201, backup("b1"))])
    let object = StructuredValue.members(["metadata": .members(["name": .string("b1")])])
    _ = try fixture.client.create(.backup, object, in: "v", to: "create it")
    #expect(authorizations(fixture) == ["Bearer \(fakeToken)", "Bearer \(Self.other)"])

    let endless = ScriptedPlugin(
      (0..<99).map { ScriptedPlugin.credential(#""token":"token-number-\#($0)""#) })
    let refused = try withPlugin(endless, Array(repeating: Self.unauthorized, count: 99))
    #expect(failure { try refused.client.version() }?.kind == .credentials)
    #expect(refused.cluster.requests.count == 2)
    // Later it may have become another world.
    refused.time.advance(by: .seconds(61))
    #expect(failure { try refused.client.version() }?.kind == .credentials)
    #expect(refused.cluster.requests.count == 4)
  }

  @Test func aPluginThatFailsLaterSaysSo() throws {
    let plugin = ScriptedPlugin([ScriptedPlugin.credential(#""token":"\#(fakeToken)""#)])
    let fixture = try withPlugin(plugin, [Self.unauthorized])
    let error = failure { try fixture.client.version() }
    #expect(error?.kind == .credentials && error?.message == "the plug-in failed")
  }

  @Test func aTokenIsReplacedBeforeItEnds() throws {
    let time = ManualTime()
    let soon = (time.wallTime + .seconds(100)).text
    let plugin = ScriptedPlugin([
      ScriptedPlugin.credential(#""token":"\#(fakeToken)","expirationTimestamp":"\#(soon)""#),
      ScriptedPlugin.credential(#""token":"\#(Self.other)""#),
    ])
    let fixture = try withPlugin(plugin, Array(repeating: .json(200, "{}"), count: 4))
    _ = try fixture.client.version()
    fixture.time.advance(by: .seconds(80))
    _ = try fixture.client.version()
    fixture.time.advance(by: .seconds(15))
    _ = try fixture.client.version()
    fixture.time.advance(by: .seconds(9000))
    _ = try? fixture.client.version()
    #expect(
      Array(authorizations(fixture).prefix(3)) == [fakeToken, fakeToken, Self.other].map { "Bearer \($0)" })
    #expect(plugin.calls.count == 2)
  }

  @Test func aPluginThatFailsBeforeTheEndCostsNothing() throws {
    let soon = (ManualTime().wallTime + .seconds(100)).text
    let plugin = ScriptedPlugin([
      ScriptedPlugin.credential(#""token":"\#(fakeToken)","expirationTimestamp":"\#(soon)""#)
    ])
    let fixture = try withPlugin(plugin, Array(repeating: .json(200, "{}"), count: 4))
    fixture.time.advance(by: .seconds(95))
    _ = try fixture.client.version()
    fixture.time.advance(by: .seconds(5))
    #expect(failure { try fixture.client.version() }?.message == "the plug-in failed")
    #expect(fixture.cluster.requests.count == 1)
  }

  @Test func aPluginMayBringACertificate() throws {
    let text = StructuredValue.string(Sample.certificate).oneLine
    let key = StructuredValue.string(Sample.key).oneLine
    let plugin = ScriptedPlugin([
      ScriptedPlugin.credential(#""clientCertificateData":\#(text),"clientKeyData":\#(key)"#)
    ])
    let time = ManualTime()
    let login = ClusterLogin(
      try ClientFixture.access(.plugin(Self.call)), files: MemoryFiles(), plugin: plugin, time: time,
      deadline: Deadline(after: .seconds(20), on: time))
    #expect(login.clientCertificate == nil)
    try login.obtain()
    #expect(login.clientCertificate != nil)
    #expect(plugin.limits == [.seconds(20)])
  }

  @Test(arguments: [
    ("", "wrote nothing"), ("token: \(fakeToken)", "wrote something that is not JSON"),
    (#"{"token":"\#(fakeToken)"}"#, "wrote JSON that is no ExecCredential"),
    (
      #"{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"\#(fakeToken)"}}"#,
      "answered in another version than client.authentication.k8s.io/v1"
    ),
    (
      #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential"}"#,
      "answered without a status, so without credentials"
    ),
    (ScriptedPlugin.credential(""), "answered neither a token nor a client certificate"),
    (
      ScriptedPlugin.credential(#""token":"\#(fakeToken) \#(fakeToken)""#),
      "answered a token that cannot be sent"
    ),
    (
      ScriptedPlugin.credential(#""token":"\#(fakeToken)","expirationTimestamp":"soon""#),
      "answered an expirationTimestamp that is no time"
    ),
    (
      ScriptedPlugin.credential(#""clientKeyData":"\#(fakeToken)""#),
      "answered a client certificate without its key, or a key without it"
    ),
    (
      ScriptedPlugin.credential(#""clientCertificateData":"\#(fakeToken)","clientKeyData":"x""#),
      "answered a client certificate that is of no use: the client certificate is not PEM"
    ),
  ])
  func aPluginsNonsenseHasASentence(output: String, what: String) throws {
    let error = complaint { try withPlugin(ScriptedPlugin([output]), []) }
    #expect(error?.kind == .credentials)
    #expect(error?.message == "the credential plug-in aws of user \"u\" of /k \(what)")
    let texts = (error?.message ?? "") + (error?.hint ?? "")
    #expect(!texts.contains(fakeToken))
  }

  @Test func aPluginIsDescribedByItsUser() throws {
    let user = [
      "exec:", "  apiVersion: client.authentication.k8s.io/v1beta1", "  command: bin/login",
      "  args: [get-token, --cluster, x]", "  env: [{name: A, value: b}]", "  provideClusterInfo: true",
      "  installHint: get it from example.com", "  interactiveMode: IfAvailable",
    ]
    let cluster = [
      "server: https://kube.example.com", "tls-server-name: k", "extensions:",
      "- {name: client.authentication.k8s.io/exec, extension: {audience: x}}",
    ]
    let access = try ConfigFixture(Sample.config(cluster: cluster, user: user)).access()
    guard case .plugin(let call) = access.credentials else {
      Issue.record("\(access.credentials)")
      return
    }
    #expect(call.command == "/home/ci/.kube/bin/login" && call.arguments == ["get-token", "--cluster", "x"])
    let shown = String(reflecting: call) + "\(access.credentials)"
    #expect(!shown.contains("get-token"))
    #expect(call.environment == ["A": "b"] && call.installHint == "get it from example.com")
    #expect(
      call.information
        == #"{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","spec":{"cluster":{"config":{"audience":"x"},"server":"https://kube.example.com","tls-server-name":"k"},"interactive":false}}"#
    )
  }
}
