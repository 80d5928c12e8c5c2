internal import ArgumentParser
internal import Files
package import StepCommon
internal import Text
#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Reads a report folder and writes the page about it.
package struct ReportProgram {
  package static let name = "astra-report"

  private let environment: StepEnvironment
  private let log: Log

  /// Prepares it on a machine; `exitCode()` does it.
  package init(_ environment: StepEnvironment) {
    self.environment = environment
    log = Log(name: Self.name, time: environment.time, write: environment.writeError)
  }

  /// Does it and ends the process.
  package func runAndExit() -> Never {
    exit(exitCode().rawValue)
  }

  /// Writes the page; the code says whether that could be done, and nothing of what the page tells.
  package func exitCode() -> StepCommon.ExitCode {
    let command: ReportCommand
    do {
      command = try ReportCommand.parse(environment.arguments)
    } catch {
      guard ReportCommand.exitCode(for: error) != .success else {
        let text = ReportCommand.fullMessage(for: error) + "\n"
        let isVersion = text == ReportCommand.configuration.version + "\n"
        let page = HelpPage<ReportCommand>(
          of: Self.name, columns: environment.outputColumns, ReportCommand.examples)
        environment.writeOutput(isVersion ? text : page.text)
        return .success
      }
      return end(.badParameter(ReportCommand.message(for: error)))
    }
    do throws(StepFailure) {
      try write(try Settings(command, ParameterReader(environment: environment.variables)))
      return .success
    } catch {
      return end(error)
    }
  }

  /// What the parameters amount to.
  private struct Settings {
    var folder: String
    var run: String?
    var page: String
    var twin: String
    var title: String?

    init(_ command: ReportCommand, _ reader: ParameterReader) throws(StepFailure) {
      folder = try reader.text(ReportParameters.folder, flag: command.reportDir) ?? "reports"
      run = try reader.text(ReportParameters.run, flag: command.runId)
      title = try reader.text(ReportParameters.title, flag: command.title)
      let separator = folder.hasSuffix("/") ? "" : "/"
      page =
        try reader.text(ReportParameters.output, flag: command.output)
        ?? "\(folder)\(separator)post-mortem.html"
      guard page.hasSuffix(".html"), !page.hasSuffix("/.html") else {
        throw .badParameter(
          "\(ReportParameters.output.title) is \"\(page)\": give a file whose name ends in .html")
      }
      twin = page.dropLast(5) + ".md"
    }
  }

  private func write(_ settings: Settings) throws(StepFailure) {
    let folder: ReportFolder
    do throws(FileError) {
      folder = try ReportFolder(settings.folder, environment.files)
    } catch {
      throw .notFound(
        "there is nothing to read: \(error.message)",
        hint: "name the folder that the steps wrote to: \(ReportParameters.folder.title)")
    }
    let incident = Incident(folder, run: settings.run)
    let page = IncidentPage(incident, title: settings.title).page
    for (path, text) in [
      (settings.page, HTMLPage(page).text), (settings.twin, MarkdownPage(page).text),
    ] {
      do throws(FileError) {
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
          try environment.files.createFolder(String(path[..<slash]))
        }
        try environment.files.write(Array(text.utf8), to: path)
      } catch {
        throw StepFailure(.cannotWrite, .error, type: "cannotWrite", kind: .cannotWrite, error.message)
      }
    }
    for remark in environment.files.takeRemarks() { log.warning(remark) }
    for file in folder.unreadable { log.warning("\(file.name) could not be read: \(file.reason)") }
    for sentence in page.summary { log.info(sentence.plain) }
    log.info("the page is \(settings.page), and \(settings.twin) says the same")
    guard !incident.isEmpty else {
      throw .notFound(
        "there is nothing to read: no step has left a report or a record in \(settings.folder)\(settings.run.map { " for run \($0)" } ?? "")",
        hint: "the page says so too")
    }
  }

  private func end(_ failure: StepFailure) -> StepCommon.ExitCode {
    log.error(failure.message)
    log.info("next: \(failure.next)")
    return failure.code
  }
}
