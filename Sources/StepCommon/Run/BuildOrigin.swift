internal import StepReport

/// Which run a step belongs to, who started it, and where its build is to be looked at, as the CI system tells.
///
/// It is known before the parameters are in order, so that a report of any end says whose it is.
enum BuildOrigin {
  /// Who started the build, in the order in which it is asked; the last two are the machine's own account.
  private static let userVariables = [
    "BUILD_USER_ID", "GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_REQUESTEDFOR",
    "BUILDKITE_BUILD_CREATOR", "CIRCLE_USERNAME", "bamboo_ManualBuildTriggerReason_userName", "USER",
    "LOGNAME",
  ]

  /// The facts of a report that do not depend on the step: run, build and user, as far as they are told.
  static func facts(_ options: CommonOptions?, _ reader: ParameterReader) -> [Report.Property] {
    [("run", run(options, reader)), ("build", page(reader)), ("user", user(reader))].compactMap {
      name, value in
      value.map { Report.Property("astra.\(name)", $0) }
    }
  }

  /// The page of the build that the step belongs to; nil if the CI system names none.
  static func page(_ reader: ParameterReader) -> String? {
    let pages = [
      "BUILD_URL", "CI_PIPELINE_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL", "bamboo_buildResultsUrl",
    ]
    if let page = pages.lazy.compactMap({ value($0, reader) }).first { return page }
    if let server = value("GITHUB_SERVER_URL", reader), let name = value("GITHUB_REPOSITORY", reader),
      let run = value("GITHUB_RUN_ID", reader)
    {
      return "\(server)/\(name)/actions/runs/\(run)"
    }
    guard let server = value("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", reader),
      let project = value("SYSTEM_TEAMPROJECT", reader), let build = value("BUILD_BUILDID", reader)
    else { return nil }
    return "\(server)\(server.hasSuffix("/") ? "" : "/")\(project)/_build/results?buildId=\(build)"
  }

  /// Who started the build, and which variable says so.
  private static func user(_ reader: ParameterReader) -> String? {
    for variable in userVariables {
      if let name = value(variable, reader) { return "\(name) (by \(variable))" }
    }
    return nil
  }

  private static func run(_ options: CommonOptions?, _ reader: ParameterReader) -> String? {
    if let name = (try? reader.text(Common.run, flag: options?.runId)) ?? nil {
      return RunIdentity.isName(name) ? name : nil
    }
    return ((try? RunIdentity.detect(reader)) ?? nil)?.name
  }

  private static func value(_ variable: String, _ reader: ParameterReader) -> String? {
    guard let text = reader.variable(variable)?.trimmed, !text.isEmpty else { return nil }
    return text
  }
}
