/** Runs astra-snapshot, which makes a snapshot of an application and waits until it is complete. */
Map call(Map given = [:]) {
  return astraStep('astra-snapshot', [
    application: 'ASTRA_APP_NAME',
    cluster: 'ASTRA_CLUSTER',
    name: 'SNAPSHOT_NAME',
    ifExists: 'ASTRA_IF_EXISTS',
    replaceFailed: 'ASTRA_REPLACE_FAILED',
    acceptFailedHooks: 'ASTRA_ACCEPT_FAILED_HOOKS',
  ], given)
}
