internal import SimulatorSupport

// Claims and the volumes behind them, where a world has them: what a volume holds goes with it, not with its claim.
extension KubernetesWorld {
  static let claimProtection = "kubernetes.io/pvc-protection"
  static let volumeProtection = "kubernetes.io/pv-protection"
  static let driver = "csi.trident.netapp.io"

  /// What the data of a claim is kept under: the handle of its volume, or its own uid where there are no volumes.
  func volumeKey(of claim: JSON, in cluster: Int) -> String {
    guard let name = claim.value(at: "spec.volumeName")?.string else { return claim.uid ?? "" }
    let volume = clusters[cluster].store.object(ObjectKey("persistentvolumes", nil, name))
    return volume.flatMap { Self.handle(of: $0) } ?? claim.uid ?? ""
  }

  /// What a claim's volume holds; nil: nothing is there.
  func rows(of claim: JSON, in cluster: Int) -> [String]? { volumes[volumeKey(of: claim, in: cluster)] }

  static func handle(of volume: JSON) -> String? { volume.value(at: "spec.csi.volumeHandle")?.string }

  mutating func reactToClaim(_ event: ObjectEvent, in cluster: Int) {
    let (key, claim) = (event.key, event.object)
    switch event.change {
    case .added:
      clusters[cluster].store.update(key) {
        $0[path: ["metadata", "finalizers"]] = [.string(Self.claimProtection)]
        if $0[path: ["status", "phase"]] == nil { $0[path: ["status", "phase"]] = "Pending" }
      }
      schedule(.bind, key, in: cluster, after: platform?.settings.binding ?? .zero)
    case .modified:
      if claim.value(at: "status.phase")?.string == "Bound",
        event.old?.value(at: "status.phase")?.string != "Bound"
      {
        wakePods(for: key.name, in: key.namespace, of: cluster)
      }
    case .deleted:
      platform?.withheld.remove(claim.uid ?? "")
      platform?.unfilled.remove(claim.uid ?? "")
      platform?.contents[claim.uid ?? ""] = nil
      releaseVolume(of: claim, in: cluster)
    }
  }

  /// Binds a claim, if nothing is missing for it.
  mutating func bind(_ key: ObjectKey, _ claim: JSON, in cluster: Int) {
    let store = clusters[cluster].store
    guard let platform, let uid = claim.uid, !claim.isDeleted,
      claim.value(at: "status.phase")?.string != "Bound",
      !platform.withheld.contains(uid), !platform.settings.leavesUnbound.contains(key.name)
    else { return }
    if let name = claim.value(at: "spec.volumeName")?.string {
      return bind(key, claim, to: ObjectKey("persistentvolumes", nil, name), in: cluster)
    }
    let className = claim.value(at: "spec.storageClassName")?.string ?? ""
    guard let storageClass = store.object(ObjectKey("storageclasses.storage.k8s.io", nil, className)) else {
      return
    }
    if storageClass["volumeBindingMode"]?.string == "WaitForFirstConsumer" {
      let isWanted = store.objects("pods", in: key.namespace).contains {
        !$0.isDeleted && Self.claimNames(of: $0).contains(key.name)
      }
      guard isWanted else { return }
    }
    var content = platform.contents[uid] ?? []
    if let source = claim.value(at: "spec.dataSource"), source["kind"]?.string == "VolumeSnapshot" {
      guard let found = snapshotRows(source["name"]?.string ?? "", key.namespace, in: cluster) else { return }
      content = found
    }
    provision(key, claim, storageClass, holding: content, in: cluster)
  }

  /// A new volume for a claim.
  private mutating func provision(
    _ key: ObjectKey, _ claim: JSON, _ storageClass: JSON, holding content: [String], in cluster: Int
  ) {
    platform?.volumeCount += 1
    let handle = "\(clusters[cluster].name)-volume-\(platform?.volumeCount ?? 0)"
    let name = "pvc-\(claim.uid ?? "")"
    volumes[handle] = content
    let capacity = claim.value(at: "spec.resources.requests") ?? ["storage": "1Gi"]
    clusters[cluster].store.create(
      "persistentvolumes",
      [
        "metadata": [
          "name": .string(name), "finalizers": [.string(Self.volumeProtection)],
          "annotations": ["pv.kubernetes.io/provisioned-by": .string(Self.driver)],
        ],
        "spec": [
          "accessModes": claim.value(at: "spec.accessModes") ?? ["ReadWriteOnce"], "capacity": capacity,
          "claimRef": Self.reference(to: claim),
          "csi": ["driver": .string(Self.driver), "volumeHandle": .string(handle)],
          "persistentVolumeReclaimPolicy": storageClass["reclaimPolicy"] ?? "Delete",
          "storageClassName": .string(storageClass.name ?? ""), "volumeMode": "Filesystem",
        ], "status": ["phase": "Bound"],
      ])
    showBound(key, volume: name, capacity, in: cluster)
  }

