internal import FoundationEssentials

/// Any JSON document, read without expectations: unknown members are kept and do no harm.
enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Reads one document (RFC 8259, UTF-8); nil if the bytes are not one, or nest deeper than 64 levels.
  init?(parsing bytes: [UInt8]) {
    // The decoder's own limit is 512 levels, which is more than a small thread's stack likes.
    guard Self.depth(of: bytes) <= 64, let value = try? JSONDecoder().decode(Self.self, from: Data(bytes))
    else { return nil }
    self = value
  }

  /// The member of an object; nil for a missing one, for null, and for anything that is not an object.
  subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self, let value = members[name], value != .null else { return nil }
    return value
  }

  /// The text of a string that is not empty: real servers write "" for what they do not know.
  var text: String? {
    guard case .string(let text) = self, !text.isEmpty else { return nil }
    return text
  }

  /// A number, or a string that holds one: real servers write both.
  var number: Double? {
    switch self {
    case .number(let number): number
    case .string(let text): Double(text)
    default: nil
    }
  }

  /// A boolean, or a string that holds one: the API writes most of them as strings.
  var truth: Bool? {
    switch self {
    case .bool(let truth): truth
    case .string("true"): true
    case .string("false"): false
    default: nil
    }
  }

  /// The elements of an array; none for anything else, null included.
  var elements: [JSONValue] {
    guard case .array(let elements) = self else { return [] }
    return elements
  }

  /// The object that a list of the values of these members stands for; whatever is no such list, as it is.
  func named(_ members: [String]) -> JSONValue {
    guard !members.isEmpty, case .array(let values) = self, values.count == members.count else { return self }
    return .object(Dictionary(zip(members, values)) { first, _ in first })
  }

  /// How deep the brackets outside strings nest.
  private static func depth(of bytes: [UInt8]) -> Int {
    var (depth, deepest, inString, escaped) = (0, 0, false, false)
    for byte in bytes {
      switch byte {
      case _ where escaped: escaped = false
      case UInt8(ascii: "\\") where inString: escaped = true
      case UInt8(ascii: "\""): inString.toggle()
      case _ where inString: break
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        deepest = max(deepest, depth)
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
    }
    return deepest
  }
}

extension JSONValue: Decodable {
  init(from decoder: any Decoder) throws {
    // Asked for in the order that makes the fewest guesses wrong: each wrong one builds an error.
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let members = try? decoder.container(keyedBy: Name.self) {
      var object: [String: JSONValue] = [:]
      for name in members.allKeys {
        object[name.stringValue] = try members.decode(JSONValue.self, forKey: name)
      }
      self = .object(object)
    } else if var elements = try? decoder.unkeyedContainer() {
      var array: [JSONValue] = []
      while !elements.isAtEnd { array.append(try elements.decode(JSONValue.self)) }
      self = .array(array)
    } else if container.decodeNil() {
      self = .null
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else {
      self = .bool(try container.decode(Bool.self))
    }
  }

  /// The name of a member, whatever it is.
  private struct Name: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) {
      self.stringValue = stringValue
    }

    init?(intValue: Int) { nil }
  }
}
