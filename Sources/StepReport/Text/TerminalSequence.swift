/// The control sequences with which programs colour and title a terminal (ECMA-48, 5.4 and 5.6).
enum TerminalSequence {
  /// The number of scalars of the complete CSI or OSC sequence that a text begins with; nil without one.
  ///
  /// An unfinished sequence is not one: it must not swallow the text behind it.
  static func length(atStartOf text: Substring.UnicodeScalarView) -> Int? {
    guard let first = text.first else { return nil }
    switch first.value {
    case 0x1B:
      switch text.dropFirst().first {
      case "[": return controlSequenceLength(text, introducer: 2)
      case "]": return operatingSystemCommandLength(text, introducer: 2)
      default: return nil
      }
    case 0x9B: return controlSequenceLength(text, introducer: 1)
    case 0x9D: return operatingSystemCommandLength(text, introducer: 1)
    default: return nil
    }
  }

  /// Parameters `0`-`?`, intermediates space-`/`, one final `@`-`~`.
  private static func controlSequenceLength(
    _ text: Substring.UnicodeScalarView, introducer: Int
  ) -> Int? {
    var length = introducer
    var isInIntermediates = false
    for scalar in text.dropFirst(introducer) {
      length += 1
      switch scalar.value {
      case 0x30...0x3F where !isInIntermediates: continue
      case 0x20...0x2F: isInIntermediates = true
      case 0x40...0x7E: return length
      default: return nil
      }
    }
    return nil
  }

  /// Printable text up to BEL or ST, within the line.
  private static func operatingSystemCommandLength(
    _ text: Substring.UnicodeScalarView, introducer: Int
  ) -> Int? {
    var length = introducer
    var isEscaped = false
    for scalar in text.dropFirst(introducer) {
      length += 1
      if isEscaped { return scalar == "\\" ? length : nil }
      switch scalar.value {
      case 0x07, 0x9C: return length
      case 0x1B: isEscaped = true
      case 0x00..<0x20, 0x7F..<0xA0: return nil
      default: continue
      }
    }
    return nil
  }
}
