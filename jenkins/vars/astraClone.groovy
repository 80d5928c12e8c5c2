/** Runs astra-clone, which clones an application, data included, and waits until the clone is ready. */
Map call(Map given = [:]) {
  return astraStep('astra-clone', [
    application: 'PROD_APP_NAME',
    cluster: 'PROD_KUBERNETES_CLUSTER',
    name: 'DEBUG_APP_NAME',
    namespace: 'DEBUG_NAMESPACE',
    namespaceMapping: 'DEBUG_NAMESPACE_MAPPING',
    destinationCluster: 'DEBUG_KUBERNETES_CLUSTER',
    backup: 'ASTRA_CLONE_BACKUP',
    snapshot: 'ASTRA_CLONE_SNAPSHOT',
    storageClass: 'DEBUG_STORAGE_CLASS',
    ifExists: 'ASTRA_IF_EXISTS',
    replaceFailed: 'ASTRA_REPLACE_FAILED',
    acceptFailedHooks: 'ASTRA_ACCEPT_FAILED_HOOKS',
  ], given)
}
