/** Runs astra-backup, which backs an application up and waits until the backup is complete. */
Map call(Map given = [:]) {
  return astraStep('astra-backup', [
    application: 'ASTRA_APP_NAME',
    cluster: 'ASTRA_CLUSTER',
    name: 'BACKUP_NAME',
    ifExists: 'ASTRA_IF_EXISTS',
    replaceFailed: 'ASTRA_REPLACE_FAILED',
    acceptFailedHooks: 'ASTRA_ACCEPT_FAILED_HOOKS',
  ], given)
}
