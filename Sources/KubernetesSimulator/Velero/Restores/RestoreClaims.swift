internal import SimulatorSupport

// What a restore does with claims: it brings their data where the backup has it, and otherwise an empty claim or the
// volume that was kept.
extension KubernetesWorld {
  /// Makes a claim ready to be created; returns what it gets its data from, if it gets any.
  mutating func prepareClaim(
    _ object: inout JSON, _ item: Archive.Item, _ restoration: inout Restoration
  ) -> VolumeCopy? {
    let run = restoration.run
    changeStorageClass(&object, in: run.cluster)
    for name in ["pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller"] {
      object[path: ["metadata", "annotations", name]] = nil
    }
    let volume = object.value(at: "spec.volumeName")?.string
    let stored = restoration.stored.volumes.first {
      $0.namespace == item.namespace && $0.claim == item.object.name
    }
    guard restoration.spec["restorePVs"]?.bool != false else {
      object[path: ["spec", "volumeName"]] = nil
      return nil
    }
    // A server without CSI leaves snapshots, and what was moved out of them, and tells nobody.
    let brings = stored?.method == .fileSystem || velero?.settings.usesCSI != false
    if let stored, stored.hasData, brings, run.effect != .losesData {
      object[path: ["spec", "volumeName"]] = nil
      var copy = stored
      copy.isFailed = velero?.settings.failingData.contains(stored.claim) == true
      if copy.method == .snapshot { bringSnapshot(&object, copy, item, restoration) }
      return copy
    }
    if let volume, !restoreVolume(volume, object, restoration) { object[path: ["spec", "volumeName"]] = nil }
    return nil
  }

  /// Brings back a volume that no data is in the backup of, as it was; false: its claim gets a new one, empty.
  private mutating func restoreVolume(_ name: String, _ claim: JSON, _ restoration: Restoration) -> Bool {
    guard
      let item = restoration.stored.archive.items.first(where: {
        $0.resource == "persistentvolumes" && $0.object.name == name
      }), item.object.value(at: "spec.persistentVolumeReclaimPolicy")?.string != "Delete"
    else { return false }
    let cluster = restoration.run.cluster
    let key = ObjectKey("persistentvolumes", nil, name)
    // What is there stays, though it may be bound to nobody any more.
    guard clusters[cluster].store.object(key) == nil else { return true }
    var volume: JSON = ["metadata": ["name": .string(name), "finalizers": [.string(Self.volumeProtection)]]]
    volume["spec"] = item.object["spec"]
    volume[path: ["spec", "claimRef"]] = [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": .string(claim.name ?? ""),
      "namespace": .string(claim.namespace ?? ""),
    ]
    volume[path: ["metadata", "labels", "velero.io/backup-name"]] = .string(
      Self.labelValue(of: restoration.work.backupName))
    volume[path: ["metadata", "labels", "velero.io/restore-name"]] = .string(
      Self.labelValue(of: restoration.run.key.name))
    volume["status"] = ["phase": "Available"]
    clusters[cluster].store.create("persistentvolumes", volume)
    return true
  }

  /// A claim is made from a snapshot that is in the storage still; elsewhere it waits for that in vain.
  private mutating func bringSnapshot(
    _ object: inout JSON, _ copy: VolumeCopy, _ item: Archive.Item, _ restoration: Restoration
  ) {
    let cluster = restoration.run.cluster
    let name = "velero-\(copy.claim)-\(restoration.run.number)"
    let isHere = restoration.stored.cluster == cluster
    clusters[cluster].store.create(
      "volumesnapshotcontents.snapshot.storage.k8s.io",
      [
        "metadata": ["name": .string(name)],
        "spec": [
          "driver": .string(Self.driver), "deletionPolicy": "Retain",
          "source": ["snapshotHandle": .string(copy.handle)],
          "volumeSnapshotRef": ["name": .string(name), "namespace": .string(object.namespace ?? "")],
        ],
        "status": isHere ? ["snapshotHandle": .string(copy.handle), "readyToUse": true] : [:],
      ])
    clusters[cluster].store.create(
      "volumesnapshots.snapshot.storage.k8s.io",
      [
        "metadata": ["name": .string(name), "namespace": .string(object.namespace ?? "")],
        "spec": ["source": ["volumeSnapshotContentName": .string(name)]],
        "status": ["boundVolumeSnapshotContentName": .string(name), "readyToUse": .bool(isHere)],
      ])
    object[path: ["spec", "dataSource"]] = [
      "apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": .string(name),
    ]
  }

  /// A claim that has been made waits for its data, bound or not.
  mutating func expect(
    _ copy: VolumeCopy, _ key: ObjectKey, _ uid: String, _ restoration: inout Restoration
  ) {
    switch copy.method {
    case .fileSystem: platform?.unfilled.insert(uid)
    case .dataMovement: platform?.withheld.insert(uid)
    case .snapshot, .none: return
    }
    restoration.work.fillings.append(
      VeleroWork.Filling(cluster: restoration.run.cluster, claim: key, uid: uid, copy: copy))
  }

  /// The ConfigMap that maps storage classes counts for every restore of its cluster.
  private func changeStorageClass(_ object: inout JSON, in cluster: Int) {
    guard let old = object.value(at: "spec.storageClassName")?.string else { return }
    for map in clusters[cluster].store.objects("configmaps", in: veleroNamespace)
    where map.label("velero.io/plugin-config") != nil
      && map.label("velero.io/change-storage-class") == "RestoreItemAction"
    {
      if let new = map[path: ["data", old]] { object[path: ["spec", "storageClassName"]] = new }
    }
  }

  // MARK: - Modifiers

  /// The rules of a ConfigMap for changing what is restored, if they are written in JSON; nil: there are none.
  func resourceModifiers(_ name: String, in cluster: Int) -> [JSON]? {
    let map = clusters[cluster].store.object(ObjectKey("configmaps", veleroNamespace, name))
    guard let data = map?["data"]?.members, data.count == 1, let text = data.first?.value.string,
      let rules = JSON(Array(text.utf8)), rules["version"]?.string == "v1"
    else { return nil }
    return rules["resourceModifierRules"]?.array
  }

  /// An object as the rules change it.
  func modified(_ object: JSON, _ item: Archive.Item, _ restoration: Restoration) -> JSON {
    var object = object
    for rule in restoration.modifiers {
      let conditions = rule["conditions"] ?? [:]
      let resource = conditions["groupResource"]?.string ?? ""
      let namespaces = conditions["namespaces"]?.array?.compactMap(\.string) ?? []
      guard resource == "*" || resource == item.resource,
        namespaces.isEmpty || namespaces.contains(object.namespace ?? ""),
        conditions["labelSelector"].map({ ResourceFilter.selects(object, $0) }) ?? true
      else { continue }
      for patch in rule["patches"]?.array ?? [] {
        var step: JSON = ["op": patch["operation"] ?? "", "path": patch["path"] ?? ""]
        if let text = patch["value"]?.string { step["value"] = JSON(Array(text.utf8)) ?? .string(text) }
        if let from = patch["from"] { step["from"] = from }
        if let changed = object.applying(jsonPatch: [step]) { object = changed }
      }
      for patch in rule["mergePatches"]?.array ?? [] {
        guard let text = patch["patchData"]?.string, let change = JSON(Array(text.utf8)) else { continue }
        object = object.merging(change)
      }
    }
    return object
  }
}
