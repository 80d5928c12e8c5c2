/** `@Library('astra-steps') _` at the top of a Jenkinsfile: the steps of `vars` are loaded from the request's library. */
@interface Library {
  String[] value()
}
