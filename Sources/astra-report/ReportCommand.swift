package import ArgumentParser
package import StepCommon

/// The flags of `astra-report`.
package struct ReportCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: ReportProgram.name,
    abstract: "Tell in one page, for the post-mortem, what the steps of a pipeline run have done and left.",
    discussion: """
      It reads what the steps have left in their report folder, and writes a page (HTML, with nothing outside itself) \
      and the same as Markdown beside it. It speaks to no service and needs no token, and changes nothing else. That \
      a step failed is no failure of this program.

      Parameters come from the environment; a flag overrides its variable (in brackets).

      Exit codes:
      \(StepCommon.ExitCode.help)
      """,
    version: "\(ReportProgram.name) \(Version.current)")

  static let examples = [
    HelpExample("Tell of the run whose reports lie here", "astra-report"),
    HelpExample("Tell of a run whose reports were fetched", "astra-report --report-dir artifacts/reports"),
  ]

  @Option(help: .init(ReportParameters.folder.help, valueName: "folder"), completion: .directory)
  package var reportDir: String?

  @Option(help: .init(ReportParameters.run.help, valueName: "text"))
  package var runId: String?

  @Option(help: .init(ReportParameters.output.help, valueName: "file"), completion: .file())
  package var output: String?

  @Option(help: .init(ReportParameters.title.help, valueName: "text"))
  package var title: String?

  /// Makes the command, for the parser.
  package init() {}
}

/// The parameters of `astra-report`.
package enum ReportParameters {
  package static let folder = Parameter(
    "report-dir", "ASTRA_REPORT_DIR", meaning: "the folder that the steps have left their results in",
    fallback: "reports")
  package static let run = Parameter(
    "run-id", "ASTRA_RUN_ID", meaning: "the pipeline run that the page is about",
    fallback: "the one whose step began last")
  package static let output = Parameter(
    "output", "ASTRA_POST_MORTEM",
    meaning: "the page to write, whose name ends in .html; the Markdown goes beside it, ending in .md",
    fallback: "post-mortem.html in the report folder")
  package static let title = Parameter(
    "title", "ASTRA_POST_MORTEM_TITLE", meaning: "the title of the page",
    fallback: "Post-mortem of the application")
}
