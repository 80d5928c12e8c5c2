package import SimulatorSupport

// What there is, as it is seen from outside.
extension KubernetesWorld {
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

  /// The uid that an application is known by, by that of its own object: the restore's that has made it, or its own.
  package func makerUID(ofObject uid: String) -> String { makers[uid] ?? uid }

  /// All applications, and clones in the making, in the order in which they came.
  package var applications: [ApplicationView] {
    allApplications.sorted { (born[$0.uid] ?? 0) < (born[$1.uid] ?? 0) }
  }

  private var allApplications: [ApplicationView] {
    guard velero == nil else { return veleroApplications }
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
    /// When its object was made.
    package var created: WallTime?
  }

  /// All backups and snapshots, in the order in which they came.
  package var copies: [CopyView] {
    allCopies.sorted { (born[$0.uid] ?? 0) < (born[$1.uid] ?? 0) }
  }

  private var allCopies: [CopyView] {
    guard velero == nil else { return veleroCopies }
    return clusters.indices.flatMap { index in
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
            content: archive.flatMap { content(of: $0) },
            created: object.value(at: "metadata.creationTimestamp")?.string.flatMap { WallTime($0) })
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
}

/// A volume, what it holds, and the claim that it is or was bound to.
package struct VolumeView: Equatable, Sendable {
  package var name: String
  /// `Bound`, `Released`, `Available`.
  package var phase: String
  /// `Retain` or `Delete`.
  package var reclaimPolicy: String
  package var namespace: String
  package var claim: String
  package var claimUID: String
  package var rows: [String]
}

extension KubernetesWorld {
  /// The volumes of a cluster; none in a world without volumes.
  package func volumes(of context: String) -> [VolumeView] {
    guard let index = index(ofCluster: context) else { return [] }
    return clusters[index].store.objects("persistentvolumes").map { volume in
      func text(_ path: String) -> String { volume.value(at: path)?.string ?? "" }
      return VolumeView(
        name: volume.name ?? "", phase: text("status.phase"),
        reclaimPolicy: text("spec.persistentVolumeReclaimPolicy"), namespace: text("spec.claimRef.namespace"),
        claim: text("spec.claimRef.name"), claimUID: text("spec.claimRef.uid"),
        rows: Self.handle(of: volume).flatMap { volumes[$0] } ?? [])
    }
  }
}
