internal import SimulatorSupport

/// A cluster of a scenario.
struct ClusterSeed: Sendable {
  var name: String
  /// When it begins; nil: when the simulator is started.
  var startTime: WallTime?
  var seed: UInt64 = 1
  /// How long a deleted namespace takes.
  var namespaceDeletion: Duration?
  /// Namespaces that never go; `*` is every one.
  var stuckNamespaces: [String] = []
  /// Kinds that are not installed: `backups.velero.io`, or all of a group: `velero.io`.
  var missingKinds: [String] = []
  /// Who can show a token; empty: an administrator whose token is `admin-` and the cluster's name.
  var users: [UserSeed] = []
  var objects: [JSON] = []
  private let path: String

  /// Gives a cluster that has just been made all that the scenario says of it.
  func fill(_ cluster: inout KubernetesCluster) throws(ScenarioError) {
    if let namespaceDeletion { cluster.settings.namespaceDeletion = namespaceDeletion }
    cluster.settings.stuckNamespaces = Set(stuckNamespaces)
    for (place, object) in objects.enumerated() {
      try add(object, to: &cluster, path: "\(path).objects[\(place)]")
    }
    cluster.users = users.map { User(token: $0.token, name: $0.name, groups: $0.groups) }
    if users.isEmpty { cluster.users = [.administrator(token: "admin-\(name)")] }
  }

  /// The kinds that it has.
  func kinds() throws(ScenarioError) -> [KindDefinition] {
    for name in missingKinds where ![KindDefinition].everything.contains(where: { $0.isCalled(name) }) {
      throw ScenarioError(
        "\(path).missingKinds: there is no kind or group \"\(name)\" anyway: give one like backups.velero.io or velero.io"
      )
    }
    return [KindDefinition].everything.filter { kind in !missingKinds.contains { kind.isCalled($0) } }
  }

  private func add(_ object: JSON, to cluster: inout KubernetesCluster, path: String) throws(ScenarioError) {
    let version = object["apiVersion"]?.string ?? ""
    let kind = object["kind"]?.string ?? ""
    guard let definition = cluster.store.kinds.kind(version, kind) else {
      throw ScenarioError(
        "\(path): the cluster \(name) has no kind \"\(kind)\" of \"\(version)\": give the apiVersion and kind of one "
          + "that Kubernetes, Trident protect or Velero has")
    }
    if definition.isNamespaced {
      cluster.store.create("namespaces", ["metadata": ["name": .string(object.namespace ?? "default")]])
    }
    guard cluster.store.create(definition.resource, object) != nil else {
      throw ScenarioError(
        "\(path): the cluster \(name) has \(definition.resource) \"\(object.name ?? "")\" already: give another name"
      )
    }
  }
}

extension ClusterSeed: ScenarioValue {
  init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    self.init(name: try reader.require("name"), path: path)
    try reader.take("startTime", &startTime)
    var number = 1
    try reader.take("seed", &number)
    seed = UInt64(bitPattern: Int64(number))
    try reader.take("namespaceDeletionSeconds", &namespaceDeletion)
    try reader.take("stuckNamespaces", &stuckNamespaces)
    try reader.take("missingKinds", &missingKinds)
    try reader.take("users", &users)
    var list: [ObjectSeed] = []
    try reader.take("objects", &list)
    objects = list.map(\.json)
    try reader.finish()
    guard !name.isEmpty else { throw ScenarioError("\(path).name is empty: give the name of a context") }
  }

  private init(name: String, path: String) { (self.name, self.path) = (name, path) }
}

/// Somebody who can show a token.
struct UserSeed: Sendable, ScenarioValue {
  var token: String
  var name: String
  var groups: [String] = []

  init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    (token, name) = (try reader.require("token"), try reader.require("name"))
    try reader.take("groups", &groups)
    try reader.finish()
    guard !token.isEmpty, !name.isEmpty else {
      throw ScenarioError("\(path) has an empty token or name: give both")
    }
  }
}

/// An object of a cluster, as its API server would show it.
private struct ObjectSeed: ScenarioValue {
  var json: JSON

  init(scenario json: JSON, path: String) throws(ScenarioError) {
    guard json.members != nil else { throw ScenarioError(path, mustBe: "an object", not: json) }
    self.json = json
  }
}

extension KindDefinition {
  /// Whether a name is this kind's or, without a plural, that of its group.
  fileprivate func isCalled(_ name: String) -> Bool { isCustom && (name == resource || name == group) }
}

extension [KindDefinition] {
  /// Every kind that there is a definition of.
  package static var everything: [KindDefinition] {
    KindDefinition.builtIn + KindDefinition.tridentProtect + KindDefinition.velero
  }
}
