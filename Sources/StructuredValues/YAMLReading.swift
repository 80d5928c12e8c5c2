extension StructuredValue {
  /// Reads one YAML document in UTF-8; a JSON document is one, and comes out as by the reader of JSON.
  ///
  /// Scalars without quotation marks are what the core schema of YAML 1.2 (10.3.2) has them for; infinities stay texts.
  /// An alias is what its anchor stands for. Refused are: a key that is no scalar or is there twice, a tag that is not
  /// one of the core schema's, a second document, and what nests deeper than 64 levels or has more than 100,000 values,
  /// those that aliases repeat included.
  package init(yaml bytes: [UInt8]) throws(YAMLError) {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw YAMLError("it is not UTF-8 text") }
    guard let parser = YAMLParser(bytes) else { throw YAMLError("it cannot be read: memory ran out") }
    var builder = YAMLBuilder(parser)
    self = try builder.document()
  }
}

/// Makes one value of a document's events.
private struct YAMLBuilder: ~Copyable {
  private var parser: YAMLParser
  /// What the anchors so far stand for.
  private var anchors: [String: Node] = [:]

  /// A value, of how many values it is, and how deep they lie in each other.
  private struct Node {
    var value: StructuredValue
    var count = 1
    var depth = 0

    mutating func include(_ other: Node) {
      count += other.count
      depth = max(depth, other.depth + 1)
    }
  }

  init(_ parser: consuming YAMLParser) {
    self.parser = parser
  }

  mutating func document() throws(YAMLError) -> StructuredValue {
    guard case .documentStart = try nextOfDocument() else { return .null }
    let root = try value(parser.next()).value
    guard case .streamEnd = try nextOfDocument() else { throw YAMLError("it holds more than one document") }
    return root
  }

  /// The next event that is not the mere end or beginning of something around a document.
  private mutating func nextOfDocument() throws(YAMLError) -> YAMLEvent {
    while true {
      let event = try parser.next()
      if case .other = event { continue }
      return event
    }
  }

  private mutating func value(_ event: YAMLEvent) throws(YAMLError) -> Node {
    switch event {
    case .scalar(let scalar): return keep(Node(value: try scalar.value), scalar.anchor)
    case .sequenceStart(let anchor, let tag):
      try check(tag, is: "seq")
      return keep(try sequence(), anchor)
    case .mappingStart(let anchor, let tag):
      try check(tag, is: "map")
      return keep(try mapping(), anchor)
    case .alias(let anchor):
      guard let known = anchors[anchor] else {
        throw YAMLError("the alias *\(anchor) has no anchor before it")
      }
      try parser.take(known.count)
      guard parser.depth + known.depth <= YAMLParser.deepest else { throw YAMLError(YAMLParser.tooDeep) }
      return known
    default: throw YAMLError("it is cut short")
    }
  }

  private mutating func sequence() throws(YAMLError) -> Node {
    var elements: [StructuredValue] = []
    var node = Node(value: .null, depth: 1)
    while true {
      let event = try parser.next()
      if case .sequenceEnd = event { break }
      let element = try value(event)
      elements.append(element.value)
      node.include(element)
    }
    node.value = .array(elements)
    return node
  }

  private mutating func mapping() throws(YAMLError) -> Node {
    var members: [StructuredValue.Member] = []
    var names: Set<String> = []
    var node = Node(value: .null, depth: 1)
    while true {
      let event = try parser.next()
      if case .mappingEnd = event { break }
      guard case .scalar(let name) = event else { throw YAMLError("a key is no plain text") }
      guard names.insert(name.text).inserted else { throw YAMLError("the key \(name.text) is there twice") }
      _ = keep(Node(value: .string(name.text)), name.anchor)
      let member = try value(parser.next())
      members.append(.init(name.text, member.value))
      node.include(member)
      node.count += 1
    }
    node.value = .object(members)
    return node
  }

  private mutating func keep(_ node: Node, _ anchor: String?) -> Node {
    if let anchor { anchors[anchor] = node }
    return node
  }

  private func check(_ tag: String?, is kind: String) throws(YAMLError) {
    guard tag == nil || tag == "!" || tag == YAMLScalar.core + kind else {
      throw YAMLError("the tag \(tag ?? "") is not known")
    }
  }
}

extension YAMLScalar {
  /// Where the core schema's tags lie: `tag:yaml.org,2002:str`.
  fileprivate static let core = "tag:yaml.org,2002:"

  /// The value that it stands for.
  fileprivate var value: StructuredValue {
    get throws(YAMLError) {
      switch tag {
      case nil: return isPlain ? resolved : .string(text)
      case "!", Self.core + "str": return .string(text)
      case Self.core + "null" where resolved == .null: return .null
      case Self.core + "bool" where resolved.bool != nil: return resolved
      case Self.core + "int" where resolved.integer != nil: return resolved
      case Self.core + "float":
        if case .number = resolved { return resolved }
        fallthrough
      default: throw YAMLError("the tag \(tag ?? "") is not known, or does not fit its text")
      }
    }
  }

  private var resolved: StructuredValue {
    switch text {
    case "", "~", "null", "Null", "NULL": .null
    case "true", "True", "TRUE": .bool(true)
    case "false", "False", "FALSE": .bool(false)
    default: number.map { .number($0) } ?? .string(text)
    }
  }

  /// The number that the text is: `-12`, `1.5e3`, `0o17`, `0xFF`; nil if it is none.
  private var number: Double? {
    if text.hasPrefix("0o") { return UInt64(text.dropFirst(2), radix: 8).map { Double($0) } }
    if text.hasPrefix("0x") { return UInt64(text.dropFirst(2), radix: 16).map { Double($0) } }
    // Swift's own reader of numbers also takes hexadecimal fractions and words.
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }),
      text.utf8.contains(where: { (0x30...0x39).contains($0) }), let number = Double(text), number.isFinite
    else { return nil }
    return number
  }
}
