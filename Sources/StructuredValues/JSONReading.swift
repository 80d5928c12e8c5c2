internal import CJansson

extension StructuredValue {
  /// How deep arrays and objects may lie in each other.
  package static let deepest = 64

  /// Reads one document (RFC 8259, UTF-8); nil if the bytes are not one, or nest deeper than 64 levels.
  ///
  /// Of members of one name the last counts. A member whose name holds NUL makes the document none: jansson, which
  /// reads it, knows no such names.
  package init?(parsing bytes: [UInt8]) {
    // Many editors write a byte order mark, and RFC 8259 (section 8.1) lets a reader pass over it.
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    // No document holds a NUL byte, but jansson passes over one behind a number or a word. Its own limit is 2048
    // levels, which is more than a small thread's stack likes.
    guard start < bytes.count, !bytes.contains(0), Self.depth(of: bytes) <= Self.deepest else { return nil }
    let value = unsafe bytes.withUnsafeBytes { buffer -> StructuredValue? in
      let text = unsafe buffer[start...]
      guard let base = unsafe UnsafeRawBufferPointer(rebasing: text).baseAddress,
        let root = unsafe astra_json_parse(base.assumingMemoryBound(to: CChar.self), text.count)
      else { return nil }
      defer { unsafe astra_json_free(root) }
      return unsafe StructuredValue(root)
    }
    guard let value else { return nil }
    self = value
  }

  /// Copies a value of jansson's.
  private init(_ value: UnsafeMutablePointer<json_t>) {
    switch unsafe astra_json_type(value) {
    case JSON_OBJECT:
      var members: [Member] = []
      unsafe members.reserveCapacity(json_object_size(value))
      var next = unsafe json_object_iter(value)
      while let place = unsafe next {
        unsafe members.append(
          Member(String(cString: json_object_iter_key(place)), StructuredValue(json_object_iter_value(place)))
        )
        unsafe next = json_object_iter_next(value, place)
      }
      self = .object(members)
    case JSON_ARRAY:
      self = unsafe .array(
        (0..<json_array_size(value)).map { unsafe StructuredValue(json_array_get(value, $0)) })
    case JSON_STRING:
      let bytes = unsafe UnsafeRawBufferPointer(
        start: json_string_value(value), count: json_string_length(value))
      self = unsafe .string(String(decoding: bytes, as: UTF8.self))
    case JSON_REAL: self = unsafe .number(json_real_value(value))
    case JSON_TRUE: self = .bool(true)
    case JSON_FALSE: self = .bool(false)
    default: self = .null
    }
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
