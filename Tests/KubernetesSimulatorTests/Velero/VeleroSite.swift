import KubernetesSimulator
import SimulatorSupport
import Testing

/// Two clusters with Velero, and `magento` in the first with a backup from before its fault.
final class VeleroSite {
  static let start = WallTime(sinceEpoch: .seconds(1_795_000_000))
  static let good = WorldContent(version: "2.4.1", broken: false, rows: ["order-1", "order-2"])
  static let bad = WorldContent(version: "2.4.2", broken: true, rows: ["order-1", "order-2", "order-3"])

  var world: KubernetesWorld
  /// The uid of the application.
  let application: String

  init(_ change: (inout VeleroSettings) -> Void = { _ in }) throws {
    var settings = VeleroSettings()
    settings.movesDataByDefault = true
    change(&settings)
    var world = KubernetesWorld(
      clusters: ["prod", "debug"], startTime: Self.start, velero: settings, seed: 3)
    for index in world.clusters.indices {
      world.clusters[index].users = [.administrator(token: "FAKE-TOKEN-admin")]
    }
    let made = world.addApplication("magento", in: ["magento"], of: "prod", holding: Self.bad)
    application = try #require(made)
    world.addCopy(.backup, named: "before", of: application, holding: Self.good)
    self.world = world
  }

  // MARK: Requests

  /// Sends a request to a cluster; the body as JSON, strictly read.
  func send(
    _ method: String, _ path: String, _ body: JSON? = nil, at cluster: String = "prod",
    contentType: String = "application/json"
  ) -> SimulatedResponse {
    let strict = method == "POST" ? (path.contains("?") ? "&" : "?") + "fieldValidation=Strict" : ""
    let headers = [("Authorization", "Bearer FAKE-TOKEN-admin"), ("Content-Type", contentType)]
    return world.handle(
      SimulatedRequest(method, path + strict, headers: headers, body: body?.bytes ?? []), at: cluster)
  }

  static func path(_ plural: String, _ name: String? = nil, version: String = "velero.io/v1") -> String {
    "/apis/\(version)/namespaces/velero/\(plural)\(name.map { "/\($0)" } ?? "")"
  }

  /// Makes an object of Velero, which must be accepted.
  func make(_ kind: String, _ plural: String, _ name: String, _ spec: JSON, at cluster: String = "prod") {
    let object: JSON = [
      "apiVersion": "velero.io/v1", "kind": .string(kind),
      "metadata": ["name": .string(name), "namespace": "velero"], "spec": spec,
    ]
    let answer = send("POST", Self.path(plural), object, at: cluster)
    #expect(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
  }

  func backUp(_ name: String, _ more: JSON = [:], at cluster: String = "prod") {
    var spec: JSON = ["includedNamespaces": ["magento"]]
    for member in more.members ?? [] { spec[member.name] = member.value }
    make("Backup", "backups", name, spec, at: cluster)
  }

  func restore(
    _ name: String, from backup: String = "before", _ more: JSON = [:], at cluster: String = "prod"
  ) {
    var spec: JSON = ["backupName": .string(backup)]
    for member in more.members ?? [] { spec[member.name] = member.value }
    make("Restore", "restores", name, spec, at: cluster)
  }

  func get(_ path: String, at cluster: String = "prod") -> JSON? {
    let answer = send("GET", path, at: cluster)
    return answer.status == 200 ? answer.json : nil
  }

  func object(_ plural: String, _ name: String, at cluster: String = "prod") -> JSON? {
    get(Self.path(plural, name), at: cluster)
  }

  func phase(_ plural: String, _ name: String, at cluster: String = "prod") -> String? {
    object(plural, name, at: cluster)?.value(at: "status.phase")?.string
  }

  func list(_ path: String, at cluster: String = "prod") -> [JSON] {
    get(path, at: cluster)?["items"]?.array ?? []
  }

  func claim(in namespace: String = "magento", at cluster: String = "prod") -> JSON? {
    list("/api/v1/namespaces/\(namespace)/persistentvolumeclaims", at: cluster).first
  }

  func patch(_ path: String, _ change: JSON, at cluster: String = "prod") {
    let answer = send("PATCH", path, change, at: cluster, contentType: "application/merge-patch+json")
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
  }

  // MARK: Time

  func wait(_ seconds: Double) { world.advance(to: world.now + .seconds(seconds)) }

  /// Lets time pass until an object's phase is this, and notes the phases on the way.
  @discardableResult
  func phases(_ plural: String, _ name: String, until last: Set<String>, at cluster: String = "prod")
    -> [String]
  {
    var seen: [String] = []
    for _ in 0..<400 {
      let phase = phase(plural, name, at: cluster) ?? ""
      if seen.last != phase { seen.append(phase) }
      if last.contains(phase) { return seen }
      wait(0.25)
    }
    return seen
  }

  static let ends: Set<String> = ["Completed", "PartiallyFailed", "Failed", "FailedValidation"]

  func finish(_ plural: String, _ name: String, at cluster: String = "prod") -> String? {
    phases(plural, name, until: Self.ends, at: cluster).last
  }

  /// What a namespace's page shows.
  func content(of namespace: String, in cluster: String = "prod") -> WorldContent? {
    world.applications.first { $0.cluster == cluster && $0.namespaces.contains(namespace) }?.content
  }

  func page(of namespace: String, in cluster: String = "prod") -> Int? {
    let view = world.applications.first { $0.cluster == cluster && $0.namespaces.contains(namespace) }
    return view.flatMap { world.frontPage(at: $0.address)?.status }
  }
}
