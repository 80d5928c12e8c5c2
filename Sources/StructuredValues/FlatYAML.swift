/// Reads the scalars of a YAML document's mappings, as `outer.inner` keys.
///
/// Sequences, aliases and tags carry nothing that we read and are passed over.
package enum FlatYAML {
  /// The scalars by their dotted keys, each as it is written; nil if the text is not one YAML mapping.
  package static func entries(of text: String) -> [String: String]? {
    guard var parser = YAMLParser(Array(text.utf8)) else { return nil }
    var walk = Walk()
    do throws(YAMLError) {
      while !walk.isAtEnd { walk.visit(try parser.next()) }
    } catch {
      return nil
    }
    return walk.sawMapping ? walk.entries : nil
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

    mutating func visit(_ event: YAMLEvent) {
      switch event {
      case .streamEnd: isAtEnd = true
      case .mappingStart:
        sawMapping = sawMapping || levels.isEmpty
        levels.append(.mapping(prefix: takeKey().map { $0 + "." } ?? "", key: nil))
      case .sequenceStart:
        _ = takeKey()
        levels.append(.sequence)
      case .mappingEnd, .sequenceEnd: levels.removeLast()
      case .scalar(let value): scalar(value.text)
      case .alias: scalar("")
      case .documentStart, .other: break
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
  }
}
