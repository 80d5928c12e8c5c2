internal import SimulatorSupport

/// Which objects a list or a watch is about.
struct ObjectSelector: Sendable {
  private enum Requirement: Sendable {
    case among([String], isWanted: Bool)
    case there(Bool)
  }

  private var labels: [(name: String, requirement: Requirement)] = []
  private var fields: [(path: String, value: String, isWanted: Bool)] = []

  var isEmpty: Bool { labels.isEmpty && fields.isEmpty }
  /// Whether some objects may be left out for another reason than their names.
  var hasLabels: Bool { !labels.isEmpty }

  /// Reads `labelSelector` and `fieldSelector`.
  init(_ query: Query, _ kind: KindDefinition) throws(APIProblem) {
    if let text = query["labelSelector"] { try readLabels(text) }
    if let text = query["fieldSelector"] { try readFields(text, kind) }
  }

  func selects(_ object: JSON) -> Bool {
    for (name, requirement) in labels {
      let value = object.label(name)
      switch requirement {
      case .there(let isWanted): if (value != nil) != isWanted { return false }
      case .among(let values, let isWanted):
        if (value.map(values.contains) ?? false) != isWanted { return false }
      }
    }
    for (path, value, isWanted) in fields {
      let found = object.value(at: path).map { $0.string ?? $0.text } ?? ""
      if (found == value) != isWanted { return false }
    }
    return true
  }

  private mutating func readLabels(_ text: String) throws(APIProblem) {
    for part in Self.parts(text) where !part.isEmpty {
      if let word = [" notin ", " in "].first(where: part.contains) {
        let halves = part.components(separatedBy: word)
        let list = halves[1].trimmed
        guard list.hasPrefix("("), list.hasSuffix(")") else {
          throw .badRequest("unable to parse requirement: found '\(list)', expected: '('")
        }
        let values = list.dropFirst().dropLast().split(separator: ",").map(\.trimmed)
        try Self.check(values, of: halves[0].trimmed)
        labels.append((halves[0].trimmed, .among(values, isWanted: word == " in ")))
      } else if let (name, value, isWanted) = Self.comparison(part) {
        guard !value.contains("=") else {
          throw .badRequest("unable to parse requirement: found '=', expected: identifier")
        }
        try Self.check([value], of: name)
        labels.append((name, .among([value], isWanted: isWanted)))
      } else if part.hasPrefix("!") {
        labels.append((String(part.dropFirst()).trimmed, .there(false)))
      } else {
        labels.append((part, .there(true)))
      }
    }
  }

  /// No label has a longer value.
  private static func check(_ values: [String], of name: String) throws(APIProblem) {
    guard let index = values.firstIndex(where: { $0.utf8.count > 63 }) else { return }
    throw .badRequest(
      "unable to parse requirement: values[\(index)][\(name)]: Invalid value: \"\(values[index])\": must be no more than 63 bytes"
    )
  }

  private mutating func readFields(_ text: String, _ kind: KindDefinition) throws(APIProblem) {
    for part in text.split(separator: ",") {
      guard let (path, value, isWanted) = Self.comparison(String(part)) else {
        throw .badRequest("invalid selector: '\(text)'; can't understand '\(part)'")
      }
      guard ["metadata.name", "metadata.namespace"].contains(path) || kind.selectableFields.contains(path)
      else { throw .badRequest("field label not supported: \(path)") }
      fields.append((path, value, isWanted))
    }
  }

  private static func comparison(_ text: String) -> (name: String, value: String, isWanted: Bool)? {
    for sign in ["!=", "==", "="] where text.contains(sign) {
      let halves = text.components(separatedBy: sign, limit: 2)
      return (halves[0].trimmed, halves[1].trimmed, sign != "!=")
    }
    return nil
  }

  /// The requirements between commas, but for those in parentheses.
  private static func parts(_ text: String) -> [String] {
    var parts = [""]
    var depth = 0
    for character in text {
      if character == "(" { depth += 1 } else if character == ")" { depth -= 1 }
      if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    return parts.map(\.trimmed)
  }
}

extension String {
  /// The parts between occurrences of a text, at most so many.
  func components(separatedBy separator: String, limit: Int = .max) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while parts.count + 1 < limit, let range = rest.firstRange(of: separator) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }
}
