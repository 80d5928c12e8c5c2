extension Report {
  /// The report as it must lie on disk while the step runs: if nothing replaces it, the step was killed.
  ///
  /// Phases before `phase` keep their outcomes, that one (the first when nothing has begun, the last when
  /// the number is beyond it) is an error that says that the step did not finish, and later ones are not
  /// reached. Such a report never reads as a success.
  package func unfinished(phase: Int? = nil) -> Report {
    var report = self
    guard !cases.isEmpty else { return report }
    let current = min(max(phase ?? 0, 0), cases.count - 1)
    report.cases[current].outcome = .errored(
      Problem("did not finish: the step ended without saying how", type: "\(stepName).didNotFinish"))
    for later in report.cases.indices.dropFirst(current + 1) {
      report.cases[later].outcome = .skipped("not reached")
      report.cases[later].duration = .zero
      report.cases[later].output = ""
    }
    return report
  }

  /// The last part of the class name without a suffix, with which the types of its problems begin: `AstraClone`.
  package var stepName: String {
    className.split(separator: ".").last?.split(separator: "_").first.map(String.init) ?? "Step"
  }
}
