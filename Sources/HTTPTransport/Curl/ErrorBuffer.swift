internal import CCurl

/// The memory that libcurl writes the text of a failure to.
@safe struct ErrorBuffer: ~Copyable {
  let raw: UnsafeMutableRawPointer

  init() {
    unsafe raw = UnsafeMutableRawPointer.allocate(byteCount: Int(CURL_ERROR_SIZE), alignment: 1)
    unsafe raw.initializeMemory(as: UInt8.self, repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit { unsafe raw.deallocate() }

  /// The text up to its NUL.
  var text: String {
    let bytes = unsafe UnsafeRawBufferPointer(start: raw, count: Int(CURL_ERROR_SIZE))
    return unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
