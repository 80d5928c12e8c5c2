/// The query parameters of one request to a collection.
struct Query {
  /// Parameters that a collection understands.
  struct Parameters: OptionSet {
    let rawValue: Int
    static let include = Self(rawValue: 1)
    static let limit = Self(rawValue: 2)
    static let filter = Self(rawValue: 4)
    static let order = Self(rawValue: 8)
    /// `include` and `limit`.
    static let plain: Self = [.include, .limit]
    /// `include`, `limit` and `filter`.
    static let filtered: Self = [.include, .limit, .filter]
    /// Everything, `orderBy`, `skip` and `count` included.
    static let full: Self = [.include, .limit, .filter, .order]
  }

  private var values: [(name: String, value: String)] = []

  /// Reads the part of a target after the question mark.
  init(_ text: Substring?) throws(Problem) {
    for pair in (text ?? "").split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let value = percentDecoded(parts.count > 1 ? parts[1] : "", plusIsSpace: true) else {
        throw .parameter(5, name, "Not percent-encoded UTF-8")
      }
      guard !values.contains(where: { $0.name == name }) else {
        throw .parameter(5, name, "Given more than once")
      }
      values.append((name, value))
    }
  }

  subscript(_ name: String) -> String? {
    values.first { $0.name == name }?.value
  }

  /// Refuses parameters that the collection does not document; `skipped` names the ones to be left unread.
  func check(_ allowed: Parameters, ignoring skipped: Set<String> = []) throws(Problem) {
    var names: Set<String> = skipped
    if allowed.contains(.include) { names.insert("include") }
    if allowed.contains(.limit) { names.formUnion(["limit", "continue"]) }
    if allowed.contains(.filter) { names.insert("filter") }
    if allowed.contains(.order) { names.formUnion(["orderBy", "skip", "count"]) }
    if let stray = values.first(where: { !names.contains($0.name) }) {
      throw .parameter(6, stray.name, "Not supported for this collection")
    }
  }

  /// A parameter that is a positive whole number.
  func positive(_ name: String) throws(Problem) -> Int? {
    guard let text = self[name] else { return nil }
    guard let number = Int(text), number > 0 else { throw .parameter(5, name, "Not a positive number") }
    return number
  }

  /// The field names of `include`.
  func fields() throws(Problem) -> [String]? {
    guard let text = self["include"] else { return nil }
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for name in names
    where name.isEmpty || !name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) {
      throw .parameter(5, "include", "Not a list of field names")
    }
    return names
  }
}

/// Undoes percent-encoding; nil if it is malformed or no UTF-8.
func percentDecoded(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    if byte == UInt8(ascii: "%") {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.count == 2, digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16) else {
        return nil
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    } else {
      bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
    }
  }
  return String(validating: bytes, as: UTF8.self)
}
