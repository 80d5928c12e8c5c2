import AstraBackup
import AstraClone
import AstraPreflight
import AstraRestore
import AstraVerify
import Files
import ServiceSimulation
import SimulatedBackend
import StepCommon
import StepReport
import StepTestSupport
import Testing
import Timing

/// Outputs where each CI system looks for them: when they are there, what they hold, and what happens if they cannot be.
struct CIOutputTests {
  private static let gitHub = [
    "GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": "/gh/output", "GITHUB_STEP_SUMMARY": "/gh/summary",
  ]

  private func harness(_ variables: [String: String]) throws -> StepHarness {
    let harness = try Magento.harness()
    harness.environment["BACKUP_NAME"] = "one"
    harness.environment.merge(variables) { $1 }
    return harness
  }

  // MARK: - Only where they are asked for

  @Test(arguments: [
    [:], ["GITHUB_OUTPUT": "/gh/output", "GITHUB_STEP_SUMMARY": "/gh/summary"], ["TF_BUILD": "False"],
    ["GITLAB_CI": "0", "BUILDKITE": "1"],
  ])
  func withoutItsVariableNothingIsWritten(variables: [String: String]) throws {
    let harness = try harness(variables)
    let result = try harness.run(BackupStep.self)
    result.expectSuccess()
    #expect(
      Set(harness.files.contents.keys) == [
        "out.env", "reports/TEST-astra-backup.xml", "reports/astra-backup.json",
      ])
    #expect(result.standardOutput.isEmpty && harness.annotations.isEmpty)
    #expect(result.standardError.split(separator: "\n").allSatisfy { $0.hasPrefix("20") })
  }

  // MARK: - Values

  @Test func severalStepsAppendToGitHubsFiles() throws {
    let harness = try harness(Self.gitHub)
    harness.files.contents["/gh/output"] = Array("other=1".utf8)
    harness.environment["ASTRA_OUTPUT_FILE"] = nil
    try harness.run(BackupStep.self).expectSuccess()
    let clone = try harness.run(CloneStep.self)
    clone.expectSuccess()
    #expect(clone.report.cases.last?.outcome == "passed")
    let lines = try #require(harness.files.text("/gh/output")).split(separator: "\n")
    #expect(lines.first == "other=1" && lines.contains { $0.hasPrefix("ASTRA_BACKUP_ID=") })
    #expect(lines.contains { $0.hasPrefix("ASTRA_CLONE_ID=") })
    #expect(Set(lines).count == lines.count)
    let summary = try #require(harness.files.text("/gh/summary"))
    #expect(summary.matches(of: /(?m)^\#{3} astra-(backup|clone): passed after\s/).count == 2)
  }

  @Test func theOutputFileThatIsGitHubsIsWrittenOnce() throws {
    let harness = try harness(Self.gitHub.merging(["ASTRA_OUTPUT_FILE": "/gh/output"]) { $1 })
    try harness.run(BackupStep.self).expectSuccess()
    #expect(try #require(harness.files.text("/gh/output")).matches(of: /ASTRA_BACKUP_ID=/).count == 1)
  }

  @Test func azureIsToldOnStandardOutputAndInTheLogBesideADocument() throws {
    for isJSON in [false, true] {
      let harness = try harness(["TF_BUILD": "True", "ASTRA_OUTPUT_FILE": ""])
      let result = try harness.run(BackupStep.self, arguments: isJSON ? ["--json"] : [])
      result.expectSuccess()
      let (told, other) =
        isJSON
        ? (result.standardError, result.standardOutput) : (result.standardOutput, result.standardError)
      #expect(
        told.contains(/(?m)^##vso\[task\.setvariable variable=ASTRA_BACKUP_ID;isOutput=true\][-0-9a-f]+$/))
      #expect(
        told.contains("##vso[task.uploadsummary]/builds/shop/reports/SUMMARY-astra-backup.md\n"))
      #expect(!other.contains("##vso["))
      if isJSON { #expect(other.hasPrefix("{") && other.split(separator: "\n").count == 1) }
      #expect(
        harness.files.text("reports/SUMMARY-astra-backup.md")?.hasPrefix("### astra-backup: passed") == true)
    }
  }

  @Test(arguments: [true, false]) func resultsAreThereWhateverBecomesOfTheStep(succeeds: Bool) throws {
    let harness = try harness(["ASTRA_RESULTS_FOLDER": "/tekton/results", "ASTRA_OUTPUT_FILE": ""])
    harness.files.contents["/tekton/results/astra-clone-id"] = Array("of last week".utf8)
    if !succeeds { harness.environment["PROD_APP_NAME"] = "no-such-application" }
    let result = try harness.run(CloneStep.self)
    #expect(result.code == (succeeds ? .success : .notFound))
    for key in CloneStep.outputKeys {
      let path = "/tekton/results/\(ResultsFolder.name(OutputValues.Key(key)))"
      #expect(harness.files.contents[path]?.contains(0x0A) == false, "\(path)")
    }
    let id = try #require(harness.files.text("/tekton/results/astra-clone-id"))
    #expect(id.isEmpty != succeeds && id != "of last week")
    if succeeds { #expect(result.report.cases.last?.outcome == "passed") }
  }

  /// GitLab: letters, digits and `_` in keys, no empty line, no comment, no quotes, at most 5,120 bytes.
  @Test func theOutputFileIsADotenvReport() throws {
    let harness = try harness(["GITLAB_CI": "true"])
    try harness.run(BackupStep.self).expectSuccess()
    try harness.run(CloneStep.self).expectSuccess()
    try harness.run(RestoreStep.self).expectSuccess()
    let bytes = try #require(harness.files.contents["out.env"])
    #expect(bytes.count < 5120 && bytes.last == 0x0A)
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count > 8 && lines.last?.isEmpty == true)
    for line in lines.dropLast() {
      #expect(line.wholeMatch(of: /[A-Z_][A-Z0-9_]*=[A-Za-z0-9._:\/@+-]*/) != nil, "\(line)")
    }
    #expect(Set(lines.map { $0.prefix { $0 != "=" } }).count == lines.count)
  }

  // MARK: - Summaries and marks

  @Test func severalStepsShareASummaryAndReplaceTheirOwn() throws {
    let harness = try harness(["ASTRA_SUMMARY_FILE": "all.md"])
    try harness.run(BackupStep.self).expectSuccess()
    try harness.run(CloneStep.self).expectSuccess()
    harness.environment["PROD_APP_NAME"] = "no-such-application"
    try harness.run(CloneStep.self).expect(.notFound)
    let text = try #require(harness.files.text("all.md"))
    #expect(text.matches(of: /(?m)^\#{3}\s/).count == 2)
    #expect(text.contains("### astra-backup: passed") && text.contains("### astra-clone: errored"))
  }

  @Test func aKilledStepLeavesNoSummaryOfAnEarlierRun() throws {
    let harness = try harness(["ASTRA_SUMMARY_FILE": "all.md", "TF_BUILD": "True"])
    try harness.run(BackupStep.self).expectSuccess()
    #expect(harness.files.text("all.md")?.contains("passed") == true)
    harness.site.faults = [SiteFault(.killBefore, atRequest: harness.site.requests.count + 1)]
    #expect(try harness.run(BackupStep.self).wasKilled)
    #expect(harness.files.text("all.md")?.contains("passed") == false)
    #expect(harness.files.text("reports/SUMMARY-astra-backup.md") == nil)
  }

  @Test(arguments: [["--no-such-flag"], ["--timeout", "soon"]])
  func aBadParameterIsToldToo(arguments: [String]) throws {
    let harness = try harness(Self.gitHub.merging(["ASTRA_SUMMARY_FILE": "all.md"]) { $1 })
    let result = try harness.run(CloneStep.self, arguments: arguments)
    result.expect(.badParameter)
    for path in ["all.md", "/gh/summary"] {
      let text = try #require(harness.files.text(path))
      #expect(text.contains("### astra-clone: errored") && text.contains("**check parameters**: "))
    }
    #expect(result.standardError.matches(of: /(?m)^::error title=/).count == 1)
    #expect(harness.files.text("/gh/output") == nil)
  }

  @Test func aDryRunSaysThatItWasOne() throws {
    let harness = try harness(Self.gitHub.merging(["BUILDKITE": "true"]) { $1 })
    try harness.run(CloneStep.self, "--dry-run").expectSuccess()
    #expect(harness.files.text("/gh/summary")?.contains("This was a dry run: nothing was changed.") == true)
    #expect(harness.annotations.map(\.note.context) == ["astra-clone-dry-run"])
    #expect(harness.annotations.first?.text.contains("This was a dry run") == true)
  }

  @Test func everyPhaseIsClosedAndEveryFailureShownOnce() throws {
    let harness = try harness(Self.gitHub)
    harness.environment["BACKUP_NAME"] = "no-such-backup"
    harness.environment["DEBUG_KUBERNETES_CLUSTER"] = "no-such-cluster"
    let result = try harness.run(PreflightStep.self)
    #expect(result.code != .success)
    let lines = result.standardError.split(separator: "\n")
    var isOpen = false
    for line in lines where line.hasPrefix("::") {
      switch line {
      case "::endgroup::":
        #expect(isOpen)
        isOpen = false
      case _ where line.hasPrefix("::group::"):
        #expect(!isOpen)
        isOpen = true
      default: #expect(!isOpen && line.hasPrefix("::error title=astra-preflight%3A "), "\(line)")
      }
    }
    let failed = result.report.cases.filter { $0.outcome == "failure" || $0.outcome == "error" }
    #expect(failed.count > 1 && !isOpen)
    #expect(lines.filter { $0.hasPrefix("::error ") }.count == failed.count)
  }

  // MARK: - What others say

  /// Text of the service with everything that a CI system obeys.
  static let traps =
    "\n::error::x\n##vso[task.complete result=Succeeded;]x ##[error]y ##teamcity[z] \u{1B}[0Ksection_start:1:a\r\u{1B}[0K"
    + "| `id` <script>alert(1)</script> ] ; %0A%0D @all ![i](http://evil.example.com/)\r\n<!-- astra-clone: end -->"

  @Test(arguments: CITranscript.settings)
  func aServiceThatKnowsTheSystemCommandsNothing(setting: CITranscript.Setting) throws {
    let harness = try harness(setting.variables)
    harness.environment["ASTRA_SUMMARY_FILE"] = "all.md"
    // As JSON writes it.
    let escaped = Self.traps.unicodeScalars.reduce(into: "") { text, scalar in
      let digits = String(scalar.value, radix: 16)
      text += scalar.value < 0x20 ? "\\u00\(digits.count < 2 ? "0" : "")\(digits)" : String(scalar)
    }
    let body =
      #"{"type":"https://x.example.com/1","title":"\#(escaped)","detail":"\#(escaped)","status":"400"}"#
    harness.site.faults = [
      SiteFault(.answers(ServiceResponse(status: 400, body: Array(body.utf8))), "POST", endingIn: "apps")
    ]
    let result = try harness.run(CloneStep.self, arguments: setting.arguments)
    result.expect(.operationFailed, saying: "# #vso[task.complete", nature: "failure")
    let streams = result.standardError + result.standardOutput
    for line in streams.split(separator: "\n") {
      let isOurs = line.contains(
        /^(?:::group::|::endgroup::$|::error title=astra-clone%3A|##\[group\]|##\[endgroup\]$|##vso\[task\.(?:logissue type=error|uploadsummary|setvariable variable=ASTRA_)|##teamcity\[(?:block|message ))/
      )
      if isOurs {
        #expect(line.matches(of: /##[a-z]*\[/).count <= 1 && !line.contains("\r"), "\(line)")
      } else if line.hasPrefix("\u{1B}[0Ksection_") {
        #expect(line.matches(of: /section_/).count == 1, "\(line)")
      } else {
        #expect(!line.contains(/##[A-Za-z]*\[|\e|\r/), "\(line)")
        #expect(line.hasPrefix("20") || line.hasPrefix("{"), "\(line)")
      }
    }
    for path in harness.files.contents.keys where path.hasSuffix(".md") || path.hasSuffix("summary") {
      let text = try #require(harness.files.text(path))
      #expect(
        !text.contains("<script") && !text.contains("![") && !text.contains("://") && !text.contains("`"))
      #expect(text.contains("&#60;script&#62;alert(1)"), "\(path)")
    }
    // Its own section is still found, so its end was not forged.
    harness.site.faults = []
    #expect(try harness.run(CloneStep.self).code == .success)
    #expect(harness.files.text("all.md")?.matches(of: /\#{3} astra-clone/).count == 1)
    #expect(harness.files.text("all.md")?.contains("errored") == false)
  }

  @Test func noSecretGoesAnywhere() throws {
    for setting in CITranscript.settings {
      let harness = try harness(setting.variables)
      harness.environment["ASTRA_SUMMARY_FILE"] = "all.md"
      let token = try #require(harness.environment["ASTRA_API_TOKEN"])
      let body =
        #"{"type":"https://x.example.com/1","title":"\#(token)","detail":"\#(token)","status":"400"}"#
      harness.site.faults = [
        SiteFault(.answers(ServiceResponse(status: 400, body: Array(body.utf8))), "POST", endingIn: "apps")
      ]
      let result = try harness.run(CloneStep.self, arguments: setting.arguments)
      #expect(result.code == .operationFailed && result.message.contains("<secret>"))
      #expect(!harness.hasTold(token), "\(setting.name)")
      #expect(harness.annotations.allSatisfy { !$0.text.contains(token) })
    }
  }

  // MARK: - What cannot be written

  @Test func whatTheUserNamedIsMissed() throws {
    for variable in ["ASTRA_SUMMARY_FILE", "ASTRA_RESULTS_FOLDER"] {
      let harness = try harness([variable: "taken"])
      try harness.files.createFolder("taken")
      if variable == "ASTRA_RESULTS_FOLDER" {
        harness.environment[variable] = "file"
        harness.files.contents["file"] = []
      }
      let result = try harness.run(BackupStep.self, "--json")
      #expect(result.code == .cannotWrite, "\(result.standardError)")
      #expect(result.standardOutput.contains(#""exitCode":73"#))
      #expect(harness.site.service.recoveryPoints(named: "one").map(\.state) == ["completed"])
      // A worse result is not hidden.
      harness.environment["PROD_APP_NAME"] = "no-such-application"
      #expect(try harness.run(BackupStep.self).code == .notFound)
    }
  }

  @Test func whatTheSystemNamedIsAWarning() throws {
    let harness = try harness([
      "GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": "taken", "GITHUB_STEP_SUMMARY": "taken", "BUILDKITE": "true",
    ])
    try harness.files.createFolder("taken")
    harness.annotationTrouble = "did not end within 10s, and was stopped"
    let result = try harness.run(BackupStep.self)
    result.expectSuccess()
    let warnings = result.standardError.split(separator: "\n").filter { $0.contains(": warning: ") }
    #expect(warnings.count == 3, "\(warnings)")
    for word in ["GITHUB_OUTPUT", "does not show the summary", "buildkite-agent annotate did not end"] {
      #expect(warnings.contains { $0.contains(word) }, "\(word)")
    }
  }

  @Test func aSummaryThatGitHubWouldDropIsNotWritten() throws {
    let harness = try harness(Self.gitHub)
    harness.files.contents["/gh/summary"] = Array(repeating: 0x78, count: (1 << 20) - 100)
    let result = try harness.run(BackupStep.self)
    result.expectSuccess()
    #expect(result.standardError.contains("warning: cannot write /gh/summary"))
    #expect(harness.files.contents["/gh/summary"]?.count == (1 << 20) - 100)
  }

  @Test func anAbortIsNotHeldUp() throws {
    let harness = try harness(["BUILDKITE": "true"])
    harness.site.time.interrupt(with: 15, at: Instant(sinceOrigin: .seconds(3)))
    #expect(try harness.run(BackupStep.self).code == .terminated)
    #expect(harness.annotations.isEmpty)
  }
}

