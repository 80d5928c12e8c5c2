package import AppProtection
internal import HTTPTransport
internal import Timing

// Applications, clusters and namespaces: sections "k8s/v2/apps", "topology/v1/clusters" and
// "topology/v1/.../namespaces" of the API.
extension AstraControlBackend {
  package func applications(named name: String) throws(BackendError) -> [Application] {
    try named(
      name, in: Self.apps, to: "look for application \"\(name)\"", { Application($0) }, nameOf: \.name)
  }

  package func applications() throws(BackendError) -> [Application] {
    try all(in: Self.apps, to: "list the applications", { Application($0) })
  }

  package func applicationNames(like name: String, limit: Int) throws(BackendError) -> [String] {
    nearest(
      to: name, among: try all(in: Self.apps, to: "list the applications", { $0["name"]?.text }), limit: limit
    )
  }

  package func application(_ id: Application.ID) throws(BackendError) -> Application? {
    try resource(Self.path(of: id), to: "read application \(id)", { Application($0) })
  }

  package func applicationIDs(
    named name: String, on cluster: Cluster.ID
  ) throws(BackendError) -> [Application.ID] {
    let path = "/topology/v2/managedClusters/\(Query.encode(cluster.text))/apps"
    return try named(
      name, in: path, to: "look for application \"\(name)\" on cluster \(cluster)", { Application($0) },
      nameOf: \.name
    ).map(\.id)
  }

  package func clusters() throws(BackendError) -> [Cluster] {
    try all(in: "/topology/v1/clusters", to: "list the clusters", { Cluster($0) })
  }

  package func namespaceExists(_ name: String, on cluster: Cluster.ID) throws(BackendError) -> Bool {
    let path = "/topology/v1/clusters/\(Query.encode(cluster.text))/namespaces"
    let found = try named(
      name, in: path, to: "look for namespace \"\(name)\"",
      { resource in resource["name"]?.text.map { (name: $0, state: resource["namespaceState"]?.text) } },
      nameOf: \.name)
    return found.contains { $0.state != "removed" }
  }

  package func delete(_ application: Application) throws(BackendError) {
    _ = try client.change(
      .delete, Self.path(of: application.id), body: nil, to: "remove application \"\(application.name)\"")
  }

  static let apps = "/k8s/v2/apps"

  static func path(of application: Application.ID) -> String {
    "\(apps)/\(Query.encode(application.text))"
  }
}
