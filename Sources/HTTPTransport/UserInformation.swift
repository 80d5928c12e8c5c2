/// The text without what stands before the `@` of a URL's host: a user, and perhaps a password.
///
/// The one place that takes it out, for texts of libcurl, of the environment and of servers. It extends to the last `@`
/// before the host, since a password may hold one.
package func withoutUserInformation(_ text: String) -> String {
  guard text.utf8.contains(0x40) else { return text }
  let bytes = Array(text.utf8)
  var result: [UInt8] = []
  var position = 0
  while position < bytes.count {
    let isAuthority = position >= 3 && bytes[(position - 3)..<position].elementsEqual("://".utf8)
    if isAuthority {
      let authority = bytes[position...].prefix { !endsAuthority($0) }
      if let at = authority.lastIndex(of: 0x40) {
        result += "<user>".utf8
        position = at
      }
    }
    result.append(bytes[position])
    position += 1
  }
  return String(decoding: result, as: UTF8.self)
}

private func endsAuthority(_ byte: UInt8) -> Bool {
  byte <= 0x20 || "/?#\"'<>()".utf8.contains(byte)
}

/// The bytes that a percent-encoded text stands for; nil if it is no such text.
func percentDecoded(_ text: some StringProtocol) -> String? {
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    guard byte == 0x25 else {
      bytes.append(byte)
      continue
    }
    let digits = rest.prefix(2).map { Character(UnicodeScalar($0)) }
    guard digits.count == 2, digits.allSatisfy(\.isHexDigit), let value = UInt8(String(digits), radix: 16)
    else { return nil }
    bytes.append(value)
    rest = rest.dropFirst(2)
  }
  return String(validating: bytes, as: UTF8.self)
}
