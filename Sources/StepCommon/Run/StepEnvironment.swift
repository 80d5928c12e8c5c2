package import Files
package import HTTPTransport
package import KubernetesAPI
package import PageProbe
package import Timing
#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// The C function of that name, apart from the method of `StepEnvironment`.
private func platformWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(descriptor, bytes, count)
}

/// What a step gets of the machine that it runs on; tests put other things in its place.
package struct StepEnvironment {
  package var arguments: [String]
  /// The environment variables.
  package var variables: [String: String]
  package var time: any TimeSource
  package var files: any FileWriter
  package var hostname: String
  package var random: SeededRandom
  /// The kinds of service that a step can work with.
  package var backends = BackendRegistry.all
  /// When a step looks again at what it waits for.
  package var schedule = PollSchedule()
  /// The folder that the step was started in, as an absolute path.
  package var workingFolder = "/"
  /// The trace that the run belongs to: 32 digits of base 16; nil for none.
  var trace: String?
  /// Shows a summary beside the build, where the CI system has a program for that; says why it was not shown.
  package var annotate: (Annotation) -> String?
  package var writeError: (String) -> Void
  package var writeOutput: (String) -> Void
  /// How wide the terminal is that the output goes to; nil where it is none.
  package var outputColumns: Int?
  /// How wide the terminal is that the log goes to; nil where it is none.
  package var errorColumns: Int?
  /// Reads a line that a person types within a time, or until a signal comes; nil where nobody does.
  package var readAnswer: ((Duration) -> String?)?
  package var connect:
    (ServiceConnection, _ userAgent: String, any TimeSource) throws(TransportError) -> any LineTransport
  /// What runs the credential plug-ins of a kubeconfig; nil runs them as programs.
  package var plugin: (any CredentialPlugin)?
  /// The way to customers' pages, which knows neither the connection nor its token.
  package var connectToPages:
    (PageSettings, _ userAgent: String, any TimeSource) throws(TransportError) -> any PageTransport

  /// Gathers the handles of a run.
  package init(
    arguments: [String], variables: [String: String], time: any TimeSource, files: any FileWriter,
    hostname: String, random: SeededRandom, writeError: @escaping (String) -> Void,
    writeOutput: @escaping (String) -> Void,
    connect:
      @escaping (ServiceConnection, _ userAgent: String, any TimeSource) throws(TransportError) ->
      any LineTransport,
    connectToPages:
      @escaping (PageSettings, _ userAgent: String, any TimeSource) throws(TransportError)
      -> any PageTransport = StepEnvironment.realPages
  ) {
    self.arguments = arguments
    self.variables = variables
    self.time = time
    self.files = files
    self.hostname = hostname
    self.random = random
    self.writeError = writeError
    self.writeOutput = writeOutput
    self.connect = connect
    self.connectToPages = connectToPages
    annotate = { [variables] in AnnotationProcess(environment: variables, time: time).show($0) }
  }

  /// What runs the credential plug-ins of a kubeconfig.
  func credentialPlugin() -> any CredentialPlugin {
    plugin ?? PluginProcess(environment: variables, time: time)
  }

  /// Looks at pages over the network.
  package static func realPages(
    _ settings: PageSettings, _ userAgent: String, _ time: any TimeSource
  ) throws(TransportError) -> any PageTransport {
    try settings.connect(userAgent: userAgent, time: time)
  }

  /// The real machine, made ready for a step: signals handled, no core files.
  package static func system() -> StepEnvironment {
    // A closed standard stream would give its number to the next socket, and the log would go into that.
    while (STDIN_FILENO...STDERR_FILENO).contains(unsafe open("/dev/null", O_RDWR)) {}
    installInterruptionHandlers()
    forbidCoreFiles()
    var systemRandom = SystemRandomNumberGenerator()
    var environment = StepEnvironment(
      arguments: Array(ProcessCall.arguments.dropFirst()),
      variables: environmentVariables(), time: SystemTime(), files: SystemFiles(), hostname: machineName(),
      random: SeededRandom(seed: systemRandom.next()),
      writeError: { write($0, to: STDERR_FILENO) },
      writeOutput: { write($0, to: STDOUT_FILENO) },
      connect: { connection, userAgent, time throws(TransportError) in
        try CurlTransport(
          endpoint: connection.endpoint, trust: connection.trust, userAgent: userAgent, time: time,
          limits: connection.limits, proxies: connection.proxies, certificate: connection.clientCertificate)
      })
    environment.outputColumns = columns(of: STDOUT_FILENO)
    environment.errorColumns = columns(of: STDERR_FILENO)
    if isatty(STDIN_FILENO) == 1, environment.errorColumns != nil {
      environment.readAnswer = { TypedLine.read(within: $0) }
    }
    environment.workingFolder = workingFolder()
    return environment
  }

  /// How wide a terminal is; nil if the descriptor is none, or does not say.
  private static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  private static func workingFolder() -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    guard unsafe getcwd(&buffer, buffer.count) != nil else { return "/" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Keeps the token out of core files.
  ///
  /// A limit of 1 byte, not 0: Linux takes 1 as "none" for core files that are piped to a program too.
  private static func forbidCoreFiles() {
    var limit = rlimit(rlim_cur: 1, rlim_max: 1)
    #if canImport(Darwin)
      _ = unsafe setrlimit(RLIMIT_CORE, &limit)
    #else
      _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    #endif
  }

  private static func environmentVariables() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = unsafe environ
    while let line = unsafe entry.pointee {
      let text = unsafe String(cString: line)
      if let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) {
        variables[String(text[..<equals])] = String(text[text.utf8.index(after: equals)...])
      }
      unsafe entry += 1
    }
    return variables
  }

  private static func machineName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Writes all of a text; a stream that is closed or full of errors loses it, which must not end a step.
  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = unsafe bytes.withUnsafeBytes {
        unsafe platformWrite(descriptor, $0.baseAddress, $0.count)
      }
      if written > 0 {
        bytes = bytes.dropFirst(written)
      } else if errno != EINTR {
        return
      }
    }
  }
}
