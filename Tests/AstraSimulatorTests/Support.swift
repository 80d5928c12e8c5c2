import AstraSimulator
import SimulatorSupport
import Testing

/// A client of one world, which speaks the wire's language: methods, paths, headers, JSON.
struct Client {
  static let account = "5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10"
  static let token = "not-a-real-token-of-the-tests"

  var world: World

  /// A client of the usual world, whose settings and scenario may be bent first.
  init(_ bend: (inout Scenario) -> Void = { _ in }) {
    var scenario = Scenario.usual
    bend(&scenario)
    world = World(scenario: scenario)
  }

  /// Sends a request below the account, with the token.
  mutating func send(
    _ method: String, _ path: String, _ body: JSON? = nil, headers: [SimulatedRequest.Field] = []
  ) -> SimulatedResponse {
    send(method, path, bytes: body?.bytes ?? [], headers: headers)
  }

  mutating func send(
    _ method: String, _ path: String, bytes: [UInt8], headers: [SimulatedRequest.Field] = []
  ) -> SimulatedResponse {
    let fields: [SimulatedRequest.Field] = [("Authorization", "Bearer \(Self.token)")]
    return world.handle(
      SimulatedRequest(method, "/accounts/\(Self.account)/\(path)", headers: fields + headers, body: bytes))
  }

  mutating func get(_ path: String) -> JSON { send("GET", path).json ?? .null }

  mutating func state(_ path: String) -> String { get(path)["state"]?.string ?? "-" }

  func app(_ name: String) -> Application? { world.application(name) }

  func id(_ name: String) -> String { world.application(name)?.id ?? world.point(name)?.id ?? "missing" }

  func appPath(_ name: String) -> String { "k8s/v2/apps/\(id(name))" }

  // MARK: Requests with usual bodies

  mutating func back(_ app: String, as name: String, more: JSON = [:]) -> SimulatedResponse {
    send(
      "POST", "k8s/v1/apps/\(id(app))/appBackups",
      merge(["type": "application/astra-appBackup", "version": "1.1", "name": .string(name)], more))
  }

  mutating func snap(_ app: String, as name: String, more: JSON = [:]) -> SimulatedResponse {
    send(
      "POST", "k8s/v1/apps/\(id(app))/appSnaps",
      merge(["type": "application/astra-appSnap", "version": "1.1", "name": .string(name)], more))
  }

  /// The body of a live clone of `app` onto its own cluster; `more` adds and replaces members, null removes them.
  func cloneBody(_ app: String, as name: String, more: JSON = [:]) -> JSON {
    let cluster = JSON.string(world.application(app)?.cluster ?? "")
    return merge(
      [
        "type": "application/astra-app", "version": "2.2", "name": .string(name), "clusterID": cluster,
        "sourceClusterID": cluster, "sourceAppID": .string(id(app)),
      ], more)
  }

  mutating func clone(_ app: String, as name: String, more: JSON = [:]) -> SimulatedResponse {
    send("POST", "k8s/v2/apps", cloneBody(app, as: name, more: more))
  }

  mutating func clone(_ app: String, from point: String, as name: String, more: JSON = [:])
    -> SimulatedResponse
  {
    let member = world.point(point)?.kind == .snapshot ? "snapshotID" : "backupID"
    let source: JSON = .object([
      .init("sourceAppID", .null), .init(member, .string(id(point))),
    ])
    return clone(app, as: name, more: merge(source, more))
  }

  mutating func restore(
    _ app: String, from point: String, headers: [SimulatedRequest.Field] = [("ForceUpdate", "true")]
  ) -> SimulatedResponse {
    let member = world.point(point)?.kind == .snapshot ? "snapshotID" : "backupID"
    let body = JSON.object([
      .init("type", "application/astra-app"), .init("version", "2.2"), .init(member, .string(id(point))),
    ])
    return send("PUT", appPath(app), body, headers: headers)
  }

  /// Watches the state of `path` and returns each change as (seconds, state), looking every quarter of a second.
  mutating func watch(_ path: String, for seconds: Int) -> [String] {
    var seen: [String] = []
    var last = ""
    for quarter in 0...(seconds * 4) {
      if quarter > 0 { world.advance(by: .milliseconds(250)) }
      let response = send("GET", path)
      let state = response.status == 200 ? response.json?["state"]?.string ?? "-" : "\(response.status)"
      if state != last { seen.append("\(Double(quarter) / 4) \(state)") }
      last = state
    }
    return seen
  }
}

/// `body` with the members of `more` added or put in place; a null takes a member away.
func merge(_ body: JSON, _ more: JSON) -> JSON {
  var members = body.members ?? []
  for member in more.members ?? [] {
    members.removeAll { $0.name == member.name }
    if member.value != .null { members.append(member) }
  }
  return .object(members)
}

/// The number of the problem that a response tells of; nil if it tells of none.
func problem(_ response: SimulatedResponse) -> Int? {
  let type = response.json?["type"]?.string ?? ""
  return type.hasPrefix("https://astra.netapp.io/problems/")
    ? Int(type.split(separator: "/").last ?? "") : nil
}

extension Scenario {
  /// Two clusters of one cloud, one without restores; production broken, one good backup and one snapshot.
  static var usual: Scenario {
    var scenario = Scenario(account: Client.account, token: Client.token)
    scenario.viewerToken = "not-a-real-token-of-a-viewer"
    scenario.disabledToken = "not-a-real-token-of-a-sleeper"
    scenario.buckets = [BucketSeed("bucket")]
    scenario.clouds = [CloudSeed("private", defaultBucket: "bucket"), CloudSeed("bare")]
    scenario.clusters = [ClusterSeed("prod", cloud: "private"), ClusterSeed("debug", cloud: "private")]
    var odd = ClusterSeed("no-target", cloud: "private")
    odd.restoreTargetSupported = false
    odd.storageClasses = ["other"]
    scenario.clusters += [odd, ClusterSeed("no-bucket", cloud: "bare")]
    var shop = ApplicationSeed(
      "shop", cluster: "prod", content: Content(version: "2", broken: true, rows: ["a", "b", "c"]))
    shop.backups = [RecoveryPointSeed("good", content: Content(version: "1", rows: ["a", "b"]))]
    shop.snapshots = [RecoveryPointSeed("night", content: Content(version: "1", rows: ["a"]))]
    var blog = ApplicationSeed("blog", cluster: "prod")
    blog.backups = [RecoveryPointSeed("weekly")]
    blog.snapshots = [RecoveryPointSeed("hourly")]
    scenario.applications = [
      shop, blog, ApplicationSeed("erp", cluster: "debug", namespaces: ["erp-db", "erp-web"]),
      ApplicationSeed("far", cluster: "no-bucket"),
    ]
    return scenario
  }
}
