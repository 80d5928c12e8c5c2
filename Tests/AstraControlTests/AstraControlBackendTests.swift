import AppProtection
import AstraControl
import HTTPTransport
import RESTClient
import Testing
import Timing

/// The client of the API by itself: what it sends, what it makes of answers.
struct AstraControlBackendTests {
  /// Answers with what it is given, in order, and keeps what it was asked.
  private final class Script: Transport {
    var answers: [HTTPResponse]
    var requests: [HTTPRequest] = []

    init(_ answers: [HTTPResponse]) { self.answers = answers }

    func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
      requests.append(request)
      guard !answers.isEmpty else {
        throw TransportError(.cannotConnect, "connection refused", mayHaveBeenSent: false)
      }
      return answers.removeFirst()
    }
  }

  private func json(_ text: String, status: Int = 200, fields: [HTTPField] = []) -> HTTPResponse {
    HTTPResponse(
      status: status, fields: [HTTPField("Content-Type", "application/json")] + fields, body: Array(text.utf8)
    )
  }

  private func backend(_ script: Script, time: ManualTime = ManualTime()) -> AstraControlBackend {
    let settings = AstraControlBackend.Settings(
      host: "astra.example.com", account: "5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10",
      credentials: Credentials(token: Secret("not-a-real-token")),
      random: SeededRandom(seed: 1), log: { _ in })
    return AstraControlBackend(
      settings, transport: script, time: time, deadline: Deadline(after: .seconds(3600), on: time))
  }

  private let application = Application(id: Application.ID("app-1"), name: "magento-prod", state: .ready)
  private let point = RecoveryPoint(
    id: RecoveryPoint.ID("bk-1"), kind: .backup, name: "good", applicationID: Application.ID("app-1"),
    state: .completed)

  @Test func anInPlaceRestoreSendsOneIdAndTheHeader() throws {
    let script = Script([HTTPResponse(status: 204)])
    try backend(script).startInPlaceRestore(of: application, from: point)
    let request = try #require(script.requests.first)
    #expect(request.method == .put)
    #expect(request.target == "/accounts/5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10/k8s/v2/apps/app-1")
    #expect(request.fields.contains(HTTPField("ForceUpdate", "true")))
    #expect(request.fields.contains(HTTPField("Content-Type", "application/astra-app+json")))
    let body = String(decoding: request.body ?? [], as: UTF8.self)
    #expect(body == #"{"backupID":"bk-1","type":"application/astra-app","version":"2.0"}"#)
  }

  @Test(arguments: [TransportError.Kind.broken, .timedOut, .tooLarge, .misconfigured])
  func aChangeWhoseAnswerIsOfNoUseMayHaveBeenCarriedOut(kind: TransportError.Kind) {
    final class Lossy: Transport {
      let error: TransportError
      var requests = 0
      init(_ error: TransportError) { self.error = error }
      func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
        requests += 1
        throw error
      }
    }
    let time = ManualTime()
    let transport = Lossy(TransportError(kind, "no use", mayHaveBeenSent: true))
    let backend = AstraControlBackend(
      AstraControlBackend.Settings(
        host: "astra.example.com", account: "5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10",
        credentials: Credentials(token: Secret("not-a-real-token")), random: SeededRandom(seed: 1),
        log: { _ in }),
      transport: transport, time: time, deadline: Deadline(after: .seconds(3600), on: time))
    do {
      try backend.startInPlaceRestore(of: application, from: point)
      Issue.record("it succeeded")
    } catch {
      #expect(error.kind == .fateUnknown)
    }
    #expect(transport.requests == 1)
  }

  @Test func aCloneSendsExactlyOneSource() throws {
    let made = #"{"id":"c","name":"debug","state":"provisioning"}"#
    var request = CloneRequest(
      name: "debug", application: application, sourceCluster: Cluster.ID("c1"),
      destinationCluster: Cluster.ID("c2"),
      source: .live, namespaces: [.init(source: "prod", destination: "debug")])
    let script = Script([json(made, status: 201), json(made, status: 201)])
    let backend = backend(script)
    _ = try backend.start(request)
    request.source = .recoveryPoint(point)
    request.storageClass = "gold"
    _ = try backend.start(request)
    let bodies = script.requests.map { String(decoding: $0.body ?? [], as: UTF8.self) }
    #expect(
      bodies == [
        #"{"clusterID":"c2","name":"debug","namespaceMapping":[{"destination":"debug","source":"prod"}],"sourceAppID":"app-1","sourceClusterID":"c1","type":"application/astra-app","version":"2.0"}"#,
        #"{"backupID":"bk-1","clusterID":"c2","name":"debug","namespaceMapping":[{"destination":"debug","source":"prod"}],"sourceClusterID":"c1","storageClassMapping":[{"destination":"gold","source":"*"}],"type":"application/astra-app","version":"2.2"}"#,
      ])
  }

  @Test func aCloneIsAskedForWithoutItsLabelsWhereTheyAreRefused() throws {
    let labels = #"{"labels":[{"name":"a","value":"1"}]}"#
    let made = #"{"id":"c","name":"debug","state":"provisioning","metadata":\#(labels)}"#
    let refusal = #"{"type":"https://astra.netapp.io/problems/8","title":"Invalid JSON resource"}"#
    var request = CloneRequest(
      name: "debug", application: application, sourceCluster: Cluster.ID("c1"),
      destinationCluster: Cluster.ID("c2"), source: .live, namespaces: [])
    request.labels = [Label("a", "1")]
    let script = Script([json(refusal, status: 400), json(made, status: 201)])
    #expect(try backend(script).start(request).application?.labels == [Label("a", "1")])
    let bodies = script.requests.map { String(decoding: $0.body ?? [], as: UTF8.self) }
    #expect(bodies.count == 2 && !bodies[1].contains("metadata"))
    #expect(bodies[0].contains(#""metadata":\#(labels)"#))
    // A refusal of anything else is no reason to ask twice, nor is an answer that is lost.
    let other = Script([json(refusal.replacing("problems/8", with: "problems/9"), status: 400)])
    #expect(throws: BackendError.self) { try backend(other).start(request) }
    let lost = Script([HTTPResponse(status: 502), json(made, status: 201)])
    #expect(throws: BackendError.self) { try backend(lost).start(request) }
    #expect(other.requests.count == 1 && lost.requests.count == 1)
  }

  @Test func onlyAFailedBackupIsRemovedByForce() throws {
    let script = Script([HTTPResponse(status: 204), HTTPResponse(status: 204)])
    let backend = backend(script)
    try backend.delete(point)
    var failed = point
    failed.state = .failed
    try backend.delete(failed)
    let force = HTTPField("Force-Delete", "true")
    #expect(script.requests.map { $0.fields.contains(force) } == [false, true])
  }

  @Test func aNameIsLookedForByTheServerAndComparedAgain() throws {
    let script = Script([
      json(
        #"{"items":[{"id":"1","name":"a-b","state":"ready"},{"id":"2","name":"a","state":"ready"}],"metadata":null}"#
      )
    ])
    let found = try backend(script).applications(named: "a")
    #expect(found.map(\.id.text) == ["2"])
    #expect(script.requests[0].target.hasSuffix("/k8s/v2/apps?filter=name%20eq%20%27a%27"))
  }

  @Test func everyErrorNamesTheAttemptAndTheServersWords() {
    let problem = """
      {"type":"https://astra.netapp.io/problems/9","title":"Invalid JSON resource","detail":"It did not pass.",
       "status":"400","correlationID":"eafb0c1d","invalidFields":[{"name":"namespaceMapping","reason":"taken"}]}
      """
    let script = Script([json(problem, status: 400)])
    do {
      _ = try backend(script).create(.backup, named: "x", of: application)
      Issue.record("no error")
    } catch {
      #expect(error.kind == .refused(.other))
      #expect(
        error.message
          == "cannot back up \"magento-prod\": astra.example.com answered 400 (Invalid JSON resource: It did not pass.; namespaceMapping: taken; correlation id eafb0c1d)"
      )
    }
  }

  @Test(arguments: [
    (409, 107, BackendError.Kind.refused(.busy)), (409, 148, .refused(.busy)), (409, 152, .refused(.busy)),
    (409, 112, .refused(.notReady)), (409, 143, .refused(.nameTaken)), (409, 176, .refused(.nameTaken)),
    (409, 123, .refused(.nameTaken)),
    (400, 74, .refused(.notFound)), (400, 46, .refused(.notFound)),
    (403, 76, .refused(.notOfThisApplication)),
    (401, 4, .credentials), (403, 11, .credentials), (403, 79, .refused(.other)), (500, 94, .fateUnknown),
    (503, 24, .fateUnknown), (406, 32, .refused(.other)), (302, 0, .brokenContract),
  ])
  func aRefusalIsToldApartFromALostAnswer(status: Int, number: Int, kind: BackendError.Kind) {
    let script = Script([
      json(#"{"type":"https://astra.netapp.io/problems/\#(number)","status":\#(status)}"#, status: status)
    ])
    do {
      _ = try backend(script).create(.snapshot, named: "x", of: application)
      Issue.record("no error")
    } catch {
      #expect(error.kind == kind)
    }
    #expect(script.requests.count == 1, "a change is sent once")
  }

  @Test func aRefusedConnectionAndTooManyRequestsAreTriedAgain() throws {
    let made = json(#"{"id":"s","name":"x","state":"pending"}"#, status: 201)
    let time = ManualTime()
    let script = Script([HTTPResponse(status: 429, fields: [HTTPField("Retry-After", "7")]), made])
    _ = try backend(script, time: time).create(.snapshot, named: "x", of: application)
    #expect(script.requests.count == 2 && time.sleeps.first.map { $0 >= .seconds(7) } == true)
  }

  @Test func oddBodiesAreReadAsFarAsTheyGo() throws {
    let odd = """
      {"id":"1","name":"n","state":"quiescing","stateUnready":null,"metadata":{"labels":null,"createdBy":"system",
       "creationTimestamp":"2023-09-14T08:02:11.305662Z"},"clusterName":"","percentDone":"40","unheardOf":{"a":[1]}}
      """
    let backup = try #require(
      try backend(Script([json(odd)])).recoveryPoint(
        RecoveryPoint.ID("1"), .backup, of: Application.ID("app-1")))
    #expect(backup.state.rawValue == "quiescing" && backup.hooks == .notReported)
    #expect(backup.progress?.percent == 40)
    #expect(backup.createdAt?.text == "2023-09-14T08:02:11Z")
  }

  @Test func anOlderMarkBesideANewerOneIsNotPassedOver() throws {
    let both = #"{"id":"1","name":"n","state":"restoring","backupID":"old","snapshotID":"new"}"#
    let backend = backend(Script([json(both)]))
    let application = try #require(try backend.application(Application.ID("1")))
    #expect(backend.shownOrigins(of: application).map(\.text) == ["old", "new"])
  }

  /// A server that was upgraded meanwhile may write the same times otherwise: that is no sign of a restore.
  @Test func anotherSpellingOfATimeIsNoSignOfARestore() throws {
    func application(_ fraction: String, _ zone: String) -> HTTPResponse {
      json(
        """
        {"id":"1","name":"n","state":"ready","lastResourceCollectionTimestamp":"2023-09-14T08:02:11\(fraction)\(zone)",
         "metadata":{"modificationTimestamp":"2023-09-14T08:02:12\(fraction)\(zone)"}}
        """)
    }
    let time = ManualTime()
    let looks = [application("", "Z"), application(".305", "Z"), application("", "+00:00")]
    let backend = backend(Script(looks), time: time)
    let before = try #require(try backend.application(Application.ID("1")))
    let restore = InPlaceRestore(
      of: before.id, from: RecoveryPoint.ID("bk-1"), before: before.marks, requestedAt: time.now)
    for _ in 1...2 {
      time.advance(by: .seconds(120))
      #expect(try backend.restoring(restore)?.state == .running("ready, as before the restore"))
    }
  }

  @Test func aListThatNeverEndsIsAnError() {
    let page = json(#"{"items":[],"metadata":{"continue":"again"}}"#)
    do {
      _ = try backend(Script([page, page, page])).clusters()
      Issue.record("no error")
    } catch {
      #expect(error.kind == .brokenContract && error.message.contains("no end"))
    }
  }

  @Test func deepNestingIsNotFollowed() {
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    do {
      _ = try backend(Script([json(deep)])).clusters()
      Issue.record("no error")
    } catch {
      #expect(error.kind == .unreachable, "it is tried again, then the script refuses the connection")
    }
  }

  // MARK: - The older generation

  private let notThere =
    #"{"type":"https://astra.netapp.io/problems/31","title":"Schema not found","status":"404"}"#
  private let olderList = """
    {"items":[{"type":"application/astra-managedApp","version":"1.1","id":"app-1","name":"magento-prod",
     "state":"running","stateUnready":[],"namespace":"magento-prod","clusterID":"c1","backupID":"bk-0",
     "metadata":{"labels":null,"creationTimestamp":"2022-01-10T11:58:20Z",
     "modificationTimestamp":"2022-01-11T07:15:00Z","createdBy":"system"}}],"metadata":{}}
    """

  private func paths(_ script: Script) -> [String] {
    script.requests.map { request in
      let path = request.target.split(separator: "/").dropFirst(2).joined(separator: "/")
      return "\(request.method.rawValue) \(path)"
    }
  }

  @Test func theOlderGenerationIsSpokenOnceItIsKnown() throws {
    let copy = json(#"{"id":"s","name":"x","state":"pending"}"#, status: 201)
    let made = json(#"{"id":"c","name":"debug","state":"provisioning","namespace":"debug"}"#, status: 201)
    let script = Script([
      json(notThere, status: 404), json(olderList), json(olderList), made, copy, HTTPResponse(status: 202),
      HTTPResponse(status: 204), HTTPResponse(status: 204),
    ])
    let backend = backend(script)
    let found = try #require(try backend.applications(named: "magento-prod").first)
    #expect(found.state == .ready && found.namespaces == ["magento-prod"])
    #expect(
      found.marks.texts == ["state": "ready", "modifiedAt": "2022-01-11T07:15:00Z"]
        && found.marks.lists == ["restoredFrom": ["bk-0"]])
    #expect(backend.label.contains("k8s/v1/managedApps"))
    #expect(try backend.applicationIDs(named: "magento-prod", on: Cluster.ID("c1")).map(\.text) == ["app-1"])
    let cloning = try backend.start(
      CloneRequest(
        name: "debug", application: application, sourceCluster: Cluster.ID("c1"),
        destinationCluster: Cluster.ID("c2"), source: .recoveryPoint(point),
        namespaces: [.init(source: "prod", destination: "debug")]))
    let clone = try #require(cloning.application)
    #expect(cloning.state == .running("provisioning") && cloning.id.text == clone.id.text)
    #expect(clone.state == .provisioning && clone.namespaces == ["debug"])
    _ = try backend.create(.snapshot, named: "x", of: application)
    try backend.startInPlaceRestore(of: application, from: point)
    try backend.delete(point)
    try backend.delete(application)
    #expect(
      paths(script) == [
        "GET k8s/v2/apps?filter=name%20eq%20%27magento-prod%27", "GET k8s/v1/managedApps",
        "GET topology/v1/apps?filter=name%20eq%20%27magento-prod%27", "POST k8s/v1/managedApps",
        "POST k8s/v1/managedApps/app-1/appSnaps", "PUT k8s/v1/managedApps/app-1",
        "DELETE k8s/v1/managedApps/app-1/appBackups/bk-1", "DELETE k8s/v1/managedApps/app-1",
      ])
    let bodies = script.requests[3...5].map { String(decoding: $0.body ?? [], as: UTF8.self) }
    #expect(
      bodies == [
        #"{"backupID":"bk-1","clusterID":"c2","name":"debug","namespace":"debug","sourceClusterID":"c1","type":"application/astra-managedApp","version":"1.0"}"#,
        #"{"name":"x","type":"application/astra-appSnap","version":"1.0"}"#,
        #"{"backupID":"bk-1","type":"application/astra-managedApp","version":"1.2"}"#,
      ])
    #expect(
      script.requests[3].fields.contains(HTTPField("Content-Type", "application/astra-managedApp+json")))
    #expect(script.requests[5].fields.contains(HTTPField("ForceUpdate", "true")))
  }

  @Test func runningIsNoGoodEndInTheCurrentGeneration() throws {
    let list = #"{"items":[{"id":"app-1","name":"magento-prod","state":"running"}]}"#
    let found = try backend(Script([json(list)])).applications(named: "magento-prod")
    #expect(found.map(\.state.rawValue) == ["running"] && found.first?.state != .ready)
  }

  @Test func nothingButAListOfItsOwnProvesTheOlderGeneration() throws {
    let page = HTTPResponse(
      status: 404, fields: [HTTPField("Content-Type", "text/plain")], body: Array("404 page not found".utf8))
    let foreign = json(#"{"message":"no Route matched with those values"}"#, status: 404)
    let newerList = json(#"{"items":[{"id":"app-2","name":"magento-prod","state":"ready"}]}"#)
    let (denied, older) = (json(notThere, status: 404), json(olderList))
    let stories: [(answers: [HTTPResponse], found: String?, requests: Int)] = [
      ([newerList], "app-2", 1), ([denied, older], "app-1", 2),
      // A gateway's word does not count as the API's, and counts the second time, beside a list.
      ([page, newerList], "app-2", 2), ([foreign, newerList], "app-2", 2),
      ([page, page, older], "app-1", 3), ([foreign, foreign, older], "app-1", 3),
      // The newer one restarts behind a gateway: it is asked again.
      ([page, page, denied, newerList], "app-2", 4), ([page, page, page, newerList], "app-2", 4),
      // A refused filter tells nothing of the generation, whoever refuses it.
      ([json("{}", status: 400), newerList], "app-2", 2),
      ([json("{}", status: 400), denied, older], "app-1", 3),
      ([denied, json("{}", status: 400), denied, older], "app-1", 4),
      // The older one does.
      ([denied, page, denied, older], "app-1", 4),
      // No such account; refused credentials; an item that cannot be read, and then nobody answers any more.
      ([denied, denied], nil, 2), ([json("{}", status: 401)], nil, 1), ([json("{}", status: 403)], nil, 1),
      ([denied, json(#"{"items":[{"id":"1"}]}"#)], nil, 9),
    ]
    for (number, story) in stories.enumerated() {
      let script = Script(story.answers)
      let found = try? backend(script).applications(named: "magento-prod").first?.id.text
      #expect(found == story.found && script.requests.count == story.requests, "\(number): \(paths(script))")
    }
  }

  @Test func anApplicationThatIsAskedForFirstFindsTheGenerationOutToo() throws {
    let script = Script([json(notThere, status: 404), json(notThere, status: 404), json(olderList)])
    let found = try backend(script).application(Application.ID("app-1"))
    #expect(found?.id.text == "app-1" && found?.state == .ready)
    #expect(paths(script) == ["GET k8s/v2/apps/app-1", "GET k8s/v2/apps", "GET k8s/v1/managedApps"])
  }

  @Test func theServersClockIsBelieved() throws {
    let time = ManualTime()
    let script = Script([json(#"{"items":[]}"#, fields: [HTTPField("Date", "Sun, 06 Nov 1994 08:49:37 GMT")])]
    )
    let backend = backend(script, time: time)
    #expect(backend.currentTime == time.wallTime)
    _ = try backend.clusters()
    time.advance(by: .seconds(23))
    #expect(backend.currentTime.text == "1994-11-06T08:50:00Z")
  }
}
