package import SimulatorSupport

// What tests and demos set up, and what others than the steps do.
extension KubernetesWorld {
  /// Adds an application that holds something, with a namespace of its own for each name; nil if its cluster is unknown.
  @discardableResult
  package mutating func addApplication(
    _ name: String, in namespaces: [String], of clusterName: String, holding content: WorldContent,
    uid: String? = nil, madeFrom source: String? = nil
  ) -> String? {
    guard let cluster = index(ofCluster: clusterName), let home = namespaces.first else { return nil }
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
    schedule: String? = nil
  ) -> String? {
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
    clusters[cluster].store.create(
      plural,
      [
        "metadata": [
          "name": .string(name), "namespace": .string(object.namespace ?? ""), "uid": .string(uid),
          "creationTimestamp": .string(made.text()), "ownerReferences": .array(owners),
          "finalizers": [.string(Self.finalizer)],
        ],
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

  // MARK: - What there is

  /// An application, or a clone in the making, as it is seen from outside.
  package struct ApplicationView: Sendable {
    /// The uid of the restore that makes or has made it; if there is none, of its own object.
    package var uid: String
    /// The uid of its own object; nil while a clone has none.
    package var objectUID: String?
    package var name: String
    package var cluster: String
    package var namespace: String
    package var namespaces: [String]
    /// `ready`, `provisioning`, `failed`, `restoring` or `deleting`.
    package var state: String
    package var content: WorldContent?
    package var address: String
    /// The uid of what it was cloned from.
    package var source: String?
  }

  /// All applications, and clones in the making, in the order in which they came.
  package var applications: [ApplicationView] {
    allApplications.sorted { (born[$0.uid] ?? 0) < (born[$1.uid] ?? 0) }
  }

  private var allApplications: [ApplicationView] {
    var views: [ApplicationView] = []
    for index in clusters.indices {
      let store = clusters[index].store
      let restores = ["snapshotrestores", "backuprestores"].flatMap { store.objects(Self.resource($0)) }
      var made: Set<String> = []
      for object in store.objects(Self.resource("applications")) {
        let maker = object.uid.flatMap { makers[$0] }
        if let maker { made.insert(maker) }
        views.append(view(object, maker, restores.first { $0.uid == maker }, in: index))
      }
      for restore in restores where !made.contains(restore.uid ?? "") {
        // Its application is gone, or was there before.
        let state = restore.value(at: "status.state")?.string?.lowercased() ?? ""
        guard state != "completed", !restore.isDeleted else { continue }
        views.append(viewInTheMaking(restore, in: index))
      }
    }
    return views
  }

  private func view(_ object: JSON, _ maker: String?, _ restore: JSON?, in cluster: Int) -> ApplicationView {
    let namespaces = namespaces(of: object)
    let home = namespaces.first ?? ""
    let isRestoring = runs.contains { $0.kind == .restore && $0.application == object.uid }
    let isMaking = maker.map { uid in runs.contains { $0.uid == uid } } ?? false
    let service = clusters[cluster].store.objects("services", in: home).first
    return ApplicationView(
      uid: maker ?? object.uid ?? "", objectUID: object.uid, name: object.name ?? "",
      cluster: clusters[cluster].name, namespace: object.namespace ?? "", namespaces: namespaces,
      state: object.isDeleted
        ? "deleting"
        : isRestoring
          ? "restoring"
          : isMaking ? "provisioning" : hasFailedRestore(object, in: cluster) ? "failed" : "ready",
      content: content(in: home, of: cluster), address: service.flatMap { address(of: $0) } ?? "",
      source: restore.flatMap { applicationUID(of: $0, in: cluster) } ?? (maker == nil ? nil : ""))
  }

  /// Whether the last in-place restore of an application failed.
  private func hasFailedRestore(_ application: JSON, in cluster: Int) -> Bool {
    let all = ["backupinplacerestores", "snapshotinplacerestores"].flatMap {
      clusters[cluster].store.objects(Self.resource($0), in: application.namespace)
    }.filter { applicationUID(of: $0, in: cluster) == application.uid }
    let last = all.max { (born[$0.uid ?? ""] ?? 0) < (born[$1.uid ?? ""] ?? 0) }
    return last?.value(at: "status.state")?.string?.lowercased() == "failed"
  }

  private func viewInTheMaking(_ restore: JSON, in cluster: Int) -> ApplicationView {
    let isUnderWay = runs.contains { $0.uid == restore.uid }
    return ApplicationView(
      uid: restore.uid ?? "", objectUID: nil,
      name: restore.value(at: "spec.destinationApplicationName")?.string ?? restore.name ?? "",
      cluster: clusters[cluster].name, namespace: restore.namespace ?? "",
      namespaces: (restore.value(at: "spec.namespaceMapping")?.array ?? []).compactMap {
        $0["destination"]?.string
      },
      state: isUnderWay ? "provisioning" : "failed", content: nil, address: "",
      source: applicationUID(of: restore, in: cluster))
  }

  /// A copy, as it is seen from outside.
  package struct CopyView: Sendable {
    package var kind: Run.Kind
    package var uid: String
    package var name: String
    /// The uid of its application's own object.
    package var application: String
    package var cluster: String
    package var namespace: String
    /// In small letters.
    package var state: String
    package var hooksFailed: Bool?
    package var content: WorldContent?
  }

  /// All backups and snapshots, in the order in which they came.
  package var copies: [CopyView] {
    allCopies.sorted { (born[$0.uid] ?? 0) < (born[$1.uid] ?? 0) }
  }

  private var allCopies: [CopyView] {
    clusters.indices.flatMap { index in
      [Run.Kind.backup, .snapshot].flatMap { kind in
        clusters[index].store.objects(Self.resource(kind == .backup ? "backups" : "snapshots")).map {
          object in
          let run = runs.first { $0.uid == object.uid }
          let path = object.value(at: "status.appArchivePath")?.string
          let results = object.value(at: "status.postSnapshotExecHooksRunResults")?.array
          let archive = path.flatMap { archives[$0] } ?? run?.archive
          let owner = object.owners.first { $0["kind"]?.string == "Application" }?["uid"]?.string
          return CopyView(
            kind: kind, uid: object.uid ?? "", name: object.name ?? "", application: owner ?? "",
            cluster: clusters[index].name, namespace: object.namespace ?? "",
            state: object.isDeleted
              ? "deleting" : object.value(at: "status.state")?.string?.lowercased() ?? "pending",
            hooksFailed: results.map { $0.contains { $0["failures"] != nil } },
            content: archive.flatMap { content(of: $0) })
        }
      }
    }
  }

  func hasNamespace(_ name: String, in cluster: Int) -> Bool {
    clusters[cluster].store.object(ObjectKey("namespaces", nil, name)) != nil
  }

  /// Whether there is a namespace of that name in a cluster.
  package func hasNamespace(_ name: String, of cluster: String) -> Bool {
    index(ofCluster: cluster).map { hasNamespace(name, in: $0) } ?? false
  }

  // MARK: - What others do

  /// Makes a namespace, with something in it.
  package mutating func addNamespace(_ name: String, of cluster: String) -> Bool {
    guard let index = index(ofCluster: cluster) else { return false }
    clusters[index].store.create("namespaces", ["metadata": ["name": .string(name)]])
    clusters[index].store.create(
      "configmaps",
      ["metadata": ["name": "leftover", "namespace": .string(name)], "data": ["of": "somebody"]])
    catchUp()
    record(.manipulated, .namespace, id: cluster, name: name, related: "added")
    return true
  }

  /// Makes a namespace with nothing in it.
  package mutating func addEmptyNamespace(_ name: String, of cluster: String) -> Bool {
    guard let index = index(ofCluster: cluster) else { return false }
    clusters[index].store.create("namespaces", ["metadata": ["name": .string(name)]])
    catchUp()
    return true
  }

  /// Removes a namespace with all that is in it.
  package mutating func removeNamespace(_ name: String, of cluster: String) -> Bool {
    guard let index = index(ofCluster: cluster), hasNamespace(name, in: index) else { return false }
    clusters[index].store.delete(ObjectKey("namespaces", nil, name))
    catchUp()
    record(.manipulated, .namespace, id: cluster, name: name, related: "removed")
    return true
  }

  /// Changes what an application holds, as a release or its customers do.
  @discardableResult
  package mutating func change(
    _ uid: String, as event: Happening.Event, _ change: (inout WorldContent) -> Void
  ) -> Bool {
    guard let view = applications.first(where: { $0.uid == uid || $0.objectUID == uid }),
      let cluster = index(ofCluster: view.cluster), let home = view.namespaces.first,
      var content = view.content
    else { return false }
    change(&content)
    guard set(content, in: home, of: cluster) else { return false }
    catchUp()
    record(event, .application, id: uid, name: view.name)
    return true
  }

  /// Removes what bears a uid, at once and with nobody asked.
  package mutating func removeByOthers(_ uid: String) -> Bool {
    isCollecting = true
    defer { isCollecting = false }
    for index in clusters.indices {
      for plural in ["applications", "backups", "snapshots", "snapshotrestores", "backuprestores"] {
        let resource = Self.resource(plural)
        for object in clusters[index].store.objects(resource)
        where object.uid == uid || makers[object.uid ?? ""] == uid {
          let name = object.name ?? ""
          record(
            .manipulated, plural == "backups" ? .backup : plural == "snapshots" ? .snapshot : .application,
            id: uid, name: name, related: "removed")
          runs.removeAll { $0.uid == object.uid || $0.application == object.uid }
          clusters[index].store.remove(key(resource, object))
          if plural == "applications" { removeWhatRan(of: object, in: index) }
          catchUp()
          return true
        }
      }
    }
    return false
  }

  private mutating func removeWhatRan(of application: JSON, in cluster: Int) {
    for namespace in namespaces(of: application) {
      for resource in Self.kept {
        for object in clusters[cluster].store.objects(resource, in: namespace) {
          clusters[cluster].store.remove(key(resource, object))
        }
      }
    }
  }

  /// Another client makes an object; returns its uid, nil if that is refused.
  package mutating func makeByOthers(
    _ plural: String, named name: String, in namespace: String, of cluster: String, spec: JSON
  ) -> String? {
    guard let index = index(ofCluster: cluster) else { return nil }
    let made = clusters[index].store.create(
      Self.resource(plural),
      ["metadata": ["name": .string(name), "namespace": .string(namespace)], "spec": spec])
    catchUp()
    return made?.uid
  }

  /// Where a copy lies, and in which vault; nil while that is not told.
  package func archivePath(of uid: String) -> (path: String, vault: String)? {
    for index in clusters.indices {
      for plural in ["backups", "snapshots"] {
        guard
          let object = clusters[index].store.objects(Self.resource(plural)).first(where: { $0.uid == uid }),
          let path = object.value(at: "status.appArchivePath")?.string,
          let vault = object.value(at: "spec.appVaultRef")?.string
        else { continue }
        return (path, vault)
      }
    }
    return nil
  }

  /// Shows a copy or a restore in any state, and ends what was under way with it.
  package mutating func setState(_ state: String, of uid: String) -> Bool {
    for index in clusters.indices {
      for plural in ["backups", "snapshots", "snapshotrestores", "backuprestores"] {
        let resource = Self.resource(plural)
        guard let object = clusters[index].store.objects(resource).first(where: { $0.uid == uid }) else {
          continue
        }
        runs.removeAll { $0.uid == uid }
        clusters[index].store.update(key(resource, object)) {
          $0[path: ["status", "state"]] = .string(state)
        }
        catchUp()
        record(
          .manipulated, plural == "backups" ? .backup : plural == "snapshots" ? .snapshot : .clone, id: uid,
          name: object.name ?? "", related: state)
        return true
      }
    }
    return false
  }

  /// Shows an application in a state that only in-place restores give it: `restoring` and `failed` by one of others, `ready`
  /// by the removal of those that say otherwise. False if it is no application.
  package mutating func setApplicationState(_ state: String, of uid: String) -> Bool {
    guard let (cluster, object) = application(uid: uid) else { return false }
    let resource = Self.resource("backupinplacerestores")
    switch state {
    case "ready":
      for plural in ["backupinplacerestores", "snapshotinplacerestores"] {
        for restore in clusters[cluster].store.objects(Self.resource(plural), in: object.namespace)
        where applicationUID(of: restore, in: cluster) == uid {
          let isEnded = restore.value(at: "status.state")?.string?.lowercased() == "completed"
          guard !isEnded else { continue }
          runs.removeAll { $0.uid == restore.uid }
          clusters[cluster].store.remove(key(Self.resource(plural), restore))
        }
      }
      bringUp(namespaces(of: object), in: cluster)
    case "restoring", "failed":
      clusters[cluster].store.create(
        resource,
        [
          "metadata": [
            "name": .string("by-others-\(journal.count)"), "namespace": .string(object.namespace ?? ""),
          ],
          "spec": [
            "appVaultRef": .string("vault-\(clusters[cluster].name)"),
            "appArchivePath": .string("\(object.name ?? "")_\(uid)/backups/of-others"),
          ],
          "status": [
            "state": .string(state == "restoring" ? "Running" : "Failed"), "error": "as it was set",
            "completionTimestamp": state == "failed" ? .string(clusters[cluster].store.timestamp) : .null,
          ],
        ])
    default: return false
    }
    catchUp()
    record(.manipulated, .application, id: uid, name: object.name ?? "", related: state)
    return true
  }

  // MARK: - Faults

  /// Lets the next run of a kind go wrong.
  package mutating func disturbNext(_ kind: Run.Kind, _ effect: RunFault.Effect) {
    faults.append(RunFault(kind, nth: begun[kind, default: 0] + 1, effect))
  }

  private func runIndex(_ uid: String) -> Int? {
    runs.firstIndex {
      $0.kind != .deletion && ($0.uid == uid || $0.kind == .restore && $0.application == uid)
    }
  }

  /// Lets the run under way on an object fail now; false if there is none.
  package mutating func failRun(of uid: String) -> Bool {
    guard let index = runIndex(uid) else { return false }
    fail(runAt: index, "the controller gave up")
    catchUp()
    return true
  }

  /// Lets the run under way on an object end well now; false if there is none.
  package mutating func completeRun(of uid: String) -> Bool {
    guard let index = runIndex(uid) else { return false }
    let number = runs[index].number
    runs[index].isStalled = false
    runs[index].effect = nil
    while let index = runs.firstIndex(where: { $0.number == number }) {
      if runs[index].stages[runs[index].stage].role == .lock {
        runs[index].stages[runs[index].stage].role = .detour
      }
      runs[index].stages[runs[index].stage].length = now - runs[index].stageBegan
      endStage(ofRunAt: index)
    }
    catchUp()
    return true
  }

  /// Lets the run under way on an object stand still for ever; false if there is none.
  package mutating func stallRun(of uid: String) -> Bool {
    guard let index = runIndex(uid) else { return false }
    runs[index].isStalled = true
    return true
  }
}
