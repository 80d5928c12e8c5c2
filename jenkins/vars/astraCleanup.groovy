/** Runs astra-cleanup, which removes a debug clone when the post-mortem is over, and surplus backups. */
Map call(Map given = [:]) {
  return astraStep('astra-cleanup', [
    application: 'PROD_APP_NAME',
    cluster: 'PROD_KUBERNETES_CLUSTER',
    removeClone: 'ASTRA_REMOVE_CLONE',
    cloneName: 'DEBUG_APP_NAME',
    destinationCluster: 'DEBUG_KUBERNETES_CLUSTER',
    olderThan: 'ASTRA_CLEANUP_OLDER_THAN',
    withRecoveryPoints: 'ASTRA_CLEANUP_RECOVERY_POINTS',
    record: 'ASTRA_CLEANUP_RECORD',
    keepBackups: 'ASTRA_KEEP_BACKUPS',
    backupPattern: 'ASTRA_BACKUP_PATTERN',
    evidenceOlderThan: 'ASTRA_CLEANUP_EVIDENCE_OLDER_THAN',
    keptVolumesOlderThan: 'ASTRA_CLEANUP_VOLUMES_OLDER_THAN',
  ], given)
}
