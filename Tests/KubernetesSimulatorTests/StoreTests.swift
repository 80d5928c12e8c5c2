internal import KubernetesSimulator
internal import SimulatorSupport
internal import Testing

/// The objects as controllers see them, and what becomes of them in time.
struct StoreTests {
  private var cluster = makeCluster()
  private let key = ObjectKey("backups.velero.io", "velero", "b")

  private mutating func add(_ name: String = "b", _ more: JSON = [:]) {
    var object: JSON = ["metadata": ["name": .string(name), "namespace": "velero"], "spec": [:]]
    for member in more.members ?? [] { object.set("metadata.\(member.name)", member.value) }
    cluster.store.create("backups.velero.io", object)
  }

  @Test("an update moves the version only if something is different, the generation only with the wish")
  mutating func versions() throws {
    add()
    let first = try #require(cluster.store.object(key))
    #expect(first.value(at: "metadata.generation") == 1)
    let same = cluster.store.update(key) { $0.set("spec", [:]) }
    #expect(same == first)
    let labelled = cluster.store.update(key) { $0.set("metadata.labels", ["a": "b"]) }
    #expect(labelled?.resourceVersion != first.resourceVersion)
    #expect(labelled?.value(at: "metadata.generation") == 1)
    #expect(cluster.store.update(key) { $0.set("spec.ttl", "1h") }?.value(at: "metadata.generation") == 2)
    #expect(cluster.store.create("backups.velero.io", first) == nil)
  }

  @Test("a finalizer holds a deleted object until it is taken away")
  mutating func finalizers() {
    add("b", ["finalizers": ["example.com/hold"]])
    cluster.store.delete(key)
    #expect(cluster.store.object(key)?.isDeleted == true)
    cluster.store.update(key) { $0.set("metadata.finalizers", nil) }
    #expect(cluster.store.object(key) == nil)
  }

  @Test("what an object owns goes with it")
  mutating func owners() {
    add()
    let owner: JSON = [
      "apiVersion": "velero.io/v1", "kind": "Backup", "name": "b",
      "uid": cluster.store.object(key)?.value(at: "metadata.uid") ?? "",
    ]
    add("child", ["ownerReferences": [owner]])
    #expect(cluster.store.dependants(of: cluster.store.object(key)?.uid ?? "").map(\.name) == ["child"])
    cluster.store.delete(key)
    #expect(cluster.store.objects("backups.velero.io").isEmpty)
  }

