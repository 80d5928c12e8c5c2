internal import AstraSimulator
internal import SimulatorSupport
internal import StepReport
internal import Text
internal import Timing

extension FuzzTarget {
  /// Any text in every place of a report: what is written verifies, and is JSON to a parser that shares nothing.
  static let reportText = FuzzTarget("report-text", longest: 2048) { bytes throws(BrokenProperty) in
    try checkTexts(text(bytes))
    let parts = parts(bytes).map { text($0) }
    func part(_ index: Int) -> String { index < parts.count ? parts[index] : "" }
    let problem = Report.Problem(part(1), type: part(2), details: part(3))
    let report = Report(
      suite: part(4), className: part(5), startedAt: Timestamp(sinceEpoch: .seconds(bytes.count)),
      hostname: part(6), properties: parts.map { Report.Property($0, part(0)) },
      cases: [
        Report.Case(part(7), outcome: .passed, output: part(0)),
        Report.Case(part(0), outcome: .errored(problem)), Report.Case(part(0), outcome: .failed(problem)),
        Report.Case(part(8), outcome: .skipped(part(1))),
      ], log: part(0))
    do throws(DocumentError) {
      let document = JUnitDocument(report)
      try document.verify(document.bytes())
    } catch {
      throw BrokenProperty("the report does not verify: \(error)")
    }
    var values = OutputValues()
    values.set(OutputValues.Key(part(1)), to: part(0))
    let json = JSONDocument(
      report, step: part(4), version: part(2), run: part(3), exitCode: 1, message: part(0), values: values)
    guard let read = JSON(Array(json.text.utf8)) else {
      throw BrokenProperty("the JSON is none: \(json.text)")
    }
    try hold(
      read["message"]?.string?.utf8.elementsEqual(part(0).utf8) == true, "the JSON says something else")
    try hold(json.text.utf8.count { $0 == 0x0A } == 1, "the JSON is not one line")
  }

  private static func checkTexts(_ given: String) throws(BrokenProperty) {
    let clean = CleanText(given)
    try hold(CleanText(clean.string) == clean, "cleaning what is clean changes it")
    let isAllowed = clean.string.unicodeScalars.allSatisfy { scalar in
      switch scalar.value {
      case 0x09, 0x0A, 0x20..<0x7F, 0xA0..<0xFFFE, 0x1_0000...: true
      default: false
      }
    }
    try hold(isAllowed, "a character that XML forbids is left")
    for limit in [8, 100, 4000] {
      let line = clean.singleLine(limit: limit)
      try hold(line.string.unicodeScalars.count <= limit, "a line is longer than \(limit)")
      try hold(
        !line.string.unicodeScalars.contains { "\n\t\r\u{2028}\u{2029}".unicodeScalars.contains($0) },
        "a line is two")
    }
    for limit in [128, 300] {
      try hold(
        clean.capped(toBytes: limit).string.utf8.count <= limit, "a text is longer than \(limit) bytes")
    }
    try hold(CleanText(cleanLine(given)).string == cleanLine(given), "a clean line is not clean")
  }
}
