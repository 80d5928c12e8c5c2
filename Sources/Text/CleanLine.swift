/// A text as one line that a terminal, a log and every reader take: what is not printable is shown, not done.
///
/// Line ends and tabs become single spaces, terminal sequences are dropped, control characters are shown as
/// `\u{1B}`; what is beyond `limit` characters is cut off and marked by `…`.
package func cleanLine(_ text: String, limit: Int = 4000) -> String {
  CleanText(text).singleLine(limit: limit).string
}
