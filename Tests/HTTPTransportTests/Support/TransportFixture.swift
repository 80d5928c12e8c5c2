import HTTPTransport
import Synchronization
import Testing
import Timing

/// An obviously false token, as long as a real one.
let fakeToken = "fake-token-for-tests-0123456789-fake-token=="

/// A transport to a plain loopback port.
func plainTransport(
  to port: Int, limits: TransportLimits = TransportLimits(), time: any TimeSource = SystemTime()
) throws -> CurlTransport {
  try CurlTransport(
    endpoint: Endpoint("http://127.0.0.1:\(port)"), userAgent: "astra-steps/0.0.0 (astra-test)", time: time,
    limits: limits)
}

/// A transport to a TLS port.
func secureTransport(
  to port: Int, host: String = "127.0.0.1", trust: TLSTrust, limits: TransportLimits = TransportLimits(),
  time: any TimeSource = SystemTime()
) throws -> CurlTransport {
  try CurlTransport(
    endpoint: Endpoint("https://\(host):\(port)"), trust: trust,
    userAgent: "astra-steps/0.0.0 (astra-test)", time: time, limits: limits)
}

/// A read with the fake token and a generous limit.
func get(_ target: String = "/", timeLimit: Duration = .seconds(600)) -> HTTPRequest {
  HTTPRequest(.get, target, token: Secret(fakeToken), timeLimit: timeLimit)
}

/// The error of a request that must fail, which must not show the token.
func failure(
  of transport: CurlTransport, _ request: HTTPRequest = get(),
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> TransportError {
  let error = try #require(throws: TransportError.self, sourceLocation: sourceLocation) {
    try transport.send(request)
  }
  var shown = ""
  dump(error, to: &shown)
  #expect(!shown.contains(fakeToken), sourceLocation: sourceLocation)
  #expect(
    !(error.message + (error.hint ?? "")).unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F },
    sourceLocation: sourceLocation)
  return error
}

/// Real clocks, and a signal that arrives when the test says so.
final class SignalledTime: TimeSource, Sendable {
  private let clock = SystemTime()
  private let state = Mutex((isSent: false, looks: 0))

  /// Sends SIGTERM, as it were.
  func signal() { state.withLock { $0.isSent = true } }

  /// How often somebody asked whether there was a signal, since there was one.
  var looksAfterSignal: Int { state.withLock { $0.looks } }

  var now: Instant { clock.now }
  var wallTime: Timestamp { clock.wallTime }
  var interruption: Interruption? {
    state.withLock { state in
      guard state.isSent else { return nil }
      state.looks += 1
      return Interruption(signal: 15)
    }
  }

  func sleep(for duration: Duration) throws(Interruption) {
    try clock.sleep(for: duration)
  }
}
