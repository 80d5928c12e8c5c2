/// How a service behaves where products, and releases of one product, differ.
///
/// An instance need not know every difference: what it does not know stays as it is.
package struct ServiceBehaviour: Equatable, Sendable {
  /// What becomes of labels that clients write.
  package enum LabelHandling: Sendable { case kept, dropped, refused }

  // How long the main part of an operation takes.

  package var backup = Duration.seconds(5)
  package var snapshot = Duration.seconds(2)
  package var clone = Duration.seconds(5)
  /// How long a clone that has its data is looked through before it is ready.
  package var cloneDiscovery = Duration.seconds(2)
  package var restore = Duration.seconds(5)
  /// How long an in-place restore shows nothing after it was asked for.
  package var restoreLag = Duration.zero

  package var deletion = Duration.seconds(1)

  // What happens without a request.

  /// How often every application is looked through again; zero for never.
  package var rediscoveryEvery = Duration.zero
  package var rediscovery = Duration.seconds(2)
  /// How often every application shows a new time of modification; zero for never.
  package var modificationEvery = Duration.zero

  // Its clock.

  /// How far its clock is ahead of the real time.
  package var clockSkew = Duration.zero
  /// Whether answers say what time it is.
  package var tellsTime = true

  // What it allows.

  package var duplicateBackupNames = false
  package var duplicateSnapshotNames = false
  package var duplicateApplicationNames = true
  /// Whether a snapshot can be cloned to another cluster.
  package var snapshotsLeaveTheirCluster = false
  /// Whether a failed application can be restored in place.
  package var restoresFailedApplications = true
  /// What becomes of labels that clients write on applications and recovery points.
  package var labels = LabelHandling.kept

  // What it leaves behind.

  package var failedCloneLeavesNamespace = true
  /// Which kind of recovery point a clone of a live application leaves on its source, if any.
  package var cloneLeavesOnSource: RecoveryPointKind?
  package var restoreKeepsAddress = true
  /// Whether a clone gets the labels of its source.
  package var clonesInheritLabels = false
  /// Whether the recovery points of an application are deleted with it.
  package var deletionTakesRecoveryPoints = true

  // What it shows.

  /// Whether a clone names what it was made from.
  package var showsCloneOrigin = true
  /// Whether an application names the recovery point that it is restored from.
  package var showsRestoreSource = true
  /// Whether it goes on naming it once the restore is over.
  package var keepsRestoreSource = true
  /// Whether an in-place restore changes the time of modification.
  package var showsRestoreModification = true
  /// Whether a backup, a snapshot or a clone changes the time of modification of its application.
  package var operationsModifySource = false
  /// Whether applications show a time of modification at all.
  package var showsModificationTime = true
  package var showsHookResults = true
  /// Whether the words for states are written in small letters.
  package var writesSmallStates = false
  /// How many items a page of a list holds; zero for all.
  package var pageSize = 0
  /// Whether what clients make from now on is hidden from them.
  package var hidesNewObjects = false

  /// The behaviour of a service that does nothing unusual.
  package init() {}
}
