import AppProtection
import HTTPTransport
import KubernetesAPI
import StructuredValues
import Testing
import Timing

@Suite struct ReadingTests {
  private let forbidden = ScriptedCluster.Answer.status(
    403, "Forbidden",
    #"backups.velero.io is forbidden: User "limited" cannot list resource "backups" in API group "velero.io" in the namespace "velero""#
  )

  @Test func anObjectIsReadWithItsMetadata() throws {
    let text =
      #"{"apiVersion":"velero.io/v1","kind":"Backup","metadata":{"name":"b1","namespace":"velero","uid":"18cf","resourceVersion":"388","generation":3,"creationTimestamp":"2026-11-28T01:58:39Z","deletionTimestamp":"2026-11-28T02:00:00Z","labels":{"tier":"gold","n":1},"annotations":{"a":"b"},"finalizers":["x/y"],"ownerReferences":[{"apiVersion":"v1","kind":"Schedule","name":"nightly","uid":"7"}]},"status":{"phase":"Completed"}}"#
    let fixture = try ClientFixture([.json(200, text)])
    let object = try #require(try fixture.client.get(.backup, "b1", in: "velero", to: "read it"))
    #expect(fixture.cluster.requests[0].target == "/apis/velero.io/v1/namespaces/velero/backups/b1")
    #expect(fixture.cluster.wireFields(0)["authorization"] == "Bearer \(fakeToken)")
    #expect((object.name, object.namespace, object.uid) == ("b1", "velero", "18cf"))
    #expect(object.resourceVersion == "388" && object.generation == 3)
    #expect(object.creationTimestamp?.text == "2026-11-28T01:58:39Z")
    #expect(object.deletionTimestamp?.text == "2026-11-28T02:00:00Z")
    #expect(object.labels == ["tier": "gold"] && object.annotations == ["a": "b"])
    #expect(object.finalizers == ["x/y"])
    #expect(object.owners == [.init(kind: "Schedule", name: "nightly", uid: "7")])
    #expect(object["status", "phase"]?.string == "Completed" && object["status", "x"] == nil)
  }

  @Test func namesArePercentEncoded() throws {
    let fixture = try ClientFixture([.absent("a/b?c", "pods")])
    _ = try fixture.client.get(.pod, "a/b?c", in: "n s", to: "read it")
    #expect(fixture.cluster.requests[0].target == "/api/v1/namespaces/n%20s/pods/a%2Fb%3Fc")
  }

  @Test func anObjectThatIsNotThereIsNil() throws {
    let fixture = try ClientFixture([.absent("nosuch", "backups", of: "velero.io")])
    #expect(try fixture.client.get(.backup, "nosuch", in: "velero", to: "read it") == nil)
  }

