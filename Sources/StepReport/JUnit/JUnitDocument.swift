internal import Text
internal import Timing

/// A report as a JUnit XML document: one flat suite, one case per phase (`docs/report.md`).
///
/// Building it is pure; `bytes()` writes it and `verify(_:)` reads such bytes back and compares.
package struct JUnitDocument: Sendable {
  /// What is written.
  let root: XMLElement
  /// The report's cases as they stand in the document: names made unique, and never none of them.
  let cases: [Report.Case]

  /// The most bytes that one case's output, or the step's log, may take.
  ///
  /// Jenkins shows 100,000 characters of a failed case, and libxml2 readers refuse a text of 10 million.
  package static let largestText = 1 << 20
  /// A document is smaller than this many bytes: GitLab ignores a report of 30 MB or more.
  package static let largestDocument = 30_000_000
  private static let smallestText = 1 << 10

  /// Lays out a report.
  package init(_ report: Report) {
    cases = JUnitCases.normalised(report)
    var limit = Self.largestText
    var root = Self.layOut(report, cases: cases, textLimit: limit)
    while root.writtenSize >= Self.largestDocument, limit > Self.smallestText {
      limit /= 2
      root = Self.layOut(report, cases: cases, textLimit: limit)
    }
    self.root = root
  }

  /// The document; throws if libxml2 refuses anything or it is too large for the readers.
  package func bytes() throws(DocumentError) -> [UInt8] {
    let bytes = try XMLSerializer.bytes(of: root)
    guard bytes.count < Self.largestDocument else {
      throw DocumentError(reason: "the report has \(bytes.count) bytes, too many for its readers")
    }
    return bytes
  }
}

extension JUnitDocument {
  private static func layOut(_ report: Report, cases: [Report.Case], textLimit: Int) -> XMLElement {
    let counts = Report.Counts(cases.map(\.outcome))
    let name = XMLElement.Attribute("name", CleanText(ReportName.suite(report.suite)))
    let time = XMLElement.Attribute("time", CleanText(report.duration.secondsText))
    let totals: [XMLElement.Attribute] = [
      .init("tests", counts.tests), .init("failures", counts.failures), .init("errors", counts.errors),
    ]
    let host = CleanText(report.hostname).singleLine()
    let suite = XMLElement(
      "testsuite",
      [name] + totals + [
        .init("skipped", counts.skipped), time,
        .init("timestamp", CleanText(report.startedAt.reportText)),
        .init("hostname", host.isEmpty ? CleanText("localhost") : host),
        .init("id", 0), .init("package", CleanText("")),
      ],
      children: properties(report.properties)
        + cases.map { element($0, in: report, textLimit: textLimit) }
        + [
          XMLElement("system-out", text: CleanText(report.log).capped(toBytes: textLimit)),
          XMLElement("system-err"),
        ]
    )
    return XMLElement("testsuites", [name] + totals + [time], children: [suite])
  }

  private static func properties(_ properties: [Report.Property]) -> [XMLElement] {
    guard !properties.isEmpty else { return [] }
    let elements = properties.map { property in
      XMLElement(
        "property",
        [
          .init("name", CleanText(property.name).singleLine()),
          .init("value", CleanText(property.value).singleLine(limit: 2000)),
        ])
    }
    return [XMLElement("properties", children: elements)]
  }

  private static func element(_ phase: Report.Case, in report: Report, textLimit: Int) -> XMLElement {
    var children: [XMLElement] = []
    switch phase.outcome {
    case .passed: break
    case .failed(let problem):
      children.append(element("failure", problem, in: report, textLimit: textLimit))
    case .errored(let problem):
      children.append(element("error", problem, in: report, textLimit: textLimit))
    case .skipped(let reason):
      let message = line(reason, orElse: "no reason given")
      let body = body(line: message, whole: reason, details: "", textLimit: textLimit)
      children.append(XMLElement("skipped", [.init("message", message)], text: body))
    }
    if !phase.output.isEmpty {
      let output = CleanText(phase.output).capped(toBytes: textLimit)
      children.append(XMLElement("system-out", text: output))
    }
    return XMLElement(
      "testcase",
      [
        .init("name", CleanText(phase.name)),
        .init("classname", CleanText(ReportName.className(report.className))),
        .init("time", CleanText(phase.duration.secondsText)),
      ],
      children: children)
  }

  private static func element(
    _ name: StaticString, _ problem: Report.Problem, in report: Report, textLimit: Int
  ) -> XMLElement {
    let message = line(problem.message, orElse: "no message given")
    let body = body(
      line: message, whole: problem.message, details: problem.details, textLimit: textLimit)
    let type = ReportName.problemType(problem.type, step: report.stepName)
    return XMLElement(name, [.init("message", message), .init("type", CleanText(type))], text: body)
  }

  private static func line(_ text: String, orElse substitute: String) -> CleanText {
    let line = CleanText(text).singleLine()
    return line.isEmpty ? CleanText(substitute) : line
  }

  /// The message's line first (GitLab and Bamboo show only the body), then all of it if it had more, then
  /// the details.
  private static func body(line: CleanText, whole: String, details: String, textLimit: Int) -> CleanText {
    let message = CleanText(whole)
    let isWhole = message == line || message.singleLine().isEmpty
    return CleanText.lines([line, isWhole ? CleanText("") : message, CleanText(details)])
      .capped(toBytes: textLimit)
  }
}

extension XMLElement {
  /// An upper bound of the bytes that the element takes in a document.
  fileprivate var writtenSize: Int {
    let tags = 2 * name.utf8.count + 32
    let inAttributes = attributes.reduce(0) {
      $0 + $1.name.utf8.count + 4 + CleanText($1.value).escapedSize
    }
    return children.reduce(tags + inAttributes + CleanText(text).escapedSize) { $0 + $1.writtenSize }
  }
}

extension CleanText {
  /// The number of bytes once the five characters with a meaning in XML are escaped; an upper bound.
  fileprivate var escapedSize: Int {
    string.utf8.reduce(0) { size, byte in
      switch byte {
      case UInt8(ascii: "\""): size + 6
      case UInt8(ascii: "&"), UInt8(ascii: "\n"), UInt8(ascii: "\t"): size + 5
      case UInt8(ascii: "<"), UInt8(ascii: ">"): size + 4
      default: size + 1
      }
    }
  }
}
