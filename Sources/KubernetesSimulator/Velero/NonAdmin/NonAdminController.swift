internal import SimulatorSupport

// OADP: what installs Velero on OpenShift, and backups and restores that users without rights in its namespace make
// (github.com/migtools/oadp-non-admin, `internal/controller`).
extension KubernetesWorld {
  static let oadpGroup = "oadp.openshift.io"

  static func oadpResource(_ plural: String) -> String { "\(plural).\(oadpGroup)" }

  mutating func installOADP(_ settings: VeleroSettings, in cluster: Int) {
    clusters[cluster].store.create(
      Self.oadpResource("dataprotectionapplications"),
      [
        "metadata": ["name": "velero", "namespace": .string(settings.namespace)],
        "spec": [
          "configuration": ["velero": ["defaultPlugins": ["openshift", "aws", "csi"]]],
          "nonAdmin": ["enable": .bool(settings.hasNonAdmin)],
        ],
        "status": [
          "conditions": [
            ["type": "Reconciled", "status": "True", "reason": "Complete", "message": "Reconcile complete"]
          ]
        ],
      ])
  }

  /// What one of the two kinds of users has to do with Velero's.
  enum NonAdminKind: CaseIterable {
    case backup, restore

    var resource: String {
      KubernetesWorld.oadpResource(self == .backup ? "nonadminbackups" : "nonadminrestores")
    }
    var own: String { KubernetesWorld.veleroResource(self == .backup ? "backups" : "restores") }
    var spec: String { self == .backup ? "backupSpec" : "restoreSpec" }
    var counterpart: String { self == .backup ? "veleroBackup" : "veleroRestore" }
    var title: String { self == .backup ? "Backup" : "Restore" }
    var finalizer: String { "nonadmin\(title.lowercased()).oadp.openshift.io/finalizer" }
    /// What marks of Velero's object name the user's by.
    var origin: String { "openshift.io/oadp-\(self == .backup ? "nab" : "nar")-origin" }
    /// What moves its data, by the member of `status` that counts it.
    var movers: [(member: String, plural: String)] {
      self == .backup
        ? [("dataMoverDataUploads", "datauploads"), ("fileSystemPodVolumeBackups", "podvolumebackups")]
        : [("dataMoverDataDownloads", "datadownloads"), ("fileSystemPodVolumeRestores", "podvolumerestores")]
    }
    /// Velero's label on what belongs to a run.
    var runLabel: String { "velero.io/\(title.lowercased())-name" }
  }

  mutating func reactToNonAdmin(_ event: ObjectEvent, in cluster: Int) {
    guard let settings = velero?.settings, settings.hasNonAdmin, !settings.serverIsAway,
      let kind = NonAdminKind.allCases.first(where: { $0.resource == event.key.resource })
    else { return }
    let (key, object) = (event.key, event.object)
    guard event.change != .deleted else { return }
    if kind == .backup, object.value(at: "spec.deleteBackup")?.bool == true {
      if event.old?.value(at: "spec.deleteBackup")?.bool != true {
        removeWithBackup(key, object, in: cluster)
      }
    } else if object.isDeleted {
      if event.old?.isDeleted != true { removeAlone(kind, key, object, in: cluster) }
    } else if event.change == .added, object.label("openshift.io/oadp-nab-synced-from-nacuuid") == nil {
      take(kind, key, object, in: cluster)
    }
  }

  // MARK: - Making

