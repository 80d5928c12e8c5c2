internal import PageProbe
internal import StructuredValues
internal import StepCommon

/// A value that a page's JSON has to hold: `status.nodes[0].name=web`.
struct JSONExpectation {
  private enum Part {
    case member(String)
    case element(Int)
  }

  /// The path as it was given.
  let path: String
  let expected: String
  private var parts: [Part] = []

  /// Reads a path and a value; nil if the text is none.
  init?(_ text: String) {
    guard let equals = text.firstIndex(of: "=") else { return nil }
    path = String(text[..<equals]).trimmed
    expected = String(text[text.index(after: equals)...]).trimmed
    guard !path.isEmpty else { return nil }
    for step in path.split(separator: ".", omittingEmptySubsequences: false) {
      let pieces = step.split(separator: "[", omittingEmptySubsequences: false)
      guard let name = pieces.first, !step.isEmpty else { return nil }
      if !name.isEmpty { parts.append(.member(String(name))) }
      for piece in pieces.dropFirst() {
        guard piece.last == "]", let index = Int(piece.dropLast()), index >= 0 else { return nil }
        parts.append(.element(index))
      }
    }
  }

  /// What is wrong with an answer; nil if it holds the value.
  func fault(in answer: PageAnswer) -> String? {
    let bytes = answer.text.decoded.map { Array($0.utf8) } ?? answer.body
    guard let document = StructuredValue(parsing: bytes) else { return "the body is not JSON" }
    var value: StructuredValue? = document
    for part in parts {
      switch (part, value) {
      // A number between dots is an index where there is a list.
      case (.member(let name), .array(let elements)?):
        value = Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
      case (.member(let name), .object?): value = value?.member(name)
      case (.element(let index), .array(let elements)?):
        value = elements.indices.contains(index) ? elements[index] : nil
      default: value = nil
      }
    }
    guard let value else { return "its JSON has no \(path)" }
    if value.equals(expected) { return nil }
    return "\(path) of its JSON is \(value.shown) instead of \(expected)"
  }
}

extension StructuredValue {
  /// Whether it is what a user wrote; numbers compare as numbers.
  fileprivate func equals(_ expected: String) -> Bool {
    switch self {
    case .null, .bool: oneLine == expected
    case .number(let number): Double(expected) == number
    case .string(let text): text == expected
    case .digits, .array, .object: false
    }
  }

  /// The value for a message.
  fileprivate var shown: String {
    switch self {
    case .null, .bool, .number, .digits: oneLine
    case .string(let text): "\"\(text.count > 200 ? String(text.prefix(200)) + "…" : text)\""
    case .array: "a list"
    case .object: "an object"
    }
  }
}
