extension KindDefinition {
  /// Applications, vaults, snapshots, backups, schedules and hooks of Trident protect 26.05.1.
  static let tridentProtectRecoveryPoints: [KindDefinition] = [
    product(
      "protect.trident.netapp.io/v1", "Application", plural: "applications", shortNames: [], hasStatus: true,
      needsSpec: true,
      columns: [
        Column("Protection State", "status.protectionState", "string")
      ],
      rules: [
        .exactlyOne(["includedNamespaces", "includedVirtualMachines"]), .fixedOnceSet("includedNamespaces"),
        .notAddedLater("includedClusterScopedResources"),
      ],
      spec: """
        includedClusterScopedResources object[]
         any: labelSelector
         groupVersionKind object
          string: group kind version
        includedNamespaces object[]
         any: labelSelector
         namespace! string (1..63) ~name
        includedVirtualMachines object[] @includedVirtualMachines
        resourceFilter object @resourceFilter
        """,
      status: """
        integer: resourceCount storageCapacityBytes storageUsedCapacityBytes
        string: protectionHealthState protectionState
        string[]: protectionStateDetails
        conditions! object[] @conditions
        """),
    product(
      "protect.trident.netapp.io/v1", "AppVault", plural: "appvaults", shortNames: [], hasStatus: true,
      needsSpec: true,
      columns: [
        Column("State", "status.state", "string"),
        Column("Error", "status.error", "string"),
        Column("Message", "status.message", "string"),
      ],
      spec: """
        string: dataMoverPasswordSecretRef prefix providerType!
        providerConfig! object
         azure object
          string: accountName! bucketName! endpoint!
         gcp object
          string: bucketName! projectID!
         s3 object
          boolean: useIAM
          string: bucketName! endpoint! proxyURL rootCA
          secure string |true|false
          skipCertValidation string |true|false
        providerCredentials map:object
         valueFromSecret! object
          string: key! name!
        """,
      status: """
        string: error message state uid
        """),
    product(
      "protect.trident.netapp.io/v1", "Backup", plural: "backups", shortNames: [], hasStatus: true,
      needsSpec: true,
      columns: [
        Column("App", "spec.applicationRef", "string"),
        Column("Reclaim Policy", "spec.reclaimPolicy", "string"),
        Column("State", "status.state", "string"),
        Column("Error", "status.error", "string"),
      ],
      rules: [.fixedOnceSet("dataMover")],
      spec: """
        string: appVaultRef appVaultTargetsRef applicationRef! snapshotRef
        cleanupSnapshot boolean =true
        dataMover string |Restic|Kopia|CBS
        reclaimPolicy string |Retain|Delete =Retain
        replicateSnapshot boolean =false
        replicateSnapshotReclaimPolicy string |Retain|Delete =Retain
        """,
      status: """
        date: completionTimestamp?
        string: appArchivePath appVaultRef error latestRepositoryTimestamp sourceSnapshotName state!
        string[]: warnings
        cbsVolumeBackup object[]
         string: backupJobID! bucketName! cbsVolumeID! cbsVolumeName! pvName! pvcName! pvcNamespace!
         string: snapshotName! svm! systemID! systemName!
         string[]: aggregates!
        conditions! object[] @conditions
        postBackupExecHooksRunResults object[] @execHooksRunResults
        postSnapshotExecHooksRunResults object[] @execHooksRunResults
        preBackupExecHooksRunResults object[] @execHooksRunResults
        preSnapshotExecHooksRunResults object[] @execHooksRunResults
        progress! object
         volumeBackups object[]
          any: progress sourceVolumeSnapshot!
          boolean: volumeBackupCompleted! volumeBackupCreated! volumeSnapshotCopied!
          boolean: volumeSnapshotCopyDeleted! volumeSnapshotCopyReadyToUse!
          date: completionTimestamp?
          string: pvcUid repositoryPath snapshotID volumeSnapshotContentCopyName! volumeSnapshotCopyName!
        volumeInfos object[]
         date: lastSnapshotTime
         string: cbsVolumeID cbsVolumeName pvName pvcName pvcNamespace pvcUID systemID systemName
         string: tridentBackendID
         capacity object
          integer: allocated logicalUsedSize used
        """),
    product(
      "protect.trident.netapp.io/v1", "Snapshot", plural: "snapshots", shortNames: [], hasStatus: true,
      needsSpec: true,
      columns: [
        Column("App", "spec.applicationRef", "string"),
        Column("Reclaim Policy", "spec.reclaimPolicy", "string"),
        Column("State", "status.state", "string"),
        Column("Error", "status.error", "string"),
      ],
      spec: """
        string: appVaultRef appVaultTargetsRef applicationRef! completionTimeout
        string: volumeSnapshotsCreatedTimeout volumeSnapshotsReadyToUseTimeout
        cleanupSnapshot boolean =false
        reclaimPolicy string |Delete|Retain =Delete
        replicateSnapshotReclaimPolicy string |Retain|Delete =Retain
        """,
      status: """
        date: completionTimestamp?
        integer: restoreSize
        string: appArchivePath appVaultRef error state!
        string[]: warnings
        conditions object[] @conditions
        postSnapshotExecHooksRunResults object[] @execHooksRunResults
        preSnapshotExecHooksRunResults object[] @execHooksRunResults
        vmSnapshotProgress object[]
         boolean: frozen! unfrozen!
         string: freezeWarning podName! podUID! unfreezeWarning vmName! vmNamespace!
         string[]: pvcNames!
        volumeInfos object[]
         date: lastSnapshotTime
         string: cbsVolumeID cbsVolumeName pvName pvcName pvcNamespace pvcUID systemID systemName
         string: tridentBackendID
         capacity object
          integer: allocated logicalUsedSize used
        volumeSnapshots object[] @sourceBackup
        """),
    product(
      "protect.trident.netapp.io/v1", "Schedule", plural: "schedules", shortNames: [], hasStatus: true,
      needsSpec: true,
      columns: [
        Column("Enabled", "spec.enabled", "boolean"),
        Column("Granularity", "spec.granularity", "string"),
        Column("State", "status.state", "string"),
        Column("Error", "status.error", "string"),
      ],
      rules: [.fixedOnceSet("dataMover")],
      spec: """
        string: appVaultRef appVaultTargetsRef applicationRef! dayOfMonth dayOfWeek hour minute
        string: recurrenceRule
        backupReclaimPolicy string |Retain|Delete =Retain
        backupRetention! string (..63) ~count
        dataMover string |Kopia|Restic|CBS
        enabled boolean =true
        granularity! string |Hourly|Daily|Weekly|Monthly|Custom
        replicateSnapshotReclaimPolicy string |Retain|Delete =Retain
        replicationRetention string (..63) =0 ~count
        runImmediately boolean =false
        snapshotReclaimPolicy string |Retain|Delete =Delete
        snapshotRetention! string (..63) ~count
        """,
      status: """
        date: lastScheduleTime
        string: error state
        immediateRunStatus string ||NotRequested|InProgress|Completed|Failed
        lastRecoveryPoints object
         boolean: isHealthy
         date: creationTimestamp
         integer: maxAge
         backup object @backup
         replicateSnapshot object @backup
         snapshot object @backup
        """),
    product(
      "protect.trident.netapp.io/v1", "ExecHook", plural: "exechooks", shortNames: ["eh"], hasStatus: true,
      needsSpec: true,
      columns: [
        Column("Stage", "spec.stage", "string"),
        Column("Action", "spec.action", "string"),
        Column("App", "spec.applicationRef", "string"),
        Column("Enabled", "spec.enabled", "boolean"),
        Column("Error", "status.error", "string"),
      ],
      spec: """
        string: applicationRef!
        action! string |Snapshot|Backup|Restore|Failover
        arguments string[] (..127)
        enabled boolean =true
        hookSource! string (..131072)
        matchingCriteria object[] (..10) @matchingCriteria
        stage! string |Pre|Post
        timeout integer (1..) =25
        """,
      status: """
        string: error
        """),
    product(
      "protect.trident.netapp.io/v1", "ExecHooksRun", plural: "exechooksruns", shortNames: ["ehr"],
      hasStatus: true, needsSpec: true,
      columns: [
        Column("State", "status.state", "string"),
        Column("Stage", "spec.stage", "string"),
        Column("Action", "spec.action", "string"),
        Column("Error", "status.error", "string"),
        Column("App", "spec.applicationRef", "string"),
      ],
      spec: """
        string: appArchivePath! appVaultRef! applicationRef! completionTimeout
        action! string |Snapshot|Backup|Restore|Failover
        resourceFilter object @resourceFilter
        stage! string |Pre|Post
        """,
      status: """
        date: completionTimestamp
        string: completionTimeout error state!
        conditions object[] @conditions
        matchingContainers object[] @execHooksRunResults
        """),
  ]
}
