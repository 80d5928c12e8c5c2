internal import CCurl

internal import Text

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
  static func refused(_ what: String, _ why: String) -> Self {
    Self(.misconfigured, "libcurl refused \(what) (\(printable(why)))", mayHaveBeenSent: false)
  }
}
