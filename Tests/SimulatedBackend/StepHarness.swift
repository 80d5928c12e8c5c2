package import Files
internal import Foundation
internal import HTTPTransport
package import ServiceSimulation
package import StepCommon
package import Timing

/// Runs steps against a simulated site, with files in memory that stay from one run to the next.
package final class StepHarness {
  package let site: Site
  package var files: MemoryFiles { siteFiles.memory }
  /// Everything that the steps have written, by path.
  package var writtenFiles: [String: [UInt8]] { siteFiles.contents }
  private let siteFiles: SiteFiles
  /// The environment of every step; a test changes it as a pipeline would.
  package var environment: [String: String]
  /// Where each step's chance begins.
  package var seed: UInt64 = 7
  /// When the steps look again at what they wait for.
  package var schedule = PollSchedule()
  /// The notes that steps have shown beside the build, with their Markdown.
  package private(set) var annotations: [(note: Annotation, text: String)] = []
  /// What a person at the terminal answers; nil: nobody is there to be asked.
  package var answer: String?
  /// Why no note can be shown, if none can.
  package var annotationTrouble: String?
  /// Everything that any step has written to its streams, as bytes, for the search for secrets.
  private var said = Data()

  /// Sets up a site and the environment that its service brings.
  ///
  /// `folder`, if there is one, is where the steps write real files.
  package init(_ setup: any ServiceSetup, run: String? = "jenkins-post-mortem-42", folder: String? = nil) {
    site = Site(setup)
    siteFiles = SiteFiles(site, folder: folder)
    environment = site.service.environment
    if let folder {
      for (path, text) in site.service.files {
        try? Data(text.utf8).write(to: URL(filePath: "\(folder)/\(path)"))
        environment["KUBECONFIG"] = "\(folder)/\(path)"
      }
    }
    environment["ASTRA_LOG_LEVEL"] = "debug"
    environment["ASTRA_OUTPUT_FILE"] = "out.env"
    environment["BUILD_TAG"] = run
    if let folder {
      environment["ASTRA_REPORT_DIR"] = "\(folder)/reports"
      environment["ASTRA_OUTPUT_FILE"] = "\(folder)/out.env"
    }
  }

  /// What a step left behind.
  package struct Result {
    package var code: ExitCode
    /// Whether it was killed: then there is no exit code of its own.
    package var wasKilled: Bool
    package var standardError: String
    package var standardOutput: String
    package var report: ReadReport
    package var values: [String: String]
    package var requests: Int

    /// The one line that says why the step failed.
    package var message: String {
      standardError.split(separator: "\n").compactMap { line in
        line.firstRange(of: ": error: ").map { String(line[$0.upperBound...]) }
      }.first ?? ""
    }
  }

  /// Runs a step to its end, or to where it is killed.
  package func run<S: Step>(_ step: S.Type, _ arguments: String...) throws -> Result {
    try run(step, arguments: arguments)
  }

  /// Runs a step with these arguments.
  package func run<S: Step>(_ step: S.Type, arguments: [String]) throws -> Result {
    site.beginAttempt()
    var (said, output) = ("", "")
    let before = site.requests.count
    var host = host(arguments: arguments)
    host.writeError = { [site] text in
      guard !site.isKilled else { return }
      said += text
      // What its debugging lines say is told by the site itself.
      if !text.contains(": debug: ") { site.tell?("     \(text.dropLast())") }
    }
    host.writeOutput = { [site] text in if !site.isKilled { output += text } }
    host.annotate = { [unowned self] note in
      if annotationTrouble == nil { annotations.append((note, files.text(note.file) ?? "")) }
      return annotationTrouble
    }
    let code = Runner<S>(host).exitCode()
    site.endAttempt()
    self.said += Data((said + output).utf8)
    let isDryRun =
      !S.changesNothing && (arguments.contains("--dry-run") || environment["ASTRA_DRY_RUN"] == "true")
    let path = reportPath(of: S.identity.name, isDryRun: isDryRun)
    guard let bytes = siteFiles.contents[path] else {
      throw NoReport(path: path, code: code, wasKilled: site.isKilled, said: said)
    }
    try ReportCollection.keep(bytes, step: S.identity.name)
    if S.shownMember != nil, arguments.contains("--json"), !site.isKilled {
      try ReportCollection.keep(document: Array(output.utf8), step: S.identity.name)
    }
    return Result(
      code: code, wasKilled: site.isKilled, standardError: said, standardOutput: output,
      report: try ReadReport(bytes), values: values, requests: site.requests.count - before)
  }

  /// The site as a step's machine; what it says is lost.
  package func host(arguments: [String]) -> StepEnvironment {
    var host = StepEnvironment(
      arguments: arguments, variables: environment, time: site.time, files: siteFiles, hostname: "ci-1",
      random: SeededRandom(seed: seed), writeError: { _ in }, writeOutput: { _ in },
      connect: { [site] connection, userAgent, _ throws(TransportError) in
        SimulatedTransport(site, userAgent: userAgent, host: connection.endpoint.description)
      },
      connectToPages: { [site] settings, _, _ throws(TransportError) in SimulatedPages(site, settings) })
    host.schedule = schedule
    host.workingFolder = "/builds/shop"
    if let answer { host.readAnswer = { _ in answer } }
    return host
  }

  /// Whether a step has written that text anywhere: compared byte by byte, whatever characters are beside it.
  package func hasTold(_ secret: String) -> Bool {
    let secret = Data(secret.utf8)
    return said.range(of: secret) != nil || siteFiles.versions.contains { Data($0).range(of: secret) != nil }
  }

  /// A step left no report.
  package struct NoReport: Error {
    package var path: String
    package var code: ExitCode
    package var wasKilled: Bool
    package var said: String
  }

  /// Where the report of the program of that name lies.
  package func reportPath(of program: String, isDryRun: Bool = false) -> String {
    "\(reportFolder)/TEST-\(program)\(suffix)\(isDryRun ? "-dry-run" : "").xml"
  }

  private var reportFolder: String {
    environment["ASTRA_REPORT_DIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "reports"
  }

  private var suffix: String {
    environment["ASTRA_REPORT_SUFFIX"].flatMap { $0.isEmpty ? nil : "-\($0)" } ?? ""
  }

  /// What the output file says.
  package var values: [String: String] {
    let path = environment["ASTRA_OUTPUT_FILE"] ?? ""
    let text = siteFiles.contents[path].map { String(decoding: $0, as: UTF8.self) } ?? ""
    let lines = text.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1) }
    return Dictionary(
      lines.compactMap { $0.count == 2 ? (String($0[0]), String($0[1])) : nil }, uniquingKeysWith: { $1 })
  }
}

/// Keeps a copy of every report that the suite writes, where a folder for them is named, so that other
/// programs can read them all afterwards.
enum ReportCollection {
  static func keep(_ bytes: [UInt8], step: String) throws {
    try keep(bytes, "TEST-\(step)", "xml")
  }

  /// Keeps a copy of a step's JSON document likewise.
  static func keep(document bytes: [UInt8], step: String) throws { try keep(bytes, step, "json") }

  private static func keep(_ bytes: [UInt8], _ name: String, _ ending: String) throws {
    guard let folder = ProcessInfo.processInfo.environment["ASTRA_TEST_REPORTS"], !folder.isEmpty else {
      return
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // Named by its content, so that a report that many runs write alike is read once.
    let digest = bytes.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    let path = "\(folder)/\(name)-\(String(digest, radix: 16)).\(ending)"
    try Data(bytes).write(to: URL(filePath: path), options: .atomic)
  }
}
