internal import CPCRE2

/// A regular expression in Perl's dialect, read and searched for by PCRE2.
///
/// A search is bounded by counting and by memory, never by time: it needs no thread, and it ends alike on every
/// machine.
package struct RegularExpression: Hashable, Sendable {
  /// The pattern as it was given.
  package let pattern: String
  private let translated: String

  /// The most work of one search, in items of the pattern tried and characters gone over: 100 million, about a second.
  package static let stepLimit = 100_000_000
  /// The most memory that one search may take for its way back: 64 MiB.
  private static let memoryLimit: UInt32 = 64 << 10

  /// Reads a pattern; throws what is wrong with it.
  package init(_ pattern: String) throws(RegularExpressionError) {
    self.pattern = pattern
    translated = try PatternText.translated(pattern)
    _ = try CompiledPattern(translated)
  }

  /// Whether something in a text matches; throws if finding out takes more than is allowed.
  package func matches(_ text: String) throws(RegularExpressionError) -> Bool {
    let compiled = try CompiledPattern(translated)
    switch compiled.search(text, steps: Self.stepLimit, kibibytes: Self.memoryLimit) {
    case 0...: return true
    case PCRE2_ERROR_NOMATCH: return false
    case PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT, PCRE2_ERROR_HEAPLIMIT: throw .tooMuchWork
    case let error: throw .invalid(CompiledPattern.words(error))
    }
  }
}

/// What is wrong with a pattern.
package enum RegularExpressionError: Error, Hashable, Sendable {
  /// It is none, and why, as a fragment: `missing closing parenthesis, at byte 2`.
  case invalid(String)
  /// Finding out whether it matches takes more work than is allowed.
  case tooMuchWork
}

/// A pattern as PCRE2 holds it, freed when this value ends.
@safe
private struct CompiledPattern: ~Copyable {
  private let code: OpaquePointer

  init(_ pattern: String) throws(RegularExpressionError) {
    var error: Int32 = 0
    var offset = 0
    let bytes = Array(pattern.utf8)
    let code = unsafe bytes.withUnsafeBufferPointer {
      unsafe astra_regex_compile($0.baseAddress, $0.count, &error, &offset)
    }
    guard let code = unsafe code else { throw .invalid("\(Self.words(error)), at byte \(offset)") }
    unsafe self.code = code
  }

  deinit { unsafe astra_regex_free(code) }

  /// Not negative if something matches, else PCRE2's error number.
  func search(_ text: String, steps: Int, kibibytes: UInt32) -> Int32 {
    let bytes = Array(text.utf8)
    return unsafe bytes.withUnsafeBufferPointer {
      unsafe astra_regex_search(code, $0.baseAddress, $0.count, UInt64(steps), kibibytes)
    }
  }

  static func words(_ error: Int32) -> String {
    // Longer than any of its messages (pcre2api, "Obtaining a textual error message").
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return Int32(0) }
      return unsafe astra_regex_words(error, start, buffer.count)
    }
    guard count > 0 else { return "error \(error)" }
    return String(decoding: buffer.prefix(Int(count)), as: UTF8.self)
  }
}
