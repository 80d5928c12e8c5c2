internal import StepReport
internal import Timing

/// Marks in the log for the CI system that reads it: where a phase begins and ends, and each that failed.
final class LogMarks {
  /// The first system that is there; nil if none is that reads marks.
  private let system: CISystem?
  private let suite: String
  private let time: any TimeSource
  private let log: Log
  /// The phase whose lines are being written.
  private var phase: String?

  /// Prepares the marks of a step; `suite` is the name of its report.
  init(_ suite: String, _ environment: StepEnvironment, _ log: Log) {
    system = CISystem.allCases.first { $0.isThere(environment.variables) }
    self.suite = suite
    time = environment.time
    self.log = log
  }

  /// Begins a phase.
  func begin(_ phase: String) {
    self.phase = phase
    tell(system?.beginning(of: title(phase), name: name(phase), at: seconds))
  }

  /// Ends the phase in hand, if there is one, and shows what it failed with.
  func end(_ ended: Report.Case) {
    if let phase { tell(system?.end(of: title(phase), name: name(phase), at: seconds)) }
    phase = nil
    guard ended.outcome.isBad, let message = ended.outcome.message else { return }
    let hint = ended.outcome.details.map { " (\($0))" } ?? ""
    tell(system?.problem(message + hint, title: title(ended.name)))
  }

  private func tell(_ line: String?) { if let line { log.command(line) } }
  private func title(_ phase: String) -> String { "\(suite): \(phase)" }
  private func name(_ phase: String) -> String { "\(suite)_\(phase)" }
  private var seconds: Int64 { time.wallTime.sinceEpoch.components.seconds }
}

extension Report.Outcome {
  /// What else there is to say of a failure, such as a hint; nil if there is nothing.
  var details: String? {
    switch self {
    case .failed(let problem), .errored(let problem): problem.details.isEmpty ? nil : problem.details
    case .passed, .skipped: nil
    }
  }
}
