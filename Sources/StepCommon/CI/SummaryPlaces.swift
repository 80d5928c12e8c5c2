internal import Files
internal import StepReport
internal import Timing

/// Where a summary of the run goes: to the file that the user named, and to where the CI system looks for one.
struct SummaryPlaces {
  private let place: ReportPlace
  private let suite: String
  private let environment: StepEnvironment
  private let log: Log

  /// The most bytes that GitHub takes of a job's summary: 1 MiB.
  private static let largestOfGitHub = 1 << 20

  /// Prepares the places of a run; `suite` is the name of its report.
  init(_ place: ReportPlace, suite: String, _ environment: StepEnvironment, _ log: Log) {
    self.place = place
    self.suite = suite
    self.environment = environment
    self.log = log
  }

  /// Removes what an earlier run left there: it is not true of this one.
  func purge() {
    do throws(FileError) {
      if let path = place.summaryFile {
        try SharedFile(path, environment.files).replace(section: suite, with: nil)
      }
      if isBesideReport, environment.files.exists(pathBesideReport) {
        try environment.files.remove(pathBesideReport)
      }
    } catch {
      log.warning("\(error.message): it may still hold the summary of an earlier run")
    }
  }

  /// Writes the summary everywhere.
  ///
  /// - Returns: why the file that the user named could not be written; nil if it was, or none was named.
  func write(_ summary: RunSummary) -> String? {
    let text = summary.text
    if has(.gitHub), let path = variable("GITHUB_STEP_SUMMARY") {
      warning {
        () throws(FileError) in
        try SharedFile(path, environment.files).append(text, limit: Self.largestOfGitHub)
      }
    }
    if isBesideReport, save(text) {
      if has(.azure), let line = CISystem.azure.summary(at: absolute(pathBesideReport)) {
        environment.tellPipeline(line, log)
      }
      if has(.buildkite) { annotate(summary) }
    }
    guard let path = place.summaryFile else { return nil }
    do throws(FileError) {
      try SharedFile(path, environment.files).replace(section: suite, with: text)
      return nil
    } catch {
      return "\(Common.summaryFile.title): \(error.message)"
    }
  }

  private func annotate(_ summary: RunSummary) {
    // Who ends a build does not wait for what is only shown.
    guard environment.time.interruption == nil else { return }
    let annotation = Annotation(
      style: summary.isGood ? "success" : "error", context: suite, file: pathBesideReport)
    if let trouble = environment.annotate(annotation) {
      log.warning("buildkite-agent annotate \(trouble): the build shows no summary")
    }
  }

  private func save(_ text: String) -> Bool {
    warning { () throws(FileError) in
      try environment.files.createFolder(place.folder)
      try environment.files.write(Array(text.utf8), to: pathBesideReport)
    }
  }

  @discardableResult
  private func warning(_ write: () throws(FileError) -> Void) -> Bool {
    do throws(FileError) {
      try write()
      return true
    } catch {
      log.warning("\(error.message): the build does not show the summary")
      return false
    }
  }

  private func has(_ system: CISystem) -> Bool { system.isThere(environment.variables) }

  private func variable(_ name: String) -> String? {
    environment.variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  private var isBesideReport: Bool { has(.azure) || has(.buildkite) }

  private var pathBesideReport: String { "\(place.folder)/SUMMARY-\(suite).md" }

  private func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(environment.workingFolder)/\(path)"
  }
}
