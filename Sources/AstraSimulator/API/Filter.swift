internal import SimulatorSupport

/// A `filter` parameter: terms `field op 'value'` joined by commas, which must all hold.
///
/// Documented operators are `eq lt gt lte gte`; the schema's pattern allows `in` too, whose list is read as
/// `in ('a','b')` or `in 'a,b'`. Fields may be nested: `metadata.createdBy`, `stateDetails[*].title`.
struct Filter {
  private struct Term {
    var field: String
    var compare: String
    var values: [String]
  }

  private var terms: [Term] = []

  /// Parses the decoded text of a `filter` parameter.
  init(_ text: String) throws(Problem) {
    var rest = Substring(text)
    repeat {
      terms.append(try Self.term(&rest))
      Self.skipSpace(&rest)
      guard rest.isEmpty || rest.hasPrefix(",") else {
        throw .parameter(5, "filter", "Cannot be read from '\(rest)' on")
      }
    } while rest.popFirst() != nil
  }

  private static func skipSpace(_ text: inout Substring) {
    text = text.drop { $0 == " " }
  }

  private static func word(_ text: inout Substring) -> String {
    skipSpace(&text)
    let word = text.prefix { $0 != " " && $0 != "'" && $0 != "(" }
    text = text.dropFirst(word.count)
    skipSpace(&text)
    return String(word)
  }

  private static func term(_ text: inout Substring) throws(Problem) -> Term {
    let field = word(&text)
    let compare = word(&text)
    guard !field.isEmpty else { throw .parameter(5, "filter", "No field") }
    guard ["eq", "lt", "gt", "lte", "gte", "in"].contains(compare) else {
      throw .parameter(5, "filter", "Unknown operator '\(compare)'")
    }
    guard compare == "in" else { return Term(field: field, compare: compare, values: [try quoted(&text)]) }
    guard text.hasPrefix("(") else {
      let list = try quoted(&text).split(separator: ",").map { String($0) }
      return Term(field: field, compare: compare, values: list)
    }
    var values: [String] = []
    repeat {
      text.removeFirst()
      skipSpace(&text)
      values.append(try quoted(&text))
      skipSpace(&text)
    } while text.hasPrefix(",")
    guard text.popFirst() == ")" else { throw .parameter(5, "filter", "A list does not end") }
    return Term(field: field, compare: compare, values: values)
  }

  private static func quoted(_ text: inout Substring) throws(Problem) -> String {
    guard text.hasPrefix("'"), let end = text.dropFirst().firstIndex(of: "'") else {
      throw .parameter(5, "filter", "A value is not in single quotes")
    }
    let value = text[text.index(after: text.startIndex)..<end]
    text = text[text.index(after: end)...]
    return String(value)
  }

  /// The name that a resource must have to be accepted, if a term says so.
  var name: String? {
    terms.first { $0.field == "name" && $0.compare == "eq" }?.values.first
  }

  /// Whether the resource fulfils every term; a field that it has not fulfils none.
  func accepts(_ resource: JSON) -> Bool {
    terms.allSatisfy { term in
      Self.values(of: term.field, in: resource).contains { value in
        term.values.contains { Self.holds(value, term.compare, $0) }
      }
    }
  }

  private static func values(of field: String, in resource: JSON) -> [JSON] {
    var found = [resource]
    for part in field.split(separator: ".") {
      let isList = part.hasSuffix("[*]")
      let name = String(isList ? part.dropLast(3) : part)
      found = found.compactMap { $0[name] }
      if isList { found = found.flatMap { $0.array ?? [] } }
    }
    return found
  }

  private static func holds(_ value: JSON, _ compare: String, _ wanted: String) -> Bool {
    if let number = value.number, let other = Double(wanted) { return ordered(number, compare, other) }
    if let text = value.string { return ordered(text, compare, wanted) }
    return value.bool.map { ordered($0 ? "true" : "false", compare, wanted) } ?? false
  }

  private static func ordered<Value: Comparable>(_ value: Value, _ compare: String, _ other: Value) -> Bool {
    switch compare {
    case "lt": value < other
    case "gt": value > other
    case "lte": value <= other
    case "gte": value >= other
    default: value == other
    }
  }
}
