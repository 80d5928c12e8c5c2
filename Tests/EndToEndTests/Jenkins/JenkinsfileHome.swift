import Foundation

/// A stand-in for a Jenkins: jobs' builds, agents' workspaces, credentials, and the shim that carries builds out.
struct JenkinsHome: Sendable {
  /// What a build is started with.
  struct Request: Sendable {
    /// Which of the jobs.
    var pipeline = Pipeline.postmortem
    /// Nil: the first build of a job, which knows no parameters.
    var parameters: [String: String]?
    /// What a human answers to each question: `proceed` or `abort`.
    var inputs: [String: String] = [:]
    /// Texts of the Jenkinsfile, and what stands in their place: shorter times, for what fails only when time is up.
    var changes: [String: String] = [:]
    var agent = "agent-1"
    /// What the credential of the API token holds; nil: the token of the scenario.
    var token: String?
    /// The build and the stage that a restart goes on from.
    var restart: (build: Int, stage: String)?
    /// The stage that is aborted as soon as the console shows the text.
    var abort: (stage: String, when: String)?
  }

  /// Something that the tests need is not there, or the shim did not do what it should.
  struct Failed: Error, CustomStringConvertible {
    var description: String
  }

  /// A job: its name, and the file that it runs.
  struct Pipeline: Sendable {
    var job: String
    var jenkinsfile: String

    static let postmortem = Pipeline(
      job: "shop/post mortem",
      jenkinsfile: Installation.root.appending(path: "jenkins/postmortem/Jenkinsfile").path)
    static let release = Pipeline(
      job: "shop/release", jenkinsfile: Installation.root.appending(path: "jenkins/release/Jenkinsfile").path)
  }

  /// Every program that a pipeline may run.
  static let programs = [
    "astra-backup", "astra-clone", "astra-preflight", "astra-report", "astra-restore", "astra-snapshot",
    "astra-status",
    "astra-verify",
  ]
  static let jenkinsfile = Pipeline.postmortem.jenkinsfile
  /// The settings of both generations of the API.
  static let generations: [[String: String]] = [[:], ["apiGeneration": "v1"]]
  /// The folder of the shared library.
  static let sharedLibrary = Installation.root.appending(path: "jenkins").path

  let simulator: SimulatorProcess
  private let folder: TemporaryFolder
  private let token: String
  private let world: SimulatedWorld

  /// Starts a simulator whose operations take a moment, and an agent that has the steps on its path.
  static func start(
    world: SimulatedWorld = .astraControl, operationSeconds: Double = 0.5,
    bend: (inout [String: Any]) -> Void = { _ in }
  ) async throws -> JenkinsHome {
    let simulator = try await SimulatorProcess.start(scenario: world.rawValue) { scenario in
      world.setLengths(2 * operationSeconds, in: &scenario)
      bend(&scenario)
    }
    return try JenkinsHome(simulator, world)
  }

  private init(_ simulator: SimulatorProcess, _ world: SimulatedWorld) throws {
    self.simulator = simulator
    self.world = world
    folder = try TemporaryFolder()
    token = simulator.environment["ASTRA_API_TOKEN"] ?? world.tokens[0]
    try addPrograms()
    try folder.write("not-a-real-kubeconfig\n", to: "kubeconfig")
  }

  /// Puts every program that is not there on the agents' path.
  func addPrograms() throws {
    let programs = folder.url.appending(path: "bin")
    try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
    for name in Self.programs where !FileManager.default.fileExists(atPath: folder.path("bin/\(name)")) {
      try FileManager.default.createSymbolicLink(
        at: programs.appending(path: name), withDestinationURL: URL(filePath: try Installation.program(name)))
    }
  }

  /// The parameters that name the simulator's world.
  var parameters: [String: String] {
    var named = simulator.environment.filter {
      !["ASTRA_API_TOKEN", "ASTRA_CA_FILE", "KUBECONFIG"].contains($0.key)
    }
    if simulator.environment["KUBECONFIG"] != nil { named["CREDENTIAL"] = "clusters" }
    return named.merging(world.parameters) { $1 }
  }

