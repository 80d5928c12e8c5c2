/// A name in the one form that every backend takes: a DNS-1123 label (RFC 1123, Kubernetes "label names").
package enum ResourceName {
  /// The longest label: 63 characters.
  package static let maximumLength = 63

  /// Turns any text into a label by one rule, so that two steps agree without string work in the pipeline.
  ///
  /// Capitals become small; every character that is not a letter a-z, a digit or `-` becomes `-`; dashes at
  /// the ends are dropped. What is longer than 63 is cut, and a hash of the whole text ends it, so that two
  /// long names that differ do not become one. Nil if nothing is left.
  package static func label(for text: String) -> String? {
    let mapped = text.unicodeScalars.map { scalar -> Character in
      switch scalar {
      case "a"..."z", "0"..."9": Character(scalar)
      case "A"..."Z": Character(scalar.properties.lowercaseMapping)
      default: "-"
      }
    }
    let label = trimmed(mapped[...])
    guard !label.isEmpty else { return nil }
    guard label.count > maximumLength else { return String(label) }
    let digest = hash(text)
    let head = trimmed(label.prefix(maximumLength - digest.count - 1))
    return "\(String(head))-\(digest)"
  }

  private static func trimmed(_ characters: ArraySlice<Character>) -> ArraySlice<Character> {
    let front = characters.drop { $0 == "-" }
    guard let last = front.lastIndex(where: { $0 != "-" }) else { return [] }
    return front[...last]
  }

  /// FNV-1a, 32 bits, as eight hexadecimal digits: short, stable and good enough to keep two names apart.
  package static func hash(_ text: String) -> String {
    var value: UInt32 = 2_166_136_261
    for byte in text.utf8 {
      value = (value ^ UInt32(byte)) &* 16_777_619
    }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
