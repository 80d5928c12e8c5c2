/// One header field; names compare without case.
package struct HTTPField: Hashable, Sendable {
  package var name: String
  package var value: String

  /// Makes a field.
  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}
