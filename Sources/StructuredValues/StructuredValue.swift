/// A JSON document, or a part of one (RFC 8259); the members of an object keep their order.
package enum StructuredValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  /// A number that is written in just these digits, such as `1.500`; none that was read is one.
  case digits(String)
  case string(String)
  case array([StructuredValue])
  case object([Member])

  /// A name and its value.
  package struct Member: Hashable, Sendable {
    package var name: String
    package var value: StructuredValue

    /// Makes a member.
    package init(_ name: String, _ value: StructuredValue) {
      self.name = name
      self.value = value
    }
  }

  /// A text, or null for nil.
  package init(_ text: String?) {
    self = text.map { .string($0) } ?? .null
  }

  /// An object of those members that have a value, sorted by their names.
  package static func members(_ members: KeyValuePairs<String, StructuredValue?>) -> StructuredValue {
    .object(
      members.compactMap { name, value in value.map { Member(name, $0) } }.sorted { $0.name < $1.name })
  }

  /// The member of an object, null included; nil for a missing one, and for anything that is not an object.
  package func member(_ name: String) -> StructuredValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The member of an object; nil for a missing one, for null, and for anything that is not an object.
  package subscript(_ name: String) -> StructuredValue? {
    guard let value = member(name), value != .null else { return nil }
    return value
  }
}

// Readers for files of our own, in which whatever is of another kind than it should be makes the whole worthless.
extension StructuredValue {
  /// The text of a string.
  package var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The value of a boolean.
  package var bool: Bool? {
    guard case .bool(let truth) = self else { return nil }
    return truth
  }

  /// The value of a number without a fraction.
  package var integer: Int? {
    guard case .number(let number) = self else { return nil }
    return Int(exactly: number)
  }

  /// The elements of an array; none for anything else, null included.
  package var elements: [StructuredValue] {
    guard case .array(let values) = self else { return [] }
    return values
  }

  /// The elements of an array, each as `read` sees it; nil for anything else, and if it sees nothing in one of them.
  package func list<Element>(of read: (StructuredValue) -> Element?) -> [Element]? {
    guard case .array(let values) = self else { return nil }
    let elements = values.compactMap(read)
    return elements.count == values.count ? elements : nil
  }

  /// A member that need not be there: `.some(nil)` if it is missing or null, nil if `read` sees nothing in it.
  package func ifAny<Value>(_ name: String, _ read: (StructuredValue) -> Value?) -> Value?? {
    guard let value = self[name] else { return .some(nil) }
    guard let read = read(value) else { return nil }
    return .some(read)
  }
}
