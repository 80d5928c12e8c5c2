/// The control sequences with which programs colour and title a terminal (ECMA-48, 5.4 and 5.6), in UTF-8.
enum TerminalSequence {
  /// The number of bytes of the complete CSI or OSC sequence that a text begins with; nil without one.
  ///
  /// An unfinished sequence is not one: it must not swallow the text behind it.
  static func length(atStartOf text: ArraySlice<UInt8>) -> Int? {
    guard let first = text.first, let second = text.dropFirst().first else { return nil }
    let body = text.dropFirst(2)
    let length =
      switch (first, second) {
      case (0x1B, UInt8(ascii: "[")), (0xC2, 0x9B): controlSequenceLength(body)
      case (0x1B, UInt8(ascii: "]")), (0xC2, 0x9D): operatingSystemCommandLength(body)
      default: Int?.none
      }
    return length.map { $0 + 2 }
  }

  /// Parameters `0`-`?`, intermediates space-`/`, one final `@`-`~`.
  private static func controlSequenceLength(_ body: ArraySlice<UInt8>) -> Int? {
    let intermediates = body.drop { (0x30...0x3F).contains($0) }
    let end = intermediates.drop { (0x20...0x2F).contains($0) }
    guard let final = end.first, (0x40...0x7E).contains(final) else { return nil }
    return end.startIndex + 1 - body.startIndex
  }

  /// Printable text up to BEL or ST, within the line.
  private static func operatingSystemCommandLength(_ body: ArraySlice<UInt8>) -> Int? {
    var previous: UInt8 = 0
    for (position, byte) in body.enumerated() {
      switch (previous, byte) {
      case (0x1B, UInt8(ascii: "\\")), (0xC2, 0x9C), (_, 0x07): return position + 1
      case (0x1B, _), (0xC2, 0x80..<0xA0): return nil
      case (_, 0x1B): break
      case (_, 0x00..<0x20), (_, 0x7F): return nil
      default: break
      }
      previous = byte
    }
    return nil
  }
}
