extension KindDefinition {
  /// The four restores of Trident protect 26.05.1.
  static let tridentProtectRestores: [KindDefinition] = [
    product(
      "protect.trident.netapp.io/v1", "BackupRestore", plural: "backuprestores", shortNames: [],
      hasStatus: true, needsSpec: true,
      columns: [
        Column("State", "status.state", "string"),
        Column("Error", "status.error", "string"),
      ],
      spec: """
        string: appArchivePath! appVaultRef! destinationApplicationName
        additionalExecHooks object[] @additionalExecHooks
        cleanUpAdditionalExecHooks boolean =true
        cleanUpArchivedExecHooks boolean =false
        includedVirtualMachines object[] @includedVirtualMachines
        namespaceMapping object[] @namespaceMapping
        resourceFilter object @resourceFilter
        runArchivedExecHooks boolean =true
        storageClassMapping object[] @namespaceMapping
        transformations object[] @transformations
        transformationsRef object @transformationsRef
        """,
      status: """
        date: completionTimestamp?
        string: applicationRef dataMover error state!
        conditions! object[] @conditions
        postRestoreExecHooksRunResults object[] @execHooksRunResults
        sourceBackup object @sourceBackup
        """),
    product(
      "protect.trident.netapp.io/v1", "BackupInplaceRestore", plural: "backupinplacerestores", shortNames: [],
      hasStatus: true, needsSpec: true,
      columns: [
        Column("State", "status.state", "string"),
        Column("Error", "status.error", "string"),
      ],
      spec: """
        string: appArchivePath appVaultRef!
        additionalExecHooks object[] @additionalExecHooks
        cleanUpAdditionalExecHooks boolean =true
        cleanUpArchivedExecHooks boolean =false
        includedVirtualMachines object[] @includedVirtualMachines
        namespaceMapping object[] @namespaceMapping
        resourceFilter object @resourceFilter
        runArchivedExecHooks boolean =true
        transformations object[] @transformations
        transformationsRef object @transformationsRef
        """,
      status: """
        date: completionTimestamp?
        string: dataMover error state!
        string[]: disabledScheduleNames warnings
        conditions object[] @conditions
        postRestoreExecHooksRunResults object[] @execHooksRunResults
        sourceBackup object @sourceBackup
        """),
    product(
      "protect.trident.netapp.io/v1", "SnapshotRestore", plural: "snapshotrestores", shortNames: [],
      hasStatus: true, needsSpec: true,
      columns: [
        Column("State", "status.state", "string"),
        Column("Error", "status.error", "string"),
      ],
      spec: """
        string: appArchivePath appVaultRef! destinationApplicationName
        additionalExecHooks object[] @additionalExecHooks
        cleanUpAdditionalExecHooks boolean =true
        cleanUpArchivedExecHooks boolean =false
        includedVirtualMachines object[] @includedVirtualMachines
        namespaceMapping! object[] @namespaceMapping
        resourceFilter object @resourceFilter
        runArchivedExecHooks boolean =true
        storageClassMapping object[] @namespaceMapping
        transformations object[] @transformations
        transformationsRef object @transformationsRef
        """,
      status: """
        date: completionTimestamp?
        string: applicationRef error state!
        string[]: warnings
        conditions object[] @conditions
        postRestoreExecHooksRunResults object[] @execHooksRunResults
        sourceSnapshot object @sourceBackup
        """),
    product(
      "protect.trident.netapp.io/v1", "SnapshotInplaceRestore", plural: "snapshotinplacerestores",
      shortNames: [], hasStatus: true, needsSpec: true,
      columns: [
        Column("State", "status.state", "string"),
        Column("Error", "status.error", "string"),
      ],
      spec: """
        string: appArchivePath appVaultRef!
        additionalExecHooks object[] @additionalExecHooks
        cleanUpAdditionalExecHooks boolean =true
        cleanUpArchivedExecHooks boolean =false
        includedVirtualMachines object[] @includedVirtualMachines
        namespaceMapping object[] @namespaceMapping
        resourceFilter object @resourceFilter
        runArchivedExecHooks boolean =true
        transformations object[] @transformations
        transformationsRef object @transformationsRef
        """,
      status: """
        date: completionTimestamp?
        string: error state!
        string[]: disabledScheduleNames warnings
        conditions! object[] @conditions
        postRestoreExecHooksRunResults object[] @execHooksRunResults
        sourceSnapshot object @sourceBackup
        """),
  ]
}
