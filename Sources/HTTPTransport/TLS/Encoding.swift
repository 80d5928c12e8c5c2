/// The bytes of a base64 text (RFC 4648, 4) whose line breaks and blanks are skipped; nil if it is none.
package func base64Decoded(_ text: some StringProtocol) -> [UInt8]? {
  var bytes: [UInt8] = []
  var pending: UInt32 = 0
  var bits = 0
  var padding = 0
  for byte in text.utf8 where ![0x20, 0x09, 0x0D, 0x0A].contains(byte) {
    if byte == 0x3D {
      padding += 1
      continue
    }
    let value: UInt8
    switch byte {
    case 0x41...0x5A: value = byte - 0x41
    case 0x61...0x7A: value = byte - 0x61 + 26
    case 0x30...0x39: value = byte - 0x30 + 52
    case 0x2B: value = 62
    case 0x2F: value = 63
    default: return nil
    }
    guard padding == 0 else { return nil }
    pending = pending << 6 | UInt32(value)
    bits += 6
    if bits >= 8 {
      bits -= 8
      bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
      pending &= (1 << UInt32(bits)) - 1
    }
  }
  // Six bits over mean a character too few; the padding says how many characters are missing.
  let expected = bits == 4 ? 2 : bits == 2 ? 1 : 0
  return bits < 6 && padding == expected ? bytes : nil
}

/// `bytes` as base64 (RFC 4648, 4).
package func base64(_ bytes: some Collection<UInt8>) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  let bytes = Array(bytes)
  var text: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let word = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
    for position in 0..<4 {
      text.append(position <= group.count ? alphabet[Int(word >> UInt32(18 - 6 * position)) & 63] : 0x3D)
    }
  }
  return String(decoding: text, as: UTF8.self)
}

/// `bytes` as base64 in lines of 64 characters, as PEM has them.
func base64Lines(_ bytes: [UInt8]) -> [UInt8] {
  let text = Array(base64(bytes).utf8)
  return stride(from: 0, to: text.count, by: 64).flatMap { text[$0..<min($0 + 64, text.count)] + [0x0A] }
}

/// Whether `bytes` are exactly one DER SEQUENCE by their outer header, as a certificate is.
func isOneSequence(_ bytes: [UInt8]) -> Bool {
  guard bytes.count > 2, bytes[0] == 0x30 else { return false }
  let first = Int(bytes[1])
  guard first >= 0x80 else { return bytes.count == 2 + first }
  let width = first & 0x7F
  guard (1...4).contains(width), bytes.count > 2 + width else { return false }
  let length = bytes[2..<(2 + width)].reduce(0) { $0 << 8 | Int($1) }
  return bytes.count == 2 + width + length
}
