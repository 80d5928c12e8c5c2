import Gzip
import Testing

/// Files of object storage are believed only whole, and take no more memory than is allowed.
struct GunzipTests {
  /// `{"errors":{"velero":["no space left"]}}` as Python's gzip writes it, without a time.
  static let file: [UInt8] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 74, 45, 42, 202, 47, 42, 86, 178, 170, 86, 42, 75, 205, 73, 45,
    202, 87, 178, 138, 86, 202, 203, 87, 40, 46, 72, 76, 78, 85, 200, 73, 77, 43, 81, 138, 173, 173, 5, 0, 54,
    232, 0, 34, 39, 0, 0, 0,
  ]
  private static let text = #"{"errors":{"velero":["no space left"]}}"#

  @Test func aFileIsUnpacked() throws {
    #expect(try gunzip(Self.file, atMost: 1000) == Array(Self.text.utf8))
    #expect(try gunzip(Self.file, atMost: Self.text.utf8.count) == Array(Self.text.utf8))
  }

  /// A gzip file may have several members (RFC 1952, 2.2).
  @Test func aFileOfSeveralMembersIsUnpacked() throws {
    #expect(try gunzip(Self.file + Self.file, atMost: 1000) == Array((Self.text + Self.text).utf8))
  }

  @Test(arguments: 0..<file.count) func aPartIsNone(_ count: Int) {
    #expect(throws: GunzipError.broken) { try gunzip(Array(Self.file.prefix(count)), atMost: 1000) }
  }

  /// Its checksum, or its length, is wrong; some bytes of the header mean nothing to the content.
  @Test(arguments: 10..<file.count) func aChangedFileIsNone(_ index: Int) {
    var file = Self.file
    file[index] ^= 0x55
    #expect(throws: GunzipError.self) { try gunzip(file, atMost: 1000) }
  }

  @Test func whatIsNoGzipFileIsNone() {
    let zlibs: [UInt8] = [0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01]
    for bytes in [Array(Self.text.utf8), Array("<html></html>".utf8), zlibs, Self.file + [0x21]] {
      #expect(throws: GunzipError.broken) { try gunzip(bytes, atMost: 1000) }
    }
  }

  @Test func moreThanIsAllowedIsTooMuch() {
    #expect(throws: GunzipError.tooLarge) {
      try gunzip(Self.file, atMost: Self.text.utf8.count - 1)
    }
    #expect(throws: GunzipError.tooLarge) { try gunzip(Self.file + Self.file, atMost: 50) }
    // A hundred thousand members of nothing but room.
    let many = [[UInt8]](repeating: Self.file, count: 100_000).flatMap { $0 }
    #expect(throws: GunzipError.tooLarge) { try gunzip(many, atMost: 1 << 20) }
  }

  /// 10 MB of zeros in ten kilobytes: nobody unpacks them to see that they are too many.
  @Test func aBombIsNotUnpacked() {
    // A block of dynamic codes would be smaller still; this one of fixed codes repeats a zero 258 times with 13 bits.
    var bits: [UInt8] = [1, 1, 0]
    func literal(_ value: Int) { bits += (0..<8).map { UInt8((0x30 + value) >> (7 - $0) & 1) } }
    literal(0)
    // Length 258 is code 285: 11000101; distance 1 is code 0: 00000.
    let again: [UInt8] = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]
    for _ in 0..<40_000 { bits += again }
    bits += [0, 0, 0, 0, 0, 0, 0]
    var bytes: [UInt8] = Array(Self.file.prefix(10))
    for start in stride(from: 0, to: bits.count, by: 8) {
      bytes.append(bits[start..<min(start + 8, bits.count)].enumerated().reduce(0) { $0 | $1.1 << $1.0 })
    }
    #expect(throws: GunzipError.tooLarge) { try gunzip(bytes, atMost: 4 << 20) }
    // It is a bomb indeed: with room for it, only its missing checksum is wrong.
    #expect(throws: GunzipError.broken) { try gunzip(bytes, atMost: 16 << 20) }
  }
}
