import Foundation
import Testing

/// The steps, by the names of their programs.
enum StepProgram: String, CaseIterable, Sendable {
  case backup = "astra-backup"
  case cleanup = "astra-cleanup"
  case clone = "astra-clone"
  case preflight = "astra-preflight"
  case restore = "astra-restore"
  case snapshot = "astra-snapshot"
  case status = "astra-status"
  case verify = "astra-verify"

  /// Those that wait for an operation: the pipeline's own.
  static let allCases: [StepProgram] = [.backup, .clone, .restore]
  /// Those that ask for a change: a look needs no permission, and nothing is to be protected from it.
  static let changing: [StepProgram] = [.backup, .cleanup, .clone, .restore, .snapshot]
  /// All there are.
  static let every: [StepProgram] = [
    .backup, .cleanup, .clone, .preflight, .restore, .snapshot, .status, .verify,
  ]
}

/// A simulated site, and an agent's workspace in which the real programs run against it.
///
/// Every run goes through `run`, which looks for the token in all that the step left and showed, for
/// children, for a report that says something else than the exit code, and for more or less than one sentence
/// of error.
struct StepSite: Sendable {
  let simulator: SimulatorProcess
  /// The steps' working directory, where nothing may hold the token.
  let workspace: TemporaryFolder
  /// Where a user keeps credentials; outside the workspace, since these files do hold the token.
  let home: TemporaryFolder
  /// The environment of every step; nothing else is inherited.
  var environment: [String: String]
  /// The simulator's token; with Trident protect that of the first cluster.
  let token: String
  /// Whether the kubeconfig names a plug-in for credentials.
  var mayHaveChildren = false

  /// What a run must leave behind, besides its report.
  enum Remains {
    /// A report, and no temporary file.
    case report
    /// What a killed step leaves: a report, unless it was killed at once, and perhaps a temporary file.
    case anything
    /// What a signal at any moment leaves: likewise, and none at all from before the step's first instruction.
    ///
    /// A step that is killed between its last report and its end may have left one that claims success.
    case whatASignalLeaves
    /// A report as far as it could be written: perhaps an early version, perhaps none.
    case whatCanBeWritten
    /// No report: it could not be written.
    case noReport
  }

  /// Starts a site whose operations take about that long; each of its two parts takes half of it.
  static func start(
    scenario: String? = nil, world: SimulatedWorld = .astraControl, seconds: Double = 1,
    bend: (inout [String: Any]) -> Void = { _ in }
  ) async throws -> StepSite {
    let simulator = try await SimulatorProcess.start(scenario: scenario ?? world.rawValue) { scenario in
      world.setLengths(seconds, in: &scenario)
      bend(&scenario)
    }
    return try StepSite(simulator, world)
  }

  private init(_ simulator: SimulatorProcess, _ world: SimulatedWorld) throws {
    self.simulator = simulator
    workspace = try TemporaryFolder()
    home = try TemporaryFolder()
    token = simulator.environment["ASTRA_API_TOKEN"] ?? world.tokens[0]
    environment = simulator.environment.merging([
      "BUILD_TAG": "jenkins-post-mortem-42", "ASTRA_LOG_LEVEL": "debug", "ASTRA_OUTPUT_FILE": "values.env",
      "HOME": home.path(""), "PATH": "/usr/bin:/bin",
      // What astra-cleanup is to do; nobody else reads it.
      "ASTRA_KEEP_BACKUPS": "1", "ASTRA_BACKUP_PATTERN": "before-*",
    ]) { $1 }
  }

  /// The environment with some variables changed; nil unsets one.
  func with(_ changes: [String: String?]) -> StepSite {
    var site = self
    for (name, value) in changes { site.environment[name] = value }
    return site
  }

  /// The whole world as it is now.
  func world() async throws -> WorldView { try await simulator.world() }

