internal import Timing

extension Report {
  /// Reads a document that `JUnitDocument` has written; throws for anything else, with the reason.
  ///
  /// What is unknown is passed over: attributes, properties, and elements of the suite.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    guard !bytes.isEmpty else { throw DocumentError(reason: "it is empty") }
    let root = try XMLTree.read(bytes)
    guard root.name == "testsuites", root.children.count == 1, let suite = root.children.first,
      suite.name == "testsuite", let name = suite["name"]
    else { throw DocumentError(reason: "it is not one suite of test cases") }
    guard let startedAt = suite["timestamp"].flatMap({ Timestamp($0 + "Z") }) else {
      throw DocumentError(reason: "it does not say when the step began")
    }
    let cases = suite.children.filter { $0.name == "testcase" }
    self.init(
      suite: name, className: cases.first?["classname"] ?? "", startedAt: startedAt,
      duration: Duration(secondsText: suite["time"]), hostname: suite["hostname"] ?? "",
      properties: suite.children.filter { $0.name == "properties" }.flatMap(\.children).compactMap {
        element in
        guard let name = element["name"], let value = element["value"] else { return nil }
        return Property(name, value)
      },
      cases: cases.map { Case($0) },
      log: suite.children.first { $0.name == "system-out" }?.text ?? "")
  }
}

extension Report.Case {
  fileprivate init(_ element: XMLElement) {
    self.init(
      element["name"] ?? "", duration: Duration(secondsText: element["time"]), outcome: .passed,
      output: element.children.first { $0.name == "system-out" }?.text ?? "")
    for child in element.children {
      switch child.name {
      case "failure": outcome = .failed(Report.Problem(child))
      case "error": outcome = .errored(Report.Problem(child))
      case "skipped": outcome = .skipped(child["message"] ?? child.text)
      default: continue
      }
      return
    }
  }
}

extension Report.Problem {
  /// The message as it was before it was cut to one line, where the body holds all of it.
  fileprivate init(_ element: XMLElement) {
    let lines = element.text.split(separator: "\n", omittingEmptySubsequences: false)
    self.init(
      element["message"] ?? String(lines.first ?? ""), type: element["type"] ?? "",
      details: lines.dropFirst().joined(separator: "\n"))
  }
}

extension Duration {
  /// Reads what `secondsText` writes; zero for anything else.
  fileprivate init(secondsText text: String?) {
    let parts = (text ?? "").split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].utf8.count == 3, let seconds = Int64(parts[0]), seconds >= 0,
      let milliseconds = Int64(parts[1]), milliseconds >= 0
    else {
      self = .zero
      return
    }
    self = .seconds(seconds) + .milliseconds(milliseconds)
  }
}
