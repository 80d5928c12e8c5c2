internal import Foundation
#if canImport(FoundationXML)
  internal import FoundationXML
#endif

/// A report as a reader other than ours sees it.
package struct ReadReport {
  /// One test case.
  package struct Case: Equatable {
    package var name: String
    /// `passed`, `failure`, `error` or `skipped`.
    package var outcome: String
    package var type: String
    package var message: String
    package var body: String
  }

  /// The suite's attributes.
  package private(set) var suite: [String: String] = [:]
  package private(set) var cases: [Case] = []

  /// Reads a document; throws if it is not well-formed or its counts are wrong.
  package init(_ bytes: [UInt8]) throws {
    let reader = Reader()
    let parser = XMLParser(data: Data(bytes))
    parser.delegate = reader
    // On Linux a torn document alone does not make `parse` fail.
    guard parser.parse(), parser.parserError == nil else {
      throw Malformed(reason: "\(String(describing: parser.parserError))")
    }
    suite = reader.suite
    cases = reader.cases
    for (attribute, outcome) in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
      let counted = cases.count { $0.outcome == outcome }
      guard suite[attribute] == "\(counted)" else {
        throw Malformed(reason: "\(attribute)=\(suite[attribute] ?? "none"), but there are \(counted)")
      }
    }
    guard suite["tests"] == "\(cases.count)", !cases.isEmpty else {
      throw Malformed(reason: "wrong count of tests")
    }
  }

  /// Why a document is no report.
  package struct Malformed: Error {
    package var reason: String
  }

  /// Whether it says that all went well: at least one case passed, and none failed.
  package var claimsSuccess: Bool {
    !cases.contains { $0.outcome == "failure" || $0.outcome == "error" }
  }

  /// The case that is a failure or an error.
  package var problem: Case? { cases.first { $0.outcome == "failure" || $0.outcome == "error" } }

  private final class Reader: NSObject, XMLParserDelegate {
    var suite: [String: String] = [:]
    var cases: [Case] = []
    private var isInOutcome = false

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String] = [:]
    ) {
      switch name {
      case "testsuite": suite = attributes
      case "testcase":
        cases.append(
          Case(name: attributes["name"] ?? "", outcome: "passed", type: "", message: "", body: ""))
      case "failure", "error", "skipped":
        cases[cases.count - 1].outcome = name
        cases[cases.count - 1].type = attributes["type"] ?? ""
        cases[cases.count - 1].message = attributes["message"] ?? ""
        isInOutcome = true
      default: break
      }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      if isInOutcome { cases[cases.count - 1].body += string }
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      if ["failure", "error", "skipped"].contains(name) { isInOutcome = false }
    }
  }
}
