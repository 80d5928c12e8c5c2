internal import Text

/// An XML element as a plain value: what is written, and what is read back.
///
/// It holds either children or text, never a mixture: white space between children is dropped on reading.
struct XMLElement: Hashable, Sendable {
  /// The element's name.
  let name: String
  /// The attributes in document order.
  let attributes: [Attribute]
  /// The child elements in document order.
  let children: [XMLElement]
  /// The text of an element without children.
  let text: String

  /// One attribute.
  struct Attribute: Hashable, Sendable {
    let name: String
    let value: String

    /// Makes an attribute to be written: its value is clean, its name is part of the program.
    init(_ name: StaticString, _ value: CleanText) {
      self.init(name: String(describing: name), value: value.string)
    }

    /// Makes an attribute whose value is a number.
    init(_ name: StaticString, _ value: Int) {
      self.init(name: String(describing: name), value: String(value))
    }

    /// Makes an attribute as it was read.
    init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Makes an element with children to be written.
  init(_ name: StaticString, _ attributes: [Attribute] = [], children: [XMLElement] = []) {
    self.init(name: String(describing: name), attributes: attributes, children: children, text: "")
  }

  /// Makes an element with text to be written.
  init(_ name: StaticString, _ attributes: [Attribute] = [], text: CleanText) {
    self.init(name: String(describing: name), attributes: attributes, children: [], text: text.string)
  }

  /// Makes an element as it was read.
  init(name: String, attributes: [Attribute], children: [XMLElement], text: String) {
    self.name = name
    self.attributes = attributes
    self.children = children
    self.text = text
  }

  /// The value of an attribute; nil when there is none.
  subscript(name: String) -> String? {
    attributes.first { $0.name == name }?.value
  }
}