  /// Puts a shell script on the agents' path.
  func addProgram(_ name: String, _ script: String) throws {
    try folder.write("#!/bin/sh\n\(script)\n", to: "bin/\(name)")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: folder.path("bin/\(name)"))
  }

  /// Puts a step on the agents' path that, when it has ended, posts to a control endpoint of the simulator.
  func addProgram(_ name: String, after action: String, _ body: [String: Any]) throws {
    let json = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
    try removeProgram(name)
    try addProgram(
      name,
      """
      '\(try Installation.program(name))' "$@" || exit
      exec curl -sS --fail --noproxy '*' --cacert '\(simulator.certificateFile)' -o /dev/null --json '\(json)' \\
        'https://\(simulator.host)/_simulator/\(action)'
      """)
  }

  /// Takes a program off the agents' path.
  func removeProgram(_ name: String) throws {
    try FileManager.default.removeItem(at: folder.url.appending(path: "bin/\(name)"))
  }

  /// A file of the home as text; nil if it is not there.
  func text(_ path: String) -> String? { folder.text(path) }

  /// The absolute path of a file in the home.
  func path(_ path: String) -> String { folder.path(path) }

  /// The path of a file in an agent's workspace, from the home.
  static func workspaceFile(_ name: String, agent: String = "agent-1") -> String {
    "home/agents/\(agent)/workspace/\(Pipeline.postmortem.job)/\(name)"
  }

  /// Starts a build and waits for its end.
  func build(_ request: Request) async throws -> JenkinsBuild {
    var text = try String(contentsOfFile: request.pipeline.jenkinsfile, encoding: .utf8)
    for (part, replacement) in request.changes {
      guard text.contains(part) else { throw Failed(description: "nothing to change: \(part)") }
      text = text.replacing(part, with: replacement)
    }
    try folder.write(text, to: "Jenkinsfile")
    var json: [String: Any] = [
      "jenkinsfile": folder.path("Jenkinsfile"), "home": folder.path("home"), "job": request.pipeline.job,
      "agent": request.agent, "sharedLibrary": Self.sharedLibrary, "inputs": request.inputs,
      "environment": agentEnvironment,
      "credentials": [
        "astra-api-token": ["text": request.token ?? token],
        "clusters": ["file": simulator.environment["KUBECONFIG"] ?? ""],
        "debug-kubeconfig": ["file": folder.path("kubeconfig")],
        "staging-kubeconfig": ["file": folder.path("kubeconfig")],
        "prod-kubeconfig": ["file": folder.path("kubeconfig")],
      ],
    ]
    if let parameters = request.parameters { json["parameters"] = parameters }
    if let restart = request.restart { json["restart"] = ["build": restart.build, "stage": restart.stage] }
    if let abort = request.abort { json["abort"] = ["stage": abort.stage, "when": abort.when] }
    let file = folder.url.appending(path: "request.json")
    try JSONSerialization.data(withJSONObject: json).write(to: file)
    let result = try await Self.groovy([file.path])
    let number = result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    guard result.exit == .code(0), let summary = folder.text("home/builds/\(number)/build.json") else {
      throw Failed(description: result.summary)
    }
    var build = try JSONDecoder().decode(JenkinsBuild.self, from: Data(summary.utf8))
    build.console = folder.text("home/builds/\(number)/console.txt") ?? ""
    return build
  }

  /// The agent's own environment: what stands in no parameter.
  private var agentEnvironment: [String: String] {
    var environment = [
      "PATH": "\(folder.path("bin")):/usr/bin:/bin", "HOME": folder.path(""), "TEST_HOME": folder.path(""),
    ]
    environment["ASTRA_CA_FILE"] = simulator.environment["ASTRA_CA_FILE"]
    return environment
  }

  /// The files below the home, the steps' reports and stashes among them, that hold the token.
  func filesWithToken() throws -> [String] {
    guard let walk = FileManager.default.enumerator(atPath: folder.path("home")) else {
      throw Failed(description: "there is no home to look through")
    }
    return try walk.compactMap { $0 as? String }.filter { path in
      var isFolder: ObjCBool = false
      let full = folder.path("home/\(path)")
      let isThere = unsafe FileManager.default.fileExists(atPath: full, isDirectory: &isFolder)
      guard isThere, !isFolder.boolValue else { return false }
      return try Data(contentsOf: URL(filePath: full)).range(of: Data(token.utf8)) != nil
    }
  }

  // MARK: Groovy

  /// A virtual machine of Java keeps a core busy while it starts: more at once would only make each slower.
  private static let javaTurns = TurnQueue(atOnce: 3)

  /// Runs the shim.
  static func groovy(_ arguments: [String]) async throws -> Command.Result {
    let javaHome = try javaHome()
    let classes = try await shimClasses.value
    return try await javaTurns.inTurn {
      try await Command(
        "\(javaHome)/bin/java",
        // The C1 compiler alone starts faster, and a build is short; so does a collector without threads.
        [
          "-Dfile.encoding=UTF-8", "-Dsun.jnu.encoding=UTF-8", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
          "-cp", "\(classes):\(groovyLibraries)/*", "RunPipeline",
        ] + arguments,
        environment: ["PATH": "/usr/bin:/bin", "JAVA_HOME": javaHome, "LIBRARY": sharedLibrary]
      ).run()
    }
  }

  /// What Java reads of a file of properties, as the step `readProperties` of Jenkins has it read one
  /// (`java.util.Properties.load`): the pairs, sorted.
  static func properties(of path: String) async throws -> [String] {
    let script = """
      def p = new Properties(); new File(args[0]).withReader('UTF-8') { p.load(it) }
      p.sort().each { println it.key + '=' + it.value }
      """
    let javaHome = try javaHome()
    let result = try await javaTurns.inTurn {
      try await Command(
        "\(javaHome)/bin/java",
        [
          "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", "\(groovyLibraries)/*",
          "groovy.ui.GroovyMain", "-e", script, path,
        ], environment: ["PATH": "/usr/bin:/bin", "JAVA_HOME": javaHome]
      ).run()
    }
    guard result.exit == .code(0) else { throw Failed(description: result.summary) }
    return result.output.split(separator: "\n").map { String($0) }
  }

  private static let groovyLibraries = "/usr/share/groovy/lib"
  private static let shimFolder = FileManager.default.temporaryDirectory
    .appending(path: "astra-steps-shim-\(ProcessInfo.processInfo.processIdentifier)").path

  /// The folder of the shim's classes, compiled once for all builds.
  ///
  /// That takes longer than the rest of what Java does for a build. The folder goes with this process.
  private static let shimClasses = Task {
    let compiler = "/usr/bin/groovyc"
    guard FileManager.default.isExecutableFile(atPath: compiler) else {
      throw Failed(description: "groovy is not installed: run ./test, which installs groovy")
    }
    atexit { try? FileManager.default.removeItem(atPath: JenkinsHome.shimFolder) }
    let source = Installation.root.appending(path: "Tests/jenkins").path
    let scripts = try FileManager.default.contentsOfDirectory(atPath: source)
      .filter { $0.hasSuffix(".groovy") }.map { "\(source)/\($0)" }
    let result = try await Command(
      compiler, ["-cp", source, "-d", shimFolder] + scripts.sorted(),
      environment: ["PATH": "/usr/bin:/bin", "JAVA_HOME": try javaHome()]
    ).run()
    guard result.exit == .code(0) else {
      throw Failed(description: "the shim does not compile: \(result.summary)")
    }
    return shimFolder
  }

  /// The installation of Java that the path leads to: Debian's groovy does not look for one itself.
  private static func javaHome() throws -> String {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    for folder in path.split(separator: ":") {
      let java = URL(filePath: "\(folder)/java").resolvingSymlinksInPath()
      if FileManager.default.isExecutableFile(atPath: java.path) {
        return java.deletingLastPathComponent().deletingLastPathComponent().path
      }
    }
    throw Failed(description: "there is no java on the path: run ./test, which installs groovy")
  }
}

