internal import KubernetesWorkloads
package import StructuredValues

/// A label selector as kubectl takes it: `app=shop,tier in (web,db),!draft` (Kubernetes, "Labels and Selectors").
package struct LabelSelector: Hashable, Sendable {
  /// As it was given.
  package let text: String
  private var requirements: [Requirement] = []

  private struct Requirement: Hashable, Sendable {
    var key: String
    var comparison: String
    var values: [String]
  }

  /// Reads a selector; nil if the text is none.
  package init?(_ text: String) {
    self.text = text
    for part in Self.parts(of: text) {
      guard let requirement = Self.requirement(part) else { return nil }
      requirements.append(requirement)
    }
    if requirements.isEmpty { return nil }
  }

  /// The same as the API's `LabelSelector`.
  package var value: StructuredValue {
    .members([
      "matchExpressions": .array(
        requirements.map { requirement in
          .members([
            "key": .string(requirement.key), "operator": .string(requirement.comparison),
            "values": requirement.values.isEmpty ? nil : .array(requirement.values.map { .string($0) }),
          ])
        })
    ])
  }

  /// The parts between commas that stand in no parentheses.
  private static func parts(of text: String) -> [String] {
    var (parts, part, depth) = ([String](), "", 0)
    for character in text {
      if character == "," && depth == 0 {
        parts.append(part)
        part = ""
        continue
      }
      depth += character == "(" ? 1 : character == ")" ? -1 : 0
      part.append(character)
    }
    return parts + [part]
  }

  private static func requirement(_ part: String) -> Requirement? {
    let words = part.split(whereSeparator: \.isWhitespace).map { String($0) }
    if words.count >= 3, ["in", "notin"].contains(words[1]) {
      let list = words[2...].joined()
      guard isKey(words[0]), list.first == "(", list.last == ")" else { return nil }
      let values = list.dropFirst().dropLast().split(separator: ",").map { String($0) }
      guard !values.isEmpty, values.allSatisfy(isValue) else { return nil }
      return Requirement(key: words[0], comparison: words[1] == "in" ? "In" : "NotIn", values: values)
    }
    let whole = words.joined(separator: " ")
    for (sign, comparison) in [("!=", "NotIn"), ("==", "In"), ("=", "In")] {
      let sides = whole.split(separator: sign, maxSplits: 1, omittingEmptySubsequences: false)
        .map {
          String($0.trimmingPrefix(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        }
      guard sides.count == 2 else { continue }
      guard isKey(sides[0]), isValue(sides[1]) else { return nil }
      return Requirement(key: sides[0], comparison: comparison, values: [sides[1]])
    }
    if whole.first == "!" {
      let key = String(whole.dropFirst())
      return isKey(key) ? Requirement(key: key, comparison: "DoesNotExist", values: []) : nil
    }
    return words.count == 1 && isKey(whole)
      ? Requirement(key: whole, comparison: "Exists", values: []) : nil
  }

  private static func isKey(_ text: String) -> Bool {
    !text.isEmpty && text.allSatisfy { isPlain($0) || $0 == "/" }
  }

  private static func isValue(_ text: String) -> Bool { text.count <= 63 && text.allSatisfy(isPlain) }

  private static func isPlain(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "-_.".contains(character))
  }
}
