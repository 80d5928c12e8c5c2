import AstraReport
import AstraVerify
import Files
import HTTPTransport
import SimulatedBackend
import StepCommon
import StepTestSupport
import Testing
import Timing

/// A site at which steps are run, and the page about them.
struct Scene {
  static let url = "http://shop.example.com/"
  let harness: StepHarness

  init(run: String? = "jenkins-post-mortem-42") throws {
    harness = try Magento.harness(run: run)
    harness.site.names["shop.example.com"] = "127.77.0.2"
  }

  /// Looks at production's page, as a step of that suffix.
  func see(_ arguments: String..., suffix: String, ending code: ExitCode = .success) throws {
    try step(VerifyStep.self, arguments + ["--url", Self.url], suffix: suffix, ending: code)
  }

  /// Runs a step that has to end with that code.
  func step<S: Step>(
    _ step: S.Type, _ arguments: [String] = [], suffix: String = "", ending code: ExitCode = .success
  ) throws {
    harness.environment["ASTRA_REPORT_SUFFIX"] = suffix
    defer { harness.environment["ASTRA_REPORT_SUFFIX"] = nil }
    let result = try harness.run(step, arguments: arguments)
    #expect(result.code == code, "\(result.standardError)")
  }

  /// The page about what the steps have left.
  func tell(_ arguments: String...) -> Told { Told(harness.files, arguments) }
}

/// What `astra-report` makes of some files.
struct Told {
  let code: ExitCode
  let said: String
  let html: String
  let markdown: String

  init(
    _ files: MemoryFiles, _ arguments: [String] = [], variables: [String: String] = [:],
    page: String = "reports/post-mortem"
  ) {
    var said = ""
    let environment = StepEnvironment(
      arguments: arguments, variables: variables, time: ManualTime(), files: files, hostname: "ci-2",
      random: SeededRandom(seed: 1), writeError: { said += $0 }, writeOutput: { said += $0 },
      connect: { _, _, _ throws(TransportError) in preconditionFailure("astra-report has no connection") })
    code = ReportProgram(environment).exitCode()
    self.said = said
    html = files.text("\(page).html") ?? ""
    markdown = files.text("\(page).md") ?? ""
  }

  /// The three sentences at the top.
  var verdict: [String] {
    markdown.split(separator: "\n").filter { $0.hasPrefix("> ") }.map { String($0.dropFirst(2)) }
  }

  /// The commands of the page, as a shell would take them.
  var commands: [String] {
    var isCode = false
    return markdown.split(separator: "\n").filter { line in
      if line.hasPrefix("```") {
        isCode = line == "```sh"
        return false
      }
      return isCode
    }.map(String.init)
  }

  /// A section, with its heading.
  func section(_ title: String) -> String {
    guard let start = markdown.firstRange(of: "## \(title)\n") else { return "" }
    let rest = markdown[start.upperBound...]
    return String(rest[..<(rest.firstRange(of: "\n## ")?.lowerBound ?? rest.endIndex)])
  }

  /// Checks that a section, or the verdict, says all of it.
  func expect(_ section: String? = nil, _ words: String..., at location: SourceLocation = #_sourceLocation) {
    let text = section.map { self.section($0) } ?? verdict.joined(separator: "\n")
    for word in words {
      #expect(text.contains(word), "not said: \(word)\nbut: \(text)", sourceLocation: location)
    }
  }
}
