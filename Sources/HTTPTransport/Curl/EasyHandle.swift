internal import CCurl

/// An easy handle of libcurl: one transfer's options, used for one transfer after the other.
@safe struct EasyHandle: ~Copyable {
  let raw: UnsafeMutableRawPointer

  init() throws(TransportError) {
    try initializeLibrary()
    guard let raw = unsafe curl_easy_init() else { throw .refused("curl_easy_init", "out of memory") }
    unsafe self.raw = unsafe raw
  }

  deinit { unsafe curl_easy_cleanup(raw) }

  /// Forgets all options; connections live in the multi handle and stay.
  func reset() { unsafe curl_easy_reset(raw) }

  func set(_ option: CURLoption, _ value: Int) throws(TransportError) {
    try check(option, unsafe astra_easy_set_long(raw, option, value))
  }

  func set(_ option: CURLoption, _ value: Bool) throws(TransportError) {
    try set(option, value ? 1 : 0)
  }

  /// libcurl copies the text.
  func set(_ option: CURLoption, _ value: String) throws(TransportError) {
    try check(option, unsafe astra_easy_set_text(raw, option, value))
  }

  /// libcurl keeps the pointer: it must stay valid until the next `reset`.
  func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) throws(TransportError) {
    try check(option, unsafe astra_easy_set_pointer(raw, option, pointer))
  }

  /// libcurl keeps the list: it must live until the next `reset`.
  func set(_ option: CURLoption, _ list: borrowing FieldList) throws(TransportError) {
    try check(option, unsafe astra_easy_set_list(raw, option, list.raw))
  }

  /// libcurl copies the bytes.
  func set(_ option: CURLoption, copying bytes: [UInt8]) throws(TransportError) {
    var bytes = bytes
    let code = unsafe bytes.withUnsafeMutableBytes { buffer in
      var blob = unsafe curl_blob(
        data: buffer.baseAddress, len: buffer.count, flags: UInt32(CURL_BLOB_COPY))
      return unsafe astra_easy_set_blob(raw, option, &blob)
    }
    try check(option, code)
  }

  /// libcurl copies the bytes.
  func set(body bytes: [UInt8]) throws(TransportError) {
    try check(
      CURLOPT_POSTFIELDSIZE_LARGE,
      unsafe astra_easy_set_size(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
    // An empty array may have no address, and no address would mean that a read callback has the body.
    var bytes = bytes.isEmpty ? [0] : bytes
    let code = unsafe bytes.withUnsafeMutableBytes {
      unsafe astra_easy_set_pointer(raw, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)
    }
    try check(CURLOPT_COPYPOSTFIELDS, code)
  }

  func set(_ option: CURLoption, receiver: curl_write_callback) throws(TransportError) {
    try check(option, unsafe astra_easy_set_receiver(raw, option, receiver))
  }

  func set(prerequest: curl_prereq_callback) throws(TransportError) {
    try check(CURLOPT_PREREQFUNCTION, unsafe astra_easy_set_prerequest(raw, prerequest))
  }

  /// A text that libcurl knows of the last transfer; empty if it knows none.
  func text(_ info: CURLINFO) -> String {
    var value: UnsafePointer<CChar>?
    guard unsafe astra_easy_get_text(raw, info, &value) == CURLE_OK, let value = unsafe value else {
      return ""
    }
    return unsafe String(cString: value)
  }

  /// A number that libcurl knows of the last transfer; zero if it knows none.
  func number(_ info: CURLINFO) -> Int {
    var value = 0
    return unsafe astra_easy_get_long(raw, info, &value) == CURLE_OK ? value : 0
  }

  private func check(_ option: CURLoption, _ code: CURLcode) throws(TransportError) {
    guard code != CURLE_OK else { return }
    throw .refused("option \(option.rawValue)", words(code))
  }
}
