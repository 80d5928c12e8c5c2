/// Text that every XML 1.0 reader takes; the only kind of text that the XML writer accepts.
///
/// Made by dropping terminal sequences, turning every line end into LF and showing each character that
/// XML 1.0 (2.2, `Char`) forbids, or that only confuses readers (DEL, C1, what turns the direction of a text or is not
/// seen), as `\u{1B}`. Cleaning what is
/// clean changes nothing. It is needed because libxml2 writes forbidden characters as they are, reports
/// success, and readers then throw the whole report away.
package struct CleanText: Hashable, Sendable {
  /// The clean text.
  package let string: String

  /// Cleans a text.
  package init(_ text: String) {
    string = text.utf8.contains(where: Self.isSuspect) ? Self.cleaned(text) : text
  }

  private init(alreadyClean text: String) {
    string = text
  }

  /// Whether there is no text.
  package var isEmpty: Bool { string.isEmpty }

  /// The text as one line: line ends and tabs become single spaces, and what is beyond `limit` characters
  /// (Unicode scalars, so that a pile of combining marks is bounded too) is cut off and marked by `…`.
  package func singleLine(limit: Int = 500) -> CleanText {
    let words = string.unicodeScalars.split { Self.breaksLine($0) }
      .map { Self.trimmed($0) }
      .filter { !$0.isEmpty }
    let line = words.map { String($0) }.joined(separator: " ")
    guard line.unicodeScalars.count > limit else { return CleanText(alreadyClean: line) }
    let end = line.unicodeScalars.index(line.startIndex, offsetBy: limit - 1)
    var kept = line[..<end]
    if end.samePosition(in: line) == nil, kept.count > 1 { kept.removeLast() }
    return CleanText(alreadyClean: kept + "…")
  }

  /// The text, or its head and its tail around a line that says how much was cut, in at most `limit` bytes
  /// of UTF-8 (at least 128).
  package func capped(toBytes limit: Int) -> CleanText {
    let utf8 = string.utf8
    let size = utf8.count
    guard size > limit else { return self }
    let room = max(limit - 64, 64)
    let head = string.unicodeScalars.prefix(endingAtByte: room / 2)
    let tail = string.unicodeScalars.suffix(startingAtByte: size - room / 2)
    let cut = size - head.utf8.count - tail.utf8.count
    return CleanText(alreadyClean: "\(head)\n[… \(cut) bytes of \(size) cut here …]\n\(tail)")
  }

  package static func + (left: CleanText, right: CleanText) -> CleanText {
    CleanText(alreadyClean: left.string + right.string)
  }

  /// These texts, each on lines of its own; empty ones are left out.
  package static func lines(_ texts: [CleanText]) -> CleanText {
    CleanText(alreadyClean: texts.filter { !$0.isEmpty }.map(\.string).joined(separator: "\n"))
  }
}

extension CleanText {
  /// Whether a byte of UTF-8 can be part of something to clean: C0 without tab and LF, DEL, and the lead bytes of C1, of
  /// what is invisible, and of U+FFFE and U+FFFF.
  private static func isSuspect(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x09, 0x0A: false
    case 0x00..<0x20, 0x7F, 0xC2, 0xD8, 0xE1, 0xE2, 0xEF, 0xF3: true
    default: false
    }
  }

  /// Whether a character is not seen itself but changes how others are: the order in which they are shown, where they
  /// break, whether two texts look alike.
  private static func isInvisible(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0xAD, 0x61C, 0x180B...0x180F, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F: true
    case 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE0FFF: true
    default: false
    }
  }

  /// Works on the bytes: runs of what needs no cleaning are copied whole, which matters for megabytes of log.
  private static func cleaned(_ text: String) -> String {
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let suspect = rest.firstIndex(where: isSuspect) {
      result += rest[..<suspect]
      rest = rest[suspect...]
      if let length = TerminalSequence.length(atStartOf: rest) {
        rest = rest.dropFirst(length)
      } else if rest.first == 0x0D {
        // A lone CR is a line that a terminal would have overwritten: each state becomes a line.
        rest = rest.dropFirst()
        if rest.first != 0x0A { result.append(0x0A) }
      } else if rest.starts(with: [0xE2, 0x80, 0xA8]) || rest.starts(with: [0xE2, 0x80, 0xA9]) {
        // A line or a paragraph ends here for those that know these.
        rest = rest.dropFirst(3)
        result.append(0x0A)
      } else if let (scalar, length) = forbidden(atStartOf: rest) {
        let digits = String(scalar, radix: 16, uppercase: true)
        result += "\\u{\(digits.count < 2 ? "0" : "")\(digits)}".utf8
        rest = rest.dropFirst(length)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return String(decoding: result + rest, as: UTF8.self)
  }

  /// The forbidden character that valid UTF-8 begins with, and its length in bytes; nil for an allowed one.
  private static func forbidden(atStartOf bytes: ArraySlice<UInt8>) -> (scalar: Int, length: Int)? {
    guard let first = bytes.first else { return nil }
    if first < 0x80 { return (Int(first), 1) }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard bytes.count >= length else { return nil }
    var scalar = UInt32(first) & (0xFF >> UInt32(length + 1))
    for byte in bytes.dropFirst().prefix(length - 1) { scalar = scalar << 6 | UInt32(byte & 0x3F) }
    let isForbidden = (0x80..<0xA0).contains(scalar) || scalar == 0xFFFE || scalar == 0xFFFF
    return isForbidden || isInvisible(scalar) ? (Int(scalar), length) : nil
  }

  private static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\t"
  }

  private static func trimmed(_ line: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
    var line = line
    while line.first == " " { line.removeFirst() }
    while line.last == " " { line.removeLast() }
    return line
  }
}

extension String.UnicodeScalarView {
  /// What lies before a byte, without a character that the byte is inside of.
  fileprivate func prefix(endingAtByte byte: Int) -> Substring {
    let text = String(self)
    var index = text.utf8.index(text.startIndex, offsetBy: byte)
    while index.samePosition(in: text.unicodeScalars) == nil { index = text.utf8.index(before: index) }
    return text[..<index]
  }

  /// What lies from a byte on, without a character that the byte is inside of.
  fileprivate func suffix(startingAtByte byte: Int) -> Substring {
    let text = String(self)
    var index = text.utf8.index(text.startIndex, offsetBy: byte)
    while index.samePosition(in: text.unicodeScalars) == nil { index = text.utf8.index(after: index) }
    return text[index...]
  }
}
