package import SimulatorSupport

/// Clusters to begin with, as a scenario file tells them.
///
/// `{"kubernetes": {"clusters": [{"name": "prod", "users": [{"token": "t", "name": "u", "groups": []}], "objects":
/// […]}]}}`; without users there is an administrator whose token is `admin-` and the cluster's name.
package struct ClusterScenario: Sendable {
  package var clusters: [KubernetesCluster]

  /// Why a scenario cannot be read.
  package struct Failure: Error, Sendable {
    package var description: String
  }

  /// Whether a scenario file is about clusters.
  package static func isOne(_ file: [UInt8]) -> Bool { JSON(file)?["kubernetes"] != nil }

  /// Reads a scenario file.
  package init(file: [UInt8], startTime: WallTime) throws(Failure) {
    guard let list = JSON(file)?.value(at: "kubernetes.clusters")?.array, !list.isEmpty else {
      throw Failure(description: "kubernetes.clusters is no list of clusters")
    }
    clusters = []
    for (place, json) in list.enumerated() {
      clusters.append(try Self.cluster(json, UInt64(place), startTime))
    }
    guard Set(clusters.map(\.name)).count == clusters.count else {
      throw Failure(description: "two clusters have the same name")
    }
  }

  private static func cluster(_ json: JSON, _ place: UInt64, _ startTime: WallTime) throws(Failure)
    -> KubernetesCluster
  {
    guard let name = json["name"]?.string, !name.isEmpty else {
      throw Failure(description: "kubernetes.clusters[\(place)].name is missing")
    }
    let start = json["startTime"]?.string.flatMap { WallTime($0) } ?? startTime
    var cluster = KubernetesCluster(
      name: name, startTime: start, kinds: .everything,
      seed: UInt64(json["seed"]?.integer ?? 1) &+ place &* 1000)
    if let seconds = json["namespaceDeletionSeconds"]?.number {
      cluster.settings.namespaceDeletion = .seconds(seconds)
    }
    cluster.settings.stuckNamespaces = Set(json["stuckNamespaces"]?.array?.compactMap(\.string) ?? [])
    for object in json["objects"]?.array ?? [] { try add(object, to: &cluster) }
    for user in json["users"]?.array ?? [] {
      guard let token = user["token"]?.string, let name = user["name"]?.string else {
        throw Failure(description: "a user of the cluster \(name) has no token or no name")
      }
      cluster.users.append(
        User(token: token, name: name, groups: user["groups"]?.array?.compactMap(\.string) ?? []))
    }
    if cluster.users.isEmpty { cluster.users = [.administrator(token: "admin-\(name)")] }
    return cluster
  }

  private static func add(_ object: JSON, to cluster: inout KubernetesCluster) throws(Failure) {
    let version = object["apiVersion"]?.string ?? ""
    let kind = object["kind"]?.string ?? ""
    guard let definition = cluster.store.kinds.kind(version, kind) else {
      throw Failure(description: "the cluster \(cluster.name) has no kind \(kind) of \(version)")
    }
    if definition.isNamespaced {
      cluster.store.create("namespaces", ["metadata": ["name": .string(object.namespace ?? "default")]])
    }
    guard cluster.store.create(definition.resource, object) != nil else {
      throw Failure(
        description: "the cluster \(cluster.name) has \(definition.resource) \(object.name ?? "") twice")
    }
  }
}

extension [KindDefinition] {
  /// Every kind that there is a definition of.
  package static var everything: [KindDefinition] {
    KindDefinition.builtIn + KindDefinition.tridentProtect + KindDefinition.velero
  }
}
