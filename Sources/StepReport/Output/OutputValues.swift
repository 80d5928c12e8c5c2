/// What a step hands to later ones: `KEY=VALUE` lines that a shell, a dotenv report and a properties reader
/// all read alike.
package struct OutputValues: Hashable, Sendable {
  /// The values in the order in which they were set first; each is of `[A-Za-z0-9._:/@+-]` only.
  package private(set) var entries: [Entry] = []

  /// One line.
  package struct Entry: Hashable, Sendable {
    package let key: Key
    package let value: String
  }

  /// A name of a value: `ASTRA_CLONE_ID`.
  package struct Key: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The name, of `[A-Z0-9_]`, not beginning with a digit.
    package let name: String

    /// Makes a key; lower case becomes upper case, and what no variable's name may hold becomes `_`.
    package init(_ name: String) {
      let upper = OutputValues.replacing(name.uppercased()) { byte in
        (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
      }
      let beginsWell = upper.utf8.first.map { !(0x30...0x39).contains($0) } ?? false
      self.name = beginsWell ? upper : "_" + upper
    }

    package init(stringLiteral name: String) {
      self.init(name)
    }

    package var description: String { name }
  }

  /// Makes an empty set of values.
  package init() {}

  /// The most characters of one value: a step's lines together stay below the 5,120 bytes that GitLab takes
  /// (`MaxDotenvSize`).
  package static let largestValue = 330

  /// Names as one value, joined by `+`: as many as fit, and then `...` for the others.
  package static func joined(_ names: [String]) -> String {
    var value = ""
    for (number, name) in names.enumerated() {
      let next = number == 0 ? name : "\(value)+\(name)"
      // Room for the dots, unless it is the last.
      guard next.unicodeScalars.count <= largestValue - (number == names.count - 1 ? 0 : 4) else {
        return number == 0 ? "..." : "\(value)+..."
      }
      value = next
    }
    return value
  }

  /// Sets a value; each character that one of the readers would take for more than itself becomes `_`.
  ///
  /// One that is too long is cut, and ends in `...`.
  package mutating func set(_ key: Key, to value: String) {
    var value = value
    if value.unicodeScalars.count > Self.largestValue {
      value = String(String.UnicodeScalarView(value.unicodeScalars.prefix(Self.largestValue - 3))) + "..."
    }
    let entry = Entry(key: key, value: Self.replacing(value, unless: Self.isPlain))
    if let index = entries.firstIndex(where: { $0.key == key }) {
      entries[index] = entry
    } else {
      entries.append(entry)
    }
  }

  /// The value of a key; nil when it was not set.
  package subscript(key: Key) -> String? {
    entries.first { $0.key == key }?.value
  }

  /// The values as lines.
  package var bytes: [UInt8] { entries.flatMap(Self.line) }

  /// A file's bytes with these values in them.
  ///
  /// Lines of others stay as they are and where they are. A line of one of `keys` is replaced by this
  /// value, once, or removed where there is none; values that had no line come last.
  package func merged(into existing: [UInt8], keys: some Sequence<Key>) -> [UInt8] {
    let ours = Set(keys).union(entries.map(\.key))
    var result: [UInt8] = []
    var written: Set<Key> = []
    for line in Self.lines(existing) {
      guard let key = Self.key(ofLine: line), ours.contains(key) else {
        result += line
        continue
      }
      if let entry = entries.first(where: { $0.key == key }), written.insert(key).inserted {
        result += Self.line(entry)
      }
    }
    let rest = entries.filter { !written.contains($0.key) }
    if !rest.isEmpty, let last = result.last, last != UInt8(ascii: "\n") {
      result.append(UInt8(ascii: "\n"))
    }
    return result + rest.flatMap(Self.line)
  }
}

extension OutputValues {
  private static func line(_ entry: Entry) -> [UInt8] {
    Array("\(entry.key.name)=\(entry.value)\n".utf8)
  }

  /// The lines with their ends; bytes, because the file of others may be in any encoding.
  private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rest.endIndex
      lines.append(rest[..<end])
      rest = rest[end...]
    }
    return lines
  }

  /// The key that a shell or a properties reader would set from a line: `KEY=…`, `export KEY=…`, `KEY = …`.
  private static func key(ofLine line: ArraySlice<UInt8>) -> Key? {
    guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    let words = line[..<equals].split { $0 == 0x20 || $0 == 0x09 }
    let isExport = words.count == 2 && words[0].elementsEqual("export".utf8)
    guard let name = words.last, words.count == 1 || isExport else { return nil }
    let text = String(decoding: name, as: UTF8.self)
    let key = Key(text)
    return key.name == text ? key : nil
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "._:/@+-".utf8.contains(byte)
    }
  }

  fileprivate static func replacing(_ text: String, unless isAllowed: (UInt8) -> Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isKept = UInt8(exactly: scalar.value).map { $0 < 0x80 && isAllowed($0) } ?? false
      result.unicodeScalars.append(isKept ? scalar : "_")
    }
    return result
  }
}
