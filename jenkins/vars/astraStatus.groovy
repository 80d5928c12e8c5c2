/** Runs astra-status, which shows an application with its clones, recovery points, operations and evidence. */
Map call(Map given = [:]) {
  return astraStep('astra-status', [
    application: 'ASTRA_APP_NAME',
    cluster: 'ASTRA_CLUSTER',
    all: 'ASTRA_STATUS_ALL',
    acceptFailedHooks: 'ASTRA_ACCEPT_FAILED_HOOKS',
    replaceVolumes: 'ASTRA_REPLACE_VOLUMES',
    olderThan: 'ASTRA_CLEANUP_OLDER_THAN',
    withRecoveryPoints: 'ASTRA_CLEANUP_RECOVERY_POINTS',
    evidenceOlderThan: 'ASTRA_CLEANUP_EVIDENCE_OLDER_THAN',
  ], given)
}
