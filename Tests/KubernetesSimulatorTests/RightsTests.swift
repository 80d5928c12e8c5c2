internal import KubernetesSimulator
internal import SimulatorSupport
internal import Testing

/// Who may do what, and what is told of it.
struct RightsTests {
  private var cluster = makeCluster()
  private let group = "rbac.authorization.k8s.io"

  private mutating func grant(_ rules: JSON, to user: String) {
    cluster.store.create("clusterroles.\(group)", ["metadata": ["name": "r"], "rules": rules])
    cluster.store.create(
      "clusterrolebindings.\(group)",
      [
        "metadata": ["name": "r"], "roleRef": ["kind": "ClusterRole", "name": "r"],
        "subjects": [["kind": "User", "name": .string(user)]],
      ])
  }

  @Test("a rule for one name allows that name alone")
  mutating func names() {
    grant(
      [["apiGroups": [""], "resources": ["secrets"], "resourceNames": ["s"], "verbs": ["get", "list"]]],
      to: "limited")
    let path = "/api/v1/namespaces/shop/secrets"
    #expect(cluster.send("GET", path + "/s", as: "limited").status == 404)
    #expect(cluster.send("GET", path + "/t", as: "limited").status == 403)
    #expect(cluster.send("GET", path, as: "limited").status == 403)
    #expect(cluster.send("GET", path + "?fieldSelector=metadata.name%3Ds", as: "limited").status == 200)
  }

  @Test("a subresource wants a rule of its own")
  mutating func subresources() {
    grant([["apiGroups": ["*"], "resources": ["snapshots"], "verbs": ["*"]]], to: "limited")
    let path = "/apis/protect.trident.netapp.io/v1/namespaces/shop/snapshots"
    #expect(cluster.send("GET", path + "/s", as: "limited").status == 404)
    #expect(cluster.send("GET", path + "/s/status", as: "limited").status == 403)
  }

  @Test("requests that were allowed are recorded")
  mutating func record() {
    _ = cluster.send("GET", "/apis/velero.io/v1/namespaces/velero/backups", as: "limited")
    _ = cluster.send("GET", "/apis/velero.io/v1/namespaces/shop/backups", as: "limited")
    _ = cluster.send("GET", "/api/v1/namespaces/shop/pods/p/status")
    #expect(
      cluster.requests == [
        AuthorizedRequest(
          user: "limited", verb: "list", resource: "backups.velero.io", namespace: "velero", name: nil),
        AuthorizedRequest(user: "admin", verb: "get", resource: "pods/status", namespace: "shop", name: "p"),
      ])
  }

  @Test("whoever wants to be someone else needs the right to")
  mutating func impersonation() {
    func ask(_ user: String) -> Int {
      let headers = [
        ("Authorization", "Bearer FAKE-TOKEN-\(user)"), ("Impersonate-User", "limited"),
        ("Impersonate-Group", "system:masters"),
      ]
      return cluster.handle(SimulatedRequest("GET", "/api/v1/secrets", headers: headers)).status
    }
    #expect(ask("admin") == 200)
    #expect(cluster.requests.last?.user == "limited")
    #expect(ask("limited") == 403)
  }

  @Test("a validator is asked for a dry run, an update and a delete too")
  mutating func admission() {
    cluster.admissionPlugins = [Judge(answer: .denied(message: "no"))]
    let path = "/apis/protect.trident.netapp.io/v1/namespaces/shop/snapshots"
    let snapshot: JSON = [
      "apiVersion": "protect.trident.netapp.io/v1", "kind": "Snapshot", "metadata": ["name": "s"],
      "spec": ["applicationRef": "shop"],
    ]
    let denied = cluster.send("POST", path + "?dryRun=All", snapshot)
    #expect(denied.status == 400)
    #expect(denied.json?["message"] == "admission webhook \"vdemo.example.com\" denied the request: no")
    cluster.store.create(
      "snapshots.protect.trident.netapp.io", snapshot.setting("metadata.namespace", "shop"))
    #expect(cluster.send("DELETE", path + "/s").status == 400)
    cluster.admissionPlugins = [Judge(answer: .timesOut)]
    #expect(cluster.send("POST", path, snapshot).status == 500)
    cluster.admissionPlugins = []
    #expect(cluster.send("POST", path + "?dryRun=All", snapshot.setting("metadata.name", "t")).status == 201)
    #expect(cluster.store.objects("snapshots.protect.trident.netapp.io").count == 1)
  }
}
