internal import SimulatorSupport

/// Reads the compact tables of fields that the kinds of the products are written in.
///
/// One field a line, what is below it indented by one space more: `name! string(1..63) Delete|Retain =Delete ~count ?`
/// (`!` required, `?` may be null, `=` default, `~` pattern, `@name` the fields of a fragment). Fields without anything
/// further can share a line: `string: a b! c`.
struct SchemaText {
  private let fragments: [String: [Schema.Field]]
  private var lines: ArraySlice<Substring>

  /// The members of an object written in such lines.
  static func schema(_ lines: [String], fragments: [String: [Schema.Field]] = [:]) -> Schema {
    .object(Schema.ObjectSchema(fields(lines.joined(separator: "\n"), fragments: fragments)))
  }

  /// The fields in such a text.
  static func fields(_ text: String, fragments: [String: [Schema.Field]] = [:]) -> [Schema.Field] {
    var reader = SchemaText(fragments: fragments, lines: text.split(separator: "\n")[...])
    return reader.fields(depth: 0)
  }

  private static func depth(_ line: Substring) -> Int { line.prefix { $0 == " " }.count }

  private mutating func fields(depth: Int) -> [Schema.Field] {
    var fields: [Schema.Field] = []
    while let line = lines.first, Self.depth(line) == depth {
      lines.removeFirst()
      let words = line.split(separator: " ").map(String.init)
      if let first = words.first, first.hasSuffix(":") {
        fields += words.dropFirst().map { field([$0, String(first.dropLast())], depth) }
      } else {
        fields.append(field(words, depth))
      }
    }
    return fields
  }

  private mutating func field(_ words: [String], _ depth: Int) -> Schema.Field {
    var name = words[0]
    var (isRequired, isNullable) = (false, false)
    while let last = name.last, "!?".contains(last) {
      if last == "!" { isRequired = true } else { isNullable = true }
      name.removeLast()
    }
    var preset: JSON?
    var shape = "object"
    var string = Schema.StringSchema()
    var bounds: (low: Int?, high: Int?)
    var below: [Schema.Field] = []
    for word in words.dropFirst() {
      switch word.first {
      case "=": preset = Self.preset(String(word.dropFirst()), shape)
      case "~": string.pattern = Schema.Pattern(name: String(word.dropFirst()))
      case "@": below = fragments[String(word.dropFirst())] ?? []
      case "|":
        string.values = word.dropFirst().split(separator: "|", omittingEmptySubsequences: false).map(
          String.init)
      case "(":
        let parts = word.dropFirst().dropLast().split(separator: ".", omittingEmptySubsequences: false)
        bounds = (parts.first.flatMap { Int($0) }, parts.last.flatMap { Int($0) })
      default: shape = word
      }
    }
    below += fields(depth: depth + 1)
    (string.minimum, string.maximum) = bounds
    return Schema.Field(
      name, Self.schema(shape, string, bounds, below), isRequired: isRequired, isNullable: isNullable,
      preset: preset)
  }

  private static func schema(
    _ shape: String, _ string: Schema.StringSchema, _ bounds: (low: Int?, high: Int?), _ below: [Schema.Field]
  ) -> Schema {
    if shape.hasSuffix("[]") {
      let element = schema(String(shape.dropLast(2)), Schema.StringSchema(), (nil, nil), below)
      return .array(element, minimum: bounds.low, maximum: bounds.high)
    }
    if shape.hasPrefix("map:") {
      return .map(schema(String(shape.dropFirst(4)), string, bounds, below))
    }
    switch shape {
    case "string": return .string(string)
    case "date":
      var moment = string
      moment.pattern = .moment
      return .string(moment)
    case "integer": return .integer(minimum: bounds.low)
    case "number": return .number
    case "boolean": return .boolean
    case "object": return .object(Schema.ObjectSchema(below))
    default: return .any
    }
  }

  private static func preset(_ text: String, _ shape: String) -> JSON {
    switch shape {
    case "boolean": .bool(text == "true")
    case "integer": .integer(Int(text) ?? 0)
    default: .string(text)
    }
  }
}

extension Schema.Pattern {
  fileprivate init?(name: String) {
    switch name {
    case "count": self = .count
    case "name": self = .name
    case "date": self = .moment
    default: return nil
    }
  }
}
