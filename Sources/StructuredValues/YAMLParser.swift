internal import CYAML

/// Reads the events of a YAML text through libyaml, within limits.
///
/// Tags are only named: nothing is made or run for one.
@safe struct YAMLParser: ~Copyable {
  private let raw: UnsafeMutablePointer<yaml_parser_t>
  /// libyaml keeps a pointer to its input.
  private let input: UnsafeMutableBufferPointer<UInt8>
  /// How many sequences and mappings are open.
  private(set) var depth = 0
  private var count = 0

  /// How deep sequences and mappings may lie in each other.
  static let deepest = 64
  /// The most scalars, sequences and mappings of a text, those that its aliases repeat included.
  static let largest = 100_000

  /// Prepares to read a text; nil if memory runs out.
  init?(_ bytes: [UInt8]) {
    unsafe raw = .allocate(capacity: 1)
    unsafe input = .allocate(capacity: bytes.count)
    _ = unsafe input.initialize(from: bytes)
    unsafe raw.initialize(to: yaml_parser_t())
    guard unsafe yaml_parser_initialize(raw) == 1 else {
      unsafe input.deallocate()
      unsafe raw.deallocate()
      return nil
    }
    unsafe yaml_parser_set_input_string(raw, input.baseAddress, input.count)
  }

  deinit {
    unsafe yaml_parser_delete(raw)
    unsafe input.deallocate()
    unsafe raw.deallocate()
  }

  /// The next event; after `streamEnd` there is none.
  mutating func next() throws(YAMLError) -> YAMLEvent {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(raw, &event) == 1 else { throw unsafe Self.error(of: raw.pointee) }
    defer { unsafe yaml_event_delete(&event) }
    let read = unsafe YAMLEvent(event)
    let line = unsafe Int(event.start_mark.line) + 1
    switch read {
    case .sequenceStart, .mappingStart:
      depth += 1
      guard depth <= Self.deepest else { throw YAMLError("line \(line): \(Self.tooDeep)") }
      try take(1)
    case .sequenceEnd, .mappingEnd: depth -= 1
    case .scalar, .alias: try take(1)
    case .documentStart, .streamEnd, .other: break
    }
    return read
  }

  /// Why a text that nests too deep is none.
  static let tooDeep = "it nests deeper than \(deepest) levels"

  /// Counts values, one for each event and more for what an alias repeats.
  mutating func take(_ more: Int) throws(YAMLError) {
    count += more
    guard count <= Self.largest else { throw YAMLError("it has more than \(Self.largest) values") }
  }

  private static func error(of parser: yaml_parser_t) -> YAMLError {
    guard let problem = unsafe parser.problem else { return YAMLError("it cannot be read") }
    return unsafe YAMLError("line \(parser.problem_mark.line + 1): \(String(cString: problem))")
  }
}

/// Why a text is no YAML that can be used, as a clause: `line 3: did not find expected key`.
package struct YAMLError: Error, Hashable, Sendable {
  package var reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}

/// What a YAML text is made of.
enum YAMLEvent {
  case documentStart
  case scalar(YAMLScalar)
  case sequenceStart(anchor: String?, tag: String?)
  case sequenceEnd
  case mappingStart(anchor: String?, tag: String?)
  case mappingEnd
  case alias(String)
  case streamEnd
  case other

  fileprivate init(_ event: yaml_event_t) {
    switch unsafe event.type {
    case YAML_DOCUMENT_START_EVENT: self = .documentStart
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      self = unsafe .scalar(
        YAMLScalar(
          text: String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
          anchor: text(scalar.anchor), tag: text(scalar.tag)))
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      self = unsafe .sequenceStart(anchor: text(start.anchor), tag: text(start.tag))
    case YAML_SEQUENCE_END_EVENT: self = .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      self = unsafe .mappingStart(anchor: text(start.anchor), tag: text(start.tag))
    case YAML_MAPPING_END_EVENT: self = .mappingEnd
    case YAML_ALIAS_EVENT: self = unsafe .alias(text(event.data.alias.anchor) ?? "")
    case YAML_STREAM_END_EVENT: self = .streamEnd
    default: self = .other
    }
  }
}

/// A scalar as it is written.
struct YAMLScalar {
  var text: String
  /// Whether it stands without quotation marks, so that `true` is a truth and not a text.
  var isPlain: Bool
  var anchor: String?
  var tag: String?
}

private func text(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
  guard let bytes = unsafe bytes else { return nil }
  return unsafe String(cString: bytes)
}
