package import Timing

/// Values as GitHub's file for them has it (`GITHUB_OUTPUT`).
package enum GitHubOutput {
  /// The line of a value, or the lines of one that is more than a plain word.
  ///
  /// Those stand between two lines of a word that nobody can guess and the value does not hold: a value that ends the part
  /// by itself could set others.
  package static func line(_ key: String, _ value: String, _ random: inout SeededRandom) -> String {
    guard !value.utf8.allSatisfy(isPlain) else { return "\(key)=\(value)\n" }
    var delimiter: String
    repeat {
      delimiter = "astra_\(String(random.next(), radix: 16))\(String(random.next(), radix: 16))"
    } while value.contains(delimiter)
    return "\(key)<<\(delimiter)\n\(value)\n\(delimiter)\n"
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "._:/@+-".utf8.contains(byte)
    }
  }
}
