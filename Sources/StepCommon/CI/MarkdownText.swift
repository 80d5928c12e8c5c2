internal import Text

/// A text of others as Markdown that shows it and does nothing else: no markup, no HTML, no link, no cell's end.
///
/// Character references cannot stand for markup (CommonMark 0.31, 6.2), in a table neither, and every renderer knows them.
package func markdown(_ text: String, limit: Int = 1000) -> String {
  var result = ""
  let scalars = Array(cleanLine(text, limit: limit).unicodeScalars)
  for (index, scalar) in scalars.enumerated() {
    let next = index + 1 < scalars.count ? scalars[index + 1] : nil
    switch scalar {
    case "\\", "`", "*", "_", "[", "]", "<", ">", "&", "|", "~", "$", "#", "!", "^", "{", "}":
      result += "&#\(scalar.value);"
    // `name@host` and `@name` are links for some; a word of code is none.
    case "@": result += "<code>&#64;</code>"
    // `https://…` and `:word:`, but not the sentence that goes on behind it.
    case ":" where next != nil && next != " ": result += "&#58;"
    // `www.…`
    case "." where index > 0 && (scalars[index - 1] == "w" || scalars[index - 1] == "W"): result += "&#46;"
    // What would begin a list, a heading or a line across the page.
    case "-" where index == 0, "+" where index == 0, "=" where index == 0:
      result += "&#\(scalar.value);"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
