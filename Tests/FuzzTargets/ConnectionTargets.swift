internal import HTTPTransport
internal import Timing
#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

extension FuzzTarget {
  /// The host that a user names: what is taken reads back the same from its own origin.
  static let endpoint = FuzzTarget("endpoint", longest: 300) { bytes throws(BrokenProperty) in
    let endpoint: Endpoint
    do throws(TransportError) {
      endpoint = try Endpoint(text(bytes))
    } catch {
      try hold(!error.message.isEmpty && !error.message.contains("\n"), "gives no reason")
      try hold(error.kind == .misconfigured && !error.mayHaveBeenSent, "is another error: \(error)")
      return
    }
    try hold((1...65_535).contains(endpoint.port), "has the port \(endpoint.port)")
    try hold(!endpoint.host.isEmpty && endpoint.host == endpoint.host.lowercased(), "host \(endpoint.host)")
    let isPlain = endpoint.origin.utf8.allSatisfy {
      (0x21...0x7E).contains($0) && !"@?#\"\\".utf8.contains($0)
    }
    try hold(isPlain, "has the origin \(endpoint.origin)")
    try hold(endpoint.scheme == .https || endpoint.isLoopback, "would send a token in the clear")
    for form in [endpoint.origin, endpoint.origin + "/"] {
      try hold((try? Endpoint(form)) == endpoint, "\(form) is another endpoint")
    }
    try hold(endpoint.description.hasSuffix(":\(endpoint.port)"), "is shown as \(endpoint)")
  }

  /// A file of certificates: taken, or refused in one line that names it.
  static let caFile = FuzzTarget("ca-file", longest: 4096) { bytes throws(BrokenProperty) in
    let file = try TemporaryFile(holding: bytes)
    do throws(TransportError) {
      _ = try CurlTransport(
        endpoint: Endpoint("astra.example.com"), trust: TLSTrust(caFile: file.path), userAgent: "fuzz",
        time: ManualTime())
    } catch {
      try hold(error.kind == .misconfigured, "is another error: \(error)")
      return try hold(
        error.message.contains(file.path) && !error.message.contains("\n"), "says \(error.message)")
    }
    try hold(holds(bytes, "-----BEGIN CERTIFICATE-----"), "holds no certificate and was taken")
  }

  /// Bytes where an HTTP response should be, through libcurl: a response that is whole, or one line that says why not.
  static let response = FuzzTarget("response", longest: 2048) { bytes throws(BrokenProperty) in
    guard let server = OneAnswerServer.shared else { throw BrokenProperty("there is no port for a server") }
    server.answer(with: bytes)
    let response: HTTPResponse
    do throws(TransportError) {
      let transport = try CurlTransport(
        endpoint: Endpoint("http://127.0.0.1:\(server.port)"), userAgent: "fuzz", time: SystemTime())
      response = try transport.send(
        HTTPRequest(.get, "/", token: Secret(fuzzToken), timeLimit: .seconds(600)))
    } catch {
      let message = error.message + (error.hint ?? "")
      try hold(![.misconfigured, .timedOut, .untrusted].contains(error.kind), "is another error: \(error)")
      try hold(message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{7F}" }, "says \(message)")
      return try hold(!holds(message.utf8, fuzzToken), "says the token: \(message)")
    }
    try hold((200...599).contains(response.status), "has the status \(response.status)")
    try hold(response.body.count < bytes.count, "has \(response.body.count) bytes of \(bytes.count)")
    for field in response.fields {
      try hold(!field.name.contains("\n") && !field.value.contains("\n"), "has the field \(field)")
    }
    if let length = response.field("Content-Length"), response.field("Transfer-Encoding") == nil {
      let isBodiless = response.status == 204 || response.status == 304
      try hold(isBodiless || Int(length) == response.body.count, "announced \(length) bytes")
    }
  }
}

/// A file that lasts as long as this value.
private struct TemporaryFile: ~Copyable {
  let path: String

  init(holding bytes: [UInt8]) throws(BrokenProperty) {
    path = "/tmp/astra-fuzz-\(getpid()).pem"
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    let written = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    guard descriptor >= 0, close(descriptor) == 0, written == bytes.count else {
      throw BrokenProperty("\(path) cannot be written")
    }
  }

  deinit {
    unsafe unlink(path)
  }
}