  /// Binds a claim to the volume that it names, if that is free or meant for it.
  private mutating func bind(_ key: ObjectKey, _ claim: JSON, to volumeKey: ObjectKey, in cluster: Int) {
    guard let volume = clusters[cluster].store.object(volumeKey), !volume.isDeleted else { return }
    if let reference = volume.value(at: "spec.claimRef") {
      guard reference["name"]?.string == key.name, reference["namespace"]?.string == key.namespace,
        reference["uid"]?.string.map({ $0 == claim.uid }) ?? true
      else { return }
    }
    clusters[cluster].store.update(volumeKey) {
      $0[path: ["spec", "claimRef"]] = Self.reference(to: claim)
      $0[path: ["status", "phase"]] = "Bound"
    }
    showBound(key, volume: volumeKey.name, volume.value(at: "spec.capacity") ?? [:], in: cluster)
  }

  private mutating func showBound(_ key: ObjectKey, volume: String, _ capacity: JSON, in cluster: Int) {
    clusters[cluster].store.update(key) {
      $0[path: ["metadata", "annotations", "pv.kubernetes.io/bind-completed"]] = "yes"
      $0[path: ["spec", "volumeName"]] = .string(volume)
      $0["status"] = [
        "phase": "Bound", "accessModes": $0.value(at: "spec.accessModes") ?? ["ReadWriteOnce"],
        "capacity": capacity,
      ]
    }
  }

  private static func reference(to claim: JSON) -> JSON {
    [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": .string(claim.name ?? ""),
      "namespace": .string(claim.namespace ?? ""), "uid": .string(claim.uid ?? ""),
    ]
  }

  /// What a snapshot of a volume holds; nil: there is no such snapshot here.
  func snapshotRows(_ name: String, _ namespace: String?, in cluster: Int) -> [String]? {
    let store = clusters[cluster].store
    let snapshot = store.object(
      ObjectKey("volumesnapshots.snapshot.storage.k8s.io", namespace, name))
    let content = snapshot?.value(at: "status.boundVolumeSnapshotContentName")?.string.flatMap {
      store.object(ObjectKey("volumesnapshotcontents.snapshot.storage.k8s.io", nil, $0))
    }
    return content?.value(at: "status.snapshotHandle")?.string.flatMap { platform?.snapshots[$0] }
  }

  // MARK: - Volumes

  /// The claim of a volume is gone: the volume goes with what it holds, or is kept.
  private mutating func releaseVolume(of claim: JSON, in cluster: Int) {
    for volume in clusters[cluster].store.objects("persistentvolumes")
    where volume.value(at: "spec.claimRef.uid")?.string == claim.uid {
      clusters[cluster].store.update(key("persistentvolumes", volume)) {
        $0[path: ["status", "phase"]] = "Released"
      }
    }
  }

  mutating func reactToVolume(_ event: ObjectEvent, in cluster: Int) {
    guard event.change != .deleted, let volume = clusters[cluster].store.object(event.key) else { return }
    let phase = volume.value(at: "status.phase")?.string
    let reference = volume.value(at: "spec.claimRef")
    if phase == "Released", volume.value(at: "spec.persistentVolumeReclaimPolicy")?.string == "Delete",
      reference != nil
    {
      Self.handle(of: volume).map { volumes[$0] = nil }
      clusters[cluster].store.remove(event.key)
    } else if volume.isDeleted, phase != "Bound" {
      // Only the object goes: what it stood for is still in the storage.
      clusters[cluster].store.update(event.key) { $0.removeFinalizer(Self.volumeProtection) }
    } else if reference?["uid"]?.string == nil {
      clusters[cluster].store.update(event.key) { $0[path: ["status", "phase"]] = "Available" }
      for claim in clusters[cluster].store.objects("persistentvolumeclaims")
      where claim.value(at: "spec.volumeName")?.string == event.key.name {
        schedule(
          .bind, key("persistentvolumeclaims", claim), in: cluster,
          after: platform?.settings.binding ?? .zero)
      }
    }
  }

  /// The storage classes of the start.
  mutating func installStorage(in cluster: Int) {
    let settings = platform?.settings ?? PlatformSettings()
    for name in ["ontap-san", "ontap-san-silver"] {
      clusters[cluster].store.create(
        "storageclasses.storage.k8s.io",
        [
          "metadata": [
            "name": .string(name),
            "annotations": [
              "storageclass.kubernetes.io/is-default-class": .string(name == "ontap-san" ? "true" : "false")
            ],
          ], "provisioner": .string(Self.driver), "reclaimPolicy": .string(settings.reclaimPolicy),
          "volumeBindingMode": .string(settings.bindsOnFirstUse ? "WaitForFirstConsumer" : "Immediate"),
        ])
    }
  }
}
