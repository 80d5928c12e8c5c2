internal import ArgumentParser
internal import AstraSimulator
internal import Glibc
internal import KubernetesSimulator
internal import SimulatorSupport

/// Astra Control, or clusters with Trident protect or Velero, simulated, behind HTTPS on this machine.
@main
struct SimulatorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "astra-simulator",
    abstract:
      "Serves a simulated Astra Control, Trident protect or Velero, and its applications' pages, on loopback.",
    discussion: """
      Once it listens it writes into the directory: ca.pem, port, for clusters kubeconfig, and last env, whose \
      lines (KEY=VALUE) point the steps at it. A browser sees the world at /_simulator/, and programs get the whole of \
      it with GET /_simulator/world. It ends at SIGTERM or SIGINT.

      Exit codes: 0 ended by a signal; 64 a parameter or the scenario is wrong; 73 the port is taken or the directory \
      cannot be written.
      """,
    version: "0.1.0"
  )

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "The world to start with, as JSON; with --check any number of them.", valueName: "file"))
  var scenario: [String]

  @Option(help: ArgumentHelp("The port on 127.0.0.1; 0 takes any free one.", valueName: "number"))
  var port: Int?

  @Option(help: ArgumentHelp("Where to write ca.pem, port and env; made if missing.", valueName: "folder"))
  var dir: String?

  @Option(
    help: ArgumentHelp(
      "How many simulated seconds pass in a real one; 0: time passes at POST /_simulator/advance alone.",
      valueName: "factor"))
  var speed: Double = 1

  @Flag(help: "Serve no front pages: a large world has too many of them.")
  var withoutPages = false

  @Flag(help: "Only read the scenarios: say what is wrong with each, or that nothing is, and end.")
  var check = false

  @Flag(help: "Write one line for each request on stderr.")
  var verbose = false

  func validate() throws {
    guard check || port != nil && dir != nil else {
      throw ValidationError("Give --port and --dir; or --check, to read the scenario and do no more.")
    }
    guard check || scenario.count == 1 else {
      throw ValidationError("Give one --scenario: a simulator has one world.")
    }
    guard (0...65_535).contains(port ?? 0) else { throw ValidationError("--port is not in 0...65535.") }
    guard speed >= 0, speed <= 1e6 else { throw ValidationError("--speed is not in 0...1000000.") }
  }

  func run() throws {
    endOnSignals()
    guard let port, let dir, let file = scenario.first, !check else { return try checkScenarios() }
    do throws(Failure) {
      // The folder first: whoever waits for its files must not find those of a simulator of before.
      let folder = try SimulatorFolder(path: dir)
      if let clusters = try readClusters(file) {
        let server = ClusterServer(
          scenario: clusters, folder: folder, speed: speed, hasPages: !withoutPages, isVerbose: verbose)
        try server.run(port: port)
      }
      let server = SimulatorServer(
        scenario: try readScenario(file), folder: folder, speed: speed, hasPages: !withoutPages,
        isVerbose: verbose)
      try server.run(port: port)
    } catch {
      error.end()
    }
  }

  /// Reads every scenario; ends with 64 if something is wrong with one.
  private func checkScenarios() throws {
    var areRight = true
    for file in scenario {
      do throws(Failure) {
        if try readClusters(file) == nil { _ = try readScenario(file) }
        print("\(file) is a scenario, and nothing is wrong with it")
      } catch {
        Self.complain(error.sentence)
        areRight = false
      }
    }
    if !areRight { throw ExitCode(64) }
  }

  /// The clusters of a scenario; nil: it is about Astra Control.
  private func readClusters(_ file: String) throws(Failure) -> ClusterScenario? {
    guard let data = LocalFile.read(file), ClusterScenario.isOne(data) else { return nil }
    do {
      return try ClusterScenario(file: data, startTime: WallTime(sinceEpoch: .seconds(time(nil))))
    } catch {
      throw .usage("\(file): \(error.description)")
    }
  }

  private func readScenario(_ file: String) throws(Failure) -> Scenario {
    guard let data = LocalFile.read(file) else {
      throw .usage("cannot read the scenario \(file)")
    }
    do {
      var read = try Scenario(file: data)
      if !read.hasStartDate { read.startDate = WallTime(sinceEpoch: .seconds(time(nil))) }
      return read
    } catch {
      throw .usage("\(file): \(error.description)")
    }
  }

  /// Ends the process at SIGTERM and SIGINT: there is nothing to tidy up, every file is written whole.
  private func endOnSignals() {
    _ = signal(SIGPIPE, SIG_IGN)
    // Whoever starts it may have them blocked, and the mask is inherited.
    var ends = sigset_t()
    _ = unsafe sigemptyset(&ends)
    for number in [SIGTERM, SIGINT] {
      _ = signal(number) { _ in _exit(0) }
      _ = unsafe sigaddset(&ends, number)
    }
    _ = unsafe sigprocmask(SIG_UNBLOCK, &ends, nil)
  }

  /// Writes one line on stderr.
  static func complain(_ sentence: String) {
    let line = Array("astra-simulator: \(sentence)\n".utf8)
    unsafe line.withUnsafeBytes { bytes in
      _ = unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count)
    }
  }
}

/// Why the simulator cannot serve, as one sentence and an exit code.
struct Failure: Error {
  var sentence: String
  var exitCode: Int32

  /// Says it and ends the process.
  func end() -> Never {
    SimulatorCommand.complain(sentence)
    _exit(exitCode)
  }

  /// A parameter or the scenario is wrong.
  static func usage(_ sentence: String) -> Self { Self(sentence: sentence, exitCode: 64) }

  /// The port is taken, or a file cannot be written.
  static func cannotCreate(_ sentence: String) -> Self { Self(sentence: sentence, exitCode: 73) }
}
