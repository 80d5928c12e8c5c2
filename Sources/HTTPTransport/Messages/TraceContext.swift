package import Timing

/// The trace that a CI system has begun and that a step's requests belong to (W3C Trace Context, level 1).
///
/// A class: all transports of a step take their numbers from it, so no two requests have one.
package final class TraceContext {
  /// The trace: 32 digits of base 16.
  package let traceID: String
  private let flags: String
  private let state: String?
  private var random: SeededRandom

  /// Reads what the environment says; nil if it is no trace of version 00, in the form that it has in a header field.
  ///
  /// - Parameters:
  ///   - parent: `00-<32 digits>-<16 digits>-<2 digits>`, in small letters; neither number may be zero.
  ///   - state: what the vendors add; left out if it is not below 512 bytes of visible ASCII on one line.
  ///   - random: where the numbers of requests come from.
  package init?(parent: String, state: String?, random: SeededRandom) {
    let parts = parent.split(separator: "-", omittingEmptySubsequences: false).map { String($0) }
    guard parts.map(\.utf8.count) == [2, 32, 16, 2], parts[0] == "00", parts.allSatisfy(Self.isHexadecimal),
      Self.isNumber(parts[1]), Self.isNumber(parts[2])
    else { return nil }
    (traceID, flags) = (parts[1], parts[3])
    self.state = state.flatMap { Self.isState($0) ? $0 : nil }
    self.random = random
  }

  /// The fields of one request, which has a number of its own in the trace.
  func fields() -> [HTTPField] {
    [HTTPField("traceparent", "00-\(traceID)-\(number())-\(flags)")]
      + (state.map { [HTTPField("tracestate", $0)] } ?? [])
  }

  private func number() -> String {
    let number = random.next()
    // Zero would mean none.
    let digits = String(number == 0 ? 1 : number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func isHexadecimal(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  private static func isNumber(_ text: String) -> Bool { text.utf8.contains { $0 != UInt8(ascii: "0") } }

  private static func isState(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count < 512 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
      && text.first != " " && text.last != " "
  }
}

/// A transport whose requests say which trace they belong to.
package final class TracingTransport: LineTransport {
  private let transport: any LineTransport
  private let trace: TraceContext

  /// Adds a trace to a transport.
  package init(_ transport: any LineTransport, _ trace: TraceContext) {
    self.transport = transport
    self.trace = trace
  }

  package func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    try transport.send(traced(request))
  }

  package func receiveLines(
    of request: HTTPRequest, longestLine: Int, silence: Duration?,
    _ receive: (ArraySlice<UInt8>) -> LineVerdict
  ) throws(TransportError) -> LineStreamEnd {
    try transport.receiveLines(
      of: traced(request), longestLine: longestLine, silence: silence, receive)
  }

  private func traced(_ request: HTTPRequest) -> HTTPRequest {
    var request = request
    request.fields += trace.fields()
    return request
  }
}
