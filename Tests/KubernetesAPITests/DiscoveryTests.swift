import AppProtection
import HTTPTransport
import KubernetesAPI
import StructuredValues
import Testing
import Timing

/// What is made of a 404: the API's word for an object or a kind that is not there, and any gateway's.
@Suite struct DiscoveryTests {
  private let object = #"{"kind":"Backup","metadata":{"name":"b1","namespace":"v","uid":"9"}}"#
  private let list =
    #"{"kind":"BackupList","metadata":{},"items":[{"metadata":{"name":"b1","namespace":"v","uid":"9"}}]}"#
  private static let forbidden = ScriptedCluster.Answer.status(
    403, "Forbidden", #"forbidden: User "limited" cannot get path "/apis""#)
  /// What a group of the API server itself says of a kind that it does not have.
  private static let noSuchResource = ScriptedCluster.Answer.status(
    404, "NotFound", "the server could not find the requested resource")
  /// What the API server on the way to another one says while its service is not there.
  private static let noWay = ScriptedCluster.Answer.absent("https:tenant:443", "services")
  private static let page = ScriptedCluster.Answer.response(
    HTTPResponse(status: 404, body: Array("<html>no</html>".utf8)))

  private func get(_ fixture: ClientFixture) throws -> KubernetesObject? {
    try fixture.client.get(.backup, "b1", in: "v", to: "read it")
  }

  private func create(_ fixture: ClientFixture, dryRun: Bool = false) throws -> KubernetesObject {
    let body = StructuredValue.members(["metadata": .members(["name": .string("b1")])])
    return try fixture.client.create(.backup, body, in: "v", dryRun: dryRun, to: "make it")
  }

  @Test func aReadIsRepeatedWhereTheClusterHasTheKind() throws {
    let stray: [ScriptedCluster.Answer] = [.pageNotFound, .resources("backups", "backups/status")]
    #expect(try get(ClientFixture(stray + [.json(200, object)]))?.uid == "9")
    let fixture = try ClientFixture(stray + [.json(200, list)])
    #expect(try fixture.client.list(.backup, in: "v", to: "list them").map(\.name) == ["b1"])
    #expect(fixture.log.lines.contains { $0.contains("answered 404, but the answer is not from the API") })
    #expect(try create(ClientFixture(stray + [.json(201, object)]), dryRun: true).uid == "9")
    let kinds = try ClientFixture([.pageNotFound, .groups("velero.io"), .resources("backups")])
    #expect(try kinds.client.kinds(of: "velero.io", version: "v1") == ["Any"])
  }

  @Test func whoeverKnowsNoPathIsNoAPI() throws {
    let starting = [ScriptedCluster.Answer](repeating: .pageNotFound, count: 6)
    #expect(try get(ClientFixture(starting + [.json(200, object)]))?.uid == "9")
    let forGood = try ClientFixture(Array(repeating: .pageNotFound, count: 200))
    let error = failure { try get(forGood) }
    #expect(error?.kind == .brokenContract)
    #expect(error?.message == "cannot read it: the cluster answered 404, but the answer is not from the API")
    #expect(error?.hint == "is the server of the kubeconfig the address of a Kubernetes API?")
  }

  @Test func theCoreGroupIsAlwaysThere() throws {
    let pod = #"{"kind":"Pod","metadata":{"name":"p","namespace":"v","uid":"3"}}"#
    let fixture = try ClientFixture([.pageNotFound, .pageNotFound, .json(200, pod)])
    #expect(try fixture.client.look(at: .pod, "p", in: "v", to: "see it") != .notInstalled)
    #expect(fixture.cluster.requests[1].target == "/api/v1")
  }

  @Test func aQuestionOfAccessIsRepeatedToo() throws {
    let yes = ScriptedCluster.Answer.json(
      201, #"{"kind":"SelfSubjectAccessReview","status":{"allowed":true}}"#)
    let fixture = try ClientFixture([.pageNotFound, .pageNotFound, .pageNotFound, yes])
    #expect(try fixture.client.isAllowed("list", .backup, in: "v") == true)
    let absent = try ClientFixture([.pageNotFound, .pageNotFound, .groups()])
    #expect(try absent.client.isAllowed("list", .backup, in: "v") == nil)
  }

  @Test func whatThereIsIsAskedOnceInAMinuteForAllThatIsNotInstalled() throws {
    let fixture = try ClientFixture([
      .pageNotFound, .pageNotFound, .groups(), .pageNotFound, .pageNotFound, .pageNotFound, .groups(),
    ])
    #expect(try fixture.client.lookAtList(of: .backup, in: nil, to: "list") == .notInstalled)
    let other = ResourceKind("Application", plural: "applications", group: "argoproj.io")
    #expect(try fixture.client.look(at: other, "a", in: "v", to: "see it") == .notInstalled)
    #expect(fixture.cluster.requests.count == 4)
    fixture.time.advance(by: .seconds(61))
    #expect(try fixture.client.look(at: other, "a", in: "v", to: "see it") == .notInstalled)
    #expect(fixture.cluster.requests.count { $0.target == "/apis" } == 2)
  }

  @Test func aListOfNothingIsThatOfAServerThatHasJustBegun() throws {
    let empty = ScriptedCluster.Answer.json(200, #"{"kind":"APIGroupList","groups":[]}"#)
    let fixture = try ClientFixture([
      .pageNotFound, .pageNotFound, empty, .groups("velero.io"), .json(200, object),
    ])
    #expect(try get(fixture)?.uid == "9")
  }

  @Test func aKindThatAGroupOfTheServerItselfLacksIsNotInstalled() throws {
    let fixture = try ClientFixture([Self.noSuchResource, .resources("others")])
    #expect(try fixture.client.lookAtList(of: .backup, in: nil, to: "list") == .notInstalled)
    let group = try ClientFixture([.pageNotFound, .groups()])
    #expect(try group.client.kinds(of: "velero.io", version: "v1") == nil)
  }

  @Test(arguments: [[forbidden], [.pageNotFound, forbidden], [.pageNotFound, page]])
  func whereWhatThereIsMayNotBeReadTheSecondAnswerCounts(discovery: [ScriptedCluster.Answer]) throws {
    let stray = [.pageNotFound] + discovery
    #expect(try get(ClientFixture(stray + [.json(200, object)]))?.uid == "9")
    let fixture = try ClientFixture(stray + stray)
    #expect(try fixture.client.lookAtList(of: .backup, in: nil, to: "list") == .notInstalled)
  }

  @Test func a404AboutSomethingElseIsOfAServerOnTheWay() throws {
    #expect(try get(ClientFixture([Self.noWay, .json(200, object)]))?.uid == "9")
    let fixture = try ClientFixture([Self.noWay])
    let error = failure { try fixture.client.delete(.backup, "b1", in: "v", uid: "9", to: "remove it") }
    #expect(error?.kind == .fateUnknown && error?.message.contains(#"services "https:tenant:443""#) == true)
    let made = failure { try create(ClientFixture([Self.noWay])) }
    #expect(made?.kind == .fateUnknown)
    let noNamespace = ScriptedCluster.Answer.absent("v", "namespaces")
    #expect(failure { try create(ClientFixture([noNamespace])) }?.kind == .refused(.notFound))
    #expect(failure { try create(ClientFixture([noNamespace]), dryRun: true) }?.kind == .refused(.notFound))
    // A webhook may deny with any code.
    let denial = ScriptedCluster.Answer.status(
      404, "NotFound", #"admission webhook "v.example.com" denied the request: no such vault"#)
    #expect(failure { try create(ClientFixture([denial])) }?.kind == .refused(.other))
  }

  @Test(
    arguments: [
      [.resources("backups")], [.pageNotFound, .groups("velero.io")], [.pageNotFound, .pageNotFound],
      [], [.status(401, "Unauthorized", "Unauthorized")], [forbidden], [.pageNotFound, forbidden],
    ] as [[ScriptedCluster.Answer]])
  func theFateOfAChangeIsOpenWhereTheKindMayBeThere(discovery: [ScriptedCluster.Answer]) throws {
    let made = try ClientFixture([.pageNotFound] + discovery)
    let error = failure { try create(made) }
    #expect(error?.kind == .fateUnknown && error?.message.contains("answered 404") == true)
    #expect(made.cluster.requests.count { $0.method == .post } == 1)
    let removed = try ClientFixture([.pageNotFound] + discovery)
    let removal = failure { try removed.client.delete(.backup, "b1", in: "v", uid: "9", to: "remove it") }
    #expect(removal?.kind == .fateUnknown)
    #expect(removed.cluster.requests.count { $0.method == .delete } == 1)
  }

  @Test func aChangeOfWhatIsNotInstalledIsRefused() throws {
    for answers: [ScriptedCluster.Answer] in [[.pageNotFound, .groups()], [.resources("x")]] {
      let error = failure { try create(ClientFixture([.pageNotFound] + answers)) }
      #expect(error?.kind == .refused(.notFound))
      #expect(error?.hint == "backups.velero.io of version v1 is not installed in the cluster")
    }
  }

  @Test func aPageIsNoWordOnARemoval() throws {
    let maintenance = ScriptedCluster.Answer.response(
      HTTPResponse(status: 200, body: Array("<html>we are back soon</html>".utf8)))
    let error = failure {
      try ClientFixture([maintenance]).client.delete(.backup, "b1", in: "v", uid: "9", to: "remove it")
    }
    #expect(error?.kind == .fateUnknown)
  }
}
