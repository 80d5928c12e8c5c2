/// The one random source of a world: SplitMix64, so that a seed gives the same identifiers everywhere.
package struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts the sequence of that seed.
  package init(seed: UInt64) {
    state = seed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A version 4 UUID in lower case.
  package mutating func uuid() -> String {
    let high = next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
    let low = next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    // A large world begins with two million of them.
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for (half, hyphens) in [(high, 0b1_0001_0000_0000), (low, 0b0001_0001)] {
      for place in 0..<16 {
        if hyphens >> place & 1 == 1 { text.append(UInt8(ascii: "-")) }
        let digit = UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * place) & 15)
        text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// A 64-bit number as 16 hexadecimal digits.
package func hex(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

/// A hash of 32 hexadecimal digits that depends on the bytes alone (FNV-1a, twice).
package func fingerprint(_ bytes: [UInt8]) -> String {
  var first: UInt64 = 0xCBF2_9CE4_8422_2325
  var second: UInt64 = 0x6C62_272E_07BB_0142
  for byte in bytes {
    first = (first ^ UInt64(byte)) &* 0x100_0000_01B3
    second = (second &* 0x100_0000_01B3) ^ UInt64(byte)
  }
  return hex(first) + hex(second)
}

/// Whether the text has the shape of a UUID.
package func isUUID(_ text: some StringProtocol) -> Bool {
  var length = 0
  for byte in text.utf8 {
    let isHyphen = byte == UInt8(ascii: "-")
    guard isHyphen == [8, 13, 18, 23].contains(length), isHyphen || isHexDigit(byte) else { return false }
    length += 1
  }
  return length == 36
}

private func isHexDigit(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
    UInt8(ascii: "A")...UInt8(ascii: "F"):
    true
  default: false
  }
}
