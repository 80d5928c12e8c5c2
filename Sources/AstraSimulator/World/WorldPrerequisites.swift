// What a checker from the outside asks about a world as it stands.

extension World {
  /// Whether a cluster, given by name or id, can hold clones from elsewhere, by all that the scenario says of it.
  package func acceptsClones(cluster key: String) -> Bool {
    guard let cluster = clusters.first(where: { $0.id == key || $0.name == key }) else { return false }
    return cluster.isManaged && cluster.state == "running" && cluster.restoreTargetSupported
      && hasWritableBucket(cluster: key)
  }

  /// Whether backups of a cluster's applications have a bucket to go to.
  package func hasWritableBucket(cluster key: String) -> Bool {
    guard let cluster = clusters.first(where: { $0.id == key || $0.name == key }) else { return false }
    let bucket = cloud(ofCluster: cluster.id)?.defaultBucket
    return buckets.contains { $0.id == bucket && $0.state == "available" }
  }

  /// Whether a cluster, given by name or id, has a namespace of that name.
  package func holdsNamespace(_ name: String, onCluster key: String) -> Bool {
    clusters.contains { ($0.id == key || $0.name == key) && hasNamespace(name, cluster: $0.id) }
  }
}
