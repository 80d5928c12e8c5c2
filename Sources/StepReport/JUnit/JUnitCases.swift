internal import Text

/// The cases of a report as its readers need them.
enum JUnitCases {
  /// The report's cases with names of one line each and no name twice; never none.
  ///
  /// Jenkins keeps only the last of two cases of one name in its history, and fails the build for a suite
  /// without a case, saying nothing of why.
  static func normalised(_ report: Report) -> [Report.Case] {
    guard !report.cases.isEmpty else {
      let problem = Report.Problem(
        "the step ended before its first phase", type: "\(report.stepName).noPhase")
      return [Report.Case("begin", duration: report.duration, outcome: .errored(problem))]
    }
    var taken: Set<String> = []
    return report.cases.enumerated().map { position, phase in
      var phase = phase
      let line = CleanText(phase.name).singleLine(limit: 200).string
      let name = line.isEmpty ? "phase \(position + 1)" : line
      phase.name = name
      var number = 2
      while !taken.insert(phase.name).inserted {
        phase.name = "\(name) (\(number))"
        number += 1
      }
      return phase
    }
  }
}
