internal import Glibc
internal import KubernetesSimulator
internal import SimulatorSupport

/// The HTTPS servers of the API of clusters, one port for each.
struct ClusterServer {
  let scenario: ClusterScenario
  let folder: SimulatorFolder
  let speed: Double
  let isVerbose: Bool

  /// Serves until the process ends; the first cluster gets the port, the others any free ones.
  func run(port: Int) throws(Failure) -> Never {
    let identity = try ServerIdentity()
    var ports: [Int] = []
    for cluster in scenario.clusters {
      let listener = try ListeningSocket(
        "127.0.0.1", port: ports.isEmpty ? port : 0, advice: "give --port 0 to take any free one")
      _ = try HTTPServer(listener, identity, handler(LiveCluster(cluster, speed: speed)))
      ports.append(listener.port)
    }
    try folder.write(
      certificateAuthority: identity.certificateAuthority, ports: ports,
      kubeconfig: kubeconfig(ports))
    while true { pause() }
  }

  private func handler(_ cluster: LiveCluster) -> HTTPServer.Handler {
    let isVerbose = isVerbose
    return HTTPServer.Handler(
      answer: { request, _ in
        let response = cluster.respond(to: request)
        if isVerbose { SimulatorCommand.complain("\(request.method) \(request.target) \(response.status)") }
        return response
      }, world: cluster)
  }

  /// A context of each cluster's name for its first user, and `USER@CLUSTER` for every user.
  private func kubeconfig(_ ports: [Int]) -> String {
    var clusters: [JSON] = []
    var users: [JSON] = []
    var contexts: [JSON] = []
    for (cluster, port) in zip(scenario.clusters, ports) {
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
      "apiVersion": "v1", "kind": "Config", "current-context": .string(scenario.clusters[0].name),
      "clusters": .array(clusters), "users": .array(users), "contexts": .array(contexts),
    ]
    // JSON is YAML.
    return file.text + "\n"
  }
}