  private mutating func take(_ kind: NonAdminKind, _ key: ObjectKey, _ object: JSON, in cluster: Int) {
    if let why = nonAdminMistake(kind, object, in: cluster) {
      return backOff(key, "Invalid\(kind.title)Spec", why, in: cluster)
    }
    let own = object.namespace ?? ""
    let spec = specification(kind, object, in: cluster)
    let home = JSON.string(veleroNamespace)
    let uid = random.uuid()
    let name = "\(own.prefix(63 - uid.count - 2))-\(key.name)".prefix(63 - uid.count - 1) + "-\(uid)"
    clusters[cluster].store.update(key) {
      $0[path: ["metadata", "finalizers"]] = [.string(kind.finalizer)]
      $0["status"] = [
        "phase": "Created",
        "conditions": [
          [
            "type": "Accepted", "status": "True", "reason": .string("\(kind.title)Accepted"),
            "message": "accepted",
          ],
          [
            "type": "Queued", "status": "True", "reason": .string("\(kind.title)Scheduled"),
            "message": .string("Created Velero \(kind.title) object"),
          ],
        ],
        kind.counterpart: [
          "name": .string(String(name)), "nacuuid": .string(String(name)), "namespace": home,
        ],
      ]
    }
    clusters[cluster].store.create(
      kind.own,
      [
        "metadata": [
          "name": .string(String(name)), "namespace": home,
          "labels": [
            "openshift.io/oadp": "True", "app.kubernetes.io/managed-by": "oadp-nac-controller",
            "\(kind.origin)-nacuuid": .string(String(name)),
          ],
          "annotations": [
            "\(kind.origin)-name": .string(key.name), "\(kind.origin)-namespace": .string(own),
          ],
        ],
        "spec": spec,
      ])
  }

  /// What Velero is told: what the user asked for, and what the controller and the administrator add.
  private func specification(_ kind: NonAdminKind, _ object: JSON, in cluster: Int) -> JSON {
    let own = object.namespace ?? ""
    var spec = object[path: ["spec", kind.spec]] ?? [:]
    spec["includedNamespaces"] = [.string(own)]
    switch kind {
    case .backup:
      if velero?.settings.enforcesDataMovement == true { spec["snapshotMoveData"] = true }
      let left = spec["excludedResources"]?.array ?? []
      spec["excludedResources"] = .array(
        left + ["nonadminbackups", "nonadminrestores", "nonadminbackupstoragelocations"])
    case .restore:
      let source = ObjectKey(NonAdminKind.backup.resource, own, spec["backupName"]?.string ?? "")
      spec["backupName"] = clusters[cluster].store.object(source)?.value(at: "status.veleroBackup.name")
      spec["excludedResources"] = .array(
        (spec["excludedResources"]?.array ?? []) + ["volumesnapshotclasses"])
    }
    return spec
  }

  private mutating func backOff(_ key: ObjectKey, _ reason: String, _ why: String, in cluster: Int) {
    clusters[cluster].store.update(key) {
      $0[path: ["status", "phase"]] = "BackingOff"
      $0[path: ["status", "conditions"]] = [
        ["type": "Accepted", "status": "False", "reason": .string(reason), "message": .string(why)]
      ]
    }
  }

  private func nonAdminMistake(_ kind: NonAdminKind, _ object: JSON, in cluster: Int) -> String? {
    let own = object.namespace ?? ""
    let spec = object[path: ["spec", kind.spec]] ?? [:]
    func restricted(_ names: String...) -> String? {
      names.first { spec[$0] != nil }.map { "NonAdmin\(kind.title) spec.\(kind.spec).\($0) is restricted" }
    }
    switch kind {
    case .backup:
      let names = (spec["includedNamespaces"]?.array ?? []).compactMap(\.string)
      if !names.allSatisfy({ $0 == own }) {
        return
          "NonAdminBackup spec.backupSpec.includedNamespaces is restricted, can not contain namespaces other than: \(own)"
      }
      if let place = spec["storageLocation"]?.string,
        clusters[cluster].store.object(
          ObjectKey(Self.oadpResource("nonadminbackupstoragelocations"), own, place))?
          .value(at: "status.phase")?.string != "Created"
      {
        return
          "NonAdminBackupStorageLocation is not in created state and can not be used for the NonAdminBackup"
      }
      if velero?.settings.enforcesDataMovement == true, spec["snapshotMoveData"]?.bool == false {
        return "the administrator has restricted spec.backupSpec.snapshotMoveData field value to true"
      }
      return restricted("excludedNamespaces", "volumeSnapshotLocations")
    case .restore:
      if let why = restricted("scheduleName", "includedNamespaces", "excludedNamespaces", "namespaceMapping")
      {
        return why
      }
      let name = spec["backupName"]?.string ?? ""
      guard let backup = clusters[cluster].store.object(ObjectKey(NonAdminKind.backup.resource, own, name))
      else { return "NonAdminRestore spec.restoreSpec.backupName is invalid: \(name) not found" }
      return backup.value(at: "status.phase")?.string == "Created"
        ? nil
        : "NonAdminRestore spec.restoreSpec.backupName is invalid: NonAdminBackup is not ready to be restored"
    }
  }

