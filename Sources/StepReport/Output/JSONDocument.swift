package import StructuredValues

/// The one document that a step prints on stdout at its end with `--json`.
///
/// Its members are always all there, in one order: `step`, `version`, `run`, `outcome`, `exitCode`,
/// `message`, `kind`, `hint`, `next`, `report`, `phases` (each with `name`, `outcome`, `seconds`, `message`),
/// `values` and `trace`.
package struct JSONDocument: Hashable, Sendable {
  /// What is told of the end, beside its message.
  package struct Ending: Hashable, Sendable {
    /// What kind of failure it is, as `--explain` takes it; nil for a success.
    var kind: String?
    /// What the failure itself suggests; nil if it has no words of its own.
    var hint: String?
    /// What to do next; nil for a success.
    var next: String?
    /// The report's path; nil if it could not be written.
    var report: String?

    /// Gathers it.
    package init(kind: String? = nil, hint: String? = nil, next: String? = nil, report: String? = nil) {
      (self.kind, self.hint, self.next, self.report) = (kind, hint, next, report)
    }
  }

  /// The document as a value.
  package let value: StructuredValue

  /// Lays out a finished step's report with what the report does not hold.
  ///
  /// `outcome` is the report's: `failed` or `errored` after the first phase that is, else `passed`. The exit
  /// code may say more, for instance that the report could not be written.
  package init(
    _ report: Report, step: String, version: String, run: String?, exitCode: Int, message: String?,
    ending: Ending = Ending(), values: OutputValues
  ) {
    // As in the report: never without a phase, which would be neither success nor failure.
    let phases = JUnitCases.normalised(report)
    let worst = phases.map(\.outcome).first { $0.isBad }
    value = .object([
      .init("step", .string(step)),
      .init("version", .string(version)),
      .init("run", StructuredValue(run)),
      .init("outcome", .string((worst ?? .passed).word)),
      .init("exitCode", .number(Double(exitCode))),
      .init("message", StructuredValue(message)),
      .init("kind", StructuredValue(ending.kind)),
      .init("hint", StructuredValue(ending.hint)),
      .init("next", StructuredValue(ending.next)),
      .init("report", StructuredValue(ending.report)),
      .init("phases", .array(phases.map(Self.phase))),
      .init("values", .object(values.entries.map { .init($0.key.name, .string($0.value)) })),
      .init("trace", StructuredValue(report.trace)),
    ])
  }

  /// The document on one line, with its line end.
  package var text: String { value.oneLine + "\n" }

  private static func phase(_ phase: Report.Case) -> StructuredValue {
    .object([
      .init("name", .string(phase.name)),
      .init("outcome", .string(phase.outcome.word)),
      .init("seconds", .digits(phase.duration.secondsText)),
      .init("message", StructuredValue(phase.outcome.message)),
    ])
  }
}

extension Report.Outcome {
  /// The outcome in one word.
  package var word: String {
    switch self {
    case .passed: "passed"
    case .failed: "failed"
    case .errored: "errored"
    case .skipped: "skipped"
    }
  }

  /// Why it is not a pass; nil for a pass.
  package var message: String? {
    switch self {
    case .passed: nil
    case .failed(let problem), .errored(let problem): problem.message
    case .skipped(let reason): reason
    }
  }

  /// Whether the phase keeps the step from being a success.
  package var isBad: Bool {
    switch self {
    case .passed, .skipped: false
    case .failed, .errored: true
    }
  }
}
