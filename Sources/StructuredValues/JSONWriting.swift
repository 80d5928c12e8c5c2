extension StructuredValue {
  /// The value on one line, without spaces between its parts.
  package var oneLine: String {
    var text = ""
    write(to: &text, indentation: nil)
    return text
  }

  /// The value with a line for each member and each element, indented by two spaces a level.
  package var indented: String {
    var text = ""
    write(to: &text, indentation: "")
    return text
  }

  private func write(to text: inout String, indentation: String?) {
    switch self {
    case .null: text += "null"
    case .bool(let truth): text += truth ? "true" : "false"
    case .number(let number): text += Self.digits(of: number)
    case .digits(let digits): text += digits
    case .string(let string): Self.quote(string, to: &text)
    case .array(let values):
      Self.write(values, between: "[", "]", to: &text, indentation) { value, text, indentation in
        value.write(to: &text, indentation: indentation)
      }
    case .object(let members):
      Self.write(members, between: "{", "}", to: &text, indentation) { member, text, indentation in
        Self.quote(member.name, to: &text)
        text += indentation == nil ? ":" : " : "
        member.value.write(to: &text, indentation: indentation)
      }
    }
  }

  /// Writes the parts of an array or object; on one line if there is no indentation.
  private static func write<Part>(
    _ parts: [Part], between opening: String, _ closing: String, to text: inout String,
    _ indentation: String?, _ write: (Part, inout String, String?) -> Void
  ) {
    text += opening
    let inner = indentation.map { $0 + "  " }
    for (index, part) in parts.enumerated() {
      if index > 0 { text += "," }
      if let inner { text += "\n" + inner }
      write(part, &text, inner)
    }
    if let indentation, !parts.isEmpty { text += "\n" + indentation }
    text += closing
  }

  /// A number without a fraction is written without a point; JSON has no word for what is not finite.
  private static func digits(of number: Double) -> String {
    guard number.isFinite else { return "null" }
    return number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
  }

  /// Quotes a text; besides what JSON demands, characters that steer terminals, break lines or
  /// get lost (Foundation's reader drops a byte order mark behind a quote) are escaped.
  private static func quote(_ string: String, to text: inout String) {
    text += "\""
    // Most texts are plain; they are copied whole.
    guard string.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C || $0 >= 0x7F }) else {
      text += string
      text += "\""
      return
    }
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}",
        "\u{FFFF}":
        let digits = String(scalar.value, radix: 16, uppercase: true)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
