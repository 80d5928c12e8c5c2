/// What an API token looks like, and what people paste in its place.
enum TokenForm {
  /// What would be right in place of a text that cannot be a token; nil for one that may be one.
  ///
  /// It never quotes the text.
  static func fault(of token: String) -> String? {
    if let word = leadingWord(of: token) { return "begins with \(word): give what comes after it" }
    if let first = token.first, token.count > 1, first == token.last, "\"'`".contains(first) {
      return "is in quotation marks: leave them out"
    }
    // It goes into a header field, so it is visible ASCII without spaces (RFC 6750, 2.1).
    guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), token.utf8.count <= 8192 else {
      return "holds a space, a line end or another character that no token has: copy it again"
    }
    return nil
  }

  /// The word of a header field or of a variable before the token itself: `the word Bearer`, `token=`.
  private static func leadingWord(of token: String) -> String? {
    let bearer = "bearer"
    if token.lowercased().hasPrefix(bearer) {
      let next = token.dropFirst(bearer.count).first ?? " "
      if " \t:=\n".contains(next) { return "the word Bearer" }
    }
    guard let mark = token.firstIndex(where: { $0 == "=" || $0 == ":" }),
      token[token.index(after: mark)...].contains(where: { $0 != "=" })
    else { return nil }
    let names: Set = ["token", "api-token", "api_token", "apitoken", "astra_api_token", "authorization"]
    let name = String(token[..<mark]).trimmed
    let last = name.lowercased().split(whereSeparator: { " \t\"'".contains($0) }).last.map(String.init) ?? ""
    return names.contains(last) ? "\(last)\(token[mark])" : nil
  }
}
