extension JSON {
  /// The value under these names, one inside the other; nil if one of them is missing.
  package subscript(path names: [String]) -> JSON? {
    get {
      var value: JSON? = self
      for name in names { value = value?[name] }
      return value
    }
    set {
      guard let first = names.first else { return }
      if names.count == 1 {
        self[first] = newValue
        return
      }
      var inner = self[first] ?? .null
      if inner == .null, newValue == nil { return }
      inner[path: Array(names.dropFirst())] = newValue
      self[first] = inner
    }
  }

  /// The value at a path such as `status.phase`; names with dots in them want `subscript(path:)`.
  package func value(at path: String) -> JSON? {
    // Without a list of the names, and by bytes: paths are asked for all the time.
    var (value, rest) = (self, Substring(path))
    while let dot = rest.utf8.firstIndex(of: 0x2E) {
      guard let inner = value[String(rest[..<dot])] else { return nil }
      value = inner
      rest = rest[rest.utf8.index(after: dot)...]
    }
    return value[String(rest)]
  }

  /// Sets the value at a path such as `status.phase`, with the objects on the way to it; nil removes it.
  package mutating func set(_ path: String, _ value: JSON?) { self[path: Self.names(path)] = value }

  /// The same object with that path set.
  package func setting(_ path: String, _ value: JSON?) -> JSON {
    var copy = self
    copy.set(path, value)
    return copy
  }

  /// An object's members in the order of their names, all the way down.
  package var sorted: JSON {
    switch self {
    case .object(let members):
      .object(members.map { Member($0.name, $0.value.sorted) }.sorted { $0.name < $1.name })
    case .array(let elements): .array(elements.map(\.sorted))
    default: self
    }
  }

  /// Whether both say the same, whatever the order of members.
  package func isSame(as other: JSON) -> Bool {
    switch (self, other) {
    case (.object(let members), .object(let others)):
      members.count == others.count
        && zip(members, others).allSatisfy { one, two in
          // Most often the order is the same.
          one.name == two.name
            ? one.value.isSame(as: two.value) : other[one.name]?.isSame(as: one.value) == true
        }
    case (.array(let elements), .array(let others)):
      elements.count == others.count && zip(elements, others).allSatisfy { $0.isSame(as: $1) }
    default: self == other
    }
  }

  private static func names(_ path: String) -> [String] {
    path.utf8.split(separator: 0x2E).map { String(Substring($0)) }
  }
}
