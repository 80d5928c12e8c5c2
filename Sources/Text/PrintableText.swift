/// `text` on one line for a message: control characters as U+FFFD, and no more than `limit` characters.
///
/// Much of it comes from the server or the network, and a log or a terminal obeys control characters. Terminal sequences
/// are not dropped, as `CleanText` does it: that would join what they part, and an echoed secret has to be looked for
/// again after it, for which the secrets are not at hand here.
package func printable(_ text: some StringProtocol, limit: Int = 300) -> String {
  var cleaned = String.UnicodeScalarView()
  for scalar in withoutUserInformation(String(text)).unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: cleaned.append("\u{FFFD}")
    default: cleaned.append(scalar)
    }
  }
  let line = String(cleaned)
  return line.count <= limit ? line : line.prefix(limit) + "…"
}
