import AppProtection
import HTTPTransport
import KubernetesAPI
import StructuredValues
import Testing
import Timing

/// What becomes of changes, by answers that a real API server gave (`kube-api-exchanges.json`).
@Suite struct ChangeTests {
  private static let object = StructuredValue.members([
    "apiVersion": .string("wrong/v9"), "metadata": .members(["name": .string("b1")]), "spec": .members([:]),
  ])

  private func create(
    _ answers: [ScriptedCluster.Answer], dryRun: Bool = false
  ) throws -> (KubernetesObject?, BackendError?, ClientFixture) {
    let fixture = try ClientFixture(answers)
    do {
      let made = try fixture.client.create(
        .backup, Self.object, in: "velero", dryRun: dryRun, to: "create the backup")
      return (made, nil, fixture)
    } catch {
      return (nil, error, fixture)
    }
  }

  @Test func aCreationSaysWhatItIsAndWhoMakesIt() throws {
    let (made, _, fixture) = try create([.json(201, backup("b1"))])
    #expect(made?.uid == "u-1")
    let request = fixture.cluster.requests[0]
    #expect(request.method == .post)
    #expect(
      request.target
        == "/apis/velero.io/v1/namespaces/velero/backups?fieldManager=astra-steps&fieldValidation=Strict")
    #expect(fixture.cluster.wireFields(0)["content-type"] == "application/json")
    let body = StructuredValue(parsing: request.body ?? [])
    #expect(body?["apiVersion"]?.string == "velero.io/v1" && body?["kind"]?.string == "Backup")
    #expect(body?["metadata"]?["name"]?.string == "b1")
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    var answer: ScriptedCluster.Answer
    var kind: BackendError.Kind
    var words: String
    var hint: String?
    var testDescription: String { words }

