internal import FoundationEssentials
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
    guard let document = JSONDocument(answer.body) else {
      return answer.isCut
        ? "the body is larger than what is read of it, so its JSON cannot be read" : "the body is not JSON"
    }
    var value: JSONDocument? = document
    for part in parts {
      switch (part, value) {
      // A number between dots is an index where there is a list.
      case (.member(let name), .array(let elements)?):
        value = Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
      case (.member(let name), .object(let members)?): value = members[name]
      case (.element(let index), .array(let elements)?):
        value = elements.indices.contains(index) ? elements[index] : nil
      default: value = nil
      }
    }
    guard let value else { return "its JSON has no \(path)" }
    if value.equals(expected) { return nil }
    return "\(path) of its JSON is \(value.text) in place of \(expected)"
  }
}

/// A page's JSON.
private enum JSONDocument: Decodable {
  case null
  case truth(Bool)
  case number(Double)
  case string(String)
  case array([JSONDocument])
  case object([String: JSONDocument])

  /// Reads one document; nil if the bytes are none, or nest deeper than 64 levels.
  init?(_ bytes: [UInt8]) {
    // The decoder's own limit is 512 levels, which is more than a small thread's stack likes.
    var (depth, inString, isEscaped) = (0, false, false)
    for byte in bytes {
      switch byte {
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\") where inString: isEscaped = true
      case UInt8(ascii: "\""): inString.toggle()
      case _ where inString: break
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        guard depth <= 64 else { return nil }
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
    }
    guard let value = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { return nil }
    self = value
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let members = try? container.decode([String: JSONDocument].self) {
      self = .object(members)
    } else if let elements = try? container.decode([JSONDocument].self) {
      self = .array(elements)
    } else if container.decodeNil() {
      self = .null
    } else if let truth = try? container.decode(Bool.self) {
      self = .truth(truth)
    } else {
      self = .number(try container.decode(Double.self))
    }
  }

  /// Whether it is what a user wrote; numbers compare as numbers.
  func equals(_ expected: String) -> Bool {
    switch self {
    case .null: expected == "null"
    case .truth(let truth): expected == (truth ? "true" : "false")
    case .number(let number): Double(expected) == number
    case .string(let text): text == expected
    case .array, .object: false
    }
  }

  /// The value for a message.
  var text: String {
    switch self {
    case .null: "null"
    case .truth(let truth): truth ? "true" : "false"
    case .number(let number):
      number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
    case .string(let text): "\"\(text.count > 200 ? String(text.prefix(200)) + "…" : text)\""
    case .array: "a list"
    case .object: "an object"
    }
  }
}
