#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// The forms of an IP address that cannot be read in two ways, as `inet_pton` has them: an IPv4 address of four decimal
/// numbers without leading zeros, an IPv6 address (RFC 4291, 2.2) without a zone.
enum IPAddress {
  /// Whether `text` is an IPv4 address.
  static func isVersion4(_ text: some StringProtocol) -> Bool { bytes(text, AF_INET) != nil }

  /// Whether `text` is an IPv6 address.
  static func isVersion6(_ text: some StringProtocol) -> Bool { bytes(text, AF_INET6) != nil }

  /// Whether `text` is an address of 127.0.0.0/8, or `::1` in any spelling.
  static func isLoopback(_ text: some StringProtocol) -> Bool {
    if let bytes = bytes(text, AF_INET) { return bytes[0] == 127 }
    return bytes(text, AF_INET6) == [UInt8](repeating: 0, count: 15) + [1]
  }

  /// The bits of an address, 32 or 128 of them; nil if it is none.
  static func bits(_ text: some StringProtocol) -> [Bool]? {
    bytes(text)?.flatMap { byte in (0..<8).map { byte << $0 & 0x80 != 0 } }
  }

  /// One spelling of an address; nil if it is none.
  static func canonical(_ text: some StringProtocol) -> String? { bytes(text).map(spelled) }

  /// The bytes of an address; an IPv4 address that is written as an IPv6 one (`::ffff:192.0.2.1`) is the IPv4 address.
  private static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    if let bytes = bytes(text, AF_INET) { return bytes }
    guard let bytes = bytes(text, AF_INET6) else { return nil }
    let isMapped = bytes.starts(with: [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF])
    return isMapped ? Array(bytes.suffix(4)) : bytes
  }

  private static func bytes(_ text: some StringProtocol, _ family: Int32) -> [UInt8]? {
    let text = String(text)
    // C would read no further than a NUL.
    guard !text.utf8.contains(0) else { return nil }
    var bytes = [UInt8](repeating: 0, count: family == AF_INET ? 4 : 16)
    let answer = unsafe bytes.withUnsafeMutableBytes { unsafe inet_pton(family, text, $0.baseAddress) }
    return answer == 1 ? bytes : nil
  }

  private static func spelled(_ bytes: [UInt8]) -> String {
    // INET6_ADDRSTRLEN, its NUL included.
    var text = [UInt8](repeating: 0, count: 46)
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe text.withUnsafeMutableBytes { text in
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        _ = unsafe inet_ntop(
          family, bytes.baseAddress, text.assumingMemoryBound(to: CChar.self).baseAddress,
          socklen_t(text.count))
      }
    }
    return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// One spelling of an IP address; nil if the text is none.
///
/// A zone is left out, and an IPv4 address that is written as an IPv6 one (`::ffff:192.0.2.1`) is the IPv4 address.
package func canonicalAddress(_ text: String) -> String? {
  IPAddress.canonical(text.prefix { $0 != "%" })
}
