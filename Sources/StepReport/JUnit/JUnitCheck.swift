extension JUnitDocument {
  /// Reads bytes back and compares what is read with the report; throws at the first difference.
  ///
  /// Compared are the whole tree with what was laid out, and then, counted anew from what was read, the
  /// counters and each case's name and outcome with the report's.
  package func verify(_ bytes: [UInt8]) throws(DocumentError) {
    let read = try XMLTree.read(bytes)
    if let place = read.firstDifference(from: root, at: "") {
      throw DocumentError(reason: "read back, the report differs at \(place)")
    }
    guard read.name == "testsuites", read.children.count == 1, let suite = read.children.first,
      suite.name == "testsuite"
    else { throw DocumentError(reason: "read back, the report is not one suite") }
    let elements = suite.children.filter { $0.name == "testcase" }
    guard elements.count == cases.count else {
      throw DocumentError(
        reason: "read back, the report has \(elements.count) cases instead of \(cases.count)")
    }
    for (element, phase) in zip(elements, cases) {
      try Self.compare(element, with: phase)
    }
    let counts = Report.Counts(cases.map(\.outcome))
    for element in [read, suite] {
      try Self.compare(element, with: counts)
    }
  }

  private static func compare(_ element: XMLElement, with phase: Report.Case) throws(DocumentError) {
    let outcomes = element.children.map(\.name).filter { ["failure", "error", "skipped"].contains($0) }
    guard element["name"] == phase.name, outcomes == phase.outcome.elements else {
      throw DocumentError(reason: "read back, case \"\(phase.name)\" has another name or outcome")
    }
  }

  private static func compare(
    _ element: XMLElement, with counts: Report.Counts
  ) throws(DocumentError) {
    guard element["tests"] == String(counts.tests), element["failures"] == String(counts.failures),
      element["errors"] == String(counts.errors),
      (element["skipped"] ?? String(counts.skipped)) == String(counts.skipped)
    else { throw DocumentError(reason: "read back, the counters of \(element.name) are wrong") }
  }
}

extension Report.Outcome {
  /// The elements that stand for the outcome in a case.
  fileprivate var elements: [String] {
    switch self {
    case .passed: []
    case .failed: ["failure"]
    case .errored: ["error"]
    case .skipped: ["skipped"]
    }
  }
}

extension XMLElement {
  /// Where two trees differ first, as a path of names and positions; nil where they do not.
  fileprivate func firstDifference(from other: XMLElement, at place: String) -> String? {
    let here = "\(place)/\(other.name)"
    // Byte by byte: Swift's own equality takes a composed and a decomposed character for the same.
    guard name == other.name, attributes.count == other.attributes.count,
      zip(attributes, other.attributes).allSatisfy({ $0.isIdentical(to: $1) }),
      text.utf8.elementsEqual(other.text.utf8), children.count == other.children.count
    else { return here }
    for (position, pair) in zip(children, other.children).enumerated() {
      let place = "\(here)[\(position + 1)]"
      if let difference = pair.0.firstDifference(from: pair.1, at: place) { return difference }
    }
    return nil
  }
}

extension XMLElement.Attribute {
  fileprivate func isIdentical(to other: Self) -> Bool {
    name == other.name && value.utf8.elementsEqual(other.value.utf8)
  }
}
