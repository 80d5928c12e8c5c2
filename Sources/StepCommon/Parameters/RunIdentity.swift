/// Which pipeline run a step belongs to.
///
/// Running a step again in the same run converges on the same end; what another run left behind is a
/// leftover.
package enum RunIdentity {
  /// What CI systems call a run, in the order in which they are asked.
  ///
  /// Jenkins `BUILD_TAG`; GitHub Actions `GITHUB_RUN_ID`; GitLab `CI_PIPELINE_ID`; Azure Pipelines
  /// `BUILD_BUILDID`; Buildkite `BUILDKITE_BUILD_ID`; CircleCI `CIRCLE_WORKFLOW_ID`; Bamboo
  /// `bamboo_buildResultKey`; Drone and Woodpecker have none that survives a restart of the build.
  package static let variables: [(variable: String, prefix: String)] = [
    ("BUILD_TAG", ""),
    ("GITHUB_RUN_ID", "github-"),
    ("CI_PIPELINE_ID", "gitlab-"),
    ("BUILD_BUILDID", "azure-"),
    ("BUILDKITE_BUILD_ID", "buildkite-"),
    ("CIRCLE_WORKFLOW_ID", "circleci-"),
    ("bamboo_buildResultKey", "bamboo-"),
  ]

  /// Words that name no run, in lower case: tags and branches that all runs share, and what scripts write for an empty
  /// value.
  package static let wordsForNone = [
    "latest", "current", "stable", "main", "master", "trunk", "develop", "head", "default", "none", "null",
    "nil",
    "undefined", "unknown", "unset", "n/a", "true", "false",
  ]

  /// Whether a text names one run: not a word that all runs share, nor a reference that was never filled in, as in
  /// `$(Build.BuildId)`.
  package static func isName(_ text: String) -> Bool {
    if wordsForNone.contains(text.lowercased()) { return false }
    return !["$", "%", "{{"].contains { text.hasPrefix($0) }
  }

  /// The run that the CI system names, and which attempt of it this is where it counts them; nil if it names none.
  package static func detect(
    _ reader: ParameterReader
  ) throws(StepFailure) -> (name: String, attempt: String?)? {
    for (variable, prefix) in variables {
      guard let value = reader.variable(variable)?.trimmed, !value.isEmpty, isName(value) else { continue }
      try reader.refuseToken(in: value, of: variable)
      // Repeating failed jobs on GitHub keeps the run's number and raises this one.
      let attempt = variable == "GITHUB_RUN_ID" ? try reader.attempt("GITHUB_RUN_ATTEMPT") : nil
      return (prefix + value, attempt)
    }
    return nil
  }
}

extension ParameterReader {
  /// A count of attempts; nil if it is none.
  fileprivate func attempt(_ variable: String) throws(StepFailure) -> String? {
    guard let value = self.variable(variable)?.trimmed, value.count <= 9,
      !value.isEmpty, value.allSatisfy({ $0.isASCII && $0.isNumber })
    else { return nil }
    return value
  }
}
