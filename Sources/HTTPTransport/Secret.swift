/// A value without a printable form; `HTTPRequest.wireFields` is its only reader.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let value: String

  /// Wraps a secret.
  package init(_ value: String) {
    self.value = value
  }

  package var description: String { "<secret>" }
  package var debugDescription: String { "<secret>" }
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }

  /// The text itself, for the one place that puts it on the wire.
  var revealed: String { value }

  /// Replaces every appearance of the secret in `text`, so that a server that echoes it does not spread it.
  package func scrubbed(from text: String) -> String {
    guard value.utf8.count >= 4, text.contains(value) else { return text }
    return text.split(separator: value, omittingEmptySubsequences: false).joined(separator: "<secret>")
  }
}
