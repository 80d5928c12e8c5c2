import Foundation
import StepReport
import Testing
import Timing

@Suite struct JUnitDocumentTests {
  @Test(arguments: 1...40)
  func garbageInEveryTextMakesAGoodDocument(seed: UInt64) throws {
    var reports = RandomReport(seed: seed)
    let report = reports.next()
    let document = JUnitDocument(report)
    let bytes = try document.bytes()
    try document.verify(bytes)
    #expect(try JUnitDocument(report).bytes() == bytes)

    // Counted without a parser: text holds no `<`, so these are elements.
    let text = try #require(String(validating: bytes, as: UTF8.self))
    func count(_ part: String) -> Int { text.components(separatedBy: part).count - 1 }
    let expected = report.counts
    let isEmpty = report.cases.isEmpty
    #expect(count("<testcase ") == (isEmpty ? 1 : expected.tests))
    #expect(count("<failure ") == expected.failures)
    #expect(count("<error ") == (isEmpty ? 1 : expected.errors))
    #expect(count("<skipped ") == expected.skipped)
    #expect(
      text.unicodeScalars.allSatisfy {
        switch $0.value {
        case 0x0A, 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        case 0x09: true
        default: false
        }
      })
  }

  @Test func aReportWithoutPhasesIsAnErrorAndNeverEmpty() throws {
    var report = Sample.passed.report
    report.cases = []
    #expect(!report.readsAsSuccess)
    let document = JUnitDocument(report)
    let bytes = try document.bytes()
    try document.verify(bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains(#"tests="1" failures="0" errors="1" skipped="0""#))
    #expect(text.contains(#"type="AstraClone.noPhase""#))
  }

  @Test func aMessageThatIsCutIsWholeInTheBody() throws {
    let message = String(repeating: "word ", count: 300) + "end"
    var report = Sample.passed.report
    report.cases[0].outcome = .failed(.init(message, type: "AstraClone.failed", details: "hint: none"))
    let text = String(decoding: try JUnitDocument(report).bytes(), as: UTF8.self)
    #expect(text.contains("…\" type="))
    #expect(text.contains("…\n\(message)\nhint: none</failure>"))
  }

  @Test func manyLargeTextsStayWithinWhatReadersTake() throws {
    // A quote takes six bytes in the document: eight outputs of a mebibyte would be 50 MB.
    let output = String(repeating: "\"", count: 3 << 20)
    var report = Sample.passed.report
    report.log = output
    report.cases = (1...8).map { .init("phase \($0)", outcome: .passed, output: "begin\n\(output)\nend") }
    let document = JUnitDocument(report)
    let bytes = try document.bytes()
    try document.verify(bytes)
    #expect(bytes.count < JUnitDocument.largestDocument)
    #expect(bytes.count > 10_000_000)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("bytes of \(output.utf8.count + 10) cut here"))
    #expect(text.contains(">begin\n"))
    #expect(text.contains("\nend</system-out>"))
  }

  @Test func oneLargeTextIsCutAtAMebibyte() throws {
    var report = Sample.passed.report
    report.cases[1].output = String(repeating: "line\n", count: 400_000)
    let document = JUnitDocument(report)
    let bytes = try document.bytes()
    try document.verify(bytes)
    #expect(bytes.count > JUnitDocument.largestText - 2000)
    #expect(bytes.count < JUnitDocument.largestText + 4000)
  }

  @Test(arguments: [
    ("failures=\"1\"", "failures=\"0\""), ("tests=\"4\"", "tests=\"5\""), ("skipped=\"1\"", "skipped=\"2\""),
    ("<failure ", "<error "), ("name=\"create the clone\"", "name=\"create a clone\""),
    ("ended as failed", "ended as feiled"), ("time=\"12.250\"", "time=\"12,250\""),
    ("</testsuites>", "</testsuites><more/>"), ("</testsuite>", "</testsuite><testsuite/>"),
    ("<testsuites ", "<testsuites xmlns=\"http://example.com\" "),
    ("<testsuites ", "<!DOCTYPE testsuites><testsuites "), ("<system-err/>", ""),
    ("<system-err/>", "<system-err><!-- --></system-err>"), ("<system-err/>", "stray<system-err/>"),
    ("state: failed", "<![CDATA[state: failed]]>"), ("state: failed", "state: \u{1B}failed"),
  ])
  func theSelfCheckFindsWhatIsNotAsItWasMeant(part: String, replacement: String) throws {
    let document = JUnitDocument(Sample.failed.report)
    let text = String(decoding: try document.bytes(), as: UTF8.self)
    try #require(text.contains(part))
    let changed = text.replacing(part, with: replacement)
    #expect(throws: DocumentError.self) { try document.verify(Array(changed.utf8)) }
  }

  @Test func noPartOfADocumentPassesTheSelfCheck() throws {
    let document = JUnitDocument(Sample.hostile.report)
    let bytes = try document.bytes()
    // The last byte is the line end behind the root; without it the document is whole.
    for length in 0..<(bytes.count - 1) {
      #expect(throws: DocumentError.self) { try document.verify(Array(bytes.prefix(length))) }
    }
  }

  @Test func theSelfCheckExpandsNoEntitiesAndReadsNoOtherFile() throws {
    let document = JUnitDocument(Sample.passed.report)
    let laughs = (1...20).map { "<!ENTITY e\($0) \"&e\($0 - 1);&e\($0 - 1);\">" }.joined()
    for declaration in ["<!ENTITY e0 \"ha\">\(laughs)", "<!ENTITY e20 SYSTEM \"file:///etc/hostname\">"] {
      let text = "<?xml version=\"1.0\"?><!DOCTYPE testsuites [\(declaration)]><testsuites>&e20;</testsuites>"
      #expect(throws: DocumentError.self) { try document.verify(Array(text.utf8)) }
    }
  }

  @Test(arguments: [
    ("symbol", "AstraClone.symbol"), ("file", "AstraClone.file"), ("", "AstraClone.unknown"),
    ("AstraClone.deadline", "AstraClone.deadline"), ("Astra Clone.a-b", "Astra_Clone.a_b"),
    ("..", "AstraClone.unknown"), (".file.", "AstraClone.file"), ("a..b", "a.b"),
  ])
  func aTypeIsDotted(type: String, written: String) throws {
    var report = Sample.passed.report
    report.cases[0].outcome = .errored(.init("message", type: type))
    let text = String(decoding: try JUnitDocument(report).bytes(), as: UTF8.self)
    #expect(text.contains("type=\"\(written)\""))
  }
}
