import StepCommon
import StepReport
import Testing
import Text
import Timing

/// What a summary shows of others' texts, and that it only shows it.
@Suite struct MarkdownTests {
  /// What could begin something in Markdown, inside a line or a cell.
  private static let marks: Set<Character> = [
    "\\", "`", "*", "_", "[", "]", "<", ">", "&", "|", "~", "$", "#", "!", "^", "{", "}", "@", "\n", "\r",
    "\u{1B}",
  ]

  @Test(arguments: [
    ("magento-prod", "magento-prod"), ("a | b", "a &#124; b"), ("`id`", "&#96;id&#96;"),
    ("<script>", "&#60;script&#62;"), ("a\nb", "a b"), ("[x](y)", "&#91;x&#93;(y)"), ("- x", "&#45; x"),
    ("https://h/", "https&#58;//h/"), ("www.h", "www&#46;h"), ("at: once", "at: once"),
    ("@all", "<code>&#64;</code>all"), ("&lt;", "&#38;lt;"), ("a_b*c", "a&#95;b&#42;c"),
  ])
  func isShownAndNotRead(text: String, expected: String) {
    #expect(markdown(text) == expected)
  }

  @Test(arguments: 1...500) func comesBackWhateverItIs(seed: UInt64) throws {
    var texts = HostileText(seed: seed)
    let text = texts.next()
    let shown = markdown(text)
    var plain = shown.replacing("<code>&#64;</code>", with: "")
    plain = plain.replacing(/&#\d+;/, with: "")
    #expect(plain.allSatisfy { !Self.marks.contains($0) }, "\(shown)")
    #expect(!plain.contains("://") && !plain.lowercased().contains("www."))
    let read = shown.replacing("<code>&#64;</code>", with: "@").replacing(/&#(\d+);/) { match in
      UInt32(match.1).flatMap { Unicode.Scalar($0) }.map { String(Character($0)) } ?? "?"
    }
    #expect(read.utf8.elementsEqual(cleanLine(text, limit: 1000).utf8))
  }

  @Test(arguments: 1...100) func noTextAddsALineOrACell(seed: UInt64) throws {
    var texts = HostileText(seed: seed)
    let problem = Report.Problem(texts.next(), type: "AstraClone.x", details: "hint: \(texts.next())")
    let report = report([
      .init("find", outcome: .passed), .init("wait", outcome: .failed(problem)),
      .init("write", outcome: .skipped(texts.next())),
    ])
    let lines = RunSummary(report, values: OutputValues(), isDryRun: false).text.split(separator: "\n")
    #expect(lines.count == 8)
    for row in lines.suffix(5) { #expect(row.count { $0 == "|" } == 4, "\(row)") }
    #expect(lines[1].hasPrefix("**wait**: ") && lines[2].hasPrefix("hint:"))
  }

  /// GitHub takes a mebibyte a step, whatever failed.
  @Test func theLongestIsStillTaken() {
    let long = String(repeating: "<|`", count: 10_000)
    let problem = Report.Problem(long, type: "x", details: long)
    let cases = (0..<30).map { Report.Case("phase \($0)", outcome: .errored(problem)) }
    var values = OutputValues()
    for number in 0..<20 { values.set(.init("ASTRA_X\(number)"), to: long) }
    let text = RunSummary(report(cases), values: values, isDryRun: false).text
    #expect(text.utf8.count < 1 << 19)
    #expect(text.split(separator: "\n").count > 70)
  }

  @Test func saysWhatItCameTo() {
    let good = report([.init("find", duration: .milliseconds(1250), outcome: .passed)])
    var values = OutputValues()
    values.set("ASTRA_CLONE_ID", to: "id-1")
    #expect(
      RunSummary(good, values: values, isDryRun: true, trouble: "cannot write x: no space").text == """
        ### astra-clone: passed after 2s

        This was a dry run: nothing was changed.

        **report**: cannot write x: no space

        | Phase | Outcome | Seconds |
        |---|---|---:|
        | find | passed | 1.250 |

        | Value | |
        |---|---|
        | ASTRA&#95;CLONE&#95;ID | id-1 |

        Run ci-7, trace 4bf92f3577b34da6a3ce929d0e0e4736

        """)
  }

  private func report(_ cases: [Report.Case]) -> Report {
    Report(
      suite: "astra-clone", className: "astra.clone.AstraClone", startedAt: Timestamp(sinceEpoch: .zero),
      duration: .seconds(2), hostname: "ci",
      properties: cases.count == 1
        ? [.init("astra.run", "ci-7"), .init("astra.trace", "4bf92f3577b34da6a3ce929d0e0e4736")] : [],
      cases: cases)
  }
}