  /// Runs a step to its end, and checks all that is true of every run.
  ///
  /// `shell` is what `/bin/sh` does in the step's place, and must end in `exec "$@"`; `during` happens while
  /// the step runs.
  @discardableResult
  func run(
    _ step: StepProgram, _ arguments: [String] = [], shell: String? = nil, leaving remains: Remains = .report,
    at location: SourceLocation = #_sourceLocation,
    during: (RunningCommand) async throws -> Void = { _ in }
  ) async throws -> StepResult {
    let program = try Installation.program(step.rawValue)
    var command = Command(
      program, arguments, environment: environment, directory: workspace.path(""))
    if let shell {
      (command.program, command.arguments) = ("/bin/sh", ["-c", shell, "sh", program] + arguments)
    }
    let secrets = [token, environment["ASTRA_API_TOKEN"] ?? ""].filter { !$0.isEmpty }
    let running = try command.start()
    async let watched = ProcessWatch.follow(running, program: program, secrets: secrets)
    do {
      try await during(running)
    } catch {
      running.send(SIGKILL)
      throw error
    }
    return try checked(
      try await running.result(), of: step, watched: await watched, leaving: remains,
      isJSON: arguments.contains("--json"), at: location)
  }

  /// Checks all that is true of every run, however it was started.
  func checked(
    _ ended: Command.Result, of step: StepProgram, watched: ProcessWatch, leaving remains: Remains,
    isJSON: Bool = false, at location: SourceLocation
  ) throws -> StepResult {
    let secrets = [token, environment["ASTRA_API_TOKEN"] ?? ""].filter { !$0.isEmpty }
    let data = try? Data(contentsOf: URL(filePath: reportPath(of: step)))
    let result = StepResult(
      ended, report: try data.map { try StepReportView($0) }, values: values, watch: watched)

    if let data { try ReportCollection.keep(data, step: step.rawValue) }
    if step == .status, isJSON {
      try ReportCollection.keep(document: Data(result.output.utf8), step: step.rawValue)
    }
    checkSecrecy(of: result, secrets, location)
    #expect(result.output.isEmpty || isJSON || step == .status, "\(result.summary)", sourceLocation: location)
    checkEnd(of: result, remains, location)
    if ![.anything, .whatASignalLeaves].contains(remains) { checkFiles(location) }
    return result
  }

  /// The report of a step, as the environment places it.
  func reportPath(of step: StepProgram) -> String {
    let folder = environment["ASTRA_REPORT_DIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "reports"
    return workspace.path("\(folder)/TEST-\(step.rawValue).xml")
  }

  /// What the output file says.
  private var values: [String: String] {
    let lines = (workspace.text(environment["ASTRA_OUTPUT_FILE"] ?? "") ?? "").split(separator: "\n")
      .map { $0.split(separator: "=", maxSplits: 1) }
    return Dictionary(
      lines.compactMap { $0.count == 2 ? (String($0[0]), String($0[1])) : nil }, uniquingKeysWith: { $1 })
  }
}

// MARK: - What is true of every run

extension StepSite {
  /// The token is nowhere but in the header, and nobody inherits it.
  private func checkSecrecy(of result: StepResult, _ secrets: [String], _ location: SourceLocation) {
    for secret in secrets {
      #expect(!result.output.contains(secret), "stdout tells the token", sourceLocation: location)
      #expect(!result.errors.contains(secret), "stderr tells the token", sourceLocation: location)
      #expect(filesHolding(secret).isEmpty, "files tell the token", sourceLocation: location)
    }
    #expect(result.watch.tellingArguments.isEmpty, sourceLocation: location)
    #expect(result.watch.children.isEmpty || mayHaveChildren, sourceLocation: location)
    // That a step is seen at all is a test of its own (`StepsCheckTests`): one may end between two looks, however
    // long that takes on a busy machine.
  }

