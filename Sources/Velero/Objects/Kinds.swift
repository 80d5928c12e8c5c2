package import AppProtection
package import KubernetesAPI
internal import KubernetesWorkloads

/// The kinds of Velero that the steps use; all of them are namespaced, and lie in Velero's own namespace.
package enum Kinds {
  package static let group = "velero.io"

  package static let backup = kind("Backup", "backups")
  package static let restore = kind("Restore", "restores")
  package static let location = kind("BackupStorageLocation", "backupstoragelocations")
  package static let deleteRequest = kind("DeleteBackupRequest", "deletebackuprequests")
  static let downloadRequest = kind("DownloadRequest", "downloadrequests")
  static let podVolumeBackup = kind("PodVolumeBackup", "podvolumebackups")
  static let podVolumeRestore = kind("PodVolumeRestore", "podvolumerestores")
  static let dataUpload = kind("DataUpload", "datauploads", version: "v2alpha1")
  static let dataDownload = kind("DataDownload", "datadownloads", version: "v2alpha1")

  /// Those of `velero.io/v1`.
  package static let all = [backup, restore, location, deleteRequest, podVolumeBackup, podVolumeRestore]
  /// What moves the data of volumes into a backup, and out of it.
  package static let uploads = [dataUpload, podVolumeBackup]
  package static let downloads = [dataDownload, podVolumeRestore]

  private static func kind(_ kind: String, _ plural: String, version: String = "v1") -> ResourceKind {
    ResourceKind(kind, plural: plural, group: group, version: version)
  }
}

/// The names that Velero and the steps write on its objects.
package enum Names {
  /// Labels of Velero's on what belongs to a backup or a restore; names of up to 63 characters stand in them as they are.
  static let backup = "velero.io/backup-name"
  static let restore = "velero.io/restore-name"
  static let schedule = "velero.io/schedule-name"
  /// Velero's annotation on a PodVolumeBackup: the claim behind the volume.
  static let claim = "velero.io/pvc-name"
  /// Velero's label on the same: the uid of that claim.
  static let claimUID = "velero.io/pvc-uid"

  /// What the user called a copy.
  static let name = "astra-steps/name"
  /// The uid of the namespace that a copy is of, or that a restore fills.
  static let namespaceUID = "astra-steps/namespace-uid"

  /// The name of the object of a copy: every application has its own, since all lie in one namespace and one bucket.
  ///
  /// It is the same for every attempt. The hash is of the namespace's uid too, so clusters that share a bucket, and a
  /// namespace that is made anew, do not meet.
  package static func copy(
    _ kind: RecoveryPoint.Kind, _ name: String, of namespace: String, uid: String
  ) -> String {
    let hash = ResourceName.hash("\(kind.rawValue)/\(uid)/\(name)")
    let title = ResourceName.label(for: "\(namespace)-\(name)") ?? namespace
    let head = title.prefix(ResourceName.maximumLength - hash.count - 1)
    return "\(head)-\(hash)"
  }

  /// The name of the object of a restore that makes a clone: the same for every attempt that sees as many before it.
  static func restore(_ clone: String, into uid: String, after count: Int) -> String {
    copy(.backup, "\(clone)-\(count + 1)", of: clone, uid: uid)
  }
}

extension RunReference {
  /// Reads the id of an operation.
  init?(_ id: Operation.ID) { self.init(id, of: [Kinds.restore]) }
}
