/**
 * Runs one program of astra-steps: what all the other steps of this library are made of.
 *
 * @param program the program, such as astra-clone
 * @param own     which of its arguments stands for which variable of the program
 * @param given   the arguments: its own, and those that every step takes (astraStep.txt)
 * @return the values that the program hands on, by name: ASTRA_CLONE_ID and the like, and its ASTRA_EXIT_CODE
 */
Map call(String program, Map own, Map given) {
  Map known = [
    backend: 'ASTRA_BACKEND', fqdn: 'ASTRA_FQDN', accountId: 'ASTRA_INSTANCE_ID', caFile: 'ASTRA_CA_FILE',
    timeout: 'ASTRA_TIMEOUT', suffix: 'ASTRA_REPORT_SUFFIX', runId: 'ASTRA_RUN_ID', dryRun: 'ASTRA_DRY_RUN',
    logLevel: 'ASTRA_LOG_LEVEL',
  ] + own
  List<String> variables = []
  for (argument in given) {
    if (argument.key in ['credentialsId', 'handOver', 'returnStatus']) continue
    if (!known.containsKey(argument.key)) {
      error "${program} has no argument ${argument.key}: it takes ${known.keySet().sort().join(', ')}"
    }
    if (argument.value != null) variables << known[argument.key] + '=' + argument.value
  }
  String name = given.suffix ? "${program}-${given.suffix}" : program
  // A dry run has a report of its own; a preflight and a status are always one, and have not.
  def told = given.dryRun != null ? given.dryRun : env.ASTRA_DRY_RUN
  boolean isDry = !(program in ['astra-preflight', 'astra-status']) && "${told}".toLowerCase() in ['true', '1', 'yes']
  String reportName = isDry ? "${name}-dry-run" : name
  String report = "reports/TEST-${reportName}.xml"
  String output = "reports/${name}.env"
  variables << "ASTRA_REPORT_DIR=reports" << "ASTRA_OUTPUT_FILE=${output}"
  String handOver = given.containsKey('handOver') ? given.handOver
    : given.suffix ? "astra-run-${given.suffix}" : 'astra-run'

  // A restarted build has a tag of its own, and is the same run: what the stages before it knew goes on.
  if (handOver) {
    try {
      unstash handOver
    } catch (failure) {
      if (!failure.message?.startsWith('No such saved stash')) throw failure
      writeFile file: 'astra-run-id', text: env.BUILD_TAG
    }
    if (!given.runId) variables << 'ASTRA_RUN_ID=' + readFile('astra-run-id').trim()
  }
  // Trident protect and Velero are reached by a kubeconfig, Astra Control by a token.
  boolean isFile = (given.backend ?: env.ASTRA_BACKEND) in ['trident-protect', 'velero']
  def credential = isFile
    ? file(credentialsId: given.credentialsId ?: 'astra-kubeconfig', variable: 'KUBECONFIG')
    : string(credentialsId: given.credentialsId ?: 'astra-api-token', variable: 'ASTRA_API_TOKEN')
  int code = 0
  withCredentials([credential]) {
    withEnv(variables) {
      // What another build left must not be published as this one's, when the program cannot even be started.
      sh label: "${name}: make room", script: 'rm -f "$ASTRA_REPORT_DIR"/TEST-' + reportName + '.xml "$ASTRA_OUTPUT_FILE"'
      boolean isDone = false
      try {
        // In the place of the shell: an abort then reaches the program alone, which has the time to write its report.
        if (given.returnStatus) code = sh(label: name, script: 'exec ' + program, returnStatus: true)
        else sh label: name, script: 'exec ' + program
        isDone = code == 0
      } finally {
        // First, and after a failure too: a program that ran out of time is continued by what it wrote down.
        if (handOver) stash name: handOver, includes: 'astra-run-id, reports/*.json'
        junit testResults: report, allowEmptyResults: !isDone
        archiveArtifacts artifacts: 'reports/*', allowEmptyArchive: true
      }
    }
  }
  Map values = [ASTRA_EXIT_CODE: "${code}".toString()]
  for (line in (fileExists(output) ? readFile(output) : '').split('\n')) {
    int sign = line.indexOf('=')
    if (sign > 0) values[line.substring(0, sign)] = line.substring(sign + 1)
  }
  return values
}
