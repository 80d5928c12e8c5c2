/** Runs astra-preflight, which checks, changing nothing, all that other steps will need. */
Map call(Map given = [:]) {
  return astraStep('astra-preflight', [
    steps: 'ASTRA_STEPS',
    application: 'PROD_APP_NAME',
    cluster: 'PROD_KUBERNETES_CLUSTER',
    cloneName: 'DEBUG_APP_NAME',
    cloneNamespace: 'DEBUG_NAMESPACE',
    destinationCluster: 'DEBUG_KUBERNETES_CLUSTER',
    backup: 'BACKUP_NAME',
    snapshot: 'SNAPSHOT_NAME',
    maxAge: 'ASTRA_MAX_BACKUP_AGE',
    expectHooks: 'ASTRA_EXPECT_HOOKS',
    replaceVolumes: 'ASTRA_REPLACE_VOLUMES',
    pausedOwners: 'ASTRA_PAUSED_OWNERS',
    ifExists: 'ASTRA_IF_EXISTS',
  ], given)
}
