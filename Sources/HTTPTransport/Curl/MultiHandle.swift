internal import CCurl

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
