/// What Velero does one way or another: what its documentation leaves open or installations choose, and how long things take.
package struct VeleroSettings: Equatable, Sendable {
  // How long things take.

  /// How long a backup goes through its objects (`InProgress`).
  package var backup: Duration = .seconds(4)
  /// How long one does whose data stays in the storage, as snapshots.
  package var snapshot: Duration = .seconds(2)
  /// How long the data mover takes, behind a backup or a restore (`WaitingForPluginOperations`).
  package var dataMovement: Duration = .seconds(2)
  /// How long a backup or a restore is `Finalizing`.
  package var finalizing: Duration = .seconds(1)
  /// How long a restore goes through its objects (`InProgress`), the data of file systems included.
  package var restore: Duration = .seconds(4)
  /// How long one does that goes into the namespaces that its backup is of; nil: as long as any.
  package var inPlaceRestore: Duration?
  /// How long a new object has no phase.
  package var firstLook: Duration = .zero
  /// How long a backup is `Queued` that waits for none.
  package var queueing: Duration = .milliseconds(300)
  /// How long a backup is `ReadyToStart`.
  package var readyToStart: Duration = .milliseconds(500)
  /// How long the deletion of a backup takes, and that of a restore.
  package var deletion: Duration = .seconds(1)
  /// How often backups of the bucket become objects; zero: never.
  package var sync: Duration = .seconds(60)
  /// How often backups are looked through for expired ones; zero: never.
  package var garbageCollection: Duration = .seconds(3600)
  /// How long a backup is kept that says nothing of it.
  package var defaultTTL: Duration = .seconds(2_592_000)

  // The installation.

  /// The version, in the tag of the server's image and in `ServerStatusRequest`; empty: a tag that says nothing.
  package var version = "1.18.2"
  /// Whether it is OADP's: its namespace is `openshift-adp`, and there is a DataProtectionApplication.
  package var isOADP = false
  /// Whether OADP lets users without rights in its namespace make backups of their own.
  package var hasNonAdmin = false
  /// Whether the administrator has all of those backups move their data out of the cluster (`nonAdmin.enforceBackupSpec`).
  package var enforcesDataMovement = false
  /// Whether it can use snapshots of CSI drivers (the feature `EnableCSI`).
  package var usesCSI = true
  /// Whether the cluster has a class for snapshots that is marked for Velero.
  package var hasSnapshotClass = true
  /// Whether volumes without a class for snapshots are an error; otherwise the backup has no data of them.
  package var missingSnapshotClassFails = false
  /// Whether the node agent runs, which moves data and reads file systems.
  package var hasNodeAgent = true
  /// What a backup that says nothing of it does with volumes.
  package var movesDataByDefault = false
  package var readsFileSystemsByDefault = false
  /// Whether new backups are `Queued` first (1.18 and newer).
  package var queues = true
  /// How many backups run at a time.
  package var concurrentBackups = 1
  /// The location of a second cluster is read-only, or that of every one.
  package var secondLocationIsReadOnly = false
  package var locationIsReadOnly = false

  // What is done.

  /// Claims that backups have no data of, though nobody wants that, by name.
  package var withoutData: Set<String> = []
  /// Claims whose data movement fails, by name: the backup or restore is `PartiallyFailed`.
  package var failingData: Set<String> = []
  /// What restores leave out, by the names of the objects: they are `Completed` all the same.
  package var forgets: Set<String> = []
  /// What restores cannot make like the backup's, by the names of the objects: they get its labels, and a warning.
  package var unchangeable: Set<String> = []
  /// Whether a restore is `Completed` before its data has moved and its pods are ready.
  package var completesEarly = false
  /// Whether a hook of a restore that fails makes it `PartiallyFailed`.
  package var failedRestoreHooksCount = true
  /// Whether a restore into another namespace that fails leaves something behind.
  package var failedCloneLeavesContent = true
  /// What each backup or restore warns of.
  package var backupWarnings: [String] = []
  package var restoreWarnings: [String] = []
  /// Why the deletion of a backup fails; empty: it does not.
  package var deletionErrors: [String] = []
  /// Whether deletions of backups never end, once they have begun.
  package var deletionHangs = false

  // What is shown.

  /// Whether answers say what time it is.
  package var tellsTime = true
  /// Whether backups and restores count their objects.
  package var showsProgress = true
  /// What becomes of a `DownloadRequest`.
  package var downloads = Downloads.served

  /// What becomes of a `DownloadRequest`.
  package enum Downloads: String, CaseIterable, Sendable {
    /// It gets an address, and the file is there.
    case served
    /// It stays `New` for ever.
    case never
    /// It gets the address of a host that nobody reaches.
    case unreachable
    /// It gets an address that is not good any more.
    case expired
    /// It gets an address where nothing is.
    case missing
  }

  // What is wrong.

  /// The server is away: nothing begins, and nothing goes on.
  package var serverIsAway = false
  /// Whether a server that comes back goes on where it stood; otherwise what was `InProgress` is `Failed` then.
  package var resumesAfterAbsence = false
  /// The object storage cannot be reached: locations are `Unavailable`.
  package var locationsAreUnavailable = false
  /// Locations never get a phase.
  package var locationsAreNotChecked = false

  /// What the clusters do with pods and volumes.
  package var platform = PlatformSettings()

  /// A Velero that does nothing unusual.
  package init() {}

  /// The namespace that its objects lie in.
  package var namespace: String { isOADP ? "openshift-adp" : "velero" }
  var controllerIsAway: Bool { serverIsAway }
}
