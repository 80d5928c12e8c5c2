package import SimulatorSupport

// The control endpoints below `/_simulator/`, which the first cluster's port has: for demonstrations and tests, without
// authentication.

extension KubernetesWorld {
  /// Answers a request to the port of a cluster, by its place; what streams in the answer say is read from the world.
  package mutating func respond(to request: SimulatedRequest, at cluster: Int) -> SimulatedResponse {
    if cluster == 0 {
      if request.target.hasPrefix(ControlPage.path) { return control(request) }
      if let page = ControlPage.redirect(request) { return page }
    }
    let fault = controlState.fault(concerning: request)
    var response: SimulatedResponse
    if let fault, !fault.afterwards {
      response = fault.response
    } else {
      response = handle(request, at: clusters[cluster].name)
      response.stream = response.stream.map { WatchOfCluster($0, of: cluster) }
      if let fault { response = fault.response }
    }
    controlState.requestLog.add(request, status: response.status, at: now, place: clusters[cluster].name)
    return response
  }

  /// The names of the endpoints that take a GET.
  package static let views = ["world", "overview", "events"]

  /// The names of the endpoints that take a POST.
  package static let actions = [
    "advance", "deploy", "rows", "application", "backup", "snapshot", "namespace", "removeNamespace", "state",
    "fail", "complete", "stall", "takeAway", "token", "settings", "operationFault", "restart",
    "responseFault", "removeOperationFault", "removeResponseFault",
  ]

  private mutating func control(_ request: SimulatedRequest) -> SimulatedResponse {
    let parts = request.target.dropFirst(ControlPage.path.count)
      .split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let action = String(parts[0])
    if request.method == "GET", let file = ControlPage.file(action) { return file }
    if let refusal = ControlPage.refusal(request) { return reply(403, ["error": .string(refusal)]) }
    if Self.views.contains(action) {
      guard request.method == "GET" else { return reply(405, ["error": "only GET is supported here"]) }
      return view(action, Query(parts.count > 1 ? String(parts[1]) : ""))
    }
    guard Self.actions.contains(action) else {
      let known = (Self.views + Self.actions).joined(separator: ", ")
      return reply(404, ["error": .string("there is no \"\(action)\"; known are \(known)")])
    }
    guard request.method == "POST" else { return reply(405, ["error": "only POST is supported here"]) }
    do throws(ScenarioError) {
      let body = try JSON(controlBody: request.body)
      return reply(200, try control(action, body))
    } catch {
      return reply(400, ["error": .string(error.description)])
    }
  }

  private func view(_ name: String, _ query: Query) -> SimulatedResponse {
    switch name {
    case "events":
      return SimulatedResponse(
        status: 200, headers: [("Content-Type", "application/x-ndjson")], stream: JournalStream())
    case "overview":
      do throws(ScenarioError) {
        return reply(200, overview(try OverviewQuery(filter: query["filter"], limit: query["limit"])))
      } catch {
        return reply(400, ["error": .string(error.description)])
      }
    default: return reply(200, json)
    }
  }

  private func reply(_ status: Int, _ body: JSON) -> SimulatedResponse {
    SimulatedResponse(status: status, headers: [("Content-Type", "application/json")], body: body.bytes)
  }

  private mutating func control(_ action: String, _ body: JSON) throws(ScenarioError) -> JSON {
    switch action {
    case "settings":
      guard velero == nil else {
        var changed = veleroSettings
        try changed.take(body, path: "body")
        veleroSettings = changed
        return [:]
      }
      var changed = settings
      try changed.take(body, path: "body")
      settings = changed
      return [:]
    case "operationFault", "removeOperationFault", "responseFault", "removeResponseFault":
      return try controlFault(action, body)
    case "application":
      return [
        "id": .string(try add(try ProtectedApplicationSeed(scenario: body, path: "body"), path: "body"))
      ]
    case "backup", "snapshot": return try controlCopy(action, body)
    case "deploy", "rows": return try controlContent(action, body)
    case "advance", "token", "namespace", "removeNamespace", "restart":
      return try controlSurroundings(action, body)
    default: return try controlRun(action, body)
    }
  }

