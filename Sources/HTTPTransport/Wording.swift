#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// `text` on one line for a message: control characters as U+FFFD, and no more than `limit` characters.
///
/// Much of it comes from the server or the network, and a log or a terminal obeys control characters.
func printable(_ text: some StringProtocol, limit: Int = 300) -> String {
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

/// The system's words for an error number, in lower case: `connection refused`.
func systemMessage(_ number: Int32) -> String {
  guard let text = unsafe strerror(number) else { return "error \(number)" }
  return lowerCaseStart(unsafe String(cString: text))
}

/// `text` with a lower-case first letter, unless it starts with an abbreviation such as `SSL`.
func lowerCaseStart(_ text: String) -> String {
  guard let first = text.first, first.isUppercase, text.dropFirst().first?.isUppercase != true else {
    return text
  }
  return first.lowercased() + text.dropFirst()
}
