/// A pattern's text on its way to PCRE2: what other dialects write alike and mean otherwise.
enum PatternText {
  /// The pattern with `\u{e9}` and `\u00e9` as `\x{e9}`, which PCRE2 takes.
  ///
  /// Throws for a class within a class and for the operations on classes (`[a-z&&[^x]]`): PCRE2 would read them as
  /// plain characters, and a page would be judged by something that nobody meant.
  static func translated(_ pattern: String) throws(RegularExpressionError) -> String {
    var reading = Reading(rest: pattern.unicodeScalars[...])
    while let scalar = reading.rest.popFirst() {
      switch scalar {
      case "\\": reading.escape()
      case "[" where !reading.isInClass: reading.beginClass()
      case "[": try reading.bracketInClass()
      case "]": reading.end(scalar)
      case "&", "-", "~": try reading.mayBeOperation(scalar)
      default: reading.result.append(scalar)
      }
    }
    return String(reading.result)
  }

  private struct Reading {
    var rest: Substring.UnicodeScalarView
    var result = String.UnicodeScalarView()
    var isInClass = false

    /// What follows a backslash stands for itself or is PCRE2's, but for `u`; `\Q` quotes up to `\E`.
    mutating func escape() {
      guard let next = rest.popFirst() else { return result.append("\\") }
      switch next {
      case "u": codePoint()
      case "Q":
        result.append(contentsOf: "\\Q".unicodeScalars)
        while !rest.isEmpty, !rest.starts(with: "\\E".unicodeScalars) { result.append(rest.removeFirst()) }
      default: result.append(contentsOf: ["\\", next])
      }
    }

    private mutating func codePoint() {
      let digits = rest.first == "{" ? rest.dropFirst().prefix { $0 != "}" } : rest.prefix(4)
      guard rest.first == "{" || digits.count == 4, !digits.isEmpty,
        digits.allSatisfy({ Character($0).isASCII && Character($0).isHexDigit })
      else {
        // PCRE2 says that it does not know it.
        return result.append(contentsOf: "\\u".unicodeScalars)
      }
      rest = rest.dropFirst(rest.first == "{" ? digits.count + 2 : 4)
      result.append(contentsOf: "\\x{\(String(digits))}".unicodeScalars)
    }

    /// A `]` that comes first in a class stands for itself.
    mutating func beginClass() {
      isInClass = true
      result.append("[")
      if rest.first == "^" { result.append(rest.removeFirst()) }
      if rest.first == "]" { result.append(rest.removeFirst()) }
    }

    mutating func end(_ scalar: Unicode.Scalar) {
      isInClass = false
      result.append(scalar)
    }

    /// Only `[:alpha:]` may stand in a class.
    mutating func bracketInClass() throws(RegularExpressionError) {
      guard rest.first == ":", let end = rest.dropFirst().firstIndex(of: ":"),
        rest[end...].starts(with: ":]".unicodeScalars)
      else {
        throw .invalid("a class within a class; write a bracket that is meant as \\[")
      }
      let name = rest[..<rest.index(end, offsetBy: 2)]
      result.append("[")
      result.append(contentsOf: name)
      rest = rest[name.endIndex...]
    }

    mutating func mayBeOperation(_ scalar: Unicode.Scalar) throws(RegularExpressionError) {
      if isInClass, rest.first == scalar {
        throw .invalid("\(scalar)\(scalar) in a class, which has no meaning here; use a lookahead instead")
      }
      result.append(scalar)
    }
  }
}
