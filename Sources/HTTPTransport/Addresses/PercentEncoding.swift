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
