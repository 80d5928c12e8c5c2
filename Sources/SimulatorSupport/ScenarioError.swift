/// Why a scenario or a control request cannot be read, as one sentence that begins with the path of what is wrong.
///
/// The path begins with `scenario` or `body`: `scenario.applications[0].name must be a string, not 3`.
package struct ScenarioError: Error, Equatable, CustomStringConvertible {
  package var description: String

  /// Makes the error.
  package init(_ description: String) {
    self.description = description
  }

  /// The error of a value that is none of what can stand at a path.
  package init(_ path: String, mustBe wanted: String, not json: JSON) {
    self.init("\(path) must be \(wanted), not \(json.shortText)")
  }

  /// The error of a text that is no JSON, with its line and column, which count from 1.
  package init(_ error: JSONSyntaxError, in text: [UInt8]) {
    let lineStart = text.prefix(error.offset).lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let before = String(decoding: text[lineStart..<min(error.offset, text.count)], as: UTF8.self)
    let line = Self.line(of: error.offset, in: text)
    self.init("line \(line), column \(before.unicodeScalars.count + 1): \(error.problem)")
  }

  /// The same error as whoever wrote the file finds it: with the line that its path leads to, and without the file's root.
  package func located(in file: [UInt8]) -> Self {
    guard description.hasPrefix(Self.root) else { return self }
    let rest = description.dropFirst(Self.root.count)
    var parser = JSONParser(bytes: file)
    parser.skipSpace()
    let offset = (try? parser.offset(of: rest)) ?? 0
    let sentence = rest.hasPrefix(".") ? rest.dropFirst() : "the \(description)"
    // A member's name may hold anything, and the sentence goes to a terminal.
    let shown = sentence.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
    return Self(
      "line \(Self.line(of: offset, in: file)): \(String(String.UnicodeScalarView(shown)))")
  }

  private static let root = "scenario"

  private static func line(of offset: Int, in text: [UInt8]) -> Int {
    1 + text.prefix(offset).count { $0 == 0x0A }
  }
}

extension JSON {
  /// What `read` makes of a scenario file; its errors name line and member.
  package static func reading<Value>(
    _ file: [UInt8], _ read: (JSON) throws(ScenarioError) -> Value
  ) throws(ScenarioError) -> Value {
    let json: JSON
    do throws(JSONSyntaxError) {
      json = try JSON(parsing: file)
    } catch {
      throw ScenarioError(error, in: file)
    }
    do throws(ScenarioError) {
      return try read(json)
    } catch {
      throw error.located(in: file)
    }
  }

  /// The body of a control request; an empty one is an object without members.
  package init(controlBody bytes: [UInt8]) throws(ScenarioError) {
    do throws(JSONSyntaxError) {
      self = bytes.isEmpty ? [:] : try JSON(parsing: bytes)
    } catch {
      throw ScenarioError("body is no JSON: \(ScenarioError(error, in: bytes))")
    }
  }
}

extension JSONParser {
  /// Where the member begins that a path like `.applications[0].name` leads to: at its name, and an element at its value.
  ///
  /// More text may follow the path. Where it leads further than the document, that is the last on the way.
  mutating func offset(of path: Substring) throws(JSONSyntaxError) -> Int {
    let start = position
    switch (next, path.first) {
    case (UInt8(ascii: "{"), "."):
      // A name may hold dots and brackets, and begin as another one does: the longest that fits is meant.
      var found: (name: String, offset: Int, value: JSONParser)?
      var isFirst = true
      while let (name, offset) = try nextName(isFirst: isFirst) {
        isFirst = false
        let fits = name.count > found?.name.count ?? -1 && path.dropFirst().starts(withName: name)
        if fits { found = (name, offset, self) }
        _ = try value(depth: 0)
      }
      guard let found else { return start }
      self = found.value
      let further = path.dropFirst(1 + found.name.count)
      return further.first == "." || further.first == "[" ? try offset(of: further) : found.offset
    case (UInt8(ascii: "["), "["):
      guard let index = Int(path.dropFirst().prefix { $0 != "]" }) else { return start }
      var count = 0
      while try nextElement(isFirst: count == 0) {
        if count == index { return try offset(of: path.drop { $0 != "]" }.dropFirst()) }
        _ = try value(depth: 0)
        count += 1
      }
      return start
    default: return start
    }
  }
}

extension Substring {
  /// Whether a path goes on with this member's name, and the name ends there.
  fileprivate func starts(withName name: String) -> Bool {
    guard hasPrefix(name) else { return false }
    return dropFirst(name.count).first.map { ".[: ".contains($0) } ?? true
  }
}

extension JSON {
  /// What is shown of a value in a sentence about it.
  package var shortText: String {
    switch self {
    case .object, .array: kind
    case .string(let text) where text.count > 40: JSON.string("\(text.prefix(40))…").text
    default: text
    }
  }
}
