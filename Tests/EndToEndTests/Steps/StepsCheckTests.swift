import Foundation
import Glibc
import Testing

/// What looks for secrets, children and bad reports must find them where they are.
@Suite("The checks that every run of a step goes through can fail", .reportsAreRead)
struct StepsCheckTests {
  @Test("a token is found in any file below the workspace")
  func tokenInAFile() async throws {
    let site = try await StepSite.start()
    #expect(site.filesHolding(site.token).isEmpty)
    let folder = site.workspace.url.appending(path: "reports/.hidden")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try site.workspace.write("Bearer \(site.token)\n", to: "reports/.hidden/.file.tmp")
    #expect(site.filesHolding(site.token) == ["reports/.hidden/.file.tmp"])
  }

  @Test("children are seen, those that have ended too, and so are arguments")
  func children() async throws {
    let secret = "not-a-real-token-in-arguments"
    let telling = try Command("/bin/sh", ["-c", "/bin/true; /bin/sleep 60; exit 0", secret]).start()
    var watch = ProcessWatch()
    let end = ContinuousClock.now + .hang
    // `true` itself may be seen, or not.
    let expected: Set = ["/bin/sleep 60 ", "one that had ended before it was seen"]
    // A busy machine may leave this test without a turn for long, so it is looks that count as well.
    while !watch.children.isSuperset(of: expected), .now < end || watch.looks < 100 {
      watch.look(at: telling.processID, "/bin/sh", [secret])
      try await Task.sleep(for: .milliseconds(10))
    }
    telling.send(SIGKILL)
    #expect(watch.children.isSuperset(of: expected))
    #expect(watch.looks > 0 && watch.tellingArguments.count == 1, "\(watch)")

    let quiet = try Command("/bin/sleep", ["600"]).start()
    let quietWatch = try await looks(at: quiet, "/bin/sleep", [secret])
    quiet.send(SIGKILL)
    #expect(quietWatch.children.isEmpty && quietWatch.tellingArguments.isEmpty, "\(quietWatch)")
  }

  @Test("a step that waits is seen, and tells nothing")
  func watched() async throws {
    let site = try await StepSite.start(seconds: 7200).with(["BACKUP_NAME": "before-2.4.3"])
    let program = try Installation.program(StepProgram.backup.rawValue)
    try await site.run(.backup) { running in
      try await site.waits(.backup, running)
      let watch = try await looks(at: running, program, [site.token])
      #expect(watch.children.isEmpty && watch.tellingArguments.isEmpty, "\(watch)")
      try await site.simulator.post("complete", ["subject": StepProgram.backup.subject(in: site.environment)])
    }.expect(0)
  }

  /// Looks at a program that goes on until it was seen a few times.
  private func looks(
    at running: RunningCommand, _ program: String, _ secrets: [String]
  ) async throws -> ProcessWatch {
    var watch = ProcessWatch()
    let end = ContinuousClock.now + .hang
    while watch.looks < 5, .now < end {
      watch.look(at: running.processID, program, secrets)
      try await Task.sleep(for: .milliseconds(10))
    }
    #expect(watch.looks == 5)
    return watch
  }

  @Test("a report that is torn, or breaks a rule, is refused")
  func badReports() async throws {
    let folder = try TemporaryFolder()
    let good = try Data(
      contentsOf: Installation.root.appending(path: "Fixtures/golden/\(Self.goldenReport)"))
    try good.write(to: folder.url.appending(path: "good.xml"))
    try good.prefix(good.count - 20).write(to: folder.url.appending(path: "torn.xml"))
    let text = String(decoding: good, as: UTF8.self)
    try folder.write(
      text.replacing("<testsuites name=", with: "<testsuites colour='red' name="), to: "rule.xml")
    #expect(try await ReportCollection.refusals(of: [folder.path("good.xml")]) == nil)
    for name in ["torn.xml", "rule.xml"] {
      let refusals = try await ReportCollection.refusals(of: [folder.path("good.xml"), folder.path(name)])
      #expect(
        refusals?.contains(name) == true && refusals?.contains("good.xml") == false, "\(refusals ?? "")")
    }
    #expect(throws: (any Error).self) { try StepReportView(good.prefix(good.count - 20)) }
  }

  private static let goldenReport = "passed.xml"
}
