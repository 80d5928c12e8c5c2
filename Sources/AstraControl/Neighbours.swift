package import AppProtection
internal import StructuredValues
internal import RESTClient

// Who shares the namespaces of an application: the applications of a cluster, filtered by a namespace.
extension AstraControlBackend {
  package func neighbours(of application: Application) throws(BackendError) -> [Application]? {
    guard let cluster = application.clusterID, !application.namespaces.isEmpty else { return nil }
    var found: [Application] = []
    for namespace in application.namespaces {
      guard let spanning = try applications(spanning: namespace, of: application, on: cluster) else {
        // What a filter does not give one list of all does.
        found = try applications(on: cluster, filter: nil) ?? []
        guard !found.isEmpty else { return nil }
        break
      }
      found += spanning
    }
    var seen: Set<Application.ID> = [application.id]
    return found.filter { other in
      (other.clusterID == nil || other.clusterID == cluster) && other.state != .removed
        && !Set(other.namespaces).isDisjoint(with: application.namespaces) && seen.insert(other.id).inserted
    }
  }

  /// The applications that span a namespace, by the server's filter; nil if it is not to be relied on.
  ///
  /// That a field of a list can be filtered by is in the schema and in no example. So a list is believed only if the
  /// application that certainly spans the namespace is in it.
  private func applications(
    spanning namespace: String, of application: Application, on cluster: Cluster.ID
  ) throws(BackendError) -> [Application]? {
    guard !namespace.contains("'"), !namespace.contains("\\") else { return nil }
    let filter = "\(generation.namespaceField) eq '\(namespace)'"
    let found = try applications(on: cluster, filter: filter)
    return found?.contains { $0.id == application.id } == true ? found : nil
  }

  /// The applications of a cluster, no more of each than is needed; nil if the server does not list them so.
  private func applications(
    on cluster: Cluster.ID, filter: String?
  ) throws(BackendError) -> [Application]? {
    let generation = generation
    let members = generation.neighbourMembers
    let include = "include=\(members.joined(separator: ","))"
    let query = filter.map { "filter=\(PercentEncoding.encode($0))&\(include)" } ?? include
    let listing = try client.collect(
      generation.neighbourhood(on: cluster), query: query,
      to: "look who shares a namespace on cluster \(cluster)", { generation.application($0.named(members)) })
    guard case .items(let items) = listing else { return nil }
    return items
  }
}

extension Generation {
  /// What of each application is wanted.
  fileprivate var neighbourMembers: [String] {
    let members = ["id", "name", "state", "clusterID", "clusterName"]
    return switch self {
    case .current: members + ["namespaces", "namespaceScopedResources"]
    case .older: members + ["namespace"]
    }
  }

  /// The field of an application that its namespaces are in.
  fileprivate var namespaceField: String {
    switch self {
    case .current: "namespaceScopedResources[*].namespace"
    case .older: "namespace"
    }
  }

  /// The applications among which those of a cluster are.
  fileprivate func neighbourhood(on cluster: Cluster.ID) -> String {
    switch self {
    case .current: applications(on: cluster)
    // Under protection; the list of a cluster's would have all that was ever discovered.
    case .older: applications
    }
  }
}
