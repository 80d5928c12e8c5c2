/// The forms of an IP address that cannot be read in two ways.
enum IPAddress {
  /// Whether `text` is four decimal numbers of 0-255 without leading zeros.
  static func isVersion4(_ text: some StringProtocol) -> Bool { octets(text) != nil }

  /// Whether `text` is an IPv6 address (RFC 4291, 2.2), without a zone.
  static func isVersion6(_ text: some StringProtocol) -> Bool { groups(text) != nil }

  /// Whether `text` is an address of 127.0.0.0/8, or `::1` in any spelling.
  static func isLoopback(_ text: some StringProtocol) -> Bool {
    if let octets = octets(text) { return octets[0] == 127 }
    return groups(text) == [0, 0, 0, 0, 0, 0, 0, 1]
  }

  /// The bits of an address, 32 or 128 of them; nil if it is none.
  static func bits(_ text: some StringProtocol) -> [Bool]? {
    guard let address = canonical(text) else { return nil }
    if let octets = octets(address) {
      return octets.flatMap { octet in (0..<8).map { octet << $0 & 0x80 != 0 } }
    }
    return groups(address)?.flatMap { group in (0..<16).map { group << $0 & 0x8000 != 0 } }
  }

  /// One spelling of an address; nil if it is none.
  static func canonical(_ text: some StringProtocol) -> String? {
    if let octets = octets(text) { return octets.map(String.init).joined(separator: ".") }
    guard let groups = groups(text) else { return nil }
    if groups.prefix(6) == [0, 0, 0, 0, 0, 0xFFFF] {
      return [groups[6] >> 8, groups[6] & 0xFF, groups[7] >> 8, groups[7] & 0xFF].map(String.init)
        .joined(separator: ".")
    }
    return shortened(groups)
  }

  /// The recommended form (RFC 5952): the longest run of two zeros or more, the first of several, is `::`.
  private static func shortened(_ groups: [UInt16]) -> String {
    var longest = 0..<0
    var start = 0
    for (index, group) in groups.enumerated() {
      if group != 0 { start = index + 1 }
      if index + 1 - start > longest.count { longest = start..<(index + 1) }
    }
    let texts = groups.map { String($0, radix: 16) }
    guard longest.count > 1 else { return texts.joined(separator: ":") }
    return texts[..<longest.lowerBound].joined(separator: ":") + "::"
      + texts[longest.upperBound...].joined(separator: ":")
  }

  private static func octets(_ text: some StringProtocol) -> [UInt8]? {
    let parts = Substring(text).split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part -> UInt8? in
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        part == "0" || part.first != "0"
      else { return nil }
      return UInt8(part)
    }
    return parts.count == 4 && numbers.count == 4 ? numbers : nil
  }

  private static func groups(_ text: some StringProtocol) -> [UInt16]? {
    let text = Substring(text)
    guard let gap = text.firstRange(of: "::") else {
      guard let groups = plainGroups(text, mayEndInVersion4: true), groups.count == 8 else { return nil }
      return groups
    }
    guard let left = plainGroups(text[..<gap.lowerBound], mayEndInVersion4: false),
      let right = plainGroups(text[gap.upperBound...], mayEndInVersion4: true), left.count + right.count < 8
    else { return nil }
    return left + Array(repeating: 0, count: 8 - left.count - right.count) + right
  }

  /// Groups of up to four hexadecimal digits with single colons between them; none at all for an empty text.
  private static func plainGroups(_ text: Substring, mayEndInVersion4: Bool) -> [UInt16]? {
    if text.isEmpty { return [] }
    var parts = text.split(separator: ":", omittingEmptySubsequences: false)
    var tail: [UInt16] = []
    if mayEndInVersion4, let last = parts.last, let octets = octets(last) {
      let wide = octets.map(UInt16.init)
      tail = [wide[0] << 8 | wide[1], wide[2] << 8 | wide[3]]
      parts.removeLast()
    }
    let groups = parts.compactMap { part in
      (1...4).contains(part.utf8.count) && part.utf8.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
        ? UInt16(part, radix: 16) : nil
    }
    return groups.count == parts.count ? groups + tail : nil
  }
}

/// One spelling of an IP address; nil if the text is none.
///
/// A zone is left out, and an IPv4 address that is written as an IPv6 one (`::ffff:192.0.2.1`) is the IPv4 address.
package func canonicalAddress(_ text: String) -> String? {
  IPAddress.canonical(text.prefix { $0 != "%" })
}
