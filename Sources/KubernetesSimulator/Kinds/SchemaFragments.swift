/// Fields that several kinds have.
enum SchemaFragments {
  /// By the names that the tables of fields use, each after those that it is made of.
  static let all: [String: [Schema.Field]] = {
    var fragments: [String: [Schema.Field]] = [:]
    for (name, text) in texts { fragments[name] = SchemaText.fields(text, fragments: fragments) }
    return fragments
  }()

  private static let texts = [
    (
      "includedVirtualMachines",
      """
      string: namespace!
      names! string[] (1..)
      """
    ),
    (
      "matchingCriteria",
      """
      string: type value
      """
    ),
    (
      "namespaceMapping",
      """
      string: destination! source!
      """
    ),
    (
      "transformationsRef",
      """
      string: name!
      kind! string |ResourceTransformationRule|ResourceTransformationClusterRule
      """
    ),
    (
      "sourceBackup",
      """
      string: name! namespace!
      """
    ),
    (
      "backup",
      """
      date: creationTimestamp
      string: name
      """
    ),
    (
      "resourcePolicy",
      """
      string: apiGroup kind! name!
      """
    ),
    (
      "credential",
      """
      boolean: optional
      string: key!
      name string =
      """
    ),
    (
      "exec",
      """
      string: container timeout
      command! string[] (1..)
      onError string |Continue|Fail
      """
    ),
    (
      "operations",
      """
      any: value
      string: from path!
      op! string |add|copy|move|remove|replace|test
      """
    ),
    (
      "pod",
      """
      string: apiVersion fieldPath kind name namespace resourceVersion uid
      """
    ),
    (
      "bytes",
      """
      integer: bytesDone totalBytes
      """
    ),
    (
      "resource",
      """
      string: group kind! name version
      """
    ),
    (
      "post",
      """
      exec! object @exec
      """
    ),
    (
      "resourceMatchers",
      """
      string: group kind version
      string[]: labelSelectors names namespaces
      """
    ),
    (
      "conditions",
      """
      date: lastTransitionTime!
      integer: observedGeneration
      message! string (..32768)
      reason! string (1..1024)
      status! string |True|False|Unknown
      type! string (..316)
      """
    ),
    (
      "failures",
      """
      boolean: isExecError! isTimeout!
      integer: exitCode timeoutMinutes
      string: error stderr
      """
    ),
    (
      "resourceFilter",
      """
      resourceMatchers object[] @resourceMatchers
      resourceSelectionCriteria string |Include|Exclude
      """
    ),
    (
      "additionalExecHooks",
      """
      arguments string[] (..127)
      enabled boolean =true
      hookSource! string (..131072)
      matchingCriteria object[] (..10) @matchingCriteria
      name! string (..63)
      timeout integer (1..) =25
      """
    ),
    (
      "transformations",
      """
      operations! object[] @operations
      resource! object @resource
      """
    ),
    (
      "execHooksRunResults",
      """
      date: completionTimestamp startTimestamp
      string: containerImage! containerName! execHookRef! execHookUID! jobName namespace! podName! podUID!
      failures object[] @failures
      """
    ),
  ]
}
