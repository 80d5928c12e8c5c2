internal import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// How the copies of users of the non-admin kinds go: a mark on the object has the controller ask for the deletion of Velero's
// backup, and the object goes with it. Deleting the object alone would leave the data, and a synchronisation would bring it back.
extension VeleroBackend {
  /// How long a copy may come back that was removed: Velero looks at its bucket each minute, and the controller brings what
  /// it has found back into namespaces every two minutes (`nonAdmin.backupSyncPeriod`).
  static let nonAdminSyncPeriod = Duration.seconds(180)

  /// Has a copy removed that the controller of the non-admin kinds knows.
  func removeByMark(
    _ backup: KubernetesObject, _ id: RecoveryPoint.ID, _ place: ApplicationPlace, to attempt: String
  ) throws(BackendError) {
    let reference = RunReference(backup, Kinds.backup, in: place.context)
    let patch = StructuredValue.members([
      "metadata": .members(["resourceVersion": backup.resourceVersion.map { .string($0) }]),
      "spec": .members(["deleteBackup": .bool(true)]),
    ])
    _ = try client(place.context).mergePatch(
      Access.nonAdmin.kind(Kinds.backup), backup.name, in: place.namespace, patch, to: attempt)
    deletions[id] = reference
  }
}

extension KubernetesObject {
  /// What the controller of the non-admin kinds tells of the deletion of Velero's backup.
  var removalStatus: StructuredValue? { self["status", NonAdminForm.removal] }
}