/// The trace of a CI system on the wire.
@Suite(.eachService) struct TraceparentTests {
  private static let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"

  private func fields(
    of harness: StepHarness, _ variables: [String: String]
  ) throws -> (result: StepHarness.Result, requests: [[ServiceRequest.Field]]) {
    harness.environment.merge(variables) { $1 }
    harness.environment["BACKUP_NAME"] = "one"
    var requests: [[ServiceRequest.Field]] = []
    harness.site.exchanged = { request, _ in requests.append(request.headers) }
    let result = try harness.run(BackupStep.self, "--json")
    result.expectSuccess()
    #expect(requests.count > 5)
    return (result, requests)
  }

  @Test func everyRequestIsPartOfTheTrace() throws {
    let harness = try Magento.harness()
    let (result, requests) = try fields(
      of: harness,
      ["TRACEPARENT": "00-\(Self.traceID)-00f067aa0ba902b7-01", "TRACESTATE": "vendor=a:b"])
    let parents = requests.flatMap { $0.filter { $0.name == "traceparent" }.map(\.value) }
    #expect(parents.count == requests.count && Set(parents).count == requests.count)
    for parent in parents {
      #expect(parent.wholeMatch(of: /00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01/) != nil)
      #expect(!parent.contains("00f067aa0ba902b7"))
    }
    #expect(requests.allSatisfy { $0.contains { $0.name == "tracestate" && $0.value == "vendor=a:b" } })
    #expect(result.standardError.contains("astra-backup: trace \(Self.traceID)\n"))
    #expect(result.standardOutput.hasSuffix(#""trace":"\#(Self.traceID)"}"# + "\n"))
    let report = try #require(harness.files.text("reports/TEST-astra-backup.xml"))
    #expect(report.contains(#"<property name="astra.trace" value="\#(Self.traceID)"/>"#))
  }

