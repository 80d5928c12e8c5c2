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

/// A multi handle of libcurl: runs a transfer in slices, and keeps the connection between transfers.
@safe struct MultiHandle: ~Copyable {
  private let raw: UnsafeMutableRawPointer

  init() throws(TransportError) {
    try initializeLibrary()
    guard let raw = unsafe curl_multi_init() else { throw .refused("curl_multi_init", "out of memory") }
    unsafe self.raw = unsafe raw
  }

  /// Keeps at most this many idle connections.
  func keep(connections count: Int) throws(TransportError) {
    try check("the connection limit", unsafe astra_multi_set_long(raw, CURLMOPT_MAXCONNECTS, count))
  }

  deinit { unsafe curl_multi_cleanup(raw) }

  func add(_ easy: borrowing EasyHandle) throws(TransportError) {
    try check("a transfer", unsafe curl_multi_add_handle(raw, easy.raw))
  }

  /// Takes a transfer out again; one that has not ended loses its connection.
  ///
  /// Fails only for a handle that was never added.
  func remove(_ easy: borrowing EasyHandle) {
    let code = unsafe curl_multi_remove_handle(raw, easy.raw)
    precondition(code == CURLM_OK, "libcurl lost a transfer")
  }

  /// Does what can be done without waiting; the result, once the transfer has ended.
  func perform() throws(TransportError) -> CURLcode? {
    var running: Int32 = 0
    try check("to go on", unsafe curl_multi_perform(raw, &running))
    var result = CURLE_OK
    return unsafe astra_multi_next_result(raw, &result) == 1 ? result : nil
  }

  /// Waits until there is something to do, and no longer than `milliseconds`.
  func poll(milliseconds: Int32) throws(TransportError) {
    try check("to wait", unsafe curl_multi_poll(raw, nil, 0, milliseconds, nil))
  }

  private func check(_ what: String, _ code: CURLMcode) throws(TransportError) {
    guard code != CURLM_OK else { return }
    throw .refused(what, unsafe curl_multi_strerror(code).map { unsafe String(cString: $0) } ?? "error")
  }
}

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

/// Loads the library and sets it up, once per process.
func initializeLibrary() throws(TransportError) {
  switch libraryState {
  case .ready: return
  case .missing(let reason):
    throw TransportError(
      .cannotConnect, "libcurl cannot be loaded (\(printable(reason)))",
      hint: "install libcurl 7.87 or newer (Debian, Ubuntu: libcurl4)", mayHaveBeenSent: false)
  case .failed(let code): throw .refused("to start", words(code))
  }
}

private enum LibraryState {
  case ready
  case missing(String)
  case failed(CURLcode)
}

private let libraryState: LibraryState = {
  if let reason = unsafe astra_curl_load() { return .missing(unsafe String(cString: reason)) }
  let code = astra_global_init()
  return code == CURLE_OK ? .ready : .failed(code)
}()

/// libcurl's words for a code, in lower case.
func words(_ code: CURLcode) -> String {
  guard let text = unsafe curl_easy_strerror(code) else { return "error \(code.rawValue)" }
  return lowerCaseStart(unsafe String(cString: text))
}

extension TransportError {
  fileprivate static func refused(_ what: String, _ why: String) -> Self {
    Self(.misconfigured, "libcurl refused \(what) (\(printable(why)))", mayHaveBeenSent: false)
  }
}
