import Foundation
#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A step's report as one more reader sees it.
struct StepReportView: Sendable {
  /// One test case.
  struct Case: Hashable, Sendable {
    var name: String
    /// `passed`, `failure`, `error` or `skipped`.
    var outcome: String
    var message: String
    var type: String
  }

  /// Why a file is no report.
  struct Malformed: Error {
    var reason: String
  }

  var suite: String
  var cases: [Case]
  /// The properties, without the `astra.` that each name begins with.
  var facts: [String: String]
  var log: String

  /// Reads a report; throws if it is not one suite with at least one case and true counts.
  init(_ data: Data) throws {
    // Nothing at all passes the strict reader and crashes the other.
    guard !data.isEmpty else { throw Malformed(reason: "it is empty") }
    // The tree's reader mends what is torn, so the strict one goes first; Linux's answers true even then.
    let strict = XMLParser(data: data)
    guard strict.parse(), strict.parserError == nil else {
      throw Malformed(reason: "\(String(describing: strict.parserError))")
    }
    let root = try XMLDocument(data: data)
    guard let suite = try root.nodes(forXPath: "/testsuites/testsuite").first as? XMLElement else {
      throw Malformed(reason: "there is no suite")
    }
    self.suite = Self.attribute("name", suite)
    cases = suite.elements(forName: "testcase").map { element in
      let outcome = ["failure", "error", "skipped"].compactMap { element.elements(forName: $0).first }.first
      return Case(
        name: Self.attribute("name", element), outcome: outcome?.name ?? "passed",
        message: outcome.map { Self.attribute("message", $0) } ?? "",
        type: outcome.map { Self.attribute("type", $0) } ?? "")
    }
    facts = [:]
    for case let property as XMLElement in try suite.nodes(forXPath: "properties/property") {
      facts[Self.attribute("name", property).replacing("astra.", with: "", maxReplacements: 1)] =
        Self.attribute("value", property)
    }
    log = suite.elements(forName: "system-out").first?.stringValue ?? ""
    for (attribute, outcome) in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
      let count = cases.count { $0.outcome == outcome }
      guard Self.attribute(attribute, suite) == "\(count)" else {
        throw Malformed(reason: "\(attribute) is not \(count)")
      }
    }
    guard Self.attribute("tests", suite) == "\(cases.count)", !cases.isEmpty else {
      throw Malformed(reason: "tests is not \(cases.count)")
    }
  }

  /// Whether a CI system would show it green: nothing failed, and something was done.
  var claimsSuccess: Bool {
    problem == nil && cases.contains { $0.outcome == "passed" }
  }

  /// The case that is a failure or an error.
  var problem: Case? { cases.first { $0.outcome == "failure" || $0.outcome == "error" } }

  private static func attribute(_ name: String, _ element: XMLElement) -> String {
    element.attribute(forName: name)?.stringValue ?? ""
  }
}
