package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

// What can be known before anything is changed.
extension TridentProtectBackend {
  package func clusterStandings() throws(BackendError) -> [ClusterStanding] {
    var standings: [ClusterStanding] = []
    for context in searched { standings.append(try standing(context)) }
    return standings
  }

  private func standing(_ context: String) throws(BackendError) -> ClusterStanding {
    let client = try client(context)
    var standing = ClusterStanding(id: Cluster.ID(context), name: context)
    standing.version = try client.version()
    let installed = try client.kinds(of: Kinds.group, version: Kinds.application.version)
    standing.state = installed == nil ? ("without Trident protect", false) : ("reachable", true)
    if let installed {
      let missing = Kinds.all.map(\.kind).filter { !installed.contains($0) }
      if !missing.isEmpty {
        standing.problems.append(
          "these kinds of Trident protect are missing: \(missing.joined(separator: ", "))")
      }
    }
    standing.service = installed == nil ? .elsewhere : try productVersion(in: context)
    standing.acceptsRestores = installed != nil
    standing.makesSnapshots = installed != nil
    return standing
  }

  package func executionHooks(of application: Application.ID) throws(BackendError) -> ExecutionHooks? {
    guard let place = ApplicationPlace(application) else { return nil }
    let sight = try client(place.context).lookAtList(
      of:
        Kinds.hook, in: place.namespace, to: "list the hooks of \"\(place.name)\"")
    guard case .told(let hooks) = sight else { return nil }
    let own = hooks.filter { hook in
      let owner = hook["spec", "applicationRef"]?.string
      return (owner == nil || owner == place.name) && hook["spec", "enabled"]?.bool != false
    }
    return .named(own.map(\.name))
  }
}