  // MARK: - Removal

  /// `spec.deleteBackup`: Velero's backup is deleted with its data, and the object goes once that is gone.
  private mutating func removeWithBackup(_ key: ObjectKey, _ object: JSON, in cluster: Int) {
    showDeletion(key, "backup accepted for deletion", in: cluster)
    for restore in clusters[cluster].store.objects(NonAdminKind.restore.resource, in: key.namespace)
    where restore.value(at: "spec.restoreSpec.backupName")?.string == key.name {
      clusters[cluster].store.delete(self.key(NonAdminKind.restore.resource, restore))
    }
    clusters[cluster].store.delete(key)
    let name = object.value(at: "status.veleroBackup.name")?.string ?? ""
    guard clusters[cluster].store.object(veleroKey("backups", name)) != nil else {
      return letGo(.backup, key, in: cluster)
    }
    clusters[cluster].store.create(
      Self.veleroResource("deletebackuprequests"),
      [
        "metadata": [
          "generateName": .string("\(name)-"), "namespace": .string(veleroNamespace),
          "labels": [
            "velero.io/backup-name": .string(name), "\(NonAdminKind.backup.origin)-nacuuid": .string(name),
          ],
          "annotations": [
            "\(NonAdminKind.backup.origin)-name": .string(key.name),
            "\(NonAdminKind.backup.origin)-namespace": .string(key.namespace ?? ""),
          ],
        ],
        "spec": ["backupName": .string(name)],
      ])
  }

  /// An object that is only deleted: Velero's goes, and a backup's data stays in the bucket.
  private mutating func removeAlone(
    _ kind: NonAdminKind, _ key: ObjectKey, _ object: JSON, in cluster: Int
  ) {
    showDeletion(key, "permanent backup deletion requires setting spec.deleteBackup to true", in: cluster)
    let name = object[path: ["status", kind.counterpart, "name"]]?.string ?? ""
    let own = ObjectKey(kind.own, veleroNamespace, name)
    guard clusters[cluster].store.object(own) != nil else { return letGo(kind, key, in: cluster) }
    clusters[cluster].store.delete(own)
  }

  private mutating func showDeletion(_ key: ObjectKey, _ words: String, in cluster: Int) {
    clusters[cluster].store.update(key) {
      $0[path: ["status", "phase"]] = "Deleting"
      $0[path: ["status", "conditions"]] = [
        ["type": "Deleting", "status": "True", "reason": "DeletionPending", "message": .string(words)]
      ]
    }
  }

  private mutating func letGo(_ kind: NonAdminKind, _ key: ObjectKey, in cluster: Int) {
    clusters[cluster].store.update(key) { $0[path: ["metadata", "finalizers"]] = [] }
  }

  /// Velero's object is gone: the user's goes too if that was wanted, or says that it has lost it.
  mutating func noticeLoss(_ kind: NonAdminKind, of key: ObjectKey, in cluster: Int) {
    guard let object = clusters[cluster].store.object(key) else { return }
    if object.isDeleted { return letGo(kind, key, in: cluster) }
    backOff(
      key, "Velero\(kind.title)NotFound",
      "NonAdmin\(kind.title) is finalized and its associated Velero \(kind.title) has been removed. Please create a new NonAdmin\(kind.title) to initiate a new \(kind.title.lowercased())",
      in: cluster)
  }
}
