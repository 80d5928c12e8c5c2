import AstraSimulator
import SimulatorSupport

/// Somebody who does anything to a world, in an order that a seed decides: the same moves for the same world.
struct RandomWalk {
  private var random: SeededRandom
  private var made = 0

  init(seed: Int) {
    random = SeededRandom(seed: UInt64(seed))
  }

  /// The next request, made up from what there is in the world.
  mutating func move(in world: World) -> SimulatedRequest {
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<8: api("GET", look(world))
    case 8..<14: change(world)
    case 14..<16: control("advance", ["seconds": .number(Double.random(in: 0...4, using: &random))])
    default: meddle(world)
    }
  }

  private mutating func one<Value>(of values: [Value], or other: Value) -> Value {
    values.randomElement(using: &random) ?? other
  }

  private mutating func isLucky(_ chances: Int) -> Bool { Int.random(in: 0..<chances, using: &random) == 0 }

  /// Names repeat, so that there are several of one name.
  private mutating func name() -> String {
    made += 1
    return isLucky(3) ? "name-\(made)" : one(of: ["shop", "blog", "erp", "name-a", "name-b"], or: "")
  }

  private mutating func app(_ world: World) -> String {
    isLucky(12) ? random.uuid() : one(of: world.applications.map(\.id), or: random.uuid())
  }

  private mutating func point(_ world: World, of app: String? = nil) -> String {
    let points = world.points.filter { app == nil || isLucky(9) || $0.application == app }
    return isLucky(12) ? random.uuid() : one(of: points.map(\.id), or: random.uuid())
  }

  private mutating func cluster(_ world: World) -> String {
    isLucky(12) ? random.uuid() : one(of: world.clusterIDs.sorted { $0.key < $1.key }.map(\.value), or: "")
  }

  private func api(_ method: String, _ path: String, _ body: JSON? = nil) -> SimulatedRequest {
    SimulatedRequest(
      method, "/accounts/\(Client.account)/\(path)",
      headers: [("Authorization", "Bearer \(Client.token)"), ("ForceUpdate", "true")], body: body?.bytes ?? []
    )
  }

  private func control(_ action: String, _ body: JSON) -> SimulatedRequest {
    SimulatedRequest("POST", "/_simulator/\(action)", body: body.bytes)
  }

  // MARK: Looking

  private mutating func look(_ world: World) -> String {
    let (app, cluster) = (app(world), cluster(world))
    let items = [
      "k8s/v2/apps/\(app)", "k8s/v1/managedApps/\(app)", "topology/v2/managedClusters/\(cluster)/apps/\(app)",
      "k8s/v1/apps/\(app)/appBackups/\(point(world, of: app))",
      "k8s/v1/apps/\(app)/appSnaps/\(point(world, of: app))", "topology/v1/appBackups/\(point(world))",
      "topology/v1/clusters/\(cluster)", "topology/v1/managedClusters/\(cluster)",
      "topology/v1/namespaces/\(random.uuid())",
    ]
    if isLucky(3) { return one(of: items, or: "") }
    let lists = [
      "k8s/v2/apps", "k8s/v2/apps", "k8s/v1/managedApps", "topology/v1/apps",
      "topology/v2/managedClusters/\(cluster)/apps", "k8s/v1/apps/\(app)/appBackups",
      "k8s/v1/apps/\(app)/appSnaps", "k8s/v1/managedApps/\(app)/appBackups", "topology/v1/appBackups",
      "topology/v1/namespaces", "topology/v1/clusters/\(cluster)/namespaces", "topology/v1/clusters",
      "topology/v1/managedClusters", "core/v1/notifications", "k8s/v1/apps/\(app)/appAssets",
    ]
    return one(of: lists, or: "") + query(cluster)
  }

  private mutating func query(_ cluster: String) -> String {
    var parts: [String] = []
    if isLucky(2) {
      let filters = [
        "name eq '\(name())'", "name eq '\(name())'", "name eq '\(name())',state eq 'ready'",
        "clusterID eq '\(cluster)',name eq '\(name())'", "name eq '\(name())',name eq '\(name())'",
        "name in ('\(name())','\(name())')", "name gte '\(name())'", "state eq 'ready'", "name eq \(name())",
        "name eq '\(name())',junk", "name. eq '\(name())'",
      ]
      parts.append("filter=\(one(of: filters, or: ""))")
    }
    if isLucky(4) { parts.append("include=name,id,state") }
    if isLucky(4) { parts.append("limit=\(Int.random(in: 0...4, using: &random))") }
    // The tokens of places 0 to 4, of which 1 and 3 are what such limits lead to.
    if isLucky(6) { parts.append("continue=\(one(of: ["cGFnZTow", "cGFnZTox", "cGFnZToz", "x"], or: ""))") }
    if isLucky(8) { parts.append(one(of: ["orderBy=name", "orderBy=name desc", "orderBy=state x"], or: "")) }
    if isLucky(8) { parts.append("skip=\(Int.random(in: 0...2, using: &random))") }
    if isLucky(8) { parts.append("count=true") }
    return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
  }

  // MARK: Changing

  private mutating func change(_ world: World) -> SimulatedRequest {
    let (app, cluster) = (app(world), cluster(world))
    let name = JSON.string(name())
    switch Int.random(in: 0..<9, using: &random) {
    case 0:
      var body: JSON = ["type": "application/astra-appBackup", "version": "1.1", "name": name]
      if isLucky(3) { body = merge(body, .object([.init("snapshotID", .string(point(world, of: app)))])) }
      return api("POST", "k8s/v1/apps/\(app)/appBackups", body)
    case 1:
      let body: JSON = ["type": "application/astra-appSnap", "version": "1.1", "name": name]
      return api("POST", "k8s/v1/apps/\(app)/appSnaps", body)
    case 2, 3:
      let (member, source) = one(
        of: [("sourceAppID", app), ("backupID", point(world)), ("snapshotID", point(world))], or: ("", ""))
      let home =
        world.application(app)?.cluster
        ?? world.point(source).flatMap {
          world.application($0.application)?.cluster
        }
      let body: JSON = [
        "type": "application/astra-app", "version": "2.2", "name": name, "clusterID": .string(cluster),
        "sourceClusterID": .string(home ?? cluster),
      ]
      return api("POST", "k8s/v2/apps", merge(body, .object([.init(member, .string(source))])))
    case 4:
      let body: JSON = [
        "type": "application/astra-app", "version": "2.2", "name": name, "clusterID": .string(cluster),
        "namespaceScopedResources": [["namespace": .string(self.name())]],
      ]
      return api("POST", "k8s/v2/apps", body)
    case 5:
      let point = point(world, of: app)
      let member = world.point(point)?.kind == .snapshot ? "snapshotID" : "backupID"
      let body: JSON = ["type": "application/astra-app", "version": "2.2"]
      return api("PUT", "k8s/v2/apps/\(app)", merge(body, .object([.init(member, .string(point))])))
    case 6:
      return api(
        "PUT", "k8s/v2/apps/\(app)", ["type": "application/astra-app", "version": "2.2", "name": name])
    case 7: return api("DELETE", isLucky(4) ? "k8s/v2/apps/\(app)" : "topology/v1/appBackups/\(point(world))")
    default:
      let point = point(world, of: app)
      let isBackup = world.point(point)?.kind != .snapshot
      return api("DELETE", "k8s/v1/apps/\(app)/\(isBackup ? "appBackups" : "appSnaps")/\(point)")
    }
  }

  private mutating func meddle(_ world: World) -> SimulatedRequest {
    let application = JSON.string(isLucky(2) ? app(world) : name())
    let subject = isLucky(2) ? application : .string(isLucky(2) ? point(world) : name())
    let cluster = JSON.string(isLucky(2) ? "prod" : cluster(world))
    switch Int.random(in: 0..<16, using: &random) {
    case 0, 1: return control("application", ["name": .string(name()), "cluster": "prod"])
    case 2:
      // An identifier that is there already: the first one of it counts.
      let twin: JSON = ["name": .string(name()), "cluster": "debug", "id": .string(app(world))]
      return control("application", twin)
    case 3, 4: return control("backup", ["application": application, "name": .string(name())])
    case 5:
      return control(
        "backup", ["application": application, "name": .string(name()), "id": .string(point(world))])
    case 6, 7: return control("snapshot", ["application": application, "name": .string(name())])
    case 8: return control("namespace", ["cluster": cluster, "name": .string(name())])
    case 9, 10: return control("removeNamespace", ["cluster": cluster, "name": .string(name())])
    case 11: return control("state", ["subject": subject, "state": isLucky(2) ? "ready" : "odd"])
    case 12: return control("fail", ["subject": subject])
    case 13: return control("complete", ["subject": subject])
    case 14: return control("takeAway", ["subject": subject])
    default: return control("deploy", ["application": application, "version": .string(name())])
    }
  }
}
