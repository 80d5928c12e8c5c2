internal import SimulatorSupport

// What there is in a world with Velero, as it is seen from outside: namespaces are its applications.
extension KubernetesWorld {
  var veleroApplications: [ApplicationView] {
    var views = (velero?.applications ?? []).compactMap { view(ofVelero: $0) }
    for index in clusters.indices {
      for restore in clusters[index].store.objects(Self.veleroResource("restores"), in: veleroNamespace) {
        guard let uid = restore.uid, !views.contains(where: { $0.uid == uid }),
          let run = runs.first(where: { $0.uid == uid && $0.kind == .clone })
        else { continue }
        views.append(viewInTheMaking(run, in: index))
      }
    }
    return views
  }

  private func view(ofVelero application: VeleroApplication) -> ApplicationView? {
    let index = application.cluster
    guard let home = application.namespaces.first,
      let namespace = clusters[index].store.object(ObjectKey("namespaces", nil, home)),
      application.uid == namespace.uid
        || application.namespaces.contains(where: { name in
          clusters[index].store.object(ObjectKey("namespaces", nil, name))?.uid == application.uid
        })
    else { return nil }
    let uid = application.uid
    let isRestoring = runs.contains { $0.kind == .restore && $0.application == uid }
    let isUnmade = application.maker.map { vanished.contains($0) } ?? false
    let isMaking = application.maker.map { maker in runs.contains { $0.uid == maker } } ?? false
    let service = clusters[index].store.objects("services", in: home).first
    return ApplicationView(
      uid: application.maker ?? uid, objectUID: uid, name: application.name, cluster: clusters[index].name,
      namespace: home, namespaces: application.namespaces,
      state: namespace.isDeleted
        ? "deleting"
        : isRestoring
          ? "restoring"
          : isMaking
            ? "provisioning" : isUnmade || hasFailedRestore(application) ? "failed" : "ready",
      content: content(in: home, of: index), address: service.flatMap { address(of: $0) } ?? "",
      source: application.source ?? (application.maker == nil ? nil : ""))
  }

  /// Whether the last restore into an application's namespaces failed.
  private func hasFailedRestore(_ application: VeleroApplication) -> Bool {
    let restores = clusters[application.cluster].store.objects(
      Self.veleroResource("restores"), in: veleroNamespace
    ).filter { restore in
      !Set(targets(ofRestore: restore, in: application.cluster)).isDisjoint(with: application.namespaces)
    }
    let last = restores.max { (born[$0.uid ?? ""] ?? 0) < (born[$1.uid ?? ""] ?? 0) }
    return ["Failed", "PartiallyFailed"].contains(last?.value(at: "status.phase")?.string)
  }

  private func viewInTheMaking(_ run: Run, in cluster: Int) -> ApplicationView {
    let names = run.velero?.namespaces ?? []
    return ApplicationView(
      uid: run.uid, objectUID: nil, name: names.first ?? run.key.name, cluster: clusters[cluster].name,
      namespace: names.first ?? "", namespaces: names, state: "provisioning", content: nil, address: "",
      source: run.application)
  }

  /// Backups where they were made: what is brought to another cluster is the same copy.
  var veleroCopies: [CopyView] {
    clusters.indices.flatMap { index in
      clusters[index].store.objects(Self.veleroResource("backups"), in: veleroNamespace).compactMap {
        object in
        let stored = storedBackup(object.name ?? "", in: index)
        if let stored, stored.cluster != index { return nil }
        let run = runs.first { $0.uid == object.uid }
        let application =
          stored?.application ?? run?.application ?? application(ofBackup: object, in: index)?.uid
        // What another cluster made goes here with the next look at the bucket, from which it is gone.
        if application == nil, stored == nil, object.value(at: "status.phase")?.string == "Completed" {
          return nil
        }
        return CopyView(
          kind: Self.copyKind(of: object), uid: object.uid ?? "", name: object.name ?? "",
          application: application ?? "",
          cluster: clusters[index].name, namespace: veleroNamespace,
          state: object.isDeleted
            ? "deleting" : object.value(at: "status.phase")?.string?.lowercased() ?? "new",
          hooksFailed: object.value(at: "status.hookStatus").map { ($0["hooksFailed"]?.integer ?? 0) > 0 },
          content: stored.flatMap { content(of: $0) },
          created: (object.value(at: "status.startTimestamp")
            ?? object.value(at: "metadata.creationTimestamp"))?
            .string.flatMap { WallTime($0) })
      }
    }
  }

  /// What a backup holds: the rows only where it has the data of their claim.
  func content(of stored: StoredBackup) -> WorldContent? {
    var archive = stored.archive
    for copy in stored.volumes { archive.rows[copy.path] = copy.hasData ? copy.rows : [] }
    return content(of: archive)
  }

  /// What a backup has of each claim: the claim's name and how its data got there (`none`, `fileSystem`,
  /// `dataMovement`, `snapshot`); nil: the bucket has no such backup.
  package func coverage(ofBackup name: String, of cluster: String) -> [(claim: String, method: String)]? {
    index(ofCluster: cluster).flatMap { storedBackup(name, in: $0) }?.volumes.map {
      ($0.path, $0.hasData ? $0.method.rawValue : "none")
    }
  }
}
