internal import Foundation
#if canImport(FoundationXML)
  internal import FoundationXML
#endif

/// The failures and errors of a report, as a reader other than ours sees them.
struct ReportReading {
  /// The message of each, in order.
  let problems: [String]

  init(_ bytes: [UInt8]) throws(BrokenProperty) {
    let reader = Reader()
    let parser = XMLParser(data: Data(bytes))
    parser.delegate = reader
    // On Linux a torn document alone does not make `parse` fail.
    guard parser.parse(), parser.parserError == nil, reader.cases > 0 else {
      throw BrokenProperty("the report cannot be read: \(text(bytes))")
    }
    problems = reader.problems
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var cases = 0
    var problems: [String] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String] = [:]
    ) {
      if name == "testcase" { cases += 1 }
      if name == "failure" || name == "error" { problems.append(attributes["message"] ?? "") }
    }
  }
}