  @Test(
    "a foreground deletion waits for what is owned, an orphaning leaves it",
    arguments: ["Foreground", "Orphan"])
  mutating func propagation(_ policy: String) {
    add()
    let uid = cluster.store.object(key)?.value(at: "metadata.uid") ?? ""
    add(
      "child",
      ["ownerReferences": [["apiVersion": "velero.io/v1", "kind": "Backup", "name": "b", "uid": uid]]])
    let path = "/apis/velero.io/v1/namespaces/velero/backups/b?propagationPolicy=\(policy)"
    #expect(cluster.send("DELETE", path).json?["kind"] == "Backup")
    #expect(cluster.store.objects("backups.velero.io").count == 2)
    cluster.advance(to: .seconds(1))
    #expect(
      cluster.store.objects("backups.velero.io").compactMap(\.name) == (policy == "Orphan" ? ["child"] : []))
  }

  @Test("a namespace is Terminating for its time, then everything in it is gone")
  mutating func namespaces() {
    add()
    #expect(cluster.nextChange == nil)
    #expect(
      cluster.send("DELETE", "/api/v1/namespaces/velero").json?.value(at: "status.phase") == "Terminating")
    #expect(cluster.nextChange == .seconds(2))
    cluster.advance(to: .seconds(3))
    #expect(cluster.store.object(key) == nil)
    #expect(cluster.store.object(ObjectKey("namespaces", nil, "velero")) != nil)
    cluster.advance(to: .seconds(4))
    #expect(cluster.store.object(ObjectKey("namespaces", nil, "velero")) == nil)
    #expect(cluster.nextChange == nil)
  }

  @Test("a namespace with an object that is held, or that is stuck, stays")
  mutating func stuckNamespaces() {
    add("b", ["finalizers": ["example.com/hold"]])
    let namespace = ObjectKey("namespaces", nil, "velero")
    cluster.store.delete(namespace)
    cluster.advance(to: .seconds(60))
    #expect(cluster.store.object(namespace)?.value(at: "status.phase") == "Terminating")
    cluster.store.update(key) { $0.set("metadata.finalizers", nil) }
    cluster.advance(to: .seconds(120))
    #expect(cluster.store.object(namespace) == nil)
    cluster.settings.stuckNamespaces = ["shop"]
    cluster.store.delete(ObjectKey("namespaces", nil, "shop"))
    cluster.advance(to: .seconds(10_000))
    // Nothing wakes up again and again for it.
    #expect(cluster.nextChange == nil)
    #expect(cluster.store.object(ObjectKey("namespaces", nil, "shop")) != nil)
  }

  @Test("a pod ends in its time, and a claim is held while a pod uses it")
  mutating func pods() {
    cluster.store.create(
      "pods",
      [
        "metadata": ["name": "p", "namespace": "shop"],
        "spec": [
          "nodeName": "n1", "volumes": [["name": "v", "persistentVolumeClaim": ["claimName": "data"]]],
        ],
      ])
    let claim: JSON = [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": "data"], "spec": [:],
    ]
    #expect(cluster.send("POST", "/api/v1/namespaces/shop/persistentvolumeclaims", claim).status == 201)
    #expect(cluster.send("DELETE", "/api/v1/namespaces/shop/persistentvolumeclaims/data").status == 200)
    cluster.advance(to: .seconds(10))
    #expect(cluster.store.object(ObjectKey("persistentvolumeclaims", "shop", "data"))?.isDeleted == true)
    #expect(cluster.send("DELETE", "/api/v1/namespaces/shop/pods/p").status == 200)
    #expect(cluster.store.object(ObjectKey("pods", "shop", "p"))?.isDeleted == true)
    cluster.advance(to: .seconds(20))
    #expect(cluster.store.object(ObjectKey("pods", "shop", "p")) == nil)
    #expect(cluster.store.object(ObjectKey("persistentvolumeclaims", "shop", "data")) == nil)
  }

  @Test("a copy is the cluster at that moment, and the same seed gives the same cluster")
  mutating func values() {
    let before = cluster
    add()
    #expect(before.store.object(key) == nil)
    #expect(before.store.count + 1 == cluster.store.count)
    var other = makeCluster()
    other.store.create("backups.velero.io", ["metadata": ["name": "b", "namespace": "velero"], "spec": [:]])
    #expect(other.store.object(key) == cluster.store.object(key))
  }

  @Test("a scenario says what is there, and a mistake in it is told")
  func scenario() throws {
    let start = WallTime(sinceEpoch: .zero)
    let file: JSON = [
      "kubernetes": [
        "clusters": [
          [
            "name": "prod", "stuckNamespaces": ["velero"],
            "objects": [
              [
                "apiVersion": "velero.io/v1", "kind": "Backup",
                "metadata": ["name": "b", "namespace": "velero"],
              ]
            ],
          ]
        ]
      ]
    ]
    var read = try ClusterScenario(file: file.bytes, startTime: start)
    #expect(read.clusters[0].store.object(key) != nil)
    #expect(read.clusters[0].users.first?.token == "admin-prod")
    read.clusters[0].store.delete(ObjectKey("namespaces", nil, "velero"))
    read.clusters[0].advance(to: .seconds(100))
    #expect(read.clusters[0].store.object(ObjectKey("namespaces", nil, "velero")) != nil)
    for wrong: JSON in [
      ["kubernetes": [:]], ["kubernetes": ["clusters": [[:]]]],
      ["kubernetes": ["clusters": [["name": "a", "objects": [["kind": "Nothing", "apiVersion": "v1"]]]]]],
      ["kubernetes": ["clusters": [["name": "a"], ["name": "a"]]]],
      ["kubernetes": ["clusters": [["name": "a", "missingKinds": ["pods"]]]]],
      [
        "kubernetes": [
          "clusters": [["name": "a", "missingKinds": ["velero.io"]]], "tridentProtect": [:],
        ]
      ],
    ] {
      #expect(throws: ScenarioError.self) {
        try ClusterScenario(file: wrong.bytes, startTime: start)
      }
    }
  }
  @Test("kinds that are missing are neither told nor served")
  func missingKinds() throws {
    for (missing, left) in [
      (["velero.io"], [] as [String]), (["schedules.velero.io"], ["Backup", "Restore"]), ([], ["Schedule"]),
    ] {
      let file: JSON = [
        "kubernetes": [
          "clusters": [["name": "prod", "missingKinds": .array(missing.map { .string($0) })]]
        ]
      ]
      let cluster = try ClusterScenario(file: file.bytes, startTime: WallTime(sinceEpoch: .zero)).clusters[0]
      let kinds = cluster.store.kinds.all.filter { $0.group == "velero.io" }.map(\.kind)
      #expect(Set(left).isSubset(of: kinds) && kinds.isEmpty == left.isEmpty)
      #expect(kinds.contains("Schedule") == missing.isEmpty)
      #expect(cluster.store.kinds["backups.protect.trident.netapp.io"] != nil)
    }
  }
}
