/** Runs astra-restore, which restores an application in place and waits until it was seen to be restored. */
Map call(Map given = [:]) {
  Map arguments = [:] + given
  // One that the pipeline has in its environment gives way to the one that is named here.
  if (given.snapshot) arguments = [backup: ''] + arguments
  if (given.backup) arguments = [snapshot: ''] + arguments
  return astraStep('astra-restore', [
    application: 'PROD_APP_NAME',
    cluster: 'ASTRA_CLUSTER',
    backup: 'BACKUP_NAME',
    snapshot: 'SNAPSHOT_NAME',
    before: 'ASTRA_RESTORE_BEFORE',
    evidenceClone: 'DEBUG_APP_NAME',
    discardPresentState: 'ASTRA_DISCARD_PRESENT_STATE',
    replaceVolumes: 'ASTRA_REPLACE_VOLUMES',
    pausedOwners: 'ASTRA_PAUSED_OWNERS',
    acceptFailedHooks: 'ASTRA_ACCEPT_FAILED_HOOKS',
  ], arguments)
}
