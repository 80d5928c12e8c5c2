extension JSON {
  /// Reads one JSON text (RFC 8259); nil if it is anything else, or nested deeper than 64 levels.
  package init?(_ bytes: [UInt8]) {
    guard let value = try? JSON(parsing: bytes) else { return nil }
    self = value
  }

  /// Reads one JSON text (RFC 8259), nested no deeper than 64 levels; the error tells where it is anything else.
  package init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
    var parser = JSONParser(bytes: bytes)
    parser.skipSpace()
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == bytes.count else { throw parser.unexpected("the end of the text") }
    self = value
  }
}

/// Why a text is no JSON, and where.
package struct JSONSyntaxError: Error, Equatable {
  /// The offset of the first byte that cannot stand where it does.
  package var offset: Int
  /// What is wrong there: `"," or "}" is missing before "x"`.
  package var problem: String
}

/// A reader of JSON, written for the simulators alone so that the simulator shares no parser with a client.
struct JSONParser {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  mutating func take(_ text: String) -> Bool {
    let end = position + text.utf8.count
    guard end <= bytes.count, bytes[position..<end].elementsEqual(text.utf8) else { return false }
    position = end
    return true
  }

  /// The error of a text that goes on here with something else than what it needs.
  func unexpected(_ wanted: String) -> JSONSyntaxError {
    guard next != nil else {
      return JSONSyntaxError(offset: position, problem: "the text ends, and \(wanted) is missing")
    }
    // A character may take four bytes.
    let character = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self).prefix(
      1)
    let found = JSON.string(String(character)).text
    return JSONSyntaxError(offset: position, problem: "\(wanted) is wanted, not \(found)")
  }

  private mutating func word(_ text: String, _ value: JSON) throws(JSONSyntaxError) -> JSON {
    guard take(text) else { throw unexpected("a value") }
    return value
  }

  mutating func value(depth: Int) throws(JSONSyntaxError) -> JSON {
    guard depth <= 64 else {
      throw JSONSyntaxError(offset: position, problem: "values lie deeper inside each other than 64 levels")
    }
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSON {
    var members: [JSON.Member] = []
    while let (name, _) = try nextName(isFirst: members.isEmpty) {
      members.append(JSON.Member(name, try value(depth: depth + 1)))
    }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSON {
    var elements: [JSON] = []
    while try nextElement(isFirst: elements.isEmpty) { elements.append(try value(depth: depth + 1)) }
    return .array(elements)
  }

  /// Goes on to the value of an object's next member, and tells its name and where that begins; nil: that was all.
  mutating func nextName(isFirst: Bool) throws(JSONSyntaxError) -> (name: String, offset: Int)? {
    if isFirst { position += 1 }
    skipSpace()
    if take("}") { return nil }
    if !isFirst {
      guard take(",") else { throw unexpected("\",\" or \"}\"") }
      skipSpace()
    }
    guard next == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
    let offset = position
    let name = try string()
    skipSpace()
    guard take(":") else { throw unexpected("\":\"") }
    skipSpace()
    return (name, offset)
  }

  /// Goes on to an array's next element; false: that was all.
  mutating func nextElement(isFirst: Bool) throws(JSONSyntaxError) -> Bool {
    if isFirst { position += 1 }
    skipSpace()
    if take("]") { return false }
    if !isFirst {
      guard take(",") else { throw unexpected("\",\" or \"]\"") }
      skipSpace()
    }
    return true
  }

  private mutating func number() throws(JSONSyntaxError) -> JSON {
    let start = position
    var isInteger = true
    let isNegative = take("-")
    let leadingZero = next == UInt8(ascii: "0")
    let digits = skipDigits()
    guard digits > 0 else { throw unexpected(isNegative ? "a digit" : "a value") }
    guard !(leadingZero && digits > 1) else {
      throw JSONSyntaxError(offset: start, problem: "a number begins with 0 and goes on with digits")
    }
    if take(".") {
      isInteger = false
      guard skipDigits() > 0 else { throw unexpected("a digit") }
    }
    if take("e") || take("E") {
      isInteger = false
      if !take("+") { _ = take("-") }
      guard skipDigits() > 0 else { throw unexpected("a digit") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(text) { return .integer(value) }
    guard let value = Double(text) else {
      throw JSONSyntaxError(offset: start, problem: "this is no number")
    }
    return .number(value)
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func string() throws(JSONSyntaxError) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let valid = String(validating: text, as: UTF8.self) else {
          throw JSONSyntaxError(offset: start, problem: "this string is no UTF-8")
        }
        return valid
      case UInt8(ascii: "\\"):
        let offset = position
        position += 1
        guard let scalar = escape() else {
          throw JSONSyntaxError(offset: offset, problem: "a backslash begins nothing that JSON knows")
        }
        text.append(contentsOf: Character(scalar).utf8)
      case 0..<0x20:
        let problem = "a control character or a line's end stands in a string: write it as \\n, \\t or \\u00…"
        throw JSONSyntaxError(offset: position, problem: problem)
      default:
        text.append(byte)
        position += 1
      }
    }
    throw JSONSyntaxError(offset: start, problem: "this string never ends")
  }

  private mutating func escape() -> Unicode.Scalar? {
    guard let byte = next else { return nil }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      guard let unit = codeUnit() else { return nil }
      guard (0xD800..<0xDC00).contains(unit) else { return Unicode.Scalar(unit) }
      guard take("\\u"), let low = codeUnit(), (0xDC00..<0xE000).contains(low) else { return nil }
      return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    default: return nil
    }
  }

  private mutating func codeUnit() -> UInt32? {
    guard position + 4 <= bytes.count else { return nil }
    let digits = bytes[position..<position + 4]
    position += 4
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
