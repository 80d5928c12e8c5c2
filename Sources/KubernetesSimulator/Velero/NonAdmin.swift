internal import SimulatorSupport

// OADP: what installs Velero on OpenShift, and backups and restores that users without rights in its namespace make.
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

  mutating func reactToNonAdmin(_ event: ObjectEvent, in cluster: Int) {
    guard let settings = velero?.settings, settings.hasNonAdmin, !settings.serverIsAway else { return }
    let (key, object) = (event.key, event.object)
    let isBackup = key.resource == Self.oadpResource("nonadminbackups")
    guard isBackup || key.resource == Self.oadpResource("nonadminrestores") else { return }
    let (plural, member) = isBackup ? ("backups", "backupSpec") : ("restores", "restoreSpec")
    switch event.change {
    case .added:
      if let why = nonAdminMistake(object, isBackup, in: cluster) {
        clusters[cluster].store.update(key) {
          $0["status"] = [
            "phase": "BackingOff",
            "conditions": [
              ["type": "Accepted", "status": "False", "reason": "InvalidSpec", "message": .string(why)]
            ],
          ]
        }
        return
      }
      createForNonAdmin(key, object, plural, member, in: cluster)
    case .deleted:
      for own in clusters[cluster].store.objects(Self.veleroResource(plural), in: veleroNamespace)
      where own.annotation("openshift.io/oadp-nac-origin-uid") == object.uid {
        clusters[cluster].store.delete(self.key(Self.veleroResource(plural), own))
      }
    case .modified: break
    }
  }

  private func nonAdminMistake(_ object: JSON, _ isBackup: Bool, in cluster: Int) -> String? {
    let own = object.namespace ?? ""
    if isBackup {
      let names = (object.value(at: "spec.backupSpec.includedNamespaces")?.array ?? []).compactMap(\.string)
      return names.allSatisfy { $0 == own }
        ? nil
        : "NonAdminBackup spec.backupSpec.includedNamespaces can not contain namespaces other than: \(own)"
    }
    let spec = object.value(at: "spec.restoreSpec")
    if let mapping = spec?["namespaceMapping"]?.members, !mapping.isEmpty {
      return "NonAdminRestore spec.restoreSpec.namespaceMapping is restricted"
    }
    let name = spec?["backupName"]?.string ?? ""
    guard
      let backup = clusters[cluster].store.object(
        ObjectKey(Self.oadpResource("nonadminbackups"), own, name))
    else { return "NonAdminRestore spec.restoreSpec.backupName is invalid: \(name) not found" }
    return backup.value(at: "status.phase")?.string == "Created"
      ? nil
      : "NonAdminRestore spec.restoreSpec.backupName is invalid: NonAdminBackup is not ready to be restored"
  }

  private mutating func createForNonAdmin(
    _ key: ObjectKey, _ object: JSON, _ plural: String, _ member: String, in cluster: Int
  ) {
    let own = object.namespace ?? ""
    let name = String("\(own)-\(key.name)-\(random.uuid())".suffix(63))
    var spec = object[path: ["spec", member]] ?? [:]
    if plural == "backups" {
      spec["includedNamespaces"] = [.string(own)]
    } else {
      let source = ObjectKey(Self.oadpResource("nonadminbackups"), own, spec["backupName"]?.string ?? "")
      let origin = clusters[cluster].store.object(source)?.value(at: "status.veleroBackup.name")
      spec["backupName"] = origin
    }
    clusters[cluster].store.create(
      Self.veleroResource(plural),
      [
        "metadata": [
          "name": .string(name), "namespace": .string(veleroNamespace),
          "labels": ["openshift.io/oadp": "True", "app.kubernetes.io/managed-by": "oadp-nac-controller"],
          "annotations": [
            "openshift.io/oadp-nac-origin-name": .string(key.name),
            "openshift.io/oadp-nac-origin-namespace": .string(own),
            "openshift.io/oadp-nac-origin-uid": .string(object.uid ?? ""),
          ],
        ],
        "spec": spec,
      ])
    let shown = plural == "backups" ? "veleroBackup" : "veleroRestore"
    let place: JSON = ["name": .string(name), "namespace": .string(veleroNamespace)]
    clusters[cluster].store.update(key) {
      $0["status"] = [
        "phase": "Created",
        "conditions": [
          ["type": "Accepted", "status": "True", "reason": "BackupAccepted", "message": "accepted"],
          ["type": "Queued", "status": "True", "reason": "BackupScheduled", "message": "created"],
        ],
        shown: place,
      ]
    }
  }

  /// What Velero says of an object is repeated where the user who asked for it may look.
  mutating func mirrorToNonAdmin(_ key: ObjectKey, _ object: JSON, in cluster: Int) {
    guard velero?.settings.hasNonAdmin == true,
      let name = object.annotation("openshift.io/oadp-nac-origin-name"),
      let namespace = object.annotation("openshift.io/oadp-nac-origin-namespace"),
      let status = object["status"]
    else { return }
    let isBackup = key.resource == Self.veleroResource("backups")
    let own = ObjectKey(Self.oadpResource(isBackup ? "nonadminbackups" : "nonadminrestores"), namespace, name)
    clusters[cluster].store.update(own) {
      $0[path: ["status", isBackup ? "veleroBackup" : "veleroRestore", "status"]] = status
    }
  }
}
