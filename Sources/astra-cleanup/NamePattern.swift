internal import AppProtection

/// A pattern for names: `*` stands for any run of characters, `?` for one, everything else for itself.
///
/// It is made a label by the rule of all names, so that `upgrade-prod-2.4.*` fits the backup that was made as
/// `upgrade-prod-2.4.1`. It begins with three characters at least that stand for themselves: what it fits is then
/// one family of names.
struct NamePattern: Sendable {
  let text: String

  /// Reads a pattern; nil if it may fit anything, or holds what no name does.
  init?(_ text: String) {
    let pieces = text.unicodeScalars.map { scalar -> Character? in
      switch scalar {
      case "*", "?", "-", "a"..."z", "0"..."9": Character(scalar)
      case "A"..."Z": Character(scalar.properties.lowercaseMapping)
      case ".", "_": "-"
      default: nil
      }
    }
    let known = pieces.compactMap { $0 }
    let head = known.prefix { $0 != "*" && $0 != "?" }
    guard known.count == pieces.count, head.count >= 3, head.first != "-" else { return nil }
    self.text = String(known)
  }

  /// Whether it fits a whole name.
  func fits(_ name: String) -> Bool {
    // How many characters of the name may be used up after each character of the pattern.
    let name = Array(name)
    var ends: Set<Int> = [0]
    for character in text {
      switch character {
      case "*": ends = ends.min().map { Set($0...name.count) } ?? []
      case "?": ends = Set(ends.filter { $0 < name.count }.map { $0 + 1 })
      default: ends = Set(ends.filter { $0 < name.count && name[$0] == character }.map { $0 + 1 })
      }
    }
    return ends.contains(name.count)
  }
}
