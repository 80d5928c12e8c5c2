package import StepReport
internal import Timing

/// What a step came to, in Markdown: for the page that a CI system shows of a build.
package struct RunSummary {
  private let report: Report
  private let values: OutputValues
  private let isDryRun: Bool
  private let run: String?
  private let trouble: String?

  /// Gathers what is known at the end of a run.
  ///
  /// - Parameters:
  ///   - report: the report, whose texts hold no secret.
  ///   - values: what is handed on to later steps.
  ///   - isDryRun: whether nothing was to be changed.
  ///   - trouble: why the report could not be written, if it could not.
  package init(_ report: Report, values: OutputValues, isDryRun: Bool, trouble: String? = nil) {
    self.report = report
    self.values = values
    self.isDryRun = isDryRun
    self.trouble = trouble
    run = report.properties.first { $0.name == "astra.run" }?.value
  }

  /// Whether no phase failed.
  package var isGood: Bool { !report.cases.contains { $0.outcome.isBad } }

  /// The Markdown, of whole lines.
  package var text: String {
    let worst = report.cases.map(\.outcome).first { $0.isBad } ?? .passed
    var lines = [
      "### \(markdown(report.suite)): \(worst.word) after \(report.duration.shortText)", "",
    ]
    if isDryRun { lines += ["This was a dry run: nothing was changed.", ""] }
    for phase in report.cases where phase.outcome.isBad {
      lines += ["**\(markdown(phase.name))**: \(markdown(phase.outcome.message ?? ""))", ""]
      if let details = phase.outcome.details { lines += [markdown(details), ""] }
    }
    if let trouble { lines += ["**report**: \(markdown(trouble))", ""] }
    lines += ["| Phase | Outcome | Seconds |", "|---|---|---:|"]
    lines += report.cases.map(Self.row)
    if !values.entries.isEmpty {
      lines += ["", "| Value | |", "|---|---|"]
      lines += values.entries.map { "| \(markdown($0.key.name)) | \(markdown($0.value)) |" }
    }
    let origin = [run.map { "Run \(markdown($0))" }, report.trace.map { "trace \(markdown($0))" }]
      .compactMap { $0 }
    if !origin.isEmpty { lines += ["", origin.joined(separator: ", ")] }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ phase: Report.Case) -> String {
    var outcome = phase.outcome.word
    if case .skipped(let reason) = phase.outcome { outcome += ": \(markdown(reason, limit: 200))" }
    return "| \(markdown(phase.name)) | \(outcome) | \(phase.duration.secondsText) |"
  }
}