  @Test func aKindThatIsNotInstalledIsNoAbsentObject() throws {
    let error = failure {
      try ClientFixture([.pageNotFound, .pageNotFound, .groups()]).client
        .get(.backup, "b", in: "velero", to: "read the backup")
    }
    #expect(error?.kind == .refused(.notFound))
    #expect(
      error?.message
        == "cannot read the backup: the cluster answered 404 (the server does not have this kind of resource)"
    )
    #expect(error?.hint == "backups.velero.io of version v1 is not installed in the cluster")
    let older = try ClientFixture([.pageNotFound, .resources("restores")])
    #expect(try older.client.look(at: .backup, "b", in: "velero", to: "read") == .notInstalled)
  }

  @Test func aMissingRightEndsAGetAndIsToldByALook() throws {
    let error = failure { try ClientFixture([forbidden]).client.list(.backup, in: "velero", to: "list") }
    #expect(error?.kind == .credentials)
    #expect(error?.hint == "the right that is missing: list backups.velero.io in the namespace velero")
    let result = try ClientFixture([forbidden]).client.lookAtList(of: .backup, in: "velero", to: "list")
    guard case .forbidden(let words) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(words.hasPrefix("answered 403 (backups.velero.io is forbidden"))
    let seen = try ClientFixture([.json(200, page([]))]).client.lookAtList(
      of: .backup, in: nil, to: "list")
    #expect(seen == .told([]))
  }

  @Test func whoMayNotReadHasNoRightWhateverTheWords() throws {
    let answer = ScriptedCluster.Answer.status(403, "Forbidden", "the authorizer of this cluster says no")
    #expect(
      failure { try ClientFixture([answer]).client.list(.pod, in: "n", to: "list") }?.kind == .credentials)
  }

  @Test func aGatewaysRefusalIsNotTheAPIs() throws {
    let html = ScriptedCluster.Answer.response(
      HTTPResponse(
        status: 403, fields: [HTTPField("Content-Type", "text/html")], body: Array("<html>no</html>".utf8)))
    #expect(
      failure { try ClientFixture([html]).client.look(at: .pod, "p", in: "n", to: "look") }?.kind
        == .credentials)
  }

  @Test func aReadIsRepeatedUntilTheTroublePasses() throws {
    let fixture = try ClientFixture([
      .reset, .status(503, "ServiceUnavailable", "wait", details: #"{"retryAfterSeconds":5}"#),
      .json(200, "<html>"), .json(200, backup("another")), .json(200, backup("b1")),
    ])
    let object = try fixture.client.get(.backup, "b1", in: "velero", to: "read it")
    #expect(object?.name == "b1")
    #expect(fixture.cluster.requests.count == 5)
    // What the body asks for counts where no field does.
    #expect(fixture.time.sleeps[1] >= .seconds(5))
  }

  @Test func aGatewaysPageIsNoAbsence() throws {
    let gone = ScriptedCluster.Answer.response(
      HTTPResponse(status: 404, fields: [HTTPField("Content-Type", "text/html")], body: Array("no".utf8)))
    let fixture = try ClientFixture([gone, .json(200, backup("b1"))])
    #expect(try fixture.client.get(.backup, "b1", in: "velero", to: "read it") != nil)
  }

  @Test func aListIsReadPageByPage() throws {
    let fixture = try ClientFixture([
      .json(200, page([backup("a"), backup("b")], next: "x=1&y")), .json(200, page([backup("c")])),
    ])
    let objects = try fixture.client.list(
      .backup, in: "velero", labels: "tier in (gold),!x", fields: "metadata.name!=q", to: "list them")
    #expect(objects.map(\.name) == ["a", "b", "c"])
    let base =
      "/apis/velero.io/v1/namespaces/velero/backups?limit=500&labelSelector=tier%20in%20%28gold%29%2C%21x&fieldSelector=metadata.name%21%3Dq"
    #expect(fixture.cluster.requests.map(\.target) == [base, base + "&continue=x%3D1%26y"])
  }

  @Test func aListThatExpiresBeginsAnew() throws {
    let expired = ScriptedCluster.Answer.status(410, "Expired", "The provided continue parameter is too old")
    let fixture = try ClientFixture([
      .json(200, page([backup("a")], next: "t")), expired, .json(200, page([backup("a"), backup("b")])),
    ])
    #expect(try fixture.client.list(.backup, in: nil, to: "list").map(\.name) == ["a", "b"])
    #expect(fixture.cluster.requests[2].target == "/apis/velero.io/v1/backups?limit=500")

    let endless = try ClientFixture(
      Array(repeating: [.json(200, page([backup("a")], next: "t")), expired], count: 9).flatMap { $0 })
    #expect(failure { try endless.client.list(.backup, in: nil, to: "list") } != nil)
    #expect(endless.cluster.requests.count == 10)
  }

  @Test(arguments: [
    page([#"{"metadata":{"name":"no-uid"}}"#]), #"{"kind":"Status","metadata":{},"status":"Success"}"#,
    #"{"kind":"BackupList"}"#,
  ])
  func whatIsNoListOfObjectsIsAnError(body: String) throws {
    let fixture = try ClientFixture(Array(repeating: .json(200, body), count: 20))
    let error = failure { try fixture.client.list(.backup, in: "velero", to: "list them") }
    #expect(error?.kind == .brokenContract)
  }

  @Test func aSelectorThatIsRefusedIsNamed() throws {
    let answer = ScriptedCluster.Answer.status(
      400, "BadRequest", "unable to parse requirement: found '=', expected: identifier")
    let error = failure {
      try ClientFixture([answer]).client.list(.backup, in: "v", labels: "a===b", to: "list")
    }
    // Our own requests are well formed: who refuses one breaks the contract.
    #expect(error?.kind == .brokenContract)
    #expect(error?.message.contains("unable to parse requirement") == true)
  }

  @Test func anEchoedTokenIsInNoErrorAndNoLog() throws {
    let answer = ScriptedCluster.Answer.status(400, "BadRequest", "you sent \(fakeToken)")
    let fixture = try ClientFixture([.status(500, "", "you sent \(fakeToken)"), answer])
    let error = failure { try fixture.client.list(.backup, in: "v", to: "list") }
    #expect(error?.message.contains("you sent <secret>") == true)
    #expect(fixture.log.lines.contains { $0.contains("you sent <secret>") })
    #expect(!fixture.log.lines.contains { $0.contains(fakeToken) })
  }

  @Test func anEchoedTokenIsNotCutInTwo() throws {
    let long = String(repeating: "x", count: 990) + fakeToken
    let answers = [ScriptedCluster.Answer.status(400, "BadRequest", long), .status(400, "BadRequest", long)]
    let fixture = try ClientFixture(answers)
    let error = failure { try fixture.client.list(.backup, in: "v", to: "list") }
    #expect(error?.message.contains("x") == true && error?.message.contains(fakeToken.prefix(6)) == false)
    let wakeUp = try fixture.client.wait(for: .backup, "b", in: "v", since: nil, upTo: .seconds(9)) { _ in
      true
    }
    let shown = "\(wakeUp)"
    #expect(shown.contains("xxx") && !shown.contains(fakeToken.prefix(6)))
  }

  @Test func theServersTimeIsKnown() throws {
    let date = HTTPField("Date", "Sat, 28 Nov 2026 01:58:39 GMT")
    let fixture = try ClientFixture([.json(200, #"{"gitVersion":"v1.36.2"}"#, [date])])
    #expect(fixture.client.serverTime == nil)
    #expect(try fixture.client.version() == "v1.36.2")
    #expect(fixture.client.serverTime?.text == "2026-11-28T01:58:39Z")
    #expect(fixture.client.currentTime.text == "2026-11-28T01:58:39Z")
  }
}
