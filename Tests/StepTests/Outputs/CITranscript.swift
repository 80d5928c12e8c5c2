import AstraClone
import Files
import Foundation
import ServiceSimulation
import SimulatedBackend
import StepCommon
import StepTestSupport
import Testing

/// What a failing clone leaves behind in a CI system: both streams, files and notes.
///
/// Control characters are shown: `\e` and `\r`.
struct CITranscript {
  /// A CI system with its variables.
  struct Setting: CustomTestStringConvertible, Sendable {
    var name: String
    var variables: [String: String]
    var arguments: [String] = []

    var testDescription: String { name }
  }

  static let settings = [
    Setting(
      name: "github-actions",
      variables: [
        "GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": "/github/output", "GITHUB_STEP_SUMMARY": "/github/summary",
        "TRACEPARENT": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      ]),
    Setting(name: "azure-pipelines", variables: ["TF_BUILD": "True"]),
    Setting(name: "azure-pipelines-json", variables: ["TF_BUILD": "True"], arguments: ["--json"]),
    Setting(name: "gitlab-ci", variables: ["GITLAB_CI": "true", "ASTRA_OUTPUT_FILE": "astra.env"]),
    Setting(name: "buildkite", variables: ["BUILDKITE": "true"]),
    Setting(name: "teamcity", variables: ["TEAMCITY_VERSION": "2026.1"]),
    Setting(name: "tekton", variables: ["ASTRA_RESULTS_FOLDER": "/tekton/results"]),
    Setting(
      name: "any",
      variables: ["ASTRA_OUTPUT_FILE": "astra.env", "ASTRA_SUMMARY_FILE": "summaries/astra.md"]),
  ]

  let text: String

  /// Plays the clone.
  init(_ setting: Setting) throws {
    let harness = try Magento.harness { $0.clone = .seconds(90) }
    harness.environment = harness.environment.filter {
      ["ASTRA_FQDN", "ASTRA_INSTANCE_ID", "ASTRA_API_TOKEN"].contains($0.key)
    }
    harness.environment["BUILD_TAG"] = "post-mortem-17"
    harness.environment.merge(setting.variables) { $1 }
    harness.site.service.disturbNext(.clone, .fails)
    let arguments = ["--source-application", "magento-prod", "--clone-name", "magento-debug"]
    let result = try harness.run(CloneStep.self, arguments: arguments + setting.arguments)
    #expect(result.code == .operationFailed)
    var parts = [("standard error", result.standardError), ("standard output", result.standardOutput)]
    for path in harness.files.contents.keys.sorted() where !path.hasPrefix("reports/TEST-") {
      // The record belongs to the step alone.
      if !path.hasSuffix(".json") { parts.append((path, harness.files.text(path) ?? "")) }
    }
    for (note, text) in harness.annotations {
      parts.append(("note \(note.style) \(note.context) of \(note.file)", text))
    }
    self.text = parts.map { "==== \($0)\n\(Self.shown($1))" }.joined()
  }

  private static func shown(_ text: String) -> String {
    let text = text.replacing("\u{1B}", with: "\\e").replacing("\r", with: "\\r")
    return text.isEmpty || text.hasSuffix("\n") ? text : text + "⏎\n"
  }

  /// The file that holds what it has to be.
  static func file(_ setting: Setting) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/golden/outputs/\(setting.name).txt")
  }
}

/// The transcripts of `Fixtures/golden/outputs`, byte for byte.
///
/// `ASTRA_WRITE_PAGES=1 ./test --filter CITranscript` writes them anew.
struct CITranscriptTests {
  @Test(arguments: CITranscript.settings)
  func aFailingCloneIsToldAsThisSystemReadsIt(setting: CITranscript.Setting) throws {
    let transcript = try CITranscript(setting)
    let file = CITranscript.file(setting)
    if ProcessInfo.processInfo.environment["ASTRA_WRITE_PAGES"] == "1" {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(transcript.text.utf8).write(to: file)
    }
    #expect(transcript.text == (try String(contentsOf: file, encoding: .utf8)))
  }
}