    init(_ answer: ScriptedCluster.Answer, _ kind: BackendError.Kind, _ words: String, hint: String? = nil) {
      (self.answer, self.kind, self.words, self.hint) = (answer, kind, words, hint)
    }
  }

  private static let refusals = [
    Refusal(
      .status(409, "AlreadyExists", #"backups.velero.io "b1" already exists"#), .refused(.nameTaken),
      "already exists"),
    Refusal(
      .status(409, "AlreadyExists", #"object is being deleted: backups.velero.io "fin" already exists"#),
      .refused(.nameTaken), "object is being deleted"),
    Refusal(
      .status(409, "Conflict", "Operation cannot be fulfilled: the object has been modified"),
      .refused(.busy),
      "has been modified"),
    Refusal(
      .absent("velero", "namespaces"), .refused(.notFound),
      #"answered 404 (namespaces "velero" not found)"#),
    Refusal(
      .status(
        400, "BadRequest",
        #"Backup in version "v1" cannot be handled as a Backup: strict decoding error: unknown field "spec.includedNamespace""#
      ), .refused(.malformed), #"unknown field "spec.includedNamespace""#),
    Refusal(
      .status(
        422, "Invalid",
        #"Snapshot.protect.trident.netapp.io "s1" is invalid: spec.applicationRef: Required value"#,
        details:
          #"{"causes":[{"reason":"FieldValueRequired","message":"Required value","field":"spec.applicationRef"}]}"#
      ),
      .refused(.malformed),
      "(Snapshot.protect.trident.netapp.io \"s1\" is invalid: spec.applicationRef: Required value)"),
    // A PATCH under Strict repeats the whole object before it says what is wrong.
    Refusal(
      .status(
        422, "Invalid", #"Backup.velero.io "b1" is invalid: "# + String(repeating: "x", count: 5000),
        details: #"{"causes":[{"message":"unknown field \"spec.y\"","field":"patch"}]}"#),
      .refused(.malformed),
      #"(Backup.velero.io "b1" is invalid: patch: unknown field "spec.y")"#),
    Refusal(
      .status(
        403, "Forbidden",
        #"backups.velero.io is forbidden: User "limited" cannot create resource "backups" in API group "velero.io" in the namespace "velero""#
      ), .credentials, "cannot create resource",
      hint: "the right that is missing: create backups.velero.io in the namespace velero"),
    Refusal(
      .status(
        403, "Forbidden",
        #"snapshots "s" is forbidden: User "limited" cannot patch resource "snapshots/status" in API group "p.io" at the cluster scope"#
      ), .credentials, "snapshots/status",
      hint: "the right that is missing: patch snapshots.p.io/status in the whole cluster"),
    Refusal(
      .status(
        403, "Forbidden",
        #"backups.velero.io "b1" is forbidden: unable to create new content in namespace debug-1 because it is being terminated"#,
        details:
          #"{"causes":[{"reason":"NamespaceTerminating","message":"namespace debug-1 is being terminated"}]}"#
      ),
      .refused(.notReady), "being terminated"),
    Refusal(
      .status(
        403, "Forbidden",
        #"admission webhook "v.example.com" denied the request: you cannot use resource "x""#),
      .refused(.other), "denied the request"),
    Refusal(
      .status(400, "", #"admission webhook "v.example.com" denied the request: the vault is not available"#),
      .refused(.other), "the vault is not available"),
    Refusal(
      .status(422, "Invalid", #"admission webhook "v.example.com" denied the request: no"#), .refused(.other),
      "denied the request: no"),
    Refusal(
      .status(403, "Forbidden", #"pods "p" is forbidden: exceeded quota: q, requested: pods=1"#),
      .refused(.other), "exceeded quota"),
    Refusal(
      .status(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728"), .refused(.other),
      "too large"),
    // The fate is open whatever a 5xx says: of eight of them, one had been done.
    Refusal(
      .status(
        500, "InternalError",
        #"Internal error occurred: failed calling webhook "v.example.com": connection refused"#),
      .fateUnknown,
      "failed calling webhook"),
    Refusal(
      .json(
        500, #"{"kind":"Status","status":"Failure","message":"etcdserver: request is too large","code":500}"#),
      .fateUnknown, "answered 500 (etcdserver: request is too large)"),
    Refusal(
      .response(
        HTTPResponse(
          status: 504, fields: [HTTPField("Content-Type", "text/plain; charset=utf-8")],
          body: Array(
            #"{"metadata":{},"status":"Failure","message":"Timeout: request did not complete within the allotted timeout","reason":"Timeout","details":{},"code":504}"#
              .utf8))), .fateUnknown, "answered 504 (Timeout: request did not complete"),
    Refusal(
      .response(HTTPResponse(status: 502, body: Array("<html>bad gateway</html>".utf8))), .fateUnknown,
      "answered 502"),
    Refusal(
      .response(HTTPResponse(status: 404, body: Array("<html>no backend</html>".utf8))), .fateUnknown,
      "answered 404"),
    Refusal(.reset, .fateUnknown, "the connection was reset"),
    Refusal(.json(201, "{}"), .fateUnknown, "the body is not the object"),
    Refusal(.json(201, backup("b2")), .fateUnknown, "the body is not the object"),
  ]

  @Test(arguments: refusals)
  func aCreationThatDidNotSucceedSaysWhatBecameOfIt(refusal: Refusal) throws {
    let (_, error, fixture) = try create([refusal.answer])
    #expect(error?.kind == refusal.kind)
    #expect(error?.message.contains(refusal.words) == true, "\(error?.message ?? "")")
    if let hint = refusal.hint { #expect(error?.hint == hint) }
    #expect(fixture.cluster.requests.count == 1)
  }

  @Test func aCreationIsRepeatedOnlyWhereItWasTurnedAwayAtTheDoor() throws {
    let busy = ScriptedCluster.Answer.json(
      429,
      #"{"kind":"Status","status":"Failure","message":"storage is (re)initializing","reason":"TooManyRequests","details":{"retryAfterSeconds":7},"code":429}"#
    )
    let refused = ScriptedCluster.Answer.trouble(
      TransportError(.cannotConnect, "connection refused", mayHaveBeenSent: false))
    let (made, error, fixture) = try create([busy, refused, .json(201, backup("b1"))])
    #expect(made != nil && error == nil)
    #expect(fixture.time.sleeps[0] >= .seconds(7))
    #expect(fixture.cluster.requests.count == 3)
  }

  @Test func aRehearsalLeavesNothingAndIsRepeated() throws {
    let (made, _, fixture) = try create(
      [.reset, .status(500, "InternalError", "x"), .json(201, backup("b1"))], dryRun: true)
    #expect(made?.name == "b1")
    #expect(fixture.cluster.requests.allSatisfy { $0.target.hasSuffix("&fieldValidation=Strict&dryRun=All") })
    let (_, error, _) = try create(Array(repeating: .reset, count: 20), dryRun: true)
    #expect(error?.kind == .unreachable)
    let (_, denied, _) = try create(
      [.status(400, "", #"admission webhook "v" denied the request: no vault"#)], dryRun: true)
    #expect(denied?.kind == .refused(.other))
    let (_, unasked, _) = try create(
      [.status(400, "BadRequest", #"admission webhook "v" does not support dry run"#)], dryRun: true)
    #expect(unasked?.kind == .fateUnknown)
    let (_, forbidden, _) = try create(
      [.status(403, "Forbidden", #"User "x" cannot create resource "backups" in API group "velero.io""#)],
      dryRun: true)
    #expect(forbidden?.kind == .credentials)
    #expect(
      forbidden?.message.contains("the cluster answered 403") == true)
  }

  @Test func aPatchIsAMergePatch() throws {
    let fixture = try ClientFixture([.json(200, backup("b1", version: "8"))])
    let patch = StructuredValue.members([
      "metadata": .members(["annotations": .members(["run": .string("7")])])
    ])
    let object = try fixture.client.mergePatch(.backup, "b1", in: "velero", patch, to: "mark it")
    #expect(object.resourceVersion == "8")
    #expect(fixture.cluster.requests[0].method == .patch)
    #expect(fixture.cluster.requests[0].body == Array(#"{"metadata":{"annotations":{"run":"7"}}}"#.utf8))
    #expect(fixture.cluster.wireFields(0)["content-type"] == "application/merge-patch+json")
  }

  @Test func aDeletionIsOfOneUIDOnly() throws {
    let done = #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"uid":"u"}}"#
    for answer in [done, backup("b3")] {
      let fixture = try ClientFixture([.json(200, answer)])
      try fixture.client.delete(
        .backup, "b3", in: "velero", uid: "9069", propagation: .foreground, to: "remove it")
      let request = fixture.cluster.requests[0]
      #expect(
        request.method == .delete && request.target == "/apis/velero.io/v1/namespaces/velero/backups/b3")
      let body = StructuredValue(parsing: request.body ?? [])
      #expect(body?["preconditions"]?["uid"]?.string == "9069")
      #expect(body?["propagationPolicy"]?.string == "Foreground")
    }
  }

  @Test func whatIsGoneAlreadyNeedsNoDeletion() throws {
    let fixture = try ClientFixture([.absent("b3", "backups", of: "velero.io")])
    try fixture.client.delete(.backup, "b3", in: "velero", uid: "9069", to: "remove it")
    let error = failure {
      try ClientFixture([.pageNotFound, .pageNotFound, .groups()]).client
        .delete(.backup, "b", in: "v", uid: "9", to: "remove it")
    }
    #expect(error?.kind == .refused(.notFound))
  }

  @Test func anotherObjectOfTheNameIsLeftAlone() throws {
    let conflict = ScriptedCluster.Answer.status(
      409, "Conflict",
      #"Operation cannot be fulfilled on Backup.velero.io "b3": the UID in the precondition (1) does not match the UID in record (2)"#
    )
    let error = failure {
      try ClientFixture([conflict]).client.delete(.backup, "b3", in: "v", uid: "1", to: "remove the backup")
    }
    #expect(error?.kind == .refused(.other))
    #expect(error?.message.hasSuffix("b3 is another object by now") == true)
  }

  @Test func aDeletionWithoutAnAnswerIsOfUnknownFate() throws {
    let error = failure {
      try ClientFixture([.reset]).client.delete(.backup, "b", in: "v", uid: "1", to: "remove it")
    }
    #expect(error?.kind == .fateUnknown)
  }
}
