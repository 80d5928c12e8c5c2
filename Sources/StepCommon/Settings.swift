internal import Timing

/// What the common parameters amount to, beside the connection.
package struct Settings: Sendable {
  package var timeout: Duration
  /// The pipeline run; nil if it has no name.
  package var run: String?
  package var isDryRun: Bool
  package var logLevel: Log.Level
  package var outputFile: String?

  /// Reads the common parameters.
  static func read(_ options: CommonOptions, _ reader: ParameterReader) throws(StepFailure) -> Settings {
    let backend = try reader.text(Common.backend, flag: options.backend) ?? BackendChoice.astraControl
    guard backend == BackendChoice.astraControl else {
      throw .badParameter("\(Common.backend.title) is \"\(backend)\": give \(BackendChoice.astraControl)")
    }
    return Settings(
      timeout: try timeout(options, reader),
      run: try run(options, reader),
      isDryRun: try reader.truth(Common.dryRun, flag: options.dryRun),
      logLevel: try reader.choice(Common.logLevel, flag: options.logLevel, default: .info),
      outputFile: try reader.text(Common.outputFile, flag: options.outputFile))
  }

  private static func run(_ options: CommonOptions, _ reader: ParameterReader) throws(StepFailure) -> String?
  {
    if let run = try reader.text(Common.run, flag: options.runId) { return run }
    return try RunIdentity.detect(reader)
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

  /// The suffix as an ending of a name: `-eu`, or nothing.
  package var ending: String { suffix.isEmpty ? "" : "-\(suffix)" }

  /// Reads the folder and the suffix; `options` is nil when the flags could not be read.
  static func read(_ options: CommonOptions?, _ reader: ParameterReader) throws(StepFailure) -> ReportPlace {
    var place = ReportPlace()
    if let folder = try reader.text(Common.reportFolder, flag: options?.reportDir) { place.folder = folder }
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
