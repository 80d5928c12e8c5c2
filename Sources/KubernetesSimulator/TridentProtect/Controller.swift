internal import SimulatorSupport

// The product's controller: it sees what clients have made, and works it off.
extension KubernetesWorld {
  static let group = "protect.trident.netapp.io"
  static let systemNamespace = "trident-protect"
  static let finalizer = "protect.trident.netapp.io/finalizer"

  static func resource(_ plural: String) -> String { "\(plural).\(group)" }

  /// The kinds of objects that begin a run.
  private static let kinds: [String: Run.Kind] = [
    resource("backups"): .backup, resource("snapshots"): .snapshot, resource("backuprestores"): .clone,
    resource("snapshotrestores"): .clone, resource("backupinplacerestores"): .restore,
    resource("snapshotinplacerestores"): .restore,
  ]

  /// The product's own namespace and the vault, in a cluster of the start.
  mutating func install(in cluster: Int) {
    clusters[cluster].store.create("namespaces", ["metadata": ["name": .string(Self.systemNamespace)]])
    clusters[cluster].store.create(
      Self.resource("appvaults"),
      [
        "metadata": [
          "name": .string("vault-\(clusters[cluster].name)"), "namespace": .string(Self.systemNamespace),
        ],
        "spec": [
          "providerType": "GenericS3",
          "providerConfig": ["s3": ["bucketName": "magento-archives", "endpoint": "s3.example.com"]],
        ], "status": ["state": "Available"],
      ])
    for name in ["ontap-san", "ontap-san-silver"] {
      clusters[cluster].store.create(
        "storageclasses.storage.k8s.io",
        [
          "metadata": [
            "name": .string(name),
            "annotations": [
              "storageclass.kubernetes.io/is-default-class": .string(name == "ontap-san" ? "true" : "false")
            ],
          ], "provisioner": "csi.trident.netapp.io",
        ])
    }
    installController(in: cluster)
  }

  // MARK: - What clients do

  mutating func react(to event: ObjectEvent, in cluster: Int) {
    if event.change == .added, event.key.resource.hasSuffix(Self.group), let uid = event.object.uid {
      born[uid] = born.count + 1
    }
    guard let kind = Self.kinds[event.key.resource] else {
      if event.key.resource == Self.resource("applications") { reactToApplication(event, in: cluster) }
      return
    }
    let uid = event.object.uid ?? ""
    switch event.change {
    case .added:
      guard event.object["status"]?["state"] == nil, !settings.controllerIsAway else { return }
      begin(kind, event.key, event.object, in: cluster)
    case .modified:
      guard event.object.isDeleted, event.old?.isDeleted != true else { return }
      guard !settings.controllerIsAway else { return }
      beginDeletion(of: event.key, event.object, kind, in: cluster)
    case .deleted:
      // What clients remove of a clone that never came to be.
      if kind == .clone, !isCollecting, !vanished.contains(uid), !makers.values.contains(uid) {
        tally.deletions += 1
        record(.deleted, .clone, id: uid, name: event.key.name)
      }
      runs.removeAll { $0.uid == uid && $0.kind != .deletion }
    }
  }

  private mutating func reactToApplication(_ event: ObjectEvent, in cluster: Int) {
    guard event.change == .modified, event.object.isDeleted, event.old?.isDeleted != true,
      !settings.controllerIsAway
    else { return }
    beginRemoval(ofApplication: event.key, event.object, in: cluster)
  }

  private mutating func beginRemoval(ofApplication key: ObjectKey, _ object: JSON, in cluster: Int) {
    tally.deletions += 1
    let uid = object.uid ?? ""
    // A clone is known by the restore that made it.
    record(.deleted, makers[uid] == nil ? .application : .clone, id: makers[uid] ?? uid, name: key.name)
    start(
      .deletion, key, uid: uid, application: uid, in: cluster,
      [
        .init(state: nil, length: settings.deletion, role: .settle)
      ])
  }

  /// Takes up everything that clients have asked for while the controller was away, in the order in which it came.
  mutating func takeUp() {
    let resources = Self.kinds.keys.sorted() + [Self.resource("applications")]
    let waiting = clusters.indices.flatMap { cluster in
      resources.flatMap { resource in
        clusters[cluster].store.objects(resource).filter { object in
          object.isDeleted || object["status"]?["state"] == nil && Self.kinds[resource] != nil
        }.map {
          (cluster: cluster, key: ObjectKey(resource, $0.namespace, $0.name ?? ""), object: $0)
        }
      }
    }.filter { one in !runs.contains { $0.uid == one.object.uid && $0.isDeletion == one.object.isDeleted } }
    for (cluster, key, object) in waiting.sorted(by: {
      (born[$0.object.uid ?? ""] ?? 0) < (born[$1.object.uid ?? ""] ?? 0)
    }) {
      if let kind = Self.kinds[key.resource] {
        object.isDeleted
          ? beginDeletion(of: key, object, kind, in: cluster) : begin(kind, key, object, in: cluster)
      } else {
        beginRemoval(ofApplication: key, object, in: cluster)
      }
    }
  }

