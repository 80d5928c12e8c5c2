extension KindDefinition {
  /// The kinds of Velero 1.18.2 that a client writes.
  static let veleroObjects: [KindDefinition] = [
    product(
      "velero.io/v1", "Backup", plural: "backups", shortNames: [], hasStatus: false, needsSpec: false,
      spec: """
        any: labelSelector?
        any[]: orLabelSelectors?
        boolean: defaultVolumesToFsBackup? defaultVolumesToRestic? includeClusterResources?
        boolean: snapshotMoveData? snapshotVolumes?
        map:string: orderedResources?
        string: csiSnapshotTimeout datamover itemOperationTimeout storageLocation ttl
        string: volumeGroupSnapshotLabelKey
        string[]: excludedClusterScopedResources? excludedNamespaceScopedResources? excludedNamespaces?
        string[]: excludedResources? includedClusterScopedResources? includedNamespaceScopedResources?
        string[]: includedNamespaces? includedResources? volumeSnapshotLocations
        hooks object
         resources? object[]
          any: labelSelector?
          string: name!
          string[]: excludedNamespaces? excludedResources? includedNamespaces? includedResources?
          post object[] @post
          pre object[] @post
        metadata object
         map:string: labels
        resourcePolicy object @resourcePolicy
        uploaderConfig? object
         integer: parallelFilesUpload
        """,
      status: """
        date: completionTimestamp? expiration? startTimestamp?
        integer: backupItemOperationsAttempted backupItemOperationsCompleted backupItemOperationsFailed
        integer: csiVolumeSnapshotsAttempted csiVolumeSnapshotsCompleted errors queuePosition version
        integer: volumeSnapshotsAttempted volumeSnapshotsCompleted warnings
        string: failureReason formatVersion
        string[]: validationErrors?
        hookStatus? object
         integer: hooksAttempted hooksFailed
        phase string |New|Queued|ReadyToStart|FailedValidation|InProgress|WaitingForPluginOperations|WaitingForPluginOperationsPartiallyFailed|Finalizing|FinalizingPartiallyFailed|Completed|PartiallyFailed|Failed|Deleting
        progress? object
         integer: itemsBackedUp totalItems
        """),
    product(
      "velero.io/v1", "BackupStorageLocation", plural: "backupstoragelocations", shortNames: ["bsl"],
      hasStatus: false, needsSpec: false,
      columns: [
        Column("Phase", "status.phase", "string"),
        Column("Last Validated", "status.lastValidationTime", "date"),
        Column("Default", "spec.default", "boolean"),
      ],
      spec: """
        boolean: default
        map:string: config
        string: backupSyncPeriod? provider! validationFrequency?
        accessMode string |ReadOnly|ReadWrite
        credential object @credential
        objectStorage! object
         string: bucket! caCert prefix
         caCertRef object @credential
        """,
      status: """
        date: lastSyncedTime? lastValidationTime?
        string: lastSyncedRevision message
        accessMode string |ReadOnly|ReadWrite
        phase string |Available|Unavailable
        """),
    product(
      "velero.io/v1", "DeleteBackupRequest", plural: "deletebackuprequests", shortNames: [], hasStatus: false,
      needsSpec: false,
      columns: [
        Column("BackupName", "spec.backupName", "string"),
        Column("Status", "status.phase", "string"),
      ],
      spec: """
        string: backupName!
        """,
      status: """
        string[]: errors?
        phase string |New|InProgress|Processed
        """),
    product(
      "velero.io/v1", "DownloadRequest", plural: "downloadrequests", shortNames: [], hasStatus: false,
      needsSpec: false,
      spec: """
        target! object
         string: name!
         kind! string |BackupLog|BackupContents|BackupVolumeSnapshots|BackupItemOperations|BackupResourceList|BackupResults|RestoreLog|RestoreResults|RestoreResourceList|RestoreItemOperations|CSIBackupVolumeSnapshots|CSIBackupVolumeSnapshotContents|BackupVolumeInfos|RestoreVolumeInfo
        """,
      status: """
        date: expiration?
        string: downloadURL
        phase string |New|Processed
        """),
    product(
      "velero.io/v1", "Restore", plural: "restores", shortNames: [], hasStatus: false, needsSpec: false,
      spec: """
        any: labelSelector?
        any[]: orLabelSelectors?
        boolean: includeClusterResources? preserveNodePorts? restorePVs?
        map:string: namespaceMapping
        string: backupName existingResourcePolicy? itemOperationTimeout scheduleName
        string[]: excludedNamespaces? excludedResources? includedNamespaces? includedResources?
        hooks object
         resources object[]
          any: labelSelector?
          string: name!
          string[]: excludedNamespaces? excludedResources? includedNamespaces? includedResources?
          postHooks object[]
           exec object
            boolean: waitForReady?
            string: container execTimeout waitTimeout
            command! string[] (1..)
            onError string |Continue|Fail
           init object
            any[]: initContainers
            string: timeout
        resourceModifier? object @resourcePolicy
        restoreStatus? object
         string[]: excludedResources? includedResources?
        uploaderConfig? object
         boolean: writeSparseFiles?
         integer: parallelFilesDownload
        """,
      status: """
        date: completionTimestamp? startTimestamp?
        integer: errors restoreItemOperationsAttempted restoreItemOperationsCompleted
        integer: restoreItemOperationsFailed warnings
        string: failureReason
        string[]: validationErrors?
        hookStatus? object
         integer: hooksAttempted hooksFailed
        phase string |New|FailedValidation|InProgress|WaitingForPluginOperations|WaitingForPluginOperationsPartiallyFailed|Completed|PartiallyFailed|Failed|Finalizing|FinalizingPartiallyFailed
        progress? object
         integer: itemsRestored totalItems
        """),
    product(
      "velero.io/v1", "Schedule", plural: "schedules", shortNames: [], hasStatus: false, needsSpec: false,
      columns: [
        Column("Status", "status.phase", "string"),
        Column("Schedule", "spec.schedule", "string"),
        Column("LastBackup", "status.lastBackup", "date"),
        Column("Paused", "spec.paused", "boolean"),
      ],
      spec: """
        boolean: paused skipImmediately useOwnerReferencesInBackup?
        string: schedule!
        template! object
         any: labelSelector?
         any[]: orLabelSelectors?
         boolean: defaultVolumesToFsBackup? defaultVolumesToRestic? includeClusterResources?
         boolean: snapshotMoveData? snapshotVolumes?
         map:string: orderedResources?
         string: csiSnapshotTimeout datamover itemOperationTimeout storageLocation ttl
         string: volumeGroupSnapshotLabelKey
         string[]: excludedClusterScopedResources? excludedNamespaceScopedResources? excludedNamespaces?
         string[]: excludedResources? includedClusterScopedResources? includedNamespaceScopedResources?
         string[]: includedNamespaces? includedResources? volumeSnapshotLocations
         hooks object
          resources? object[]
           any: labelSelector?
           string: name!
           string[]: excludedNamespaces? excludedResources? includedNamespaces? includedResources?
           post object[] @post
           pre object[] @post
         metadata object
          map:string: labels
         resourcePolicy object @resourcePolicy
         uploaderConfig? object
          integer: parallelFilesUpload
        """,
      status: """
        date: lastBackup? lastSkipped?
        string[]: validationErrors
        phase string |New|Enabled|FailedValidation
        """),
    product(
      "velero.io/v1", "ServerStatusRequest", plural: "serverstatusrequests", shortNames: ["ssr"],
      hasStatus: false, needsSpec: false,
      status: """
        date: processedTimestamp?
        string: serverVersion
        phase string |New|Processed
        plugins? object[]
         string: kind! name!
        """),
    product(
      "velero.io/v1", "VolumeSnapshotLocation", plural: "volumesnapshotlocations", shortNames: ["vsl"],
      hasStatus: false, needsSpec: false,
      spec: """
        map:string: config
        string: provider!
        credential object @credential
        """,
      status: """
        phase string |Available|Unavailable
        """),
  ]
}