/// What has come of a build.
struct JenkinsBuild: Decodable, Sendable {
  struct Stage: Decodable, Hashable, Sendable {
    var name: String
    var status: String
  }

  /// One published JUnit file.
  struct Published: Decodable, Sendable {
    struct Case: Decodable, Sendable {
      var name: String
      var status: String
      var message: String
    }

    var stage: String
    var file: String
    var suite: String
    var cases: [Case]
  }

  struct ShellCommand: Decodable, Sendable {
    var stage: String
    var script: String
    var code: Int
  }

  /// A build of another job that was asked for.
  struct Started: Decodable, Sendable {
    var job: String
    var wait: Bool
    var parameters: [String: String]
  }

  var number: Int
  var tag: String
  var result: String
  var stages: [Stage]
  var tests: [Published]
  var commands: [ShellCommand]
  var archived: [String]
  var started: [Started]
  var console = ""

  private enum CodingKeys: String, CodingKey {
    case number, tag, result, stages, tests, commands, archived, started
  }

  /// What the stages have run, without what comes after them.
  var stageCommands: [ShellCommand] { commands.filter { $0.stage != "Declarative: Post Actions" } }

  /// The statuses of the stages, in their order.
  var statuses: [String] { stages.map(\.status) }

  /// The status of a stage; nil if there was none of that name.
  func status(of stage: String) -> String? { stages.first { $0.name == stage }?.status }

  /// The suites that were published, in their order.
  var suites: [String] { tests.map(\.suite) }

  /// The cases that Jenkins shows as failed.
  var failures: [Published.Case] { tests.flatMap(\.cases).filter { $0.status == "FAILED" } }
}
