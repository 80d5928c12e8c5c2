package import Exploration
internal import ServiceSimulation
internal import SimulatedBackend
internal import SimulatorSupport

/// What the objects of a product are called, and where they say how it stands with them.
package struct ProductWords: Sendable {
  /// The group of its API.
  let group: String
  /// The path of an object's state, and of its last error.
  let state: String
  let error: String

  /// Trident protect's.
  package static let tridentProtect = Self(
    group: "protect.trident.netapp.io", state: "status.state", error: "status.error")
  /// Velero's.
  package static let velero = Self(group: "velero.io", state: "status.phase", error: "status.failureReason")
}

// Answers that are not the API server's own, or not those of a good day.
extension FaultKind {
  /// Answers in the server's place; it does not see the request, unless the name says so.
  package static func statusAnswers(_ words: ProductWords) -> [FaultKind] {
    [
      .request("401", .answers(.status(401, "Unauthorized", "Unauthorized")), .ends(77)),
      .request(
        "403", .answers(.status(403, "Forbidden", forbidden(words))), .ends(0, 1, 64, 65, 77, 78),
        changes: .ends(77)
      ),
      .request("403-html", .answers(.page(403)), .ends(0, 77), changes: .ends(77)),
      .request(
        "403-quota", .answers(.status(403, "Forbidden", quota)), .ends(0, 1, 64, 77, 78),
        changes: .ends(1)
      ).also(65, of: .namespace),
      .request("404", .answers(.status(404, "NotFound", "not found")), .ends(0, 78)),
      .request("404-text", .answers(.text(404, "404 page not found\n")), .passes),
      .request("404-html", .answers(.page(404)), .passes),
      .noRead("400", .answers(.status(400, "BadRequest", "strict decoding error")), changes: .ends(1)),
      .noRead(
        "422", .answers(.status(422, "Invalid", "is invalid: spec: Required value")), changes: .ends(1)),
      .conflict("409-conflict", "Conflict", "the object has been modified", .passes),
      .conflict("409-exists", "AlreadyExists", "already exists", .ends(78)),
      .noRead(
        "webhook-denied",
        .answers(.status(400, "BadRequest", #"admission webhook "v.protect" denied the request: no"#)),
        changes: .ends(1)),
      .noRead("302", .answers(.page(302)), changes: .ends(76)),
      .request("429", .answers(.text(429, "Too many requests, please try again later.\n")), .passes),
      .request("429-5s", .answers(.page(429, retryAfter: "5")), .passes),
      .request("500-etcd", .answers(.status(500, "", "etcdserver: request timed out")), .passes),
      .request("500-webhook", .answers(.status(500, "InternalError", "failed calling webhook")), .passes),
      .request(
        "504-text",
        .answers(
          .text(504, #"{"metadata":{},"status":"Failure","message":"Timeout","reason":"Timeout","code":504}"#)
        ), .passes),
    ]
      + [500, 502, 503, 504].flatMap { status -> [FaultKind] in
        [
          .request("\(status)-before", .answers(.page(status)), .passes),
          .request("\(status)-afterwards", .answers(.page(status), afterwards: true), .passes),
        ]
      }
      // A gateway that starts says so of everything, in the words of the API: that tells nothing of what is behind it.
      + with(
        .hides,
        with(
          .lasts,
          [.request("404-text-20s", .overload(.text(404, "404 page not found\n"), .seconds(20)), .passes)]))
  }

  /// The same, where a read of that subject may end the step with one more code: without the vaults of both clusters no
  /// backup is found again in the other, and a namespace that may not be seen is taken to be there.
  private func also(_ code: Int32, of subject: RequestPurpose.Subject) -> FaultKind {
    var kind = self
    kind.expectation = { [expectation] event in
      var owed = expectation(event)
      if let purpose = event.purpose, !purpose.isChange, purpose.subject == subject {
        owed.codes.insert(code)
      }
      return owed
    }
    return kind
  }

  /// An answer that the API gives to no read.
  ///
  /// What runs in a namespace, and the vaults, are listed for the copy that is evidence too: where that is refused, there
  /// is no restore. What is only tried out (`dryRun=All`) would be refused.
  private static func noRead(
    _ name: String, _ effect: SiteFault.Effect, changes: Expectation
  ) -> FaultKind {
    var kind = FaultKind.request(name, effect, .ends(0, 76), changes: changes)
    kind.expectation = { [expectation = kind.expectation] event in
      guard case .request(let method, _, let purpose) = event, !purpose.isChange else {
        return expectation(event)
      }
      // What is read for a copy of the present state, such as those that there are, keeps a restore from being begun.
      let isForACopy = [.other, .store, .backup, .snapshot].contains(purpose.subject)
      return isForACopy || method == "POST" ? .ends(0, 76, 78) : expectation(event)
    }
    return kind
  }

  /// A conflict: to a removal it says that the name is another object's by now, which is left alone.
  private static func conflict(
    _ name: String, _ reason: String, _ message: String, _ changes: Expectation
  ) -> FaultKind {
    var kind = FaultKind.noRead(name, .answers(.status(409, reason, message)), changes: changes)
    kind.expectation = { [expectation = kind.expectation] event in
      event.purpose?.action == .delete ? .ends(0, 1) : expectation(event)
    }
    return kind
  }

  private static func forbidden(_ words: ProductWords) -> String {
    #"backups.\#(words.group) is forbidden: User "ci" cannot list resource "backups" in API group "\#(words.group)" in the namespace "magento-prod""#
  }
  private static let quota = #"backups "x" is forbidden: exceeded quota: objects"#

  /// Answers whose bodies are not what they should be.
  package static func kubernetesBodies(_ words: ProductWords) -> [FaultKind] {
    [
      .request("emptyBody", .bent { $0.body = [] }, .passes),
      .request("htmlBody", .bent { $0.spoil(Array("<html>an outage</html>".utf8)) }, .passes),
      .request("cutJSON", .bent { $0.body = Array($0.body.prefix($0.body.count / 2)) }, .passes),
      .request("notUTF8", .bent { $0.body = [0xFF, 0xFE] + $0.body }, .passes),
      .request("noUID", .bent { $0.edit { $0.setting("metadata.uid", nil) } }, .passes),
      .request("noName", .bent { $0.edit { $0.setting("metadata.name", nil) } }, .passes),
      .request(
        "numberForState", .bent { $0.edit { $0.editState(words, .integer(7)) } }, .ends(0, 65, 75, 78)),
      .request("unknownState", .bent { $0.edit { $0.editState(words, "Quiescing") } }, .ends(0, 65, 75, 78)),
      .request(
        "errorWithoutEnd",
        .bent {
          $0.edit { $0.value(at: words.state) == nil ? $0 : $0.setting(words.error, "a passing one") }
        }, .ends(0, 78)),
      .request("oneGoodEnd", .bent { $0.edit { $0.editState(words, "Completed") } }, .ends(0, 1, 78)),
      .request("oneBadEnd", .bent { $0.edit { $0.editState(words, "Failed") } }, .ends(0, 1, 65, 78)),
      .request("echoedToken", .bent { $0.spoil(Array("Bearer not-a-real-token-of-ocp-prod".utf8)) }, .passes),
    ]
      // Who has to read a recovery point again, between the evidence and the restore, secures new evidence.
      + with(
        .delaysPoints,
        [.request("noStatus", .bent { $0.edit { $0.setting("status", nil) } }, .ends(0, 1, 65, 75, 78))])
  }
}

extension ServiceResponse {
  /// A `Status` of the API server.
  static func status(_ code: Int, _ reason: String, _ message: String) -> Self {
    let body: JSON = [
      "kind": "Status", "apiVersion": "v1", "metadata": .object([]), "status": "Failure",
      "message": .string(message),
      "reason": .string(reason), "code": .integer(code),
    ]
    return ServiceResponse(status: code, headers: [("Content-Type", "application/json")], body: body.bytes)
  }

  /// One of the texts that the API server answers without JSON.
  static func text(_ code: Int, _ text: String) -> Self {
    ServiceResponse(
      status: code, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
  }

  /// Puts something in the place of a successful answer's body.
  mutating func spoil(_ bytes: [UInt8]) { if (200..<300).contains(status) { body = bytes } }

  /// Changes the object of a successful answer, or each object of its list.
  mutating func edit(_ change: (JSON) -> JSON) {
    guard (200..<300).contains(status), let json = JSON(body) else { return }
    if let items = json["items"]?.array {
      body = json.setting("items", .array(items.map(change))).bytes
    } else if json["metadata"]?["uid"] != nil {
      body = change(json).bytes
    }
  }
}

extension JSON {
  /// This object with another state, if it has one.
  fileprivate func editState(_ words: ProductWords, _ state: JSON) -> JSON {
    value(at: words.state) == nil ? self : setting(words.state, state)
  }
}
