/// Base64 (RFC 4648), the alphabet for URLs without padding where nothing else is asked for.
enum Base64 {
  private static let plain = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let forURLs = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  static func encoded(_ bytes: [UInt8], isPadded: Bool = false) -> String {
    let alphabet = isPadded ? plain : forURLs
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      var bits = part.reduce(0) { $0 << 8 | Int($1) }
      bits <<= 8 * (3 - part.count)
      for place in 0...part.count { text.append(alphabet[bits >> (18 - 6 * place) & 63]) }
      if isPadded { text += [UInt8](repeating: UInt8(ascii: "="), count: 3 - part.count) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  static func decoded(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (bits, count) = (0, 0)
    for byte in text.utf8 where byte != UInt8(ascii: "=") {
      guard let value = plain.firstIndex(of: byte) ?? forURLs.firstIndex(of: byte) else { return nil }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        bits &= (1 << count) - 1
      }
    }
    return bytes
  }
}
