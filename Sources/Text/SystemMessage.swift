#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// The system's words for an error number, in lower case: `connection refused`.
package func systemMessage(_ number: Int32) -> String {
  guard let text = unsafe strerror(number) else { return "error \(number)" }
  return lowerCaseStart(unsafe String(cString: text))
}

/// `text` with a lower-case first letter, unless it starts with an abbreviation such as `SSL`.
package func lowerCaseStart(_ text: String) -> String {
  guard let first = text.first, first.isUppercase, text.dropFirst().first?.isUppercase != true else {
    return text
  }
  return first.lowercased() + text.dropFirst()
}
