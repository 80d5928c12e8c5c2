/// The text of a page: its bytes in the charset that they are in, as a customer's browser would read them.
///
/// What it cannot tell it says, so that a text which is not found there is never taken for one that is not there.
package struct PageText: Sendable {
  /// What a search for a text came to.
  package enum Finding: Hashable, Sendable {
    case found
    case absent
    /// Why its absence cannot be told, as a clause.
    case unknown(String)
  }

  /// The text; nil if the charset cannot be decoded.
  package let decoded: String?
  /// The text with its character references (`&amp;`, `&#252;`) replaced, if that is another one.
  private let unescaped: String?
  private let charset: String
  /// Whether ASCII is itself in that charset.
  private let keepsASCII: Bool
  /// Whether every byte was of the charset.
  private let isClean: Bool
  /// Whether there are references by names that are not known here.
  private let hasUnknownReferences: Bool

  /// Decodes a body by its byte order mark, its media type, or its own word (`<meta charset>`), in that order.
  package init(_ body: [UInt8], contentType: String?) {
    let named = Self.mark(of: body) ?? Self.charset(in: contentType) ?? Self.declared(in: body)
    let name = (named ?? "utf-8").lowercased()
    charset = name
    var text: String?
    var isClean = true
    switch name {
    case "utf-8", "utf8":
      let rest = body.starts(with: [0xEF, 0xBB, 0xBF]) ? body.dropFirst(3) : body[...]
      text = String(validating: rest, as: UTF8.self)
      if text == nil {
        isClean = false
        // Without a word of what it is in, browsers take it for this.
        text = named == nil ? Self.western(rest) : String(decoding: rest, as: UTF8.self)
      }
    case "utf-16", "utf-16le": text = Self.utf16(body, isBigEndian: name == "utf-16" && body.first == 0xFE)
    case "utf-16be": text = Self.utf16(body, isBigEndian: true)
    case "iso-8859-1", "iso8859-1", "latin1", "iso_8859-1", "l1", "windows-1252", "cp1252", "us-ascii",
      "ascii":
      text = Self.western(body[...])
    default: text = nil
    }
    decoded = text
    self.isClean = isClean
    keepsASCII =
      text != nil
      || ["iso-8859-", "windows-", "koi8-", "gb", "big5", "shift_jis", "euc-"].contains(where: name.hasPrefix)
    let references = Self.unescaped(text ?? String(decoding: body, as: UTF8.self))
    unescaped = references.text
    hasUnknownReferences = references.hasUnknown
  }

  /// The texts to search in: as it is, and with its references replaced.
  package var readings: [String] { [decoded, unescaped].compactMap { $0 } }

  /// Looks for a text.
  package func find(_ wanted: String, in body: [UInt8]) -> Finding {
    let bytes = Array(wanted.utf8)
    let isASCII = bytes.allSatisfy { $0 < 0x80 }
    if readings.contains(where: { Array($0.utf8).holds(bytes) }) { return .found }
    // Characters compare whether they are composed or not.
    if !isASCII, readings.contains(where: { $0.contains(wanted) }) { return .found }
    if decoded == nil, isASCII, keepsASCII {
      if body.holds(bytes) || unescaped.map({ Array($0.utf8).holds(bytes) }) == true { return .found }
      return .absent
    }
    return doubt(isASCII: isASCII).map { .unknown($0) } ?? .absent
  }

  /// Why a text of such characters may be there without being found, as a clause; nil if it could not.
  package func doubt(isASCII: Bool) -> String? {
    if decoded == nil, !(isASCII && keepsASCII) {
      return "its charset \(charset.prefix(40)) cannot be compared"
    }
    if !isClean, !isASCII { return "its bytes are not of the charset \(charset)" }
    if hasUnknownReferences, !isASCII { return "it holds character references that are not known here" }
    return nil
  }
}

// How a charset is found and decoded.
extension PageText {
  private static func mark(of body: [UInt8]) -> String? {
    if body.starts(with: [0xEF, 0xBB, 0xBF]) { return "utf-8" }
    if body.starts(with: [0xFF, 0xFE]) { return "utf-16le" }
    return body.starts(with: [0xFE, 0xFF]) ? "utf-16be" : nil
  }

