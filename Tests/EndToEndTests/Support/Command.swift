import Foundation
import Glibc
import Synchronization

extension Duration {
  /// After so long something is taken to hang: ten minutes.
  ///
  /// No test's verdict depends on how fast the machine is. Whatever is waited for ends the wait when it has come; this
  /// only makes a failure of what never comes.
  static let hang = Duration.seconds(600)
}

/// One program to run: what it is given, and nothing else.
struct Command: Sendable {
  /// How a program ended.
  enum Exit: Hashable, Sendable {
    case code(Int32)
    case signal(Int32)
  }

  /// What came of a run.
  struct Result: Sendable {
    var exit: Exit
    var output: String
    var errors: String
    /// Whether the program was killed because its time was up.
    var isTimedOut = false
    var duration: Duration

    /// Both streams and the exit, for the comment of an expectation.
    var summary: String { "\(exit) after \(duration)\n--- stdout\n\(output)\n--- stderr\n\(errors)" }
  }

  /// The program's absolute path.
  var program: String
  var arguments: [String]
  /// The whole environment; nothing is inherited.
  var environment: [String: String]
  /// The working directory; nil: that of the test.
  var directory: String?
  /// Text on standard input, which then ends; nil: standard input is empty.
  var input: String?
  /// How long the program may run before it is killed.
  var timeLimit = Duration.hang

  /// Makes a command.
  init(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
    directory: String? = nil, input: String? = nil, timeLimit: Duration = .hang
  ) {
    (self.program, self.arguments, self.environment) = (program, arguments, environment)
    (self.directory, self.input, self.timeLimit) = (directory, input, timeLimit)
  }

  /// Runs the program to its end.
  func run() async throws -> Result {
    try await start().result()
  }

  /// Starts the program and leaves it running.
  func start() throws -> RunningCommand {
    try RunningCommand(self)
  }
}

/// A program that has been started.
///
/// Its streams go into files, which can be read at any time and never fill up as a pipe does. A program that is
/// forgotten is killed.
final class RunningCommand: Sendable {
  /// What a sanitizer is told, in a build under one (`./test --sanitize`); the one thing that is inherited.
  private static let sanitizerOptions = ProcessInfo.processInfo.environment.filter {
    ["ASAN_OPTIONS", "TSAN_OPTIONS"].contains($0.key)
  }

  /// The program's process id.
  let processID: pid_t
  private let command: Command
  private let folder: TemporaryFolder
  private let began = ContinuousClock.now
  private let exit = ExitBox()

  fileprivate init(_ command: Command) throws {
    self.command = command
    folder = try TemporaryFolder()
    try Data((command.input ?? "").utf8).write(to: folder.url.appending(path: "stdin"))

    for stream in ["stdout", "stderr"] { try folder.write("", to: stream) }
    let process = Process()
    process.executableURL = URL(filePath: command.program)
    process.arguments = command.arguments
    process.environment = command.environment.merging(Self.sanitizerOptions) { own, _ in own }
    if let directory = command.directory { process.currentDirectoryURL = URL(filePath: directory) }
    let streams = [
      try FileHandle(forReadingFrom: folder.url.appending(path: "stdin")),
      try FileHandle(forWritingTo: folder.url.appending(path: "stdout")),
      try FileHandle(forWritingTo: folder.url.appending(path: "stderr")),
    ]
    // Foundation keeps them open with a process that has long ended, and from about 1300 on it crashes.
    defer { for stream in streams { try? stream.close() } }
    (process.standardInput, process.standardOutput, process.standardError) = (
      streams[0], streams[1], streams[2]
    )
    process.terminationHandler = { [exit] process in
      let status = process.terminationStatus
      exit.set(process.terminationReason == .uncaughtSignal ? .signal(status) : .code(status))
    }
    try process.run()
    processID = process.processIdentifier
  }

  deinit {
    send(SIGKILL)
  }

  /// What the program has written on standard output so far.
  var output: String { text("stdout") }

  /// What the program has written on standard error so far.
  var errors: String { text("stderr") }

  /// How the program ended; nil while it runs.
  var ended: Command.Exit? { exit.value }

  /// Sends a signal, unless the program has ended.
  func send(_ signal: Int32) {
    if ended == nil { kill(processID, signal) }
  }

  /// Waits for the end of the program, which is killed when its time is up.
  func result() async throws -> Command.Result {
    var isTimedOut = false
    while true {
      if let exit = ended {
        return Command.Result(
          exit: exit, output: output, errors: errors, isTimedOut: isTimedOut,
          duration: ContinuousClock.now - began)
      }
      if !isTimedOut, ContinuousClock.now - began > command.timeLimit {
        isTimedOut = true
        send(SIGKILL)
      }
      try? await Task.sleep(for: .milliseconds(5))
      if Task.isCancelled { send(SIGKILL) }
    }
  }

  private func text(_ stream: String) -> String {
    let data = (try? Data(contentsOf: folder.url.appending(path: stream))) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }
}

/// How a program ended, once it has.
private final class ExitBox: Sendable {
  private let exit = Mutex<Command.Exit?>(nil)

  var value: Command.Exit? { exit.withLock { $0 } }

  func set(_ value: Command.Exit) { exit.withLock { $0 = value } }
}
