import Foundation
import Testing

/// `astra-steps`, which is each step by the name that it is called by.
@Suite struct OneExecutableTests {
  private static let words = [
    "preflight", "backup", "snapshot", "clone", "verify", "restore", "cleanup", "status", "report",
  ]

  /// Runs a program with no more than the basics of an environment, in a folder of its own.
  private func run(
    _ program: String, _ arguments: [String], in folder: TemporaryFolder
  ) async throws -> Command.Result {
    try await Command(
      program, arguments, environment: ["PATH": "/usr/bin:/bin"], directory: folder.path("")
    ).run()
  }

  /// A name for the executable in a folder.
  private func named(_ name: String, in folder: TemporaryFolder) throws -> String {
    let path = folder.path(name)
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: Installation.program("astra-steps"))
    return path
  }

  @Test(arguments: words)
  func itIsTheStepThatItIsCalled(word: String) async throws {
    let folder = try TemporaryFolder()
    let step = "astra-\(word)"
    let calls = [
      try await run(try named(step, in: folder), ["--help"], in: folder),
      try await run(try Installation.program("astra-steps"), [word, "--help"], in: folder),
      try await run(try Installation.program(step), ["--help"], in: folder),
    ]
    for call in calls {
      #expect(call.exit == .code(0), "\(call.summary)")
      #expect(call.output.contains("USAGE: \(step) "), "\(call.summary)")
      #expect(call.output == calls[0].output)
    }
  }

  @Test func itRunsTheStep() async throws {
    for call in [["astra-backup"], ["astra-steps", "backup"]] {
      let folder = try TemporaryFolder()
      let result = try await run(try named(call[0], in: folder), Array(call.dropFirst()), in: folder)
      #expect(result.exit == .code(64), "\(result.summary)")
      #expect(
        result.errors.contains("parameters are missing or wrong: ASTRA_APP_NAME or PROD_APP_NAME"),
        "\(result.summary)")
      #expect(FileManager.default.fileExists(atPath: folder.path("reports/TEST-astra-backup.xml")))
    }
  }

  @Test(arguments: [[], ["fly"], ["--json"], ["astra-backup"]])
  func withoutAStepItDoesNothingAndSaysWhichThereAre(arguments: [String]) async throws {
    let folder = try TemporaryFolder()
    let result = try await run(try Installation.program("astra-steps"), arguments, in: folder)
    #expect(result.exit == .code(64), "\(result.summary)")
    #expect(result.output.isEmpty)
    if arguments != ["--json"] {
      #expect(result.errors.contains("give one of " + Self.words.joined(separator: ", ")))
    }
  }

  @Test func itsHelpListsTheSteps() async throws {
    let folder = try TemporaryFolder()
    let program = try Installation.program("astra-steps")
    let help = try await run(program, ["--help"], in: folder)
    #expect(help.exit == .code(0))
    for word in Self.words { #expect(help.output.contains("\n  \(word) "), "\(word)") }
    #expect(try await run(program, ["help"], in: folder).output == help.output)
    let ofOne = try await run(program, ["help", "clone"], in: folder)
    #expect(ofOne.exit == .code(0))
    #expect(ofOne.output.contains("--source-application"))
  }
}
