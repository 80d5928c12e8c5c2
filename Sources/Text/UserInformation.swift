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
