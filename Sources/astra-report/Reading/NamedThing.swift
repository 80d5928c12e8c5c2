package import Timing

/// An application, a backup or a snapshot as the steps' facts name it: `magento-prod (on cluster "ocp-prod", id 4051…)`.
package struct NamedThing: Hashable, Sendable {
  package let name: String
  package let cluster: String?
  package let id: String?

  /// Reads a fact; what is not as expected becomes the name as a whole.
  package init(_ fact: String) {
    guard fact.hasSuffix(")"), let open = Self.beginning(ofDetailsIn: fact) else {
      (name, cluster, id) = (fact, nil, nil)
      return
    }
    name = String(fact[..<open.lowerBound])
    let details = fact[open.upperBound...].dropLast()
    id = details.lastRange(of: "id ").map { String(details[$0.upperBound...]) }
    let mark = "on cluster \""
    cluster = details.firstRange(of: mark).flatMap { start in
      let rest = details[start.upperBound...]
      return rest.lastIndex(of: "\"").map { String(rest[..<$0]) }
    }
  }
}

extension NamedThing {
  /// Where the details begin: names may hold brackets too.
  private static func beginning(ofDetailsIn fact: String) -> Range<String.Index>? {
    let marks = [" (on cluster \"", " (on no known cluster, id ", " (of "]
    let found = marks.lazy.compactMap { fact.lastRange(of: $0) }.first ?? fact.lastRange(of: " (")
    return found.map { $0.lowerBound..<fact.index($0.lowerBound, offsetBy: 2) }
  }
}

/// What a look at a page showed, as `astra-verify` tells it:
/// `http://shop.example.com/ at 2026-03-02T09:00:00Z: 500 from 192.0.2.7 after 3ms, 120 bytes: "…"`.
package struct PageSight: Hashable, Sendable {
  package let url: String
  package let at: Timestamp
  /// Nil if it did not answer.
  package let status: Int?
  package let address: String?
  /// What the page said, without its tags; or why there is no answer.
  package let text: String

  /// Reads a fact; nil if it is not as expected.
  package init?(_ fact: String) {
    guard let mark = fact.firstRange(of: " at "),
      let colon = fact[mark.upperBound...].firstRange(of: "Z: "),
      let at = Timestamp(fact[mark.upperBound..<fact.index(after: colon.lowerBound)])
    else { return nil }
    url = String(fact[..<mark.lowerBound])
    self.at = at
    let rest = fact[colon.upperBound...]
    status = rest.split(separator: " ").first.flatMap { Int($0) }
    guard status != nil, let quote = rest.firstRange(of: ": \""), rest.hasSuffix("\"") else {
      (address, text) = (nil, String(rest))
      return
    }
    let words = rest[..<quote.lowerBound].split(separator: " ")
    address = words.count > 2 && words[1] == "from" && words[2] != "an" ? String(words[2]) : nil
    text = MarkupText.plain(String(rest[quote.upperBound...].dropLast()))
  }

  /// The release that the page says it is; nil if it says none that can be told.
  package var version: String? { word(after: ["release", "version"]) }

  /// How many rows the page says there are; nil if it says none that can be told.
  package var rows: Int? {
    let words = text.split(separator: " ")
    return zip(words, words.dropFirst()).lazy.compactMap { number, noun in
      ["row", "rows"].contains(noun.lowercased()) ? Int(number) : nil
    }.first
  }

  private func word(after marks: [String]) -> String? {
    let words = text.split(separator: " ")
    return zip(words, words.dropFirst()).lazy.compactMap { mark, version in
      let version = version.last.map { ",;.".contains($0) } == true ? version.dropLast() : version
      let isVersion = version.first?.isNumber == true && version.contains(".") && version.count <= 40
      return marks.contains(mark.lowercased()) && isVersion ? String(version) : nil
    }.first
  }
}

/// Text of a page, for a person: without tags, and without its head.
enum MarkupText {
  static func plain(_ markup: String) -> String {
    guard markup.hasPrefix("<") else { return markup }
    var text = ""
    var rest = markup[...]
    while let open = rest.firstIndex(of: "<") {
      text += rest[..<open] + " "
      guard let close = rest[open...].firstIndex(of: ">") else {
        // Cut in the middle of a tag.
        rest = ""
        break
      }
      let tag = rest[rest.index(after: open)..<close].lowercased()
      rest = rest[rest.index(after: close)...]
      for unseen in ["title", "style", "script"] where tag == unseen || tag.hasPrefix(unseen + " ") {
        rest = rest.firstRange(of: "</\(unseen)").map { rest[$0.lowerBound...] } ?? ""
      }
    }
    text += rest
    for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
      text = text.replacing(entity, with: character)
    }
    return text.split(separator: " ").joined(separator: " ")
  }
}

extension StringProtocol {
  /// Where a text stands last; nil if it does not.
  func lastRange(of text: String) -> Range<Index>? { ranges(of: text).last }
}
