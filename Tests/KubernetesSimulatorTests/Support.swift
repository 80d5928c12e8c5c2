internal import Foundation
internal import KubernetesSimulator
internal import SimulatorSupport

/// A cluster with all kinds, and the users of the recorded exchanges.
func makeCluster(_ change: (inout KubernetesCluster) -> Void = { _ in }) -> KubernetesCluster {
  let kinds = KindDefinition.builtIn + KindDefinition.tridentProtect + KindDefinition.velero
  var cluster = KubernetesCluster(
    name: "test", startTime: WallTime(sinceEpoch: .seconds(1_795_000_000)), kinds: kinds, seed: 7)
  cluster.users = [
    .administrator(token: "FAKE-TOKEN-admin"), User(token: "FAKE-TOKEN-limited", name: "limited"),
  ]
  for namespace in ["velero", "shop"] {
    cluster.store.create("namespaces", ["metadata": ["name": .string(namespace)]])
  }
  cluster.store.create(
    "roles.rbac.authorization.k8s.io",
    [
      "metadata": ["name": "backup-reader", "namespace": "velero"],
      "rules": [["apiGroups": ["velero.io"], "resources": ["backups"], "verbs": ["get", "list", "watch"]]],
    ])
  cluster.store.create(
    "rolebindings.rbac.authorization.k8s.io",
    [
      "metadata": ["name": "backup-reader", "namespace": "velero"],
      "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "backup-reader"],
      "subjects": [["kind": "User", "name": "limited"]],
    ])
  change(&cluster)
  return cluster
}

extension KubernetesCluster {
  /// Sends a request as a user; the body as JSON.
  mutating func send(
    _ method: String, _ path: String, _ body: JSON? = nil, as user: String = "admin",
    contentType: String = "application/json", accept: String = "application/json"
  ) -> SimulatedResponse {
    let headers = [
      ("Authorization", "Bearer FAKE-TOKEN-\(user)"), ("Content-Type", contentType), ("Accept", accept),
    ]
    return handle(SimulatedRequest(method, path, headers: headers, body: body?.bytes ?? []))
  }
}

/// The lines of a watch so far, or up to its end.
func lines(_ bytes: [UInt8]) -> [JSON] {
  bytes.split(separator: UInt8(ascii: "\n")).compactMap { JSON(Array($0)) }
}

/// The folder of the package.
let packageFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()