  private mutating func controlSurroundings(_ action: String, _ body: JSON) throws(ScenarioError) -> JSON {
    var reader = try ObjectReader(body, path: "body")
    switch action {
    case "advance":
      let length: Duration = try reader.require("seconds")
      try reader.finish()
      guard length >= .zero else {
        throw ScenarioError("body.seconds must be 0 or more: time never goes back")
      }
      advance(to: now + length)
      return ["now": .number(now.inSeconds)]
    case "token":
      let token: String? = try reader.require("token")
      try reader.finish()
      changeTokens(to: token)
      return [:]
    case "restart":
      let cluster: String = try reader.require("cluster")
      try reader.finish()
      guard restartServer(of: cluster) else {
        throw ScenarioError("there is no Velero in \"\(cluster)\": give the name of a cluster that has it")
      }
      return [:]
    default:
      let cluster: String = try reader.require("cluster")
      let name: String = try reader.require("name")
      try reader.finish()
      let isDone =
        action == "namespace" ? addNamespace(name, of: cluster) : removeNamespace(name, of: cluster)
      guard isDone else {
        throw ScenarioError(
          "body.\(action == "namespace" ? "cluster" : "name"): there is no such cluster or namespace")
      }
      return [:]
    }
  }

  private mutating func controlCopy(_ action: String, _ body: JSON) throws(ScenarioError) -> JSON {
    guard let key = body["application"]?.string else {
      throw ScenarioError("body has no \"application\", which must be given")
    }
    guard let application = view(ofKey: key)?.objectUID else {
      throw ScenarioError("body.application: there is no application \"\(key)\"")
    }
    let members = (body.members ?? []).filter { $0.name != "application" }
    let seed = try CopySeed(scenario: .object(members), path: "body")
    return [
      "id": .string(try add(seed, action == "backup" ? .backup : .snapshot, of: application, path: "body"))
    ]
  }

  private mutating func controlContent(_ action: String, _ body: JSON) throws(ScenarioError) -> JSON {
    var reader = try ObjectReader(body, path: "body")
    let key: String = try reader.require("application")
    var rows: [String]?
    try reader.take("rows", &rows)
    var (version, broken) = ("", false)
    if action == "deploy" {
      version = try reader.require("version")
      try reader.take("broken", &broken)
    }
    try reader.finish()
    guard let application = view(ofKey: key)?.objectUID else {
      throw ScenarioError("body.application: there is no application \"\(key)\"")
    }
    let isDone = change(application, as: action == "deploy" ? .deployed : .manipulated) { content in
      if action == "deploy" {
        (content.version, content.broken, content.rows) = (version, broken, rows ?? content.rows)
      } else {
        content.rows += rows ?? []
      }
    }
    guard isDone else { throw ScenarioError("body.application: nothing of \"\(key)\" runs") }
    return view(ofKey: application)?.content?.json ?? [:]
  }

  private mutating func controlRun(_ action: String, _ body: JSON) throws(ScenarioError) -> JSON {
    var reader = try ObjectReader(body, path: "body")
    let key: String = try reader.require("subject")
    var state = ""
    if action == "state" { state = try reader.require("state") }
    try reader.finish()
    let uid = objectUID(ofKey: key)
    let isDone =
      switch action {
      case "state": setApplicationState(state, of: uid) || setState(state, of: uid)
      case "fail": failRun(of: uid)
      case "complete": completeRun(of: uid)
      case "stall": stallRun(of: uid)
      default: removeByOthers(uid)
      }
    guard isDone else { throw ScenarioError("body.subject: there is nothing to \(action) at \"\(key)\"") }
    return [:]
  }

  /// The application that a uid or a name means.
  private func view(ofKey key: String) -> ApplicationView? {
    let all = applications
    return all.first { $0.uid == key || $0.objectUID == key } ?? all.first { $0.name == key }
  }

  /// The uid that a uid or a name means: of an application's own object, of a copy or of a clone in the making.
  private func objectUID(ofKey key: String) -> String {
    if let view = view(ofKey: key) { return view.objectUID ?? view.uid }
    return copies.first { $0.uid == key || $0.name == key }?.uid ?? key
  }
}