  private mutating func beginDeletion(of key: ObjectKey, _ object: JSON, _ kind: Run.Kind, in cluster: Int) {
    let uid = object.uid ?? ""
    runs.removeAll { $0.uid == uid }
    // What goes with its application was asked for by nobody.
    let isOrphan = isCollecting || applicationIsGone(object, in: cluster)
    if kind == .backup || kind == .snapshot, !isOrphan { tally.deletions += 1 }
    if !isOrphan { record(.deleted, journalKind(kind), id: uid, name: key.name) }
    start(
      .deletion, key, uid: uid, application: applicationUID(of: object, in: cluster) ?? "", in: cluster,
      [
        .init(state: nil, length: settings.deletion, role: .settle)
      ])
  }

  /// Whether the application that an object belongs to is not there, or is on its way out.
  private func applicationIsGone(_ object: JSON, in cluster: Int) -> Bool {
    guard let owner = object.owners.first(where: { $0["kind"]?.string == "Application" }) else {
      return false
    }
    let application = application(named: owner["name"]?.string ?? "", object.namespace ?? "", in: cluster)
    return application?.uid != owner["uid"]?.string || application?.isDeleted == true
  }

  private mutating func begin(_ kind: Run.Kind, _ key: ObjectKey, _ object: JSON, in cluster: Int) {
    let uid = object.uid ?? ""
    let application = applicationUID(of: object, in: cluster)
    switch kind {
    case .backup, .snapshot:
      if kind == .backup { tally.backupsCreated += 1 } else { tally.snapshotsCreated += 1 }
      let owner = self.application(
        named: object.value(at: "spec.applicationRef")?.string ?? "", key.namespace ?? "", in: cluster)
      clusters[cluster].store.update(key) {
        $0[path: ["metadata", "finalizers"]] = [.string(Self.finalizer)]
        if let owner {
          $0[path: ["metadata", "ownerReferences"]] = [
            [
              "apiVersion": .string("\(Self.group)/v1"), "kind": "Application",
              "name": .string(owner.name ?? ""),
              "uid": .string(owner.uid ?? ""),
            ]
          ]
        }
      }
    case .clone: tally.clonesCreated += 1
    case .restore: tally.restoresRequested += 1
    case .definition, .deletion, .rediscovery: break
    }
    record(
      kind == .restore ? .restoreRequested : .created, journalKind(kind),
      id: kind == .restore ? application ?? uid : uid, name: key.name,
      related: kind == .restore || kind == .clone ? copyUID(of: object) : application)
    let length =
      [Run.Kind.backup: settings.backup, .snapshot: settings.snapshot, .clone: settings.clone][kind]
      ?? settings.restore
    var stages: [Run.Stage] = [
      .init(
        state: nil, length: settings.firstLook + (kind == .restore ? settings.restoreLag : .zero), role: .lag)
    ]
    if settings.blocks { stages.append(.init(state: nil, length: .zero, role: .lock)) }
    stages.append(.init(state: "Running", length: length, role: .copy))
    if kind == .clone || kind == .restore {
      stages.append(
        .init(state: settings.completesEarly ? "Completed" : nil, length: settings.settling, role: .settle))
    }
    start(kind, key, uid: uid, application: application ?? "", in: cluster, stages)
  }

  private mutating func start(
    _ kind: Run.Kind, _ key: ObjectKey, uid: String, application: String, in cluster: Int,
    _ stages: [Run.Stage]
  ) {
    begun[kind, default: 0] += 1
    var run = Run(
      number: begun.values.reduce(0, +), kind: kind, cluster: cluster, key: key, uid: uid,
      application: application,
      stages: stages, stageBegan: now)
    if let fault = faults.first(where: { $0.kind == kind && $0.nth == begun[kind] }) {
      run.apply(fault.effect)
    }
    runs.append(run)
    enterStage(ofRunAt: runs.count - 1)
  }

  // MARK: - Whose it is

  /// The uid of the application that a copy or a restore is about; of a clone, its source.
  func applicationUID(of object: JSON, in cluster: Int) -> String? {
    if let name = object.value(at: "spec.applicationRef")?.string {
      return application(named: name, object.namespace ?? "", in: cluster)?.uid
    }
    guard let path = object.value(at: "spec.appArchivePath")?.string,
      let front = path.split(separator: "/").first, let mark = front.lastIndex(of: "_")
    else { return nil }
    return String(front[front.index(after: mark)...])
  }

  /// The uid of the copy that a restore is from, by its path.
  func copyUID(of restore: JSON) -> String? {
    guard let path = restore.value(at: "spec.appArchivePath")?.string, let mark = path.lastIndex(of: "_")
    else {
      return nil
    }
    return String(path[path.index(after: mark)...])
  }

  func copyUID(of run: Run) -> String? {
    clusters[run.cluster].store.object(run.key).flatMap { copyUID(of: $0) }
  }

  func application(named name: String, _ namespace: String, in cluster: Int) -> JSON? {
    clusters[cluster].store.object(ObjectKey(Self.resource("applications"), namespace, name))
  }

  /// The object of an application, wherever it is.
  func application(uid: String) -> (cluster: Int, object: JSON)? {
    for index in clusters.indices {
      if let found = clusters[index].store.objects(Self.resource("applications")).first(where: {
        $0.uid == uid
      }) {
        return (index, found)
      }
    }
    return nil
  }

  /// The namespaces that an application includes.
  func namespaces(of application: JSON) -> [String] {
    (application.value(at: "spec.includedNamespaces")?.array ?? []).compactMap { $0["namespace"]?.string }
  }
}
