import AppProtection
import HTTPTransport
import KubernetesAPI
import StructuredValues
import Testing

/// What is made of `404 page not found`: the API's word for a kind that is not installed, and any gateway's.
@Suite struct DiscoveryTests {
  private let object = #"{"kind":"Backup","metadata":{"name":"b1","namespace":"v","uid":"9"}}"#
  private let list =
    #"{"kind":"BackupList","metadata":{},"items":[{"metadata":{"name":"b1","namespace":"v","uid":"9"}}]}"#

  private func get(_ fixture: ClientFixture) throws -> KubernetesObject? {
    try fixture.client.get(.backup, "b1", in: "v", to: "read it")
  }

  private func create(_ fixture: ClientFixture, dryRun: Bool = false) throws -> KubernetesObject {
    let body = StructuredValue.members(["metadata": .members(["name": .string("b1")])])
    return try fixture.client.create(.backup, body, in: "v", dryRun: dryRun, to: "make it")
  }

  @Test func aReadIsRepeatedWhereTheClusterHasTheKind() throws {
    let stray: [ScriptedCluster.Answer] = [
      .pageNotFound, .groups("apps", "velero.io"), .resources("backups", "backups/status"),
    ]
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
    let absent = try ClientFixture([.pageNotFound, .groups("apps")])
    #expect(try absent.client.isAllowed("list", .backup, in: "v") == nil)
  }

  @Test func whatThereIsIsAskedOnceForAllThatIsNotInstalled() throws {
    let fixture = try ClientFixture([.pageNotFound, .groups("apps"), .pageNotFound])
    #expect(try fixture.client.lookAtList(of: .backup, in: nil, to: "list") == .notInstalled)
    let other = ResourceKind("Application", plural: "applications", group: "argoproj.io")
    #expect(try fixture.client.look(at: other, "a", in: "v", to: "see it") == .notInstalled)
    #expect(fixture.cluster.requests.count { $0.target == "/apis" } == 1)
  }

  @Test func whereWhatThereIsMayNotBeReadTheAnswerCounts() throws {
    let forbidden = ScriptedCluster.Answer.status(
      403, "Forbidden", #"forbidden: User "limited" cannot get path "/apis""#)
    let fixture = try ClientFixture([.pageNotFound, forbidden])
    #expect(try fixture.client.lookAtList(of: .backup, in: nil, to: "list") == .notInstalled)
  }

  @Test(
    arguments: [
      [.groups("velero.io"), .resources("backups")], [.groups("velero.io"), .pageNotFound], [.pageNotFound],
      [], [.status(401, "Unauthorized", "Unauthorized")],
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
    for answers: [ScriptedCluster.Answer] in [[.groups("apps")], [.groups("velero.io"), .resources("x")]] {
      let error = failure { try create(ClientFixture([.pageNotFound] + answers)) }
      #expect(error?.kind == .refused(.notFound))
      #expect(error?.hint == "backups.velero.io of version v1 is not installed in the cluster")
    }
  }
}
