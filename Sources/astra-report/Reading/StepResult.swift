package import StepCommon
package import StepReport
package import Timing

/// What one step's report says.
package struct StepResult: Sendable {
  /// The file's name: `TEST-astra-verify-fault.xml`.
  package let file: String
  /// The step; nil if it is none that is known here.
  package let step: StepName?
  /// The step with its suffix: `astra-verify-fault`.
  package let name: String
  package let startedAt: Timestamp
  package let duration: Duration
  package let hostname: String
  package let phases: [Phase]
  package let properties: [Report.Property]

  /// One phase, and when it was.
  package struct Phase: Sendable {
    package let name: String
    package let startedAt: Timestamp
    package let duration: Duration
    package let outcome: Report.Outcome
    /// What the phase saw, line by line.
    package let output: String
  }

  /// How the step ended.
  package enum End: Hashable, Sendable {
    case succeeded
    case failed
    /// It was killed, or is still at work: its report says that it did not finish.
    case unfinished
  }

  init(_ report: Report, file: String) {
    self.file = file
    name = report.suite
    step = StepName.allCases.first {
      report.suite == $0.program || report.suite.hasPrefix("\($0.program)-")
    }
    (startedAt, duration) = (report.startedAt, report.duration)
    (hostname, properties) = (report.hostname, report.properties)
    var moment = report.startedAt
    phases = report.cases.map { phase in
      defer { moment = moment + phase.duration }
      return Phase(
        name: phase.name, startedAt: moment, duration: phase.duration, outcome: phase.outcome,
        output: phase.output)
    }
  }

  /// A fact of the report: `astra.run`, `ASTRA_CLONE_ID`; nil if it is not there or empty.
  package subscript(property: String) -> String? {
    guard let value = properties.first(where: { $0.name == property })?.value, !value.isEmpty else {
      return nil
    }
    return value
  }

  /// The facts of one kind: `astra.page`, `astra.page2`, and so on.
  package func all(_ property: String) -> [String] {
    properties.filter { fact in
      fact.name == property
        || fact.name.hasPrefix(property) && Int(fact.name.dropFirst(property.count)) != nil
    }.map(\.value)
  }

  package var run: String? { self["astra.run"] }
  package var exitCode: Int? { self["astra.exitCode"].flatMap { Int($0) } }
  package var isDryRun: Bool { self["astra.dryRun"] == "true" || name.hasSuffix("-dry-run") }
  package var endedAt: Timestamp { startedAt + duration }

  package var end: End {
    let problems = self.problems
    if problems.contains(where: { $0.problem.type.hasSuffix(".didNotFinish") }) { return .unfinished }
    return problems.isEmpty ? .succeeded : .failed
  }

  /// The phases that failed, with why.
  package var problems: [(phase: Phase, problem: Report.Problem)] {
    phases.compactMap { phase in
      switch phase.outcome {
      case .failed(let problem), .errored(let problem): (phase, problem)
      case .passed, .skipped: nil
      }
    }
  }

  /// Whether a phase was seen to finish well.
  package func hasPassed(_ phase: String) -> Bool {
    phases.contains { $0.name == phase && $0.outcome == .passed }
  }

  /// What the step has warned of in its log, each once.
  package var warnings: [String] {
    var warnings: [String] = []
    for line in phases.flatMap({ $0.output.split(separator: "\n") }) {
      let words = line.split(separator: " ", maxSplits: 2)
      guard words.count == 3, words[1] == "warning:" else { continue }
      let warning = String(words[2])
      if !warnings.contains(warning) { warnings.append(warning) }
    }
    return warnings
  }

  /// The phase of that name.
  package func phase(_ name: String) -> Phase? { phases.first { $0.name == name } }
}

extension Report.Problem {
  /// What to do next, without its mark; nil if the step did not say.
  package var next: String? {
    let lines = details.split(separator: "\n").map(String.init)
    guard let start = lines.firstIndex(where: { $0.hasPrefix("next: ") }) else { return nil }
    return ([String(lines[start].dropFirst(6))] + lines[(start + 1)...]).joined(separator: " ")
  }
}
