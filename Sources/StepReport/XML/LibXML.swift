internal import CLibXML2
internal import Text

/// The library's own state: its start, and the errors it would print.
enum LibXML {
  private static let started: Void = xmlInitParser()

  /// Runs calls of the library without letting it print: every error is in a code or a nil that it returns.
  ///
  /// The library prints errors on stderr by default, which is the step's log.
  static func quietly<Value: ~Copyable, Failure>(
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    started
    astra_xml_silence()
    defer { astra_xml_end_silence() }
    return try body()
  }

  /// The error of a call that failed: what was attempted, and the library's own words if it has any.
  static func error(_ attempt: String) -> DocumentError {
    let words = unsafe astra_xml_last_error().map { unsafe String(cString: $0) }
    let detail = words.map { CleanText($0).singleLine().string } ?? "no reason given"
    return DocumentError(reason: "libxml2 failed to \(attempt): \(detail)")
  }
}
