internal import HTTPTransport
internal import Timing

/// A server that gives the answers of an input, one for each request, and then refuses connections.
///
/// An answer is a line with its status, or with what goes wrong on the wire, then header lines, an empty line
/// and the body; answers are separated by lines `%%`.
final class AnswerScript: LineTransport {
  /// What one request gets.
  private enum Answer {
    case response(HTTPResponse)
    case trouble(TransportError)
  }

  /// A request that came, and what it got.
  struct Exchange {
    var method: HTTPRequest.Method
    /// The status, if there was an answer.
    var status: Int?
    /// Whether the server may have begun what was asked.
    var mayHaveBegun: Bool
  }

  private var answers: [Answer]
  private let time: ManualTime
  private(set) var exchanges: [Exchange] = []

  init(_ parts: some Sequence<ArraySlice<UInt8>>, on time: ManualTime) {
    answers = parts.map(Self.answer)
    self.time = time
  }

  /// A server that answers every request with this response, and after `count` of them with a 404 of its own.
  init(_ response: HTTPResponse, on time: ManualTime) {
    let absent = HTTPResponse(status: 404, body: Array(#"{"title":"not found"}"#.utf8))
    answers = [.response(response)] + Array(repeating: .response(absent), count: 3)
    self.time = time
  }

  func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    time.advance(by: .milliseconds(5))
    let answer = answers.isEmpty ? Self.refusal : answers.removeFirst()
    switch answer {
    case .response(let response):
      exchanges.append(
        Exchange(method: request.method, status: response.status, mayHaveBegun: response.status != 429))
      return response
    case .trouble(let error):
      if error.kind == .timedOut { time.advance(by: request.timeLimit) }
      exchanges.append(
        Exchange(method: request.method, status: nil, mayHaveBegun: error.mayHaveBeenSent))
      throw error
    }
  }

  func receiveLines(
    of request: HTTPRequest, longestLine _: Int, silence _: Duration?,
    _ receive: (ArraySlice<UInt8>) -> LineVerdict
  ) throws(TransportError) -> LineStreamEnd {
    let response = try send(request)
    guard (200..<300).contains(response.status) else { return .refused(response) }
    for line in response.body.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
    where receive(line) == .stop {
      return .stopped
    }
    return .closed
  }

  private static let refusal = Answer.trouble(
    TransportError(.cannotConnect, "connection refused by astra.example.com:443", mayHaveBeenSent: false))

  private static func answer(_ part: ArraySlice<UInt8>) -> Answer {
    var rest = part
    func line() -> String {
      let line = rest.prefix { $0 != 0x0A }
      rest = rest.dropFirst(line.count + 1)
      return text(line)
    }
    let first = line()
    switch first {
    case "refused": return refusal
    case "reset": return .trouble(TransportError(.broken, "the connection was reset", mayHaveBeenSent: true))
    case "silence": return .trouble(TransportError(.timedOut, "no answer in time", mayHaveBeenSent: true))
    case "untrusted":
      return .trouble(TransportError(.untrusted, "the certificate is not trusted", mayHaveBeenSent: false))
    case "flood": return .trouble(TransportError(.tooLarge, "the body is too large", mayHaveBeenSent: true))
    case "unset": return .trouble(TransportError(.misconfigured, "no CA file", mayHaveBeenSent: false))
    default: break
    }
    // Any number is some status, so that a changed digit is another case and not a wasted run.
    let status = 100 + (Int(first.prefix(6)) ?? 200).magnitude.advanced(by: 400) % 500
    var fields: [HTTPField] = []
    while !rest.isEmpty {
      let header = line()
      guard let colon = header.firstIndex(of: ":") else { break }
      let value = header[header.index(after: colon)...].drop { $0 == " " }
      fields.append(HTTPField(String(header[..<colon]), String(value)))
    }
    return .response(HTTPResponse(status: Int(status), fields: fields, body: Array(rest)))
  }
}
