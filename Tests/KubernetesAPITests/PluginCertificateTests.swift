import AppProtection
import Files
import HTTPTransport
import KubernetesAPI
import StructuredValues
import Testing
import Timing

/// A client certificate of a credential plug-in that ends, or is refused, while a step waits.
@Suite struct PluginCertificateTests {
  private static let call = PluginCall(title: #"user "u" of /k"#, command: "tbot")
  private static let unauthorized = ScriptedCluster.Answer.status(401, "Unauthorized", "Unauthorized")
  private static let first = certificate("MAMCAQE=")
  private static let second = certificate("MAMCAQI=")

  private static func certificate(_ body: String) -> String {
    "-----BEGIN CERTIFICATE-----\n\(body)\n-----END CERTIFICATE-----\n"
  }

  /// What the plug-in answers: a certificate, its end, and a token where it makes one.
  private static func answer(
    _ certificate: String, until end: Timestamp? = nil, token: String? = nil
  ) -> String {
    let text = StructuredValue.string(certificate).oneLine
    let key = StructuredValue.string(Sample.key).oneLine
    let expiration = end.map { #","expirationTimestamp":"\#($0.text)""# } ?? ""
    let token = token.map { #","token":"\#($0)""# } ?? ""
    return ScriptedPlugin.credential(
      #""clientCertificateData":\#(text),"clientKeyData":\#(key)\#(expiration)\#(token)"#)
  }

  /// The connections of a client, in order, each with its script.
  private final class Connections {
    var all: [ScriptedCluster] = []
    /// The certificate that each shows, as PEM.
    var certificates: [String] = []

    /// How many requests each has carried.
    var requests: [Int] { all.map(\.requests.count) }
  }

  private struct Fixture {
    let time: ManualTime
    let connections: Connections
    let client: KubernetesClient

    init(
      _ scripts: [[ScriptedCluster.Answer]], plugin: any CredentialPlugin, time: ManualTime = ManualTime(),
      within allowance: Duration = .seconds(3600)
    ) throws {
      let connections = Connections()
      let deadline = Deadline(after: allowance, on: time)
      let login = ClusterLogin(
        try ClientFixture.access(.plugin(PluginCertificateTests.call)), files: MemoryFiles(), plugin: plugin,
        time: time, deadline: deadline)
      try login.obtain()
      let transport = try CertifiedTransport(login) { certificate throws(TransportError) in
        let number = connections.all.count
        let cluster = ScriptedCluster(scripts.indices.contains(number) ? scripts[number] : [], time)
        connections.all.append(cluster)
        // Only the transport reads a certificate, so it is looked at from outside.
        let bytes = certificate.flatMap { Mirror(reflecting: $0).descendant("certificate") as? [UInt8] }
        connections.certificates.append(String(decoding: bytes ?? [], as: UTF8.self))
        return cluster
      }
      client = KubernetesClient(
        login, transport: transport, time: time, deadline: deadline, random: SeededRandom(seed: 1)
      ) { _ in }
      (self.time, self.connections) = (time, connections)
    }
  }

  @Test func oneThatEndsIsReplacedByAnother() throws {
    let time = ManualTime()
    let plugin = ScriptedPlugin([
      Self.answer(Self.first, until: time.wallTime + .seconds(100)), Self.answer(Self.second),
    ])
    let fixture = try Fixture(
      [
        [.json(200, "{}"), .json(200, "{}")],
        [.json(200, "{}"), .lines([], .closed, after: .seconds(9)), .json(200, "{}")],
      ], plugin: plugin, time: time)
    _ = try fixture.client.version()
    time.advance(by: .seconds(80))
    _ = try fixture.client.version()
    #expect(fixture.connections.certificates == [Self.first])
    time.advance(by: .seconds(15))
    _ = try fixture.client.version()
    #expect(fixture.connections.certificates == [Self.first, Self.second])
    // A watch is sent over the new connection too.
    let wakeUp = try fixture.client.wait(
      for: .backup, "b1", in: "velero", since: "7", upTo: .seconds(90)
    ) { _ in true }
    #expect(wakeUp == .ended(after: .seconds(9)))
    time.advance(by: .seconds(900))
    _ = try fixture.client.version()
    #expect(fixture.connections.requests == [2, 3] && plugin.calls.count == 2)
  }

  @Test func oneThatIsRefusedIsMadeAnewAndTheChangeSentAgain() throws {
    let plugin = ScriptedPlugin([Self.answer(Self.first), Self.answer(Self.second)])
    let fixture = try Fixture([[Self.unauthorized], [.json(201, backup("b1"))]], plugin: plugin)
    let object = StructuredValue.members(["metadata": .members(["name": .string("b1")])])
    let made = try fixture.client.create(.backup, object, in: "v", to: "create it")
    #expect(made.name == "b1")
    #expect(fixture.connections.certificates == [Self.first, Self.second])
    #expect(fixture.connections.requests == [1, 1] && plugin.calls.count == 2)
    #expect(fixture.connections.all[1].requests[0].method == .post)
  }

  @Test func oneThatIsAlwaysRefusedIsMadeAnewOnceAMinute() throws {
    let plugin = ScriptedPlugin((0..<9).map { Self.answer(Self.certificate("\($0)")) })
    let fixture = try Fixture(
      [[Self.unauthorized], Array(repeating: Self.unauthorized, count: 3), [Self.unauthorized]],
      plugin: plugin)
    let error = failure { try fixture.client.version() }
    #expect(error?.kind == .credentials && error?.hint == "the credentials are not accepted, or have expired")
    #expect(fixture.connections.requests == [1, 1] && plugin.calls.count == 2)
    #expect(failure { try fixture.client.version() }?.kind == .credentials)
    #expect(fixture.connections.requests == [1, 2] && plugin.calls.count == 2)
    fixture.time.advance(by: .seconds(61))
    #expect(failure { try fixture.client.version() }?.kind == .credentials)
    #expect(fixture.connections.requests == [1, 3, 1] && plugin.calls.count == 3)
  }

  @Test func aPluginThatFailsAfterARefusalSaysSo() throws {
    let plugin = ScriptedPlugin([Self.answer(Self.first)])
    let fixture = try Fixture([[Self.unauthorized]], plugin: plugin)
    let error = failure { try fixture.client.version() }
    #expect(error?.kind == .credentials && error?.message == "the plug-in failed")
    #expect(fixture.connections.requests == [1] && plugin.calls.count == 2)
  }

  @Test func aTokenBesideItIsSentOverTheNewConnection() throws {
    let plugin = ScriptedPlugin([
      Self.answer(Self.first, token: fakeToken), Self.answer(Self.second, token: "not-a-real-token-of-later"),
    ])
    let fixture = try Fixture([[Self.unauthorized], [.json(200, "{}")]], plugin: plugin)
    _ = try fixture.client.version()
    #expect(fixture.connections.certificates == [Self.first, Self.second])
    #expect(fixture.connections.requests == [1, 1] && plugin.calls.count == 2)
    #expect(
      fixture.connections.all[1].wireFields(0)["authorization"] == "Bearer not-a-real-token-of-later")
  }

  /// A plug-in that takes twelve seconds.
  private final class SlowPlugin: CredentialPlugin {
    private let time: ManualTime

    init(_ time: ManualTime) { self.time = time }

    func run(_: PluginCall, timeLimit _: Duration) throws(KubeconfigError) -> [UInt8] {
      time.advance(by: .seconds(12))
      return Array(PluginCertificateTests.answer(PluginCertificateTests.first).utf8)
    }
  }

  @Test func whatThePluginTakesIsTakenOffTheRequest() throws {
    let time = ManualTime()
    let fixture = try Fixture(
      [[Self.unauthorized], [.json(200, "{}")]], plugin: SlowPlugin(time), time: time, within: .seconds(30))
    _ = try fixture.client.version()
    #expect(fixture.connections.all.map { $0.requests[0].timeLimit } == [.seconds(18), .seconds(6)])
  }
}
