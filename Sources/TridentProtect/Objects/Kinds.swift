internal import AppProtection
package import KubernetesAPI
internal import KubernetesWorkloads

/// The kinds of `protect.trident.netapp.io/v1` that the steps use; all of them are namespaced.
package enum Kinds {
  package static let group = "protect.trident.netapp.io"

  package static let application = kind("Application", "applications")
  package static let vault = kind("AppVault", "appvaults")
  package static let backup = kind("Backup", "backups")
  package static let snapshot = kind("Snapshot", "snapshots")
  static let backupRestore = kind("BackupRestore", "backuprestores")
  static let snapshotRestore = kind("SnapshotRestore", "snapshotrestores")
  static let backupInPlaceRestore = kind("BackupInplaceRestore", "backupinplacerestores")
  static let snapshotInPlaceRestore = kind("SnapshotInplaceRestore", "snapshotinplacerestores")
  static let schedule = kind("Schedule", "schedules")
  package static let hook = kind("ExecHook", "exechooks")
  static let hookRun = kind("ExecHooksRun", "exechooksruns")

  package static let all = [
    application, vault, backup, snapshot, backupRestore, snapshotRestore, backupInPlaceRestore,
    snapshotInPlaceRestore, schedule, hook, hookRun,
  ]

  /// The two kinds of restores into other namespaces.
  package static let restores = [snapshotRestore, backupRestore]
  /// The two kinds of restores in place.
  package static let inPlaceRestores = [snapshotInPlaceRestore, backupInPlaceRestore]

  static func copy(_ kind: RecoveryPoint.Kind) -> ResourceKind { kind == .backup ? backup : snapshot }
  static func restore(from kind: RecoveryPoint.Kind) -> ResourceKind {
    kind == .backup ? backupRestore : snapshotRestore
  }
  static func inPlaceRestore(from kind: RecoveryPoint.Kind) -> ResourceKind {
    kind == .backup ? backupInPlaceRestore : snapshotInPlaceRestore
  }

  private static func kind(_ kind: String, _ plural: String) -> ResourceKind {
    ResourceKind(kind, plural: plural, group: group)
  }
}

extension RunReference {
  /// Reads the id of an operation.
  init?(_ id: Operation.ID) { self.init(id, of: Kinds.restores + Kinds.inPlaceRestores) }
}
