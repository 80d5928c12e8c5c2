internal import Files
internal import StepReport
internal import Timing

/// Every place where a step's values go: what the user named, and what the CI system looks at.
struct ValueOutputs {
  private let file: OutputFile?
  private let folder: ResultsFolder?
  /// The file that GitHub reads outputs from.
  private let gitHub: String?
  private let environment: StepEnvironment
  private let log: Log

  /// Finds the places.
  init(_ settings: Settings, keys names: [String], _ environment: StepEnvironment, _ log: Log) {
    let keys = names.map { OutputValues.Key($0) }
    let files = environment.files
    file = settings.outputFile.map { OutputFile(path: $0, keys: keys, files: files) }
    folder = settings.resultsFolder.map { ResultsFolder($0, keys: keys, files: files) }
    let own = environment.variables["GITHUB_OUTPUT"] ?? ""
    let isThere = CISystem.gitHub.isThere(environment.variables) && !own.isEmpty
    // As the output file it has the lines already.
    gitHub = isThere && own != settings.outputFile ? own : nil
    self.environment = environment
    self.log = log
  }

  /// Whether anybody wants values.
  var isAskedFor: Bool { file != nil || folder != nil || gitHub != nil || isAzure }

  private var isAzure: Bool { CISystem.azure.isThere(environment.variables) }

  /// Removes what an earlier run left, which must not be read as this run's.
  func purge() {
    func orWarn(_ body: () throws(FileError) -> Void) {
      do throws(FileError) {
        try body()
      } catch {
        log.warning(
          "\(error.message): it still holds values of an earlier run; the step goes on, and its exit code will show this"
        )
      }
    }
    orWarn { () throws(FileError) in if let loss = try file?.purge() { log.warning(loss) } }
    orWarn { () throws(FileError) in try folder?.purge() }
    log.warn(of: environment.files)
  }

  /// Hands the values on; throws, once all was tried, what went wrong with a place that the user named.
  func save(_ values: OutputValues) throws(FileError) {
    defer { log.warn(of: environment.files) }
    if let gitHub { append(values, to: gitHub) }
    if isAzure {
      for entry in values.entries {
        if let line = CISystem.azure.variable(entry.key.name, entry.value) {
          environment.tellPipeline(line, log)
        }
      }
    }
    var trouble: FileError?
    do throws(FileError) { try file?.save(values) } catch { trouble = error }
    do throws(FileError) {
      let leftOut = try folder?.save(values) ?? []
      if !leftOut.isEmpty {
        log.warning(
          "\(Common.resultsFolder.title) gets no \(leftOut.map(\.name).joined(separator: ", ")): all values together "
            + "are more than Tekton takes")
      }
    } catch {
      trouble = trouble ?? error
    }
    if let trouble { throw trouble }
  }

  private func append(_ values: OutputValues, to path: String) {
    var chance = environment.random
    // Apart from the numbers that other parts of the step draw from it.
    var random = SeededRandom(seed: chance.next() ^ 0x6F75_7470_7574_0000)
    let lines = values.entries.map { GitHubOutput.line($0.key.name, $0.value, &random) }.joined()
    guard !lines.isEmpty else { return }
    do throws(FileError) {
      try SharedFile(path, environment.files).append(lines)
    } catch {
      log.warning("\(error.message): later steps of the job do not get the values (GITHUB_OUTPUT)")
    }
  }
}

extension StepEnvironment {
  /// Writes a command for the CI system to where it reads commands: standard output.
  ///
  /// With `--json` that is one document; the commands are then in the log, which Azure's tasks read as well
  /// (`errStream: process.stdout` in the Bash task).
  func tellPipeline(_ line: String, _ log: Log) {
    if arguments.contains("--json") { log.command(line) } else { writeOutput("\(line)\n") }
  }
}
