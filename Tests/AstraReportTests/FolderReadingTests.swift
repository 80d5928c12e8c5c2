import AstraReport
import Files
import StepCommon
import StepReport
import Testing
import Timing

/// What is read of a report folder, whatever lies in it.
@Suite struct FolderReadingTests {
  @Test func anEmptyFolderGivesAPageThatSaysSo() {
    let told = Told(MemoryFiles(["reports/notes.txt": []]))
    #expect(told.code == .notFound)
    #expect(told.said.contains("there is nothing to read: no step has left a report or a record in reports"))
    told.expect(
      nil, "This cannot be told: there is no result of a step here", "Nothing, as far as this folder tells.",
      "Look whether the steps ran at all")
    #expect(told.html.contains("no result of a step here"))
  }

  @Test func aFolderThatIsNotThereGivesNone() {
    let files = MemoryFiles()
    files.unreadable["elsewhere"] = .notFound
    let told = Told(files, ["--report-dir", "elsewhere"])
    #expect(told.code == .notFound && told.said.contains("next: name the folder"))
    #expect(files.contents.isEmpty)
  }

  @Test func aTornFileIsNamedAndTheRestIsShown() throws {
    let whole = try report("astra-backup", run: "seven")
    let torn = Array(try report("astra-clone", run: "seven").dropLast(40))
    let foreign = Array(
      #"<testsuites name="other"><testsuite name="a"/><testsuite name="b"/></testsuites>"#.utf8)
    let told = Told(
      MemoryFiles([
        "reports/TEST-astra-backup.xml": whole, "reports/TEST-astra-clone.xml": torn,
        "reports/TEST-astra-verify.xml": foreign, "reports/astra-clone.json": Array("{\"step\":".utf8),
        "reports/TEST-astra-restore.xml": [], "reports/TEST-other.xml": torn,
        "reports/astra-verify.seen.json": Array("{}".utf8),
      ]))
    #expect(told.code == .success)
    let section = "What this page was made of"
    told.expect(section, "**Not read:** `TEST-astra-clone.xml`: it is torn, or no report")
    told.expect(section, "`TEST-astra-verify.xml`: it is torn, or no report (it is not one suite")
    told.expect(section, "`TEST-astra-restore.xml`: it is torn, or no report (it is empty)")
    told.expect(section, "`astra-clone.json`: it is torn, or no run record", "Read: `TEST-astra-backup.xml`")
    #expect(!told.section(section).contains("TEST-other") && !told.section(section).contains("seen.json"))
    #expect(told.said.contains("warning: TEST-astra-clone.xml could not be read"))
    told.expect(nil, "there may be more, since TEST-astra-clone.xml and 3 more could not be read")
    #expect(told.html.contains("class=\"verdict mixed\""))
    told.expect("Every phase of every step", "astra-backup: began 2026-03-02T09:00:00Z")
  }

  @Test func aFileThatCannotBeReadIsNamed() throws {
    let files = MemoryFiles([
      "reports/TEST-astra-backup.xml": try report("astra-backup", run: "seven"),
      "reports/astra-backup.json": [],
    ])
    files.unreadable["reports/astra-backup.json"] = .notPermitted
    Told(files).expect("What this page was made of", "**Not read:** `astra-backup.json`: ")
  }

  @Test func otherRunsAreToldApart() throws {
    var record = RunRecord(step: "astra-clone", run: "six")
    record.lastUpdate = "2026-03-02T08:00:00Z"
    let files = MemoryFiles([
      "reports/TEST-astra-clone.xml": try report("astra-clone", run: "six", at: -3600, failing: "it was six"),
      "reports/TEST-astra-backup.xml": try report("astra-backup", run: nil, at: -7200),
      "reports/TEST-astra-restore.xml": try report("astra-restore", run: "seven"),
      "reports/astra-clone.json": record.bytes,
    ])
    let told = Told(files)
    #expect(told.markdown.contains("Run `seven`") && !told.markdown.contains("it was six"))
    told.expect(
      "What this page was made of", "not told of here: `six` (`TEST-astra-clone.xml`, `astra-clone.json`)",
      "one without a name (`TEST-astra-backup.xml`)")
    // Either may be asked for.
    let six = Told(files, ["--run-id", "six"])
    #expect(six.markdown.contains("it was six") && six.code == .success)
    let none = Told(files, variables: ["ASTRA_RUN_ID": "five"])
    #expect(none.code == .notFound && none.said.contains("for run five"))
    none.expect(nil, "of run five")
  }

  /// The files of one run, in whatever order they were read, tell in the order in which the steps ran.
  @Test func stepsAreInTheirOrder() throws {
    let told = Told(
      MemoryFiles([
        "reports/TEST-astra-clone.xml": try report("astra-clone", run: "a", lasting: 90),
        "reports/TEST-astra-verify-fault.xml": try report("astra-verify-fault", run: "a", lasting: 2),
        "reports/TEST-astra-preflight.xml": try report("astra-preflight", run: "a", at: -1, lasting: 200),
      ]))
    let phases = told.section("Every phase of every step")
    let names = phases.split(separator: "\n").filter { $0.contains(": began") }
      .compactMap { $0.split(separator: ":").first.map(String.init) }
    #expect(names == ["astra-preflight", "astra-verify-fault", "astra-clone"])
  }

  /// A report is read as it was written.
  @Test func aReportComesBackAsItWas() throws {
    let outcomes: [Report.Outcome] = [
      .passed, .skipped("because <of> this"),
      .failed(
        Report.Problem("one & two", type: "AstraClone.operationFailed", details: "next: look\nand again")),
      .errored(Report.Problem("three", type: "AstraClone.deadline")),
    ]
    let report = Report(
      suite: "astra-clone-eu", className: "astra.clone.AstraClone_eu",
      startedAt: try #require(Timestamp("2026-03-02T09:00:00Z")), duration: .milliseconds(92_134),
      hostname: "ci-1",
      properties: [.init("astra.run", "a \"b\"")],
      cases: outcomes.enumerated().map {
        Report.Case("phase \($0)", duration: .milliseconds(1_005), outcome: $1, output: "saw it\n")
      }, log: "all of it\n")
    let read = try Report(parsing: try JUnitDocument(report).bytes())
    #expect(read.cases == report.cases && read.properties == report.properties && read.log == report.log)
    #expect(
      [read.suite, read.className, read.hostname] == [report.suite, report.className, report.hostname]
        && read.startedAt == report.startedAt && read.duration == report.duration)
  }

  @Test(arguments: ["", "<a/>", "no XML", "<testsuites><testsuite name=\"astra-clone\"/></testsuites>"])
  func whatIsNoReportIsRefused(text: String) {
    #expect(throws: DocumentError.self) { try Report(parsing: Array(text.utf8)) }
  }
}

/// A report of that step in that run, which began some seconds after nine.
func report(
  _ suite: String, run: String?, at seconds: Int = 0, lasting: Int = 5, failing message: String? = nil,
  properties: [Report.Property] = []
) throws -> [UInt8] {
  let outcome: Report.Outcome =
    message.map { .failed(Report.Problem($0, type: "AstraStep.operationFailed")) } ?? .passed
  return try JUnitDocument(
    Report(
      suite: suite, className: "astra.step.AstraStep",
      startedAt: try #require(Timestamp("2026-03-02T09:00:00Z")) + .seconds(seconds),
      duration: .seconds(lasting),
      hostname: "ci-1", properties: (run.map { [.init("astra.run", $0)] } ?? []) + properties,
      cases: [Report.Case("work", duration: .seconds(lasting), outcome: outcome)])
  ).bytes()
}
