internal import CLibXML2
internal import Text

/// The library's own state: its start, and the errors it would print.
enum LibXML {
  /// Why the library is not there; nil if it is, and has started.
  private static let absence: String? = {
    if let reason = unsafe astra_xml_load() { return unsafe String(cString: reason) }
    xmlInitParser()
    return nil
  }()

  /// Runs calls of the library without letting it print: every error is in a code or a nil that it returns.
  ///
  /// The library prints errors on stderr by default, which is the step's log. Throws if there is no libxml2.
  static func quietly<Value: ~Copyable>(
    _ body: () throws(DocumentError) -> Value
  ) throws(DocumentError) -> Value {
    if let absence {
      throw DocumentError(
        reason: "libxml2 cannot be loaded (\(CleanText(absence).singleLine().string)); install libxml2 "
          + "on the machine that runs this step")
    }
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
