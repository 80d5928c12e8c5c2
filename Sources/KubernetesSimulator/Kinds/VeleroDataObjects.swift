extension KindDefinition {
  /// The kinds of Velero 1.18.2 that its own controllers write, and that move data.
  static let veleroDataObjects: [KindDefinition] = [
    product(
      "velero.io/v1", "BackupRepository", plural: "backuprepositories", shortNames: [], hasStatus: false,
      needsSpec: false, columns: [Column("Repository Type", "spec.repositoryType")],
      spec: """
        map:string: repositoryConfig?
        string: backupStorageLocation! maintenanceFrequency! resticIdentifier volumeNamespace!
        repositoryType string |kopia|restic|
        """,
      status: """
        date: lastMaintenanceTime?
        string: message
        phase string |New|Ready|NotReady
        recentMaintenance object[]
         date: completeTimestamp? startTimestamp?
         string: message
         result string |Succeeded|Failed
        """),
    product(
      "velero.io/v1", "PodVolumeBackup", plural: "podvolumebackups", shortNames: [], hasStatus: false,
      needsSpec: false, columns: moverColumns,
      spec: """
        boolean: cancel
        map:string: tags uploaderSettings?
        string: backupStorageLocation! node! repoIdentifier! volume!
        pod! object @pod
        uploaderType string |kopia|restic|
        """,
      status: """
        date: acceptedTimestamp? completionTimestamp? startTimestamp?
        integer: incrementalBytes
        string: message path snapshotID
        phase string |New|Accepted|Prepared|InProgress|Canceling|Canceled|Completed|Failed
        progress object @bytes
        """),
    product(
      "velero.io/v1", "PodVolumeRestore", plural: "podvolumerestores", shortNames: [], hasStatus: false,
      needsSpec: false, columns: moverColumns,
      spec: """
        boolean: cancel
        integer: snapshotSize
        map:string: uploaderSettings?
        string: backupStorageLocation! repoIdentifier! snapshotID! sourceNamespace! volume!
        pod! object @pod
        uploaderType string |kopia|restic|
        """,
      status: """
        date: acceptedTimestamp? completionTimestamp? startTimestamp?
        string: message node
        phase string |New|Accepted|Prepared|InProgress|Canceling|Canceled|Completed|Failed
        progress object @bytes
        """),
    product(
      "velero.io/v2alpha1", "DataDownload", plural: "datadownloads", shortNames: [], hasStatus: false,
      needsSpec: false, columns: moverColumns,
      spec: """
        boolean: cancel
        integer: snapshotSize
        map:string: dataMoverConfig
        string: backupStorageLocation! datamover operationTimeout! snapshotID! sourceNamespace!
        nodeOS string |auto|linux|windows
        targetVolume! object
         string: namespace! pv! pvc!
        """,
      status: """
        date: acceptedTimestamp? completionTimestamp? startTimestamp?
        string: acceptedByNode message node
        phase string |New|Accepted|Prepared|InProgress|Canceling|Canceled|Completed|Failed
        progress object @bytes
        """),
    product(
      "velero.io/v2alpha1", "DataUpload", plural: "datauploads", shortNames: [], hasStatus: false,
      needsSpec: false, columns: moverColumns,
      spec: """
        boolean: cancel
        map:string: dataMoverConfig?
        string: backupStorageLocation! datamover operationTimeout! snapshotType! sourceNamespace! sourcePVC!
        csiSnapshot? object
         string: driver snapshotClass storageClass! volumeSnapshot!
        """,
      status: """
        date: acceptedTimestamp? completionTimestamp? startTimestamp?
        integer: incrementalBytes
        map:string: dataMoverResult?
        string: acceptedByNode message node path snapshotID
        nodeOS string |auto|linux|windows
        phase string |New|Accepted|Prepared|InProgress|Canceling|Canceled|Completed|Failed
        progress object @bytes
        """),
  ]

  private static let moverColumns = [
    Column("Status", "status.phase"), Column("Started", "status.startTimestamp", "date"),
    Column("Bytes Done", "status.progress.bytesDone", "integer"),
    Column("Total Bytes", "status.progress.totalBytes", "integer"),
    Column("Storage Location", "spec.backupStorageLocation"),
  ]
}
