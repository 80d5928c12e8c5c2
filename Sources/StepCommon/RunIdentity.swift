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

  /// The run that the CI system names; nil if none does.
  package static func detect(_ reader: ParameterReader) throws(StepFailure) -> String? {
    for (variable, prefix) in variables {
      guard let value = reader.variable(variable)?.trimmed, !value.isEmpty else { continue }
      try reader.refuseToken(in: value, of: variable)
      return prefix + value
    }
    return nil
  }
}
