internal import Text

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

  /// This password and its user as the `Basic` scheme has them, itself a secret.
  func login(of user: String) -> Secret { Secret(base64("\(user):\(value)".utf8)) }

  /// Whether it is the same secret as another.
  package func isSame(as other: Secret) -> Bool { value == other.value }

  /// Replaces every appearance of the secret in `text`, so that a server that echoes it does not spread it.
  ///
  /// Compared byte by byte: to Swift's characters a secret with a combining mark behind it is another text.
  package func scrubbed(from text: String) -> String {
    let secret = Array(value.utf8)
    let bytes = Array(text.utf8)
    guard secret.count >= 4, var found = Self.firstRange(of: secret, in: bytes[...]) else { return text }
    var rest = bytes[...]
    var scrubbed: [UInt8] = []
    while true {
      scrubbed += rest[..<found.lowerBound] + Array("<secret>".utf8)
      rest = rest[found.upperBound...]
      guard let next = Self.firstRange(of: secret, in: rest) else { break }
      found = next
    }
    return String(decoding: scrubbed + rest, as: UTF8.self)
  }

  /// Where some bytes first appear among others: the library's own search is many times slower, and every line and
  /// report goes through this.
  private static func firstRange(of wanted: [UInt8], in bytes: ArraySlice<UInt8>) -> Range<Int>? {
    var rest = bytes
    while let start = rest.firstIndex(of: wanted[0]), bytes.endIndex - start >= wanted.count {
      let end = start + wanted.count
      if bytes[start..<end].elementsEqual(wanted) { return start..<end }
      rest = bytes[(start + 1)...]
    }
    return nil
  }
}
