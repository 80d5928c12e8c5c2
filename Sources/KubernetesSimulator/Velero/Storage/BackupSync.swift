internal import SimulatorSupport

// What a server does with its bucket by itself: backups become objects, objects without a backup go, and old ones go too.
extension KubernetesWorld {
  /// Looks at the bucket of each location.
  mutating func synchronize(in cluster: Int) {
    let resource = Self.veleroResource("backupstoragelocations")
    var isQuiet = true
    for location in clusters[cluster].store.objects(resource, in: veleroNamespace) {
      guard velero?.settings.locationsAreNotChecked == false else { continue }
      show(location, isAvailable: velero?.settings.locationsAreUnavailable == false, in: cluster)
      guard velero?.settings.locationsAreUnavailable == false else { continue }
      let stored = velero?.buckets[Self.bucket(of: location)] ?? [:]
      let before = clusters[cluster].store.revision
      for (name, backup) in stored.sorted(by: { $0.key < $1.key }) {
        bring(backup, name, location.name ?? "", in: cluster)
      }
      removeOrphans(of: location.name ?? "", Set(stored.keys), in: cluster)
      isQuiet = isQuiet && clusters[cluster].store.revision == before
      let moment = moment(in: cluster)
      clusters[cluster].store.update(key(resource, location)) {
        $0[path: ["status", "lastSyncedTime"]] = moment
      }
    }
    velero?.quietAt[cluster] = isQuiet ? clusters[cluster].store.revision : nil
    catchUp()
  }

  /// Makes the object of a backup that is in the bucket: with a uid and a birth of its own.
  private mutating func bring(_ backup: StoredBackup, _ name: String, _ location: String, in cluster: Int) {
    let key = veleroKey("backups", name)
    guard clusters[cluster].store.object(key) == nil,
      ["Completed", "PartiallyFailed", "Failed"].contains(backup.phase)
    else { return }
    var object = backup.object
    var metadata: JSON = ["name": .string(name), "namespace": .string(veleroNamespace)]
    for member in ["labels", "annotations"] {
      if let value = object["metadata"]?[member] { metadata[member] = value }
    }
    object["metadata"] = metadata
    object[path: ["metadata", "labels", "velero.io/storage-location"]] = .string(location)
    object[path: ["spec", "storageLocation"]] = .string(location)
    let made = clusters[cluster].store.create(Self.veleroResource("backups"), object)
    for mover in backup.podVolumeBackups {
      var mover = mover
      let labels = mover["metadata"]?["labels"] ?? [:]
      mover["metadata"] = [
        "name": .string(mover.name ?? ""), "namespace": .string(veleroNamespace), "labels": labels,
        "ownerReferences": [
          [
            "apiVersion": "velero.io/v1", "kind": "Backup", "name": .string(name),
            "uid": .string(made?.uid ?? ""), "controller": true,
          ]
        ],
      ]
      mover[path: ["metadata", "labels", "velero.io/backup-uid"]] = .string(made?.uid ?? "")
      mover[path: ["spec", "backupStorageLocation"]] = .string(location)
      clusters[cluster].store.create(Self.veleroResource("podvolumebackups"), mover)
    }
  }

  /// Completed backups that are in the bucket no more are objects no more.
  private mutating func removeOrphans(of location: String, _ names: Set<String>, in cluster: Int) {
    for backup in clusters[cluster].store.objects(Self.veleroResource("backups"), in: veleroNamespace)
    where backup.label("velero.io/storage-location") == location
      && backup.value(at: "status.phase")?.string == "Completed" && !names.contains(backup.name ?? "")
    {
      clusters[cluster].store.delete(key(Self.veleroResource("backups"), backup))
    }
  }

  /// Asks for the deletion of backups that are past their time.
  mutating func collectGarbage(in cluster: Int) {
    let present = clusters[cluster].store.timestamp
    for backup in clusters[cluster].store.objects(Self.veleroResource("backups"), in: veleroNamespace) {
      // Moments that are written alike sort like text.
      guard let end = backup.value(at: "status.expiration")?.string, end <= present else { continue }
      let name = backup.value(at: "spec.storageLocation")?.string ?? ""
      let backupKey = key(Self.veleroResource("backups"), backup)
      guard let location = location(name, in: cluster) else {
        mark(backupKey, "BSLNotFound", in: cluster)
        continue
      }
      guard isAvailable(location) else { continue }
      guard !Self.isReadOnly(location) else {
        mark(backupKey, "BSLReadOnly", in: cluster)
        continue
      }
      let isAsked = clusters[cluster].store.objects(
        Self.veleroResource("deletebackuprequests"), in: veleroNamespace
      ).contains {
        $0.value(at: "spec.backupName")?.string == backup.name
          && $0.value(at: "status.phase")?.string != "Processed"
      }
      guard !isAsked else { continue }
      clusters[cluster].store.create(
        Self.veleroResource("deletebackuprequests"),
        [
          "metadata": [
            "generateName": .string("\(backup.name ?? "")-"), "namespace": .string(veleroNamespace),
            "labels": [
              "velero.io/backup-name": .string(Self.labelValue(of: backup.name ?? "")),
              "velero.io/backup-uid": .string(backup.uid ?? ""),
            ],
          ],
          "spec": ["backupName": .string(backup.name ?? "")],
        ])
    }
    catchUp()
  }

  private mutating func mark(_ key: ObjectKey, _ reason: String, in cluster: Int) {
    clusters[cluster].store.update(key) {
      $0[path: ["metadata", "labels", "velero.io/gc-failure"]] = .string(reason)
    }
  }
}
