internal import Glibc
internal import KubernetesSimulator
internal import SimulatorSupport

/// The HTTPS servers of the API of clusters, one port for each, and with a product the applications' front pages.
struct ClusterServer {
  let scenario: ClusterScenario
  let folder: SimulatorFolder
  let speed: Double
  /// Whether the applications' front pages are served.
  let hasPages: Bool
  let isVerbose: Bool

  /// Serves until the process ends; the first cluster gets the port, the others any free ones.
  func run(port: Int) throws(Failure) -> Never {
    let identity = try ServerIdentity()
    var listeners: [ListeningSocket] = []
    for _ in scenario.clusters {
      listeners.append(
        try ListeningSocket(
          "127.0.0.1", port: listeners.isEmpty ? port : 0, advice: "give --port 0 to take any free one"))
    }
    if var world = try world(pagePort: listeners[0].port) {
      world.nameBucketAuthority(Array(identity.certificateAuthority.utf8))
      try serve(world, listeners, identity)
    }
    for (cluster, listener) in zip(scenario.clusters, listeners) {
      _ = try HTTPServer(listener, identity, handler(LiveCluster(cluster, speed: speed)))
    }
    try tell(scenario.clusters, listeners, identity, environment: scenario.environment)
    while true { pause() }
  }

  private func world(pagePort: Int) throws(Failure) -> KubernetesWorld? {
    do {
      return try scenario.world(pagePort: pagePort)
    } catch {
      throw .usage(error.description)
    }
  }

  /// Serves clusters that a product is in.
  private func serve(
    _ world: KubernetesWorld, _ listeners: [ListeningSocket], _ identity: ServerIdentity
  ) throws(Failure) -> Never {
    SimulatorServer.raiseDescriptorLimit()
    let pages = hasPages ? try FrontPages() : nil
    let live = LiveKubernetesWorld(world, speed: speed) {
      do throws(Failure) { try pages?.open($0) } catch { error.end() }
    }
    for (index, listener) in listeners.enumerated() {
      _ = try HTTPServer(listener, identity, handler(LiveKubernetesWorld.Cluster(world: live, index: index)))
    }
    let environment = ["ASTRA_BACKEND": scenario.backend ?? ""].merging(scenario.environment) { $1 }
    try tell(world.clusters, listeners, identity, environment: environment)
    if let pages { try pages.serve { live.frontPage(at: $0).map { ($0.status, $0.html) } } }
    while true { pause() }
  }

  private func handler(_ cluster: any LiveService) -> HTTPServer.Handler {
    let isVerbose = isVerbose
    return HTTPServer.Handler(
      answer: { request, _ in
        let response = cluster.respond(to: request)
        if isVerbose { SimulatorCommand.complain("\(request.method) \(request.target) \(response.status)") }
        return response
      }, world: cluster)
  }

  private func tell(
    _ clusters: [KubernetesCluster], _ listeners: [ListeningSocket], _ identity: ServerIdentity,
    environment: [String: String]
  ) throws(Failure) {
    let ports = listeners.map(\.port)
    try folder.write(
      certificateAuthority: identity.certificateAuthority, ports: ports,
      kubeconfig: kubeconfig(clusters, ports), environment: environment)
  }

  /// A context of each cluster's name for its first user, and `USER@CLUSTER` for every user.
  private func kubeconfig(_ all: [KubernetesCluster], _ ports: [Int]) -> String {
    var clusters: [JSON] = []
    var users: [JSON] = []
    var contexts: [JSON] = []
    for (cluster, port) in zip(all, ports) {
      let name = JSON.string(cluster.name)
      clusters.append([
        "name": name,
        "cluster": [
          "server": .string("https://127.0.0.1:\(port)"),
          "certificate-authority": .string("\(folder.path)/ca.pem"),
        ],
      ])
      for (place, user) in cluster.users.enumerated() {
        let full = JSON.string("\(user.name)@\(cluster.name)")
        users.append(["name": full, "user": ["token": .string(user.token)]])
        contexts.append(["name": full, "context": ["cluster": name, "user": full]])
        if place == 0 { contexts.append(["name": name, "context": ["cluster": name, "user": full]]) }
      }
    }
    let file: JSON = [
      "apiVersion": "v1", "kind": "Config", "current-context": .string(all[0].name),
      "clusters": .array(clusters), "users": .array(users), "contexts": .array(contexts),
    ]
    // JSON is YAML.
    return file.text + "\n"
  }
}
