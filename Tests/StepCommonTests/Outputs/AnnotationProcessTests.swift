import Foundation
import StepCommon
import Testing
import Timing

/// Buildkite's agent, played by scripts in a temporary folder.
@Suite struct AnnotationProcessTests {
  private final class Folder {
    let url = URL.temporaryDirectory.appending(path: "annotation-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ text: String, to name: String) throws {
      try Data(text.utf8).write(to: url.appending(path: name))
    }
  }

  /// Shows a note by an agent that is a script.
  private func show(
    by script: String, in folder: Folder, limit: Duration = .seconds(20)
  ) throws -> String? {
    try folder.write("### summary\n", to: "summary.md")
    // Written by a process of its own: a file that another test's child has open cannot be run.
    let writer = Process()
    writer.executableURL = URL(filePath: "/bin/sh")
    writer.arguments = [
      "-c", #"printf '#!/bin/sh\n%s\n' "$1" > "$2" && chmod 755 "$2""#, "sh", script,
      folder.url.appending(path: "buildkite-agent").path,
    ]
    try writer.run()
    writer.waitUntilExit()
    try #require(writer.terminationStatus == 0)
    let process = AnnotationProcess(
      environment: [
        "PATH": "\(folder.url.path):/usr/bin:/bin", "ASTRA_API_TOKEN": "not-a-real-token",
        "OUT": folder.url.appending(path: "out").path,
      ], time: SystemTime(), limit: limit)
    return process.show(
      Annotation(
        style: "error", context: "astra-clone", file: folder.url.appending(path: "summary.md").path))
  }

  @Test func theAgentIsGivenTheMarkdownAndNoSecret() throws {
    let folder = try Folder()
    let script =
      #"{ echo "$*"; echo "${ASTRA_API_TOKEN-none}"; cat; echo words; } > "$OUT"; echo x; echo y >&2"#
    #expect(try show(by: script, in: folder) == nil)
    let said = try String(contentsOf: folder.url.appending(path: "out"), encoding: .utf8)
    #expect(said == "annotate --style error --context astra-clone\nnone\n### summary\nwords\n")
  }

  @Test func oneThatFailsOrHangsIsSaid() throws {
    #expect(try show(by: "exit 3", in: try Folder()) == "failed with the exit code 3")
    let began = ContinuousClock.now
    let trouble = try show(by: "sleep 60", in: try Folder(), limit: .milliseconds(100))
    #expect(trouble?.contains("did not end within") == true)
    #expect(ContinuousClock.now - began < .seconds(20))
  }

  @Test func anAgentThatIsNotThereIsSaid() {
    let process = AnnotationProcess(environment: ["PATH": "/nowhere"], time: SystemTime())
    let trouble = process.show(Annotation(style: "success", context: "x", file: "/dev/null"))
    #expect(trouble?.contains("is not there") == true)
  }
}
