internal import AstraControlSimulation
internal import AstraSimulator
internal import Exploration
internal import ServiceSimulation
internal import SimulatedBackend
internal import SimulatorSupport
internal import Timing

// Answers that are not the server's own, or not those of a good day.
extension FaultKind {
  /// Answers in the server's place; it does not see the request, unless the name says so.
  static let answers: [FaultKind] =
    [
      .request("401", .answers(.problem(401, 4)), .ends(77)),
      .request("401-html", .answers(.page(401)), .ends(77)),
      .request("403", .answers(.problem(403, 11)), .ends(77)),
      .request("403-html", .answers(.page(403)), .ends(77)),
      // While an operation runs, an answer against the contract is borne like an outage.
      // An object that the API itself says is not there: gone, or never there.
      .request("404", .answers(.problem(404, 1)), .ends(0, 1, 65, 77, 78), changes: .ends(65)),
      .request("404-html", .answers(.page(404)), .passes),
      .request("406", .answers(.problem(406, 32)), .ends(0, 76), changes: .ends(1)),
      .request("400", .answers(.problem(400, 9)), .ends(0, 76), changes: .ends(1)),
      .request("413-html", .answers(.page(413)), .ends(0, 76), changes: .ends(1)),
      .request("302", .answers(.page(302)), .ends(0, 76), changes: .ends(76)),
      .request("429", .answers(.page(429)), .passes),
      .request("429-5s", .answers(.page(429, retryAfter: "5")), .passes),
      .request("429-past", .answers(.page(429, retryAfter: "Mon, 05 Jan 1970 10:00:00 GMT")), .passes),
      .request("429-date", .answers(.page(429, retryAfter: "Mon, 02 Mar 2026 23:00:00 GMT")), .passes),
      .request("429-absurd", .answers(.page(429, retryAfter: "99999999999999999999")), .passes),
      .request("429-far", .answers(.page(429, retryAfter: "86400")), .passes),
      .request("429-nonsense", .answers(.page(429, retryAfter: "-1, soon")), .passes),
      .request("500-problem", .answers(.problem(500, 34)), .passes),
    ]
    + [500, 502, 503, 504].flatMap { status -> [FaultKind] in
      [
        .request("\(status)-before", .answers(.page(status)), .passes),
        .request("\(status)-afterwards", .answers(.page(status), afterwards: true), .passes),
      ]
    } + conflicts

  /// Every conflict of the catalogue of problems (Astra Control 24.02), as the answer to anything.
  private static let conflicts = ConflictCatalogue.numbers.map { number -> FaultKind in
    let change: Expectation =
      switch ConflictCatalogue.meaning(of: number) {
      case .passing: .passes
      case .nameTaken: .ends(78)
      case .refusal: .ends(1)
      }
    return .request("409-\(number)", .answers(.problem(409, number)), .ends(0, 76), changes: change)
  }

  /// Answers whose bodies are not what they should be.
  static let bodies: [FaultKind] = [
    .request("emptyBody", .bent { $0.body = [] }, .passes),
    .request("htmlBody", .bent { ($0.body, $0.headers) = (Page.body, Page.headers) }, .passes),
    .request("wrongMediaType", .bent { $0.headers = Page.headers }, .passes),
    .request("cutJSON", .bent { $0.body = Array($0.body.prefix($0.body.count / 2)) }, .passes),
    .request("notUTF8", .bent { $0.body = [0xFF, 0xFE] + $0.body }, .passes),
    .request("noID", .bent { $0.edit { $0.without("id") } }, .passes),
    .request("noName", .bent { $0.edit { $0.without("name") } }, .passes),
    .request("noState", .bent { $0.edit { $0.without("state") } }, .passes),
    .request("nullState", .bent { $0.edit { $0.with("state", .null) } }, .passes),
    .request("numberForState", .bent { $0.edit { $0.with("state", 7) } }, .passes),
    // Real servers write null for an empty list, so this one says that there is nothing.
    .request("nullArray", .bent { $0.editList { _ in .null } }, .ends(0, 65, 78)),
    .request("objectForArray", .bent { $0.editList { _ in ["id": "x"] } }, .passes),
    .request(
      "extraFields",
      .bent {
        $0.edit { $0.with("quantumState", ["spin": [1, 2.5, .null, true, "up"]]).with("Ω", "é\u{1F980}") }
      },
      .passes),
    // Unknown is waited on; as a recovery point or a leftover it is refused.
    .request("unknownState", .bent { $0.edit { $0.with("state", "quiescing") } }, .ends(0, 65, 78)),
    // One look that shows an end does not end a wait; where it is the only look, it is all there is to believe.
    .request("oneGoodEnd", .bent { $0.showEnd(good: true) }, .ends(0, 78)),
    .request("oneBadEnd", .bent { $0.showEnd(good: false) }, .ends(0, 1, 65, 78)),
    .request("echoedToken", .bent { $0.echoToken() }, .passes),
    .request("tokenInDetails", .bent { $0.edit { $0.withToken } }, .passes),
  ]
}

extension ServiceResponse {
  /// A problem of the API, by its number.
  static func problem(_ status: Int, _ number: Int) -> Self {
    let body: JSON = [
      "type": "https://astra.netapp.io/problems/\(number)", "title": "A fault of the explorer",
      "detail": "Problem \(number) was put in the server's place.", "status": "\(status)",
      "correlationID": "00000000-0000-4000-8000-000000000000",
    ]
    return ServiceResponse(
      status: status, headers: [("Content-Type", "application/problem+json")], body: body.bytes)
  }

  /// Changes the object of a successful answer, or each object of its list.
  mutating func edit(_ change: (JSON) -> JSON) {
    guard (200..<300).contains(status), let json else { return }
    if let items = json["items"]?.array {
      body = json.with("items", .array(items.map(change))).bytes
    } else if json["id"] != nil {
      body = change(json).bytes
    }
  }

  /// Shows one object, not a list, at its end.
  mutating func showEnd(good: Bool) {
    guard (200..<300).contains(status), let json, json["id"] != nil else { return }
    let end: JSON =
      switch json["type"]?.string {
      case "application/astra-app": "ready"
      case "application/astra-managedApp": "running"
      default: "completed"
      }
    body = json.with("state", good ? end : "failed").bytes
  }

  /// Changes the list of a successful answer.
  mutating func editList(_ change: (JSON) -> JSON) {
    guard (200..<300).contains(status), let json, let items = json["items"] else { return }
    body = json.with("items", change(items)).bytes
  }

  /// Puts the token everywhere that a step might repeat.
  mutating func echoToken() {
    let token = "Bearer not-a-real-token-of-the-magento-scenario"
    self = .problem(503, 34)
    headers.append(("X-Request", token))
    if let json { body = json.with("detail", .string(token)).with("title", .string(token)).bytes }
  }
}

extension JSON {
  /// This object with the token where a server gives its reasons.
  fileprivate var withToken: JSON {
    let text: JSON = "not-a-real-token-of-the-magento-scenario"
    return with("stateUnready", [text]).with("stateDetails", [["title": text, "detail": text]])
      .with("hookStateDetails", [["title": text]])
  }

  /// This object without a member.
  func without(_ name: String) -> JSON {
    .object((members ?? []).filter { $0.name != name })
  }

  /// This object with a member set.
  func with(_ name: String, _ value: JSON) -> JSON {
    let members = members ?? []
    guard members.contains(where: { $0.name == name }) else { return .object(members + [.init(name, value)]) }
    return .object(members.map { $0.name == name ? .init(name, value) : $0 })
  }
}
