internal import AppProtection
internal import ArgumentParser
internal import Files
internal import HTTPTransport
internal import StepReport
internal import StructuredValues
internal import Timing
#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Runs a step: parameters, phases, report, exit code.
package struct Runner<S: Step> {
  private let environment: StepEnvironment
  private let log: Log
  private let reader: ParameterReader

  /// Prepares a run on a machine; `exitCode()` does it.
  package init(_ environment: StepEnvironment) {
    log = Log(
      name: S.identity.name, time: environment.time,
      terminal: TerminalStyle(columns: environment.errorColumns, variables: environment.variables),
      write: environment.writeError)
    reader = ParameterReader(environment: environment.variables, backends: environment.backends)
    // Before anything is said: a message may quote a value that is the token, put into the wrong place.
    for variable in reader.secretVariables {
      if let secret = reader.variable(variable) { log.hide(Secret(secret.trimmed)) }
    }
    for secret in Proxies(environment: environment.variables).secrets { log.hide(secret) }
    self.environment = environment.traced(without: log)
  }

  /// The first and the last phase are every step's: what it is asked, and what it hands on.
  package static var phaseNames: [String] {
    ["check parameters"] + S.phases.map(\.name) + ["write output values"]
  }

  /// Runs the step to its end, whatever that is.
  package func exitCode() -> ExitCode {
    // The usual question needs no parser.
    if ["--help", "-h"].contains(environment.arguments.joined(separator: " ")) {
      environment.writeOutput(helpPage)
      return .success
    }
    let command: S.Command
    do {
      command = try S.Command.parse(environment.arguments)
    } catch {
      guard S.Command.exitCode(for: error) != .success else {
        let text = S.Command.fullMessage(for: error) + "\n"
        // Help is asked for where the parser says so: a value may look like its flag.
        let isVersion = text == S.Command.configuration.version + "\n"
        environment.writeOutput(isVersion ? text : helpPage)
        return .success
      }
      return end(without: .refusedFlags(S.Command.message(for: error), of: S.identity.name), nil)
    }
    if let word = command.common.explain { return explain(word) }
    return run(command)
  }

  private var helpPage: String {
    let columns = reader.variable("COLUMNS").flatMap { Int($0) } ?? environment.outputColumns
    return HelpPage<S.Command>(of: S.identity.name, columns: columns, S.Command.examples).text
  }

  /// Says what an end of that kind means and what to do then.
  private func explain(_ word: String) -> ExitCode {
    guard let kind = FailureKind(rawValue: word.trimmed.lowercased()) else {
      let known = FailureKind.allCases.map(\.rawValue).joined(separator: ", ")
      let shown = log.cleaned(word)
      environment.writeError(
        "\(S.identity.name): there is no kind of end \"\(shown)\"; there are \(known)\n")
      return .badParameter
    }
    environment.writeOutput(kind.explanation)
    return .success
  }

  /// Runs the step and ends the process with its exit code.
  package func runAndExit() -> Never {
    exit(exitCode().rawValue)
  }

  /// Everything that the phases need, once the parameters are in order.
  private struct Prepared {
    var step: S
    var run: StepRun
  }

  private func run(_ command: S.Command) -> ExitCode {
    let place: ReportPlace
    do throws(StepFailure) {
      place = try ReportPlace.read(command.common, reader, isDryRun: isDryRun(command.common))
    } catch {
      let faults = reader.survey.faults(after: error) { () throws(StepFailure) in
        _ = try ReportPlace.read(command.common, reader)
        try readAll(command)
      }
      return end(without: .all(faults), command.common)
    }
    let reporter = makeReporter(place, command.common)
    reporter.saveUnfinished(phase: 0)
    if let trouble = reporter.trouble {
      log.warning("\(trouble): the step goes on, and its exit code will show this")
    }

    var output: ValueOutputs?
    var prepared: Prepared?
    var failures: [StepFailure] = []
    do throws(StepFailure) {
      var settings = try Settings.read(command.common, reader)
      if S.changesNothing { settings.isDryRun = true }
      output = ValueOutputs(settings, keys: S.outputKeys, environment, log)
      output?.purge()
      prepared = try prepare(command, settings, place)
      reporter.close(0, .passed)
    } catch {
      let error = withAllFaults(error, command)
      failures = [error]
      reporter.close(0, error.outcome(of: S.identity.shortClassName))
      reporter.skip(from: 1, because: "not reached: check parameters failed")
    }
    if let prepared { failures = runPhases(prepared, reporter) }
    let values = prepared?.run.facts.values ?? OutputValues()
    if let failure = writeValues(values, to: output, after: failures, reporter) { failures = [failure] }
    return end(failures, prepared?.run, reporter, asJSON: command.common.json)
  }

  /// Whether the step would change something, and is told not to.
  ///
  /// A value that is neither true nor false ends the step at once, and its report has the usual name.
  private func isDryRun(_ options: CommonOptions?) -> Bool {
    let isTold = try? reader.truth(
      Common.dryRun, flag: options?.dryRun ?? environment.arguments.contains("--dry-run"))
    return !S.changesNothing && isTold == true
  }

  /// Whether a CI system runs the step, so that there is nobody to ask, whatever the terminal looks like.
  private func isInCI(_ settings: Settings) -> Bool {
    settings.run != nil || reader.variable("CI") != nil
  }

  /// Reads every parameter, and leaves it at that.
  private func readAll(_ command: S.Command) throws(StepFailure) {
    let settings = try Settings.read(command.common, reader)
    _ = try S(command, reader, settings)
    _ = try settings.backend.init(command.common, reader, environment.files)
  }

  /// A fault of a parameter together with all others that there are: nobody likes to be told one at a time.
  private func withAllFaults(_ first: StepFailure, _ command: S.Command) -> StepFailure {
    guard first.code == .badParameter else { return first }
    return .all(
      reader.survey.faults(after: first) { () throws(StepFailure) in try readAll(command) })
  }

  private func prepare(
    _ command: S.Command, _ settings: Settings, _ place: ReportPlace
  ) throws(StepFailure) -> Prepared {
    log.level = settings.logLevel
    environment.tellTrace(log)
    let deadline = Deadline(after: settings.timeout, on: environment.time)
    let step = try S(command, reader, settings)
    let factory = try settings.backend.init(command.common, reader, environment.files)
    for secret in factory.secrets { log.hide(secret) }
    var random = environment.random
    let seed = random.next()
    let backend = try factory.connect(
      BackendPlace(
        environment: environment, identity: S.identity, deadline: deadline, random: SeededRandom(seed: seed),
        log: log, run: settings.run, ignoredKinds: settings.ignoredKinds, changesNothing: settings.isDryRun))
    let history = RunHistory(
      step: S.identity.name, settings: settings, place: place, files: environment.files, log: log,
      now: { backend.currentTime })
    let run = StepRun(
      identity: S.identity, settings: settings, place: place, time: environment.time, deadline: deadline,
      log: log,
      backend: backend, history: history, files: environment.files,
      pageDoor: PageDoor(environment, userAgent: S.identity.userAgent), random: random,
      schedule: environment.schedule, readAnswer: isInCI(settings) ? nil : environment.readAnswer)
    log.info(
      "\(S.identity.name) \(Version.current), run \(settings.run ?? "without a name"), against \(backend.label)"
    )
    run.facts.note("version", Version.current)
    run.facts.note("backend", backend.label)
    run.facts.note("service", settings.backend.word)
    if let name = settings.run { run.facts.note("run", name) }
    for caution in factory.cautions {
      log.warning(caution.warning)
      run.facts.note(caution.fact.name, caution.fact.value)
    }
    if !settings.ignoredKinds.words.isEmpty {
      let kinds = settings.ignoredKinds.words.joined(separator: ", ")
      log.info("left aside, whether they are there or not: \(kinds)")
      run.facts.note("ignoredKinds", kinds)
    }
    if settings.isDryRun, !S.changesNothing { run.facts.note("dryRun", "true") }
    try step.prepare(run)
    return Prepared(step: step, run: run)
  }

  /// Runs the phases until the step is done or one fails that is no check, and returns what failed, in order.
  ///
  /// A failed check skips only the checks that depend on it.
  private func runPhases(_ prepared: Prepared, _ reporter: Reporter) -> [StepFailure] {
    var failures: [StepFailure] = []
    // The checks that failed or were skipped, each with the one that failed first.
    var missing: [String: String] = [:]
    for (offset, phase) in S.phases.enumerated() {
      let index = offset + 1
      if let failed = phase.foundations?.compactMap({ missing[$0] }).first {
        missing[phase.name] = failed
        reporter.skip(index, because: "not checked: \(failed) failed")
        continue
      }
      reporter.saveUnfinished(phase: index, facts: prepared.run.facts.properties)
      do throws(StepFailure) {
        switch try phase.body(prepared.step)(prepared.run) {
        case .done: reporter.close(index, .passed)
        case .notNeeded(let reason): reporter.close(index, .skipped(reason))
        case .stepDone(let reason):
          log.info(reason)
          reporter.close(index, .passed)
          reporter.skip(from: index + 1, because: reason)
          return failures
        case .dryRunEnds(let reason):
          log.info(reason)
          reporter.close(index, .skipped(reason))
          reporter.skip(from: index + 1, because: reason)
          return failures
        }
      } catch {
        reporter.close(index, error.outcome(of: S.identity.shortClassName))
        failures.append(error)
        reporter.skip(from: index + 1, because: "not reached: \(phase.name) failed")
        guard phase.foundations != nil, !error.endsEveryStep else { return failures }
        missing[phase.name] = phase.name
      }
    }
    return failures
  }

  /// Hands the values on, after a failure too, since they are true.
  ///
  /// Returns why that failed, if nothing had failed before.
  private func writeValues(
    _ values: OutputValues, to output: ValueOutputs?, after failures: [StepFailure], _ reporter: Reporter
  ) -> StepFailure? {
    let last = Self.phaseNames.count - 1
    guard let output, output.isAskedFor else {
      if failures.isEmpty {
        reporter.close(last, .skipped("not asked for: ASTRA_OUTPUT_FILE is not set"))
      }
      return nil
    }
    do throws(FileError) {
      try output.save(values)
      if failures.isEmpty { reporter.close(last, .passed) }
      return nil
    } catch {
      let unwritable = StepFailure(
        .cannotWrite, .error, type: "cannotWrite", kind: .cannotWrite, error.message)
      if !failures.isEmpty { log.error(unwritable.message) }
      reporter.close(last, unwritable.outcome(of: S.identity.shortClassName))
      return failures.isEmpty ? unwritable : nil
    }
  }

  /// Ends a run of which no more than the place of its report could be read.
  private func end(without failure: StepFailure, _ options: CommonOptions?) -> ExitCode {
    let place =
      (try? ReportPlace.read(options, reader, isDryRun: isDryRun(options)))
      ?? ReportPlace(isDryRun: isDryRun(options))
    let reporter = makeReporter(place, options)
    reporter.close(0, failure.outcome(of: S.identity.shortClassName))
    reporter.skip(from: 1, because: "not reached: check parameters failed")
    return end([failure], nil, reporter, asJSON: options?.json ?? environment.arguments.contains("--json"))
  }

  /// Writes what remains to be written and settles on the exit code.
  private func end(
    _ failures: [StepFailure], _ run: StepRun?, _ reporter: Reporter, asJSON: Bool
  ) -> ExitCode {
    for failure in failures {
      log.error(failure.message)
      log.info("next: \(failure.next)")
    }
    // By now it may be known which API the server speaks.
    if let run { run.facts.note("backend", run.backend.label) }
    // Of several failures the first counts, unless a later one ended the step early.
    let failure = failures.last { $0.endsEveryStep } ?? failures.first
    var code = failure?.code ?? .success
    reporter.saveFinal(
      facts: (run?.facts.properties ?? []) + [Report.Property("astra.exitCode", String(code.rawValue))],
      values: run?.facts.values ?? OutputValues())
    if let trouble = reporter.trouble {
      log.error(trouble)
      if code == .success { code = .cannotWrite }
    }
    let shown = failures.isEmpty ? run?.facts.shown : nil
    if !asJSON, let shown { environment.writeOutput(shown.text) }
    if asJSON {
      environment.writeOutput(
        JSONDocument(
          reporter.report, step: S.identity.name, version: Version.current,
          run: run?.settings.run.map(log.cleaned),
          exitCode: Int(code.rawValue), message: failure.map { log.cleaned($0.message) } ?? reporter.trouble,
          ending: JSONDocument.Ending(
            kind: (failure?.kind ?? reporter.trouble.map { _ in .cannotWrite })?.rawValue,
            hint: failure?.hint.map(log.cleaned),
            next: (failure?.next ?? reporter.trouble.map { _ in FailureKind.cannotWrite.cure }).map(
              log.cleaned),
            report: reporter.isWritten ? reporter.path : nil),
          values: run?.facts.values ?? OutputValues(),
          shown: S.shownMember.map { .init($0, shown?.value ?? .null) }
        ).text)
    }
    sayEnd(code, (failure?.kind ?? .cannotWrite).rawValue, reporter)
    return code
  }

  /// The last line: what it came to, how long it took, where the report is, and what to ask for more.
  private func sayEnd(_ code: ExitCode, _ kind: String, _ reporter: Reporter) {
    let report = reporter.isWritten ? "report \(reporter.path)" : "no report could be written"
    let time = reporter.elapsed.shortText
    if code == .success {
      log.info("ended well after \(time): exit code 0; \(report)")
    } else {
      log.info(
        "ended after \(time): exit code \(code.rawValue), \(kind); \(report); more: "
          + "\(S.identity.name) --explain \(kind)")
    }
  }

  private func makeReporter(_ place: ReportPlace, _ options: CommonOptions?) -> Reporter {
    Reporter(
      identity: S.identity, place: place, phases: Self.phaseNames, origin: BuildOrigin.facts(options, reader),
      environment: environment, log: log)
  }
}
