#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A pattern for names: `*` stands for any run of characters, `?` for one, everything else for itself (`fnmatch`).
///
/// It is made a label by the rule of all names, so that `before-2.4.*` fits the backup that was made as
/// `before-2.4.2`. It begins with three characters at least that stand for themselves: what it fits is then
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

  /// Whether it fits a whole name; `?` stands for one byte of it.
  func fits(_ name: String) -> Bool {
    // A C string ends at a NUL: what comes after it would not be looked at.
    guard !name.utf8.contains(0) else { return false }
    return unsafe fnmatch(text, name, 0) == 0
  }
}
