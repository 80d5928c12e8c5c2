internal import CCurl

/// A list of header fields as libcurl takes them.
@safe struct FieldList: ~Copyable {
  private(set) var raw: UnsafeMutablePointer<curl_slist>?

  init() { unsafe raw = nil }

  deinit { unsafe curl_slist_free_all(raw) }

  /// Adds `line` (`Name: value`; `Name;` for an empty value; `Name:` to suppress libcurl's own field).
  mutating func append(_ line: String) throws(TransportError) {
    guard let longer = unsafe curl_slist_append(raw, line) else {
      throw .refused("a header field", "out of memory")
    }
    unsafe raw = unsafe longer
  }
}
