internal import SimulatorSupport

// The control endpoints below `/_simulator/`: for demonstrations and tests, without authentication.

extension World {
  /// Answers a request to a control endpoint.
  mutating func control(_ request: SimulatedRequest) -> SimulatedResponse {
    let parts = request.target.dropFirst(ControlPage.path.count)
      .split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let action = String(parts[0])
    if request.method == "GET", let file = ControlPage.file(action) { return file }
    if let refusal = ControlPage.refusal(request) { return Self.reply(403, ["error": .string(refusal)]) }
    if Self.views.contains(action) {
      guard request.method == "GET" else { return Self.reply(405, ["error": "only GET is supported here"]) }
      return view(action, query: parts.count > 1 ? parts[1] : "")
    }
    guard Self.actions.contains(action) else {
      let known = (Self.views + Self.actions).joined(separator: ", ")
      return Self.reply(404, ["error": .string("there is no \"\(action)\"; known are \(known)")])
    }
    guard request.method == "POST" else { return Self.reply(405, ["error": "only POST is supported here"]) }
    do throws(ScenarioError) {
      let body = try JSON(controlBody: request.body)
      return Self.reply(200, try control(action, body))
    } catch {
      return Self.reply(400, ["error": .string(error.description)])
    }
  }

  private func view(_ name: String, query: Substring) -> SimulatedResponse {
    switch name {
    case "activity": return Self.reply(200, activity)
    case "events":
      return SimulatedResponse(
        status: 200, headers: [("Content-Type", "application/x-ndjson")], stream: JournalStream())
    case "overview":
      do throws(ScenarioError) {
        let query = try? Query(query)
        return Self.reply(
          200, overview(try OverviewQuery(filter: query?["filter"], limit: query?["limit"])))
      } catch {
        return Self.reply(400, ["error": .string(error.description)])
      }
    default: return Self.reply(200, json)
    }
  }

  /// The names of the endpoints that take a GET.
  package static let views = ["world", "overview", "activity", "events"]

  /// The names of the endpoints that take a POST.
  package static let actions = [
    "advance", "deploy", "rows", "application", "backup", "snapshot", "namespace", "removeNamespace", "state",
    "fail", "complete", "stall", "takeAway", "token", "settings", "operationFault", "responseFault",
    "removeOperationFault", "removeResponseFault",
  ]

  private static func reply(_ status: Int, _ body: JSON) -> SimulatedResponse {
    SimulatedResponse(
      status: status, headers: [("Content-Type", "application/json")], body: body.bytes)
  }

  private mutating func control(_ action: String, _ body: JSON) throws(ScenarioError) -> JSON {
    var reader = try ObjectReader(body, path: "body")
    switch action {
    case "advance":
      let length: Duration = try reader.require("seconds")
      try reader.finish()
      guard length >= .zero else {
        throw ScenarioError("body.seconds must be 0 or more: time never goes back")
      }
      // Everything that falls due on the way happens, and the request waits for it.
      for period in [settings.rediscoveryEvery, settings.modificationEvery] where period > .zero {
        guard length / period <= 100_000 else {
          throw ScenarioError("body.seconds lets more than 100000 rediscoveries or modifications fall due")
        }
      }
      advance(by: length)
      return ["now": .number(now.inSeconds)]
    case "token":
      let token: String? = try reader.require("token")
      try reader.finish()
      changeToken(token ?? scenario.token)
      return [:]
    case "settings": return try changeSettings(body)
    case "operationFault", "removeOperationFault", "responseFault", "removeResponseFault":
      return try controlFault(action, body)
    case "application":
      let seed = try ApplicationSeed(scenario: body, path: "body")
      guard let id = addApplication(seed) else {
        throw ScenarioError("body.cluster: there is no cluster \"\(seed.cluster)\"")
      }
      return ["id": .string(id)]
    case "backup", "snapshot": return try controlPoint(action, &reader, body)
    case "namespace", "removeNamespace":
      let cluster: String = try reader.require("cluster")
      let name: String = try reader.require("name")
      try reader.finish()
      let isDone =
        action == "namespace"
        ? addNamespace(name, onCluster: cluster) : removeNamespace(name, onCluster: cluster)
      guard isDone else {
        throw ScenarioError(
          "body.\(action == "namespace" ? "cluster" : "name"): there is no such cluster or namespace")
      }
      return [:]
    case "deploy", "rows": return try controlContent(action, &reader)
    default: return try controlOperation(action, &reader)
    }
  }

  private mutating func changeSettings(_ body: JSON) throws(ScenarioError) -> JSON {
    var reader = try ObjectReader(body, path: "body")
    var changed = settings
    try changed.take(from: &reader)
    try reader.finish()
    settings = changed
    return [:]
  }

  private mutating func controlPoint(
    _ action: String, _ reader: inout ObjectReader, _ body: JSON
  ) throws(ScenarioError) -> JSON {
    let key: String = try reader.require("application")
    let members = (body.members ?? []).filter { $0.name != "application" }
    let seed = try RecoveryPointSeed(scenario: .object(members), path: "body")
    let id = action == "backup" ? addBackup(seed, of: key) : addSnapshot(seed, of: key)
    guard let id else { throw ScenarioError("body.application: there is no application \"\(key)\"") }
    return ["id": .string(id)]
  }

  private mutating func controlContent(
    _ action: String, _ reader: inout ObjectReader
  ) throws(ScenarioError) -> JSON {
    let key: String = try reader.require("application")
    var rows: [String]?
    try reader.take("rows", &rows)
    guard let app = application(key) else {
      throw ScenarioError("body.application: there is no application \"\(key)\"")
    }
    if action == "deploy" {
      let version: String = try reader.require("version")
      var broken = false
      try reader.take("broken", &broken)
      try reader.finish()
      deploy(version: version, broken: broken, rows: rows, to: app.id)
    } else {
      try reader.finish()
      addRows(rows ?? [], to: app.id)
    }
    return application(app.id)?.content?.json ?? [:]
  }

  private mutating func controlOperation(
    _ action: String, _ reader: inout ObjectReader
  ) throws(ScenarioError) -> JSON {
    let key: String = try reader.require("subject")
    var state = ""
    if action == "state" { state = try reader.require("state") }
    try reader.finish()
    let isDone =
      switch action {
      case "state": setState(state, of: key)
      case "fail": failOperation(of: key)
      case "complete": completeOperation(of: key)
      case "stall": stallOperation(of: key)
      default: removeByOthers(key)
      }
    guard isDone else { throw ScenarioError("body.subject: there is nothing to \(action) at \"\(key)\"") }
    return [:]
  }
}
