package import AstraSimulator
internal import Foundation
internal import HTTPTransport
package import StepCommon
package import StepReport
internal import Testing
internal import Timing

/// Runs steps against a simulated site, with files in memory that stay from one run to the next.
package final class StepHarness {
  package let site: Site
  package let files = MemoryFiles()
  /// The environment of every step; a test changes it as a pipeline would.
  package var environment: [String: String]
  /// Everything that any step has written anywhere, for the search for secrets.
  package private(set) var everythingSaid = ""

  /// Sets up a site and the environment that its scenario brings.
  package init(_ scenario: Scenario, run: String? = "jenkins-post-mortem-42") {
    site = Site(scenario)
    environment = scenario.environment
    environment["ASTRA_FQDN"] = "astra.example.com"
    environment["ASTRA_INSTANCE_ID"] = scenario.account
    environment["ASTRA_API_TOKEN"] = scenario.token
    environment["ASTRA_LOG_LEVEL"] = "debug"
    environment["ASTRA_OUTPUT_FILE"] = "out.env"
    environment["BUILD_TAG"] = run
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
    var (said, output, wasKilled) = ("", "", false)
    var frozen: [String: [UInt8]]?
    let before = site.requests.count
    let host = Host(
      arguments: arguments, environment: environment, time: site.time, files: files, hostname: "ci-1",
      random: SeededRandom(seed: 7),
      writeError: { text in if !wasKilled { said += text } },
      writeOutput: { text in if !wasKilled { output += text } },
      connect: { [site, files] connection, userAgent, time throws(TransportError) in
        SimulatedTransport(site, userAgent: userAgent) {
          frozen = files.contents
          wasKilled = true
        }
      })
    let code = Runner<S>(host).exitCode()
    if let frozen { files.contents = frozen }
    everythingSaid +=
      said + output + files.contents.values.map { String(decoding: $0, as: UTF8.self) }.joined()
    let path = "\(reportFolder)/TEST-\(S.identity.name)\(suffix).xml"
    let bytes = try #require(files.contents[path], "no report at \(path): \(said)")
    try ReportCollection.keep(bytes, step: S.identity.name)
    return Result(
      code: code, wasKilled: wasKilled, standardError: said, standardOutput: output,
      report: try ReadReport(bytes), values: values, requests: site.requests.count - before)
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
    let lines = (files.text(path) ?? "").split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1) }
    return Dictionary(
      lines.compactMap { $0.count == 2 ? (String($0[0]), String($0[1])) : nil }, uniquingKeysWith: { $1 })
  }
}

/// Keeps a copy of every report that the suite writes, where a folder for them is named, so that other
/// programs can read them all afterwards.
enum ReportCollection {
  static func keep(_ bytes: [UInt8], step: String) throws {
    guard let folder = ProcessInfo.processInfo.environment["ASTRA_TEST_REPORTS"], !folder.isEmpty else {
      return
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // Named by its content, so that a report that many runs write alike is read once.
    let digest = bytes.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    let path = "\(folder)/TEST-\(step)-\(String(digest, radix: 16)).xml"
    try Data(bytes).write(to: URL(filePath: path), options: .atomic)
  }
}
