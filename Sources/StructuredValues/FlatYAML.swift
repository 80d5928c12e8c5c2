internal import CYAML

/// Reads the scalars of a YAML document's mappings through libyaml, as `outer.inner` keys.
///
/// Sequences, aliases and tags carry nothing that we read and are passed over.
package enum FlatYAML {
  /// The scalars by their dotted keys; nil if the text is not one YAML mapping.
  package static func entries(of text: String) -> [String: String]? {
    var parser = unsafe yaml_parser_t()
    guard unsafe yaml_parser_initialize(&parser) == 1 else { return nil }
    defer { unsafe yaml_parser_delete(&parser) }
    let bytes = Array(text.utf8)
    return unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
      var walk = Walk()
      repeat {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(&parser, &event) == 1 else { return nil }
        defer { unsafe yaml_event_delete(&event) }
        unsafe walk.visit(event)
      } while !walk.isAtEnd
      return walk.sawMapping ? walk.entries : nil
    }
  }

  /// Where in the document the parser is.
  private struct Walk {
    /// One open collection: the key it stands under, and for a mapping the key that waits for its value.
    private enum Level {
      case mapping(prefix: String, key: String?)
      case sequence
    }

    private var levels: [Level] = []
    private(set) var entries: [String: String] = [:]
    private(set) var isAtEnd = false
    private(set) var sawMapping = false

    mutating func visit(_ event: yaml_event_t) {
      switch unsafe event.type {
      case YAML_STREAM_END_EVENT: isAtEnd = true
      case YAML_MAPPING_START_EVENT:
        sawMapping = sawMapping || levels.isEmpty
        levels.append(.mapping(prefix: takeKey().map { $0 + "." } ?? "", key: nil))
      case YAML_SEQUENCE_START_EVENT:
        _ = takeKey()
        levels.append(.sequence)
      case YAML_MAPPING_END_EVENT, YAML_SEQUENCE_END_EVENT: levels.removeLast()
      case YAML_SCALAR_EVENT: scalar(unsafe Self.text(of: event))
      case YAML_ALIAS_EVENT: scalar("")
      default: break
      }
    }

    private mutating func scalar(_ text: String) {
      guard case .mapping(let prefix, let key) = levels.last else { return }
      if let key {
        entries[prefix + key] = text
        levels[levels.count - 1] = .mapping(prefix: prefix, key: nil)
      } else {
        levels[levels.count - 1] = .mapping(prefix: prefix, key: text)
      }
    }

    /// The full key under which a collection begins.
    private mutating func takeKey() -> String? {
      guard case .mapping(let prefix, let key?) = levels.last else { return nil }
      levels[levels.count - 1] = .mapping(prefix: prefix, key: nil)
      return prefix + key
    }

    private static func text(of event: yaml_event_t) -> String {
      let scalar = unsafe event.data.scalar
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return unsafe String(decoding: bytes, as: UTF8.self)
    }
  }
}
