package import AppProtection
internal import Timing

/// What the common parameters amount to, beside the connection.
package struct Settings: Sendable {
  /// The kind of service that does the work.
  package var backend: any BackendFactory.Type
  package var timeout: Duration
  /// The pipeline run; nil if it has no name.
  package var run: String?
  /// Which attempt of the run this is, where the CI system counts them.
  package var attempt: String?
  /// How long after its last update a record of the run counts.
  package var runMaxAge: Duration
  package var isDryRun: Bool
  package var logLevel: Log.Level
  package var outputFile: String?
  /// The folder that gets each output value in a file of its own.
  package var resultsFolder: String?
  /// Kinds that are left aside where a step looks whether everything is there.
  package var ignoredKinds = IgnoredKinds()

  /// Reads the common parameters.
  static func read(_ options: CommonOptions, _ reader: ParameterReader) throws(StepFailure) -> Settings {
    let backend = try BackendRegistry.factory(options, reader)
    let run = try run(options, reader)
    return Settings(
      backend: backend,
      timeout: try timeout(options, reader),
      run: run?.name,
      attempt: run?.attempt,
      runMaxAge: try runMaxAge(options, reader),
      isDryRun: try reader.truth(Common.dryRun, flag: options.dryRun),
      logLevel: try reader.choice(Common.logLevel, flag: options.logLevel, default: .info),
      outputFile: try reader.text(Common.outputFile, flag: options.outputFile),
      resultsFolder: try reader.text(Common.resultsFolder, flag: options.resultsFolder),
      ignoredKinds: try ignoredKinds(options, reader))
  }

  private static func ignoredKinds(
    _ options: CommonOptions, _ reader: ParameterReader
  ) throws(StepFailure) -> IgnoredKinds {
    let parameter = Common.ignoredKinds
    var kinds = IgnoredKinds()
    let words = try reader.words(parameter, flags: options.ignoreKind).flatMap {
      $0.split { ", \t".contains($0) }
    }
    for word in words.map({ String($0) }) {
      do throws(IgnoredKinds.Refusal) {
        try kinds.add(word)
      } catch {
        switch error {
        case .noKind:
          throw .badParameter(
            "\(parameter.title) has \"\(word)\": give kinds as their objects name them, such as CronJob or "
              + "CronJob.batch, with commas between")
        case .holdsData:
          throw .badParameter(
            "\(parameter.title) has \"\(word)\": a copy without its volume claims is no copy; give kinds that "
              + "hold no data")
        }
      }
    }
    return kinds
  }

  /// How long after its last update a record counts.
  ///
  /// That of a run without a name counts as long as the step may take, since its hints say that running it again
  /// continues, and for at least an hour.
  package var recordLifetime: Duration { run == nil ? max(timeout, .seconds(3600)) : runMaxAge }

  private static func run(
    _ options: CommonOptions, _ reader: ParameterReader
  ) throws(StepFailure) -> (name: String, attempt: String?)? {
    guard let run = try reader.text(Common.run, flag: options.runId) else {
      return try RunIdentity.detect(reader)
    }
    guard RunIdentity.isName(run) else {
      throw .badParameter(
        "\(Common.run.title) is \"\(run)\", which names no run: give a name that no other run has, such as a build number"
      )
    }
    return (run, nil)
  }

  private static func runMaxAge(
    _ options: CommonOptions, _ reader: ParameterReader
  ) throws(StepFailure) -> Duration {
    guard let text = try reader.text(Common.runMaxAge, flag: options.runMaxAge) else {
      return .seconds(86_400)
    }
    do throws(DurationTextError) {
      return try Duration(age: text)
    } catch {
      throw .badParameter("\(Common.runMaxAge.title) is \"\(text)\": it \(error.reason)")
    }
  }

  private static func timeout(
    _ options: CommonOptions, _ reader: ParameterReader
  ) throws(StepFailure) -> Duration {
    guard let text = try reader.text(Common.timeout, flag: options.timeout) else { return .seconds(3600) }
    do throws(DurationTextError) {
      return try Duration(parameter: text)
    } catch {
      throw .badParameter("\(Common.timeout.title) is \"\(text)\": it \(error.reason)")
    }
  }
}

/// Where a step's own files lie; read before everything else, so that even a bad parameter is reported.
package struct ReportPlace: Sendable {
  package var folder = "reports"
  package var suffix = ""
  /// The file that gets the summary, if the user named one.
  package var summaryFile: String?

  /// Whether the report is that of a dry run, which leaves that of the real one alone.
  package var isDryRun = false

  /// The suffix as an ending of a name: `-eu`, or nothing.
  package var ending: String { suffix.isEmpty ? "" : "-\(suffix)" }

  /// The suffix of the report itself: `eu`, and `eu-dry-run` of a dry run.
  var reportSuffix: String {
    ([suffix] + (isDryRun ? ["dry-run"] : [])).filter { !$0.isEmpty }.joined(separator: "-")
  }

  /// Reads the folder and the suffix; `options` is nil when the flags could not be read.
  static func read(
    _ options: CommonOptions?, _ reader: ParameterReader, isDryRun: Bool = false
  ) throws(StepFailure) -> ReportPlace {
    var place = ReportPlace(isDryRun: isDryRun)
    if let folder = try reader.text(Common.reportFolder, flag: options?.reportDir) { place.folder = folder }
    place.summaryFile = try reader.text(Common.summaryFile, flag: options?.summaryFile)
    if let suffix = try reader.text(Common.reportSuffix, flag: options?.reportSuffix) {
      guard suffix.utf8.count <= 100,
        suffix.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) })
      else {
        throw .badParameter(
          "\(Common.reportSuffix.title) is \"\(suffix)\": give at most 100 letters, digits, dots, dashes or underscores"
        )
      }
      place.suffix = suffix
    }
    return place
  }
}
