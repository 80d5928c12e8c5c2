internal import Files
internal import StepReport
internal import Timing

/// Keeps the report of a run, on disk from the first instant on.
///
/// What lies there before the end says "did not finish", so that a step that is killed never reads as a
/// success.
final class Reporter {
  private let file: ReportFile
  private let files: any FileWriter
  private let time: any TimeSource
  private let log: Log
  private let marks: LogMarks
  private let summary: SummaryPlaces
  private let place: ReportPlace
  private let trace: String?
  /// What is known of the run before anything of the step is.
  private let origin: [Report.Property]
  /// The report as it stands.
  private(set) var report: Report
  private let began: Instant
  private var phaseBegan: Instant
  /// Whether the file holds a version of this run.
  private var isOurs = false
  /// Why the last attempt to write it failed; nil once one has succeeded.
  private(set) var trouble: String?
  /// Whether the last version of the report is in its file, whatever became of the summary.
  private(set) var isWritten = false

  init(
    identity: StepIdentity, place: ReportPlace, phases: [String], origin: [Report.Property],
    environment: StepEnvironment, log: Log
  ) {
    file = ReportFile(
      folder: place.folder, step: identity.name, suffix: place.reportSuffix, files: environment.files)
    files = environment.files
    time = environment.time
    self.log = log
    let suite = ReportName.suite(step: identity.name, suffix: place.reportSuffix)
    marks = LogMarks(suite, environment, log)
    summary = SummaryPlaces(place, suite: suite, environment, log)
    self.place = place
    trace = environment.trace
    self.origin = origin.map { Report.Property($0.name, log.cleaned($0.value)) }
    began = environment.time.now
    phaseBegan = began
    report = Report(
      suite: suite,
      className: identity.className(suffix: place.suffix),
      startedAt: environment.time.wallTime,
      hostname: environment.hostname, cases: phases.map { Report.Case($0, outcome: .skipped("not reached")) })
  }

  /// Where it is.
  var path: String { file.path }

  /// How long the step has taken.
  var elapsed: Duration { time.now - began }

  /// Writes the version that says that the phase in hand did not finish.
  func saveUnfinished(phase: Int, facts: [Report.Property] = []) {
    if phase == 0 { summary.purge() }
    marks.begin(report.cases[phase].name)
    report.properties = withOrigin(facts)
    report.duration = elapsed
    save(report.unfinished(phase: phase))
  }

  /// Closes the phase in hand.
  func close(_ index: Int, _ outcome: Report.Outcome) {
    report.cases[index].outcome = cleaned(outcome)
    report.cases[index].duration = time.now - phaseBegan
    let lines = log.takeLines()
    report.cases[index].output = lines
    phaseBegan = time.now
    marks.end(report.cases[index])
  }

  /// Marks every phase from this one on as not reached, or as having nothing to do.
  func skip(from index: Int, because reason: String) {
    for later in report.cases.indices.dropFirst(index) {
      report.cases[later].outcome = cleaned(.skipped(reason))
    }
  }

  /// Marks one phase as not done.
  func skip(_ index: Int, because reason: String) {
    report.cases[index].outcome = cleaned(.skipped(reason))
  }

  /// Writes the report as it stands, and the summary of it with the values for later steps.
  func saveFinal(facts: [Report.Property], values: OutputValues) {
    report.properties = withOrigin(facts)
    if let trace { report.properties.append(Report.Property(Report.Property.trace, trace)) }
    report.log = log.text
    report.duration = elapsed
    save(report)
    isWritten = trouble == nil
    let result = RunSummary(report, values: values, isDryRun: place.isDryRun, trouble: trouble)
    let summaryTrouble = summary.write(result)
    trouble = trouble ?? summaryTrouble
    log.warn(of: files)
  }

  private func withOrigin(_ facts: [Report.Property]) -> [Report.Property] {
    facts + origin.filter { known in !facts.contains { $0.name == known.name } }
  }

  private func save(_ version: Report) {
    defer { log.warn(of: files) }
    do throws(ReportError) {
      try file.save(version)
      trouble = nil
      isOurs = true
    } catch {
      trouble = error.message
      // What an earlier run left there may claim a success that is not this run's.
      if !isOurs { removeStale() }
    }
  }

  private func removeStale() {
    do throws(ReportError) {
      try file.remove()
    } catch {
      // On a file system without the folder, or one that takes nothing, there may be nothing stale either.
      if files.exists(file.path) {
        trouble = "\(trouble ?? error.message), and the file there is an earlier run's"
      }
    }
  }

  private func cleaned(_ outcome: Report.Outcome) -> Report.Outcome {
    func clean(_ problem: Report.Problem) -> Report.Problem {
      Report.Problem(
        log.cleaned(problem.message), type: problem.type, details: log.cleaned(problem.details))
    }
    return switch outcome {
    case .passed: .passed
    case .failed(let problem): .failed(clean(problem))
    case .errored(let problem): .errored(clean(problem))
    case .skipped(let reason): .skipped(log.cleaned(reason))
    }
  }
}
