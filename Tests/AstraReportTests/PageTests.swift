import AstraReport
import Files
import StepCommon
import StepReport
import Testing
import Timing

/// The page as a document: nothing outside itself, and nothing in it but what it means to say.
@Suite struct PageTests {
  private static let hostile = "<script>alert('1')</script> & \"x\" `y` | [z](javascript:1) \u{202E}"

  private func hostileFiles() throws -> MemoryFiles {
    let properties: [Report.Property] = [
      .init("astra.application", "\(Self.hostile) (on cluster \"a<b>\", id 1)"),
      .init("astra.build", "javascript:alert(1)"), .init("astra.user", "<i>"),
      .init("astra.clone", "c<lone in n<s"), .init("ASTRA_CLONE_ID", "i"),
      .init(
        "astra.page",
        "http://a\"onclick=b/ at 2026-03-02T09:00:00Z: 500 from 192.0.2.1 after 1s, 3 bytes: \"\(Self.hostile)\""
      ),
    ]
    return MemoryFiles([
      "reports/TEST-astra-clone.xml": try report(
        "astra-clone", run: Self.hostile, failing: Self.hostile, properties: properties),
      "reports/TEST-astra-verify.xml": try report("astra-verify", run: Self.hostile, properties: properties),
    ])
  }

  @Test func textOfTheServiceIsShownAndNotDone() throws {
    let told = Told(try hostileFiles(), ["--title", Self.hostile])
    #expect(told.code == .success)
    #expect(
      !told.html.contains("<script") && !told.html.contains("<i>") && !told.html.contains("href=\"javascript")
    )
    #expect(!told.html.contains("\"onclick") && !told.html.contains("\u{202E}"))
    #expect(told.html.contains("<h1>&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;"))
    #expect(!told.markdown.contains("<script") || told.commands.contains { $0.contains("<script") })
    let prose = told.markdown.split(separator: "\n").filter {
      !told.commands.contains(String($0)) && !$0.contains("`")
    }
    #expect(!prose.isEmpty && !prose.contains { $0.contains("<script") || $0.contains("](") })
  }

  @Test func aCommandHoldsANameAsOneWord() throws {
    let told = Told(try hostileFiles())
    let command = try #require(told.commands.first { $0.hasPrefix("astra-cleanup ") }, "\(told.commands)")
    #expect(command.contains(#"'<script>alert('\''1'\'')</script> & "x" `y` | [z](javascript:1)"#))
    #expect(command.contains("--clone-name 'c<lone'"))
  }

  @Test func nothingOfItIsElsewhere() throws {
    let told = Told(try hostileFiles())
    for word in ["<link", "<script", "<img", "<iframe", "@import", "url(", " src=", "@font-face"] {
      #expect(!told.html.contains(word), "\(word)")
    }
    #expect(told.html.contains("default-src 'none'"))
  }

  @Test func itIsTheSameForTheSameFiles() throws {
    let (one, other) = (Told(try hostileFiles()), Told(try hostileFiles()))
    #expect(one.html == other.html && one.markdown == other.markdown && one.html.count > 2000)
    // Its own page in the folder is no part of what it reads.
    let files = try hostileFiles()
    let first = Told(files)
    #expect(Told(files).html == first.html)
  }

  @Test func theTimeLineIsToScale() throws {
    let told = Told(
      MemoryFiles([
        "reports/TEST-astra-clone.xml": try report("astra-clone", run: "a", lasting: 100),
        "reports/TEST-astra-restore.xml": try report(
          "astra-restore", run: "a", at: 300, lasting: 100, failing: "no"),
      ]))
    #expect(told.html.contains("<rect class=\"passed\" x=\"0.0%\" width=\"25.0%\""))
    #expect(told.html.contains("<rect class=\"failed\" x=\"75.0%\" width=\"25.0%\""))
    #expect(told.html.contains("fill=\"#b3261e\"><title>work: failed, 100s</title>"))
    #expect(told.html.contains("role=\"img\" aria-labelledby=\"timeline-1-title timeline-1-text\""))
    #expect(told.html.contains("astra-restore began at 2026-03-02T09:05:00Z and took 100s"))
    let drawn = told.section("Time line").split(separator: "\n").filter {
      $0.contains("|#") || $0.contains(" #")
    }
    #expect(drawn.count == 2 && drawn[0].filter { $0 == "#" }.count == 15, "\(drawn)")
  }

  @Test func aPhaseWithNothingToDoIsDrawnIfItTookTime() throws {
    let start = try #require(Timestamp("2026-03-02T09:00:00Z"))
    let cases = [1, 0].map { seconds in
      Report.Case("look \(seconds)", duration: .seconds(seconds), outcome: .skipped("nothing to do"))
    }
    let report = Report(
      suite: "astra-clone", className: "astra.clone.AstraClone", startedAt: start, duration: .seconds(1),
      hostname: "ci-1", cases: cases)
    let told = Told(MemoryFiles(["reports/TEST-astra-clone.xml": try JUnitDocument(report).bytes()]))
    #expect(told.html.contains("<rect class=\"skipped\" x=\"0.0%\" width=\"100.0%\""))
    #expect(told.html.ranges(of: "<rect ").count == 1)
  }

  @Test func theTwinSaysWhatThePageSays() throws {
    let files = MemoryFiles([
      "reports/TEST-astra-clone.xml": try report("astra-clone", run: "a", failing: "it broke")
    ])
    let told = Told(files)
    for sentence in told.verdict {
      let words =
        sentence.replacing("**", with: "").split(separator: ": ", maxSplits: 1).last.map(String.init) ?? ""
      #expect(told.html.contains(words.replacing("\"", with: "&quot;")), "\(words)")
    }
    let headings = told.markdown.split(separator: "\n").filter { $0.hasPrefix("## ") }.map { $0.dropFirst(3) }
    #expect(headings.count > 8)
    for heading in headings { #expect(told.html.contains(">\(heading)</h2>")) }
  }

  // MARK: - Where it goes

  @Test func itGoesWhereItIsTold() throws {
    let files = MemoryFiles(["in/TEST-astra-clone.xml": try report("astra-clone", run: "a")])
    let told = Told(
      files, ["--output", "out/here/page.html"],
      variables: [
        "ASTRA_REPORT_DIR": "in", "ASTRA_POST_MORTEM": "never.html", "ASTRA_POST_MORTEM_TITLE": "The day",
      ],
      page: "out/here/page")
    #expect(
      told.code == .success && told.html.contains("<h1>The day</h1>")
        && told.markdown.hasPrefix("# The day\n"))
    #expect(
      files.contents.keys.sorted() == ["in/TEST-astra-clone.xml", "out/here/page.html", "out/here/page.md"])
  }

  @Test func aPageThatCannotBeWrittenIsAnErrorOfItsOwn() throws {
    let files = try hostileFiles()
    files.failsAlways = .noSpace
    let told = Told(files)
    #expect(told.code == .cannotWrite && told.said.contains("error: "))
  }

  @Test(arguments: [
    ["--output", "page.txt"], ["--fly"], ["--report-dir", ""], ["--output", "reports/.html"],
  ])
  func aWrongParameterIsRefused(arguments: [String]) throws {
    let files = try hostileFiles()
    let told = Told(files, arguments)
    #expect(told.code == .badParameter && told.html.isEmpty)
  }

  @Test func itsHelpNamesEveryParameter() {
    let told = Told(MemoryFiles(), ["--help"])
    #expect(told.code == .success)
    for word in ["--report-dir", "--output", "--title", "--run-id", "ASTRA_REPORT_DIR", "ASTRA_POST_MORTEM"] {
      #expect(told.said.contains(word), "\(word)")
    }
    #expect(Told(MemoryFiles(), ["--version"]).said == "astra-report \(Version.current)\n")
  }
}