  @Test(arguments: [
    nil, "", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "hello\r\nX-Own: 1",
  ])
  func anythingElseIsNoTrace(value: String?) throws {
    let harness = try Magento.harness()
    let plain = try fields(of: try Magento.harness(), [:])
    let (result, requests) = try fields(
      of: harness, value.map { ["TRACEPARENT": $0, "TRACESTATE": "a=1"] } ?? [:])
    #expect(
      requests.allSatisfy { $0.allSatisfy { !$0.name.lowercased().hasPrefix("trace") && $0.name != "X-Own" } }
    )
    #expect(requests.count == plain.requests.count)
    let lines = result.standardError.split(separator: "\n").filter { $0.contains("TRACEPARENT") }
    #expect(lines.count == (value?.isEmpty == false ? 1 : 0) && lines.allSatisfy { $0.contains(": debug: ") })
    #expect(result.standardOutput.hasSuffix(#""trace":null}"# + "\n"))
  }

  /// A token in the wrong variable goes into no field but its own.
  @Test func aSecretIsNoState() throws {
    let harness = try Magento.harness()
    guard let token = harness.environment["ASTRA_API_TOKEN"] else { return }
    let (_, requests) = try fields(
      of: harness,
      ["TRACEPARENT": "00-\(Self.traceID)-00f067aa0ba902b7-01", "TRACESTATE": "x=\(token)"])
    #expect(requests.allSatisfy { $0.allSatisfy { $0.name == "Authorization" || !$0.value.contains(token) } })
  }
}
