/** Runs astra-verify, which shows that an application is in the condition that the pipeline claims. */
Map call(Map given = [:]) {
  return astraStep('astra-verify', [
    application: 'ASTRA_APP_NAME',
    cluster: 'ASTRA_CLUSTER',
    cloneOf: 'ASTRA_VERIFY_CLONE_OF',
    againstBackup: 'ASTRA_VERIFY_BACKUP',
    againstSnapshot: 'ASTRA_VERIFY_SNAPSHOT',
    url: 'ASTRA_VERIFY_URL',
    status: 'ASTRA_VERIFY_STATUS',
    text: 'ASTRA_VERIFY_TEXT',
    regex: 'ASTRA_VERIFY_REGEX',
    json: 'ASTRA_VERIFY_JSON',
    header: 'ASTRA_VERIFY_HEADER',
    address: 'ASTRA_VERIFY_ADDRESS',
    otherAddress: 'ASTRA_VERIFY_OTHER_ADDRESS',
    expectBroken: 'ASTRA_EXPECT_BROKEN',
    seenFile: 'ASTRA_VERIFY_SEEN_FILE',
    compareWith: 'ASTRA_VERIFY_COMPARE_WITH',
    probeCaFile: 'ASTRA_VERIFY_CA_FILE',
  ], given)
}
