internal import SimulatorSupport

// What tests and demos set up.
extension KubernetesWorld {
  /// Adds an application that holds something, with a namespace of its own for each name; nil if its cluster is unknown.
  @discardableResult
  package mutating func addApplication(
    _ name: String, in namespaces: [String], of clusterName: String, holding content: WorldContent,
    uid: String? = nil, madeFrom source: String? = nil
  ) -> String? {
    guard let cluster = index(ofCluster: clusterName), let home = namespaces.first else { return nil }
    guard velero == nil else {
      return addVeleroApplication(
        name, in: namespaces, of: cluster, holding: content, uid: uid, madeFrom: source)
    }
    for namespace in namespaces where !hasNamespace(namespace, in: cluster) {
      clusters[cluster].store.create("namespaces", ["metadata": ["name": .string(namespace)]])
    }
    if self.content(in: home, of: cluster) == nil { install(name, in: home, of: cluster, holding: content) }
    var metadata: JSON = [
      "name": .string(name), "namespace": .string(home), "finalizers": [.string(Self.finalizer)],
    ]
    if let uid { metadata["uid"] = .string(uid) }
    let made = clusters[cluster].store.create(
      Self.resource("applications"),
      [
        "metadata": metadata,
        "spec": ["includedNamespaces": .array(namespaces.map { ["namespace": .string($0)] })],
      ])
    catchUp()
    guard let made, let uid = made.uid else { return nil }
    if let source { makers[uid] = source }
    return uid
  }

  /// Adds a copy of an application as it would be after an age; nil if there is no such application.
  @discardableResult
  package mutating func addCopy(
    _ kind: Run.Kind, named name: String, of application: String, holding content: WorldContent? = nil,
    state: String = "Completed", hooksFailed: Bool = false, age: Duration = .seconds(86_400),
    uid: String? = nil,
    schedule: String? = nil, annotations: [String: String] = [:]
  ) -> String? {
    let annotations = JSON.object(
      annotations.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
    guard velero == nil else {
      return addVeleroCopy(
        kind, named: name, of: application, holding: content, phase: state, hooksFailed: hooksFailed,
        age: age,
        uid: uid, schedule: schedule, annotations: annotations)
    }
    guard let (cluster, object) = self.application(uid: application) else { return nil }
    let plural = Self.resource(kind == .backup ? "backups" : "snapshots")
    let made = clusters[cluster].store.startTime + (clusters[cluster].now - age)
    var owners: [JSON] = [
      [
        "apiVersion": .string("\(Self.group)/v1"), "kind": "Application", "name": .string(object.name ?? ""),
        "uid": .string(application),
      ]
    ]
    if let schedule {
      owners.append([
        "apiVersion": .string("\(Self.group)/v1"), "kind": "Schedule", "name": .string(schedule),
        "uid": .string(random.uuid()),
      ])
    }
    let uid = uid ?? random.uuid()
    let path =
      "\(object.name ?? "")_\(application)/\(kind == .backup ? "backups" : "snapshots")/\(name)_\(uid)"
    let vault = JSON.string("vault-\(clusters[cluster].name)")
    var status: JSON = ["state": .string(state), "completionTimestamp": .string(made.text())]
    if state == "Completed" {
      status["appArchivePath"] = .string(path)
      status["appVaultRef"] = vault
      status["postSnapshotExecHooksRunResults"] = Self.hookResults(fail: hooksFailed)
    } else {
      status["error"] = "the data mover ended with exit code 1"
    }
    var metadata: JSON = [
      "name": .string(name), "namespace": .string(object.namespace ?? ""), "uid": .string(uid),
      "creationTimestamp": .string(made.text()), "ownerReferences": .array(owners),
      "finalizers": [.string(Self.finalizer)],
    ]
    if annotations != [:] { metadata["annotations"] = annotations }
    clusters[cluster].store.create(
      plural,
      [
        "metadata": metadata,
        "spec": [
          "applicationRef": .string(object.name ?? ""), "appVaultRef": vault, "reclaimPolicy": "Retain",
        ], "status": status,
      ])
    var archive = capture(namespaces(of: object), in: cluster)
    if let content { archive = self.archive(archive, holding: content) }
    archives[path] = archive
    catchUp()
    return uid
  }
}