  /// The exit code, the report and the one sentence on stderr say the same.
  private func checkEnd(of result: StepResult, _ remains: Remains, _ location: SourceLocation) {
    #expect(!result.isTimedOut, "\(result.summary)", sourceLocation: location)
    switch result.exit {
    case .code(0): #expect(result.messages.isEmpty, "\(result.summary)", sourceLocation: location)
    case .code:
      // The report is a matter of its own: that it cannot be written is said besides what else went wrong.
      let most = [.noReport, .whatCanBeWritten].contains(remains) && result.exit != .code(73) ? 2 : 1
      if !result.errors.isEmpty {
        #expect((1...most).contains(result.messages.count), "\(result.summary)", sourceLocation: location)
      }
    case .signal(let signal):
      // Before its handlers stand, SIGTERM ends a step as it ends any program: it has said nothing yet.
      let isEarly = signal == SIGTERM && result.errors.isEmpty
      #expect(
        signal == SIGKILL && remains == .anything
          || remains == .whatASignalLeaves && (signal == SIGKILL || isEarly),
        "\(result.summary)", sourceLocation: location)
    }
    switch remains {
    case .noReport: #expect(result.report == nil, "\(result.summary)", sourceLocation: location)
    case .report: #expect(result.report != nil, "\(result.summary)", sourceLocation: location)
    case .anything, .whatASignalLeaves, .whatCanBeWritten: break
    }
    guard let report = result.report else { return }
    if remains == .whatASignalLeaves, case .signal = result.exit { return }
    // The last version, which says how the step ended, may be the one that could not be written.
    let isOld = remains == .whatCanBeWritten && report.problem?.message.contains("did not finish") == true
    if isOld, result.exit != .code(0) { return }
    #expect(report.claimsSuccess == (result.exit == .code(0)), "\(result.summary)", sourceLocation: location)
    if let message = result.messages.first {
      #expect(report.problem?.message == message, "\(result.summary)", sourceLocation: location)
    }
  }

  /// Nothing lies in the workspace but what the documentation names.
  private func checkFiles(_ location: SourceLocation) {
    for path in files.keys {
      let name = path.split(separator: "/").last.map(String.init) ?? ""
      let isKnown =
        name.hasPrefix("TEST-astra-") && name.hasSuffix(".xml")
        || name.hasPrefix("astra-") && name.hasSuffix(".json")
        || ["values.env", "a-file", "filler"].contains(name)
      #expect(isKnown, "\(path) was left behind", sourceLocation: location)
    }
  }

  /// The files below the workspace that hold a text, by their paths from there.
  func filesHolding(_ text: String) -> [String] {
    files.filter { $0.value.range(of: Data(text.utf8)) != nil }.map(\.key).sorted()
  }

  /// Every file below the workspace.
  private var files: [String: Data] {
    var files: [String: Data] = [:]
    for case let path as String in FileManager.default.enumerator(atPath: workspace.path("")) ?? .init() {
      if let data = try? Data(contentsOf: workspace.url.appending(path: path)) { files[path] = data }
    }
    return files
  }
}

/// What came of a step.
struct StepResult: Sendable {
  var exit: Command.Exit
  var output: String
  var errors: String
  var isTimedOut: Bool
  var duration: Duration
  /// The report on disk when the step had ended; nil if there is none.
  var report: StepReportView?
  /// The lines of the output file.
  var values: [String: String]
  var watch: ProcessWatch
  /// The run in full, for the comment of an expectation.
  var summary: String

  init(_ result: Command.Result, report: StepReportView?, values: [String: String], watch: ProcessWatch) {
    (exit, output, errors, isTimedOut) = (result.exit, result.output, result.errors, result.isTimedOut)
    (duration, summary) = (result.duration, result.summary)
    (self.report, self.values, self.watch) = (report, values, watch)
  }

  /// The sentences that say why it failed.
  var messages: [String] {
    errors.split(separator: "\n").compactMap { line in
      line.firstRange(of: ": error: ").map { String(line[$0.upperBound...]) }
    }
  }

  /// Checks how it ended, and that its one sentence says these words.
  func expect(_ code: Int32, saying words: String..., at location: SourceLocation = #_sourceLocation) {
    #expect(exit == .code(code), "\(summary)", sourceLocation: location)
    for word in words {
      #expect(
        messages.first?.contains(word) == true, "no \"\(word)\" in: \(summary)", sourceLocation: location)
    }
  }
}
