/** `@Library('astra-steps') _` at the top of a Jenkinsfile: the steps of `vars` are loaded from the folder that the request names. */
@interface Library {
  String[] value()
}
