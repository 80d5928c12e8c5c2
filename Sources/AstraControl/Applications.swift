package import AppProtection
internal import HTTPTransport
internal import StructuredValues
internal import RESTClient
internal import Timing

// Applications, clusters and namespaces: sections "k8s/v2/apps" (or "k8s/v1/managedApps"), "topology/v1/clusters" and
// "topology/v1/.../namespaces" of the API.
extension AstraControlBackend {
  package func applications(named name: String) throws(BackendError) -> [Application] {
    let attempt = "look for application \"\(name)\""
    return try named(name, in: generation.applications, to: attempt) { query throws(BackendError) in
      try listApplications(query: query, to: attempt, { $0.application($1) }, keep: { $0.name == name })
    }
  }

  package func applications(matching text: String) throws(BackendError) -> [Application] {
    let named = try applications(named: text)
    guard named.isEmpty, isIdentifier(text) else { return named }
    return [try application(Application.ID(text))].compactMap { $0 }
  }

  package func applications() throws(BackendError) -> [Application] {
    let attempt = "list the applications"
    let listing = try listApplications(to: attempt, { $0.application($1) }, keep: { _ in true })
    return try items(of: listing, generation.applications, attempt)
  }

  package func clones(of application: Application) throws(BackendError) -> ApplicationOverview {
    let attempt = "list the clones of \"\(application.name)\""
    // A server that passes over the filter shows all, and one that refuses it is asked for all.
    let filter = filter("sourceAppID", equals: application.id.text)
    let clones = try filtered(in: generation.applications, filter: filter, to: attempt) {
      query throws(BackendError) in
      try listApplications(
        query: query, to: attempt, { $0.application($1) }, keep: { $0.sourceID == application.id })
    }
    return ApplicationOverview(clones)
  }

  package func applicationNames(like name: String, limit: Int) throws(BackendError) -> [String] {
    let attempt = "list the applications"
    let listing = try listApplications(to: attempt, { $1["name"]?.text }, keep: { _ in true })
    return nearest(
      to: name, among: try items(of: listing, generation.applications, attempt), limit: limit)
  }

  package func application(_ id: Application.ID) throws(BackendError) -> Application? {
    let attempt = "read application \(id)"
    let generation = generation
    let found = try client.resource(generation.path(of: id), to: attempt, { generation.application($0) })
    guard found == nil, detected == nil else { return found }
    // Nothing has told yet whether it is the application that is not there, or the generation.
    let listing = try listApplications(to: attempt, { $0.application($1) }, keep: { $0.id == id })
    return try items(of: listing, generation.applications, attempt).first
  }

  package func applicationIDs(
    named name: String, on cluster: Cluster.ID
  ) throws(BackendError) -> [Application.ID] {
    let generation = generation
    let found = try named(
      name, in: generation.applications(on: cluster),
      to: "look for application \"\(name)\" on cluster \(cluster)", { generation.application($0) },
      nameOf: \.name)
    return found.filter { $0.clusterID == nil ? generation == .current : $0.clusterID == cluster }.map(\.id)
  }

  package func clusters(named name: String) throws(BackendError) -> [Cluster] {
    // Of a cluster's resource no more than is read: the whole one lists every namespace.
    try named(
      name, in: "/topology/v1/clusters", members: Cluster.members, to: "look for cluster \"\(name)\"",
      { Cluster($0) }, nameOf: \.name)
  }

  package func clusters() throws(BackendError) -> [Cluster] {
    try all(in: "/topology/v1/clusters", to: "list the clusters", { Cluster($0) })
  }

  package func namespace(_ name: String, on cluster: Cluster.ID) throws(BackendError) -> NamespaceStanding {
    guard let found = try namespaces(named: name, on: cluster) else { return .notTold }
    guard found.contains(where: { $0.state != "removed" }) else { return .absent }
    return .occupied(system: found.compactMap(\.systemType).first)
  }

  /// A namespace as the server shows it.
  private typealias Namespace = (name: String, state: String?, systemType: String?)

  /// The namespaces of that name on a cluster; nil if the server does not tell.
  private func namespaces(named name: String, on cluster: Cluster.ID) throws(BackendError) -> [Namespace]? {
    let path = "/topology/v1/clusters/\(PercentEncoding.encode(cluster.text))/namespaces"
    let attempt = "look for namespace \"\(name)\""
    var isTold = true
    let found = try named(name, in: path, to: attempt) {
      query throws(BackendError) -> Listing<Namespace, Problem> in
      let listing = try client.collect(
        path, query: query, to: attempt,
        { resource -> Namespace? in
          resource["name"]?.text.map {
            ($0, resource["namespaceState"]?.text, resource["systemType"]?.text)
          }
        },
        keep: { $0.name == name })
      // It is not known since which release there is this list.
      if case .absent = listing, generation == .older {
        isTold = false
        return .items([])
      }
      return listing
    }
    return isTold ? found : nil
  }

  package func delete(_ application: Application) throws(BackendError) {
    _ = try client.change(
      .delete, generation.path(of: application.id), body: nil,
      to: "remove application \"\(application.name)\"")
  }
}

/// Whether a text has the form of an id, a UUID, so that it may be tried as one.
private func isIdentifier(_ text: String) -> Bool {
  text.utf8.count == 36 && text.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12]
}