  /// The value of `charset=` in a media type, or in the attributes of a `<meta>`.
  private static func charset(in text: String?) -> String? {
    guard let text = text?.lowercased(), let name = text.firstRange(of: "charset") else { return nil }
    let rest = text[name.upperBound...].drop { $0 == " " }
    guard rest.first == "=" else { return nil }
    let value = rest.dropFirst().drop { " \"'".contains($0) }
      .prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_:.".contains($0)) }
    return value.isEmpty ? nil : String(value)
  }

  /// What an HTML page says of itself, in its first 1024 bytes as the standard has it.
  private static func declared(in body: [UInt8]) -> String? {
    let head = String(decoding: body.prefix(1024), as: UTF8.self).lowercased()
    for tag in head.split(separator: "<") where tag.hasPrefix("meta") {
      guard let name = charset(in: String(tag.prefix { $0 != ">" })) else { continue }
      // A page that can say so is not in it.
      return name.hasPrefix("utf-16") ? "utf-8" : name
    }
    return nil
  }

  private static func utf16(_ body: [UInt8], isBigEndian: Bool) -> String? {
    guard body.count % 2 == 0 else { return nil }
    let units = stride(from: 0, to: body.count, by: 2).map { index -> UInt16 in
      let (first, second) = (UInt16(body[index]), UInt16(body[index + 1]))
      return isBigEndian ? first << 8 | second : second << 8 | first
    }
    return String(validating: units.first == 0xFEFF ? units.dropFirst() : units[...], as: UTF16.self)
  }

  /// Windows-1252, which is what browsers read for ISO 8859-1 and ASCII too.
  private static func western(_ body: ArraySlice<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for byte in body {
      let value = (0x80..<0xA0).contains(byte) ? high[Int(byte) - 0x80] : UInt32(byte)
      if let scalar = Unicode.Scalar(value) { text.append(scalar) }
    }
    return String(text)
  }

  /// Its bytes 80 to 9F (the WHATWG's encoding standard).
  private static let high: [UInt32] = [
    0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x8D,
    0x17D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A,
    0x153, 0x9D, 0x17E, 0x178,
  ]

  private static let references = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}",
  ]

  /// The text with its character references replaced, nil if there are none; and whether some are not known.
  private static func unescaped(_ text: String) -> (text: String?, hasUnknown: Bool) {
    guard text.utf8.contains(0x26) else { return (nil, false) }
    var result = ""
    var hasUnknown = false
    var rest = text[...]
    while let start = rest.utf8.firstIndex(of: 0x26) {
      result += rest[..<start]
      rest = rest[start...]
      let name = rest.utf8.dropFirst().prefix(32).prefix { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || byte == 0x23
      }
      guard !name.isEmpty, rest.utf8[name.endIndex...].first == 0x3B else {
        result += "&"
        rest = Substring(rest.utf8.dropFirst())
        continue
      }
      let end = rest.utf8.index(after: name.endIndex)
      if let character = character(String(Substring(name))) {
        result += character
      } else {
        hasUnknown = true
        result += rest[..<end]
      }
      rest = rest[end...]
    }
    return (result + rest, hasUnknown)
  }

  private static func character(_ name: String) -> String? {
    guard name.first == "#" else { return references[name] }
    let digits = name.dropFirst()
    let value = "xX".contains(digits.first ?? " ") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return value.flatMap { Unicode.Scalar($0) }.map { String(Character($0)) }
  }
}

extension [UInt8] {
  /// Whether some bytes appear among these.
  package func holds(_ wanted: [UInt8]) -> Bool {
    guard let first = wanted.first else { return true }
    var rest = self[...]
    while let start = rest.firstIndex(of: first), endIndex - start >= wanted.count {
      if self[start..<(start + wanted.count)].elementsEqual(wanted) { return true }
      rest = self[(start + 1)...]
    }
    return false
  }
}
