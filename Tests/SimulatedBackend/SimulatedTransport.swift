package import HTTPTransport
internal import ServiceSimulation
internal import Timing

/// The transport of tests: requests go to a simulated site, with all that goes wrong there.
final class SimulatedTransport: LineTransport {
  private let site: Site
  private let userAgent: String
  private let host: String

  init(_ site: Site, userAgent: String, host: String = "") {
    self.site = site
    self.userAgent = userAgent
    self.host = host
  }

  func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    whole(try answer(to: request))
  }

  private func whole(_ response: ServiceResponse) -> HTTPResponse {
    HTTPResponse(
      status: response.status, fields: response.headers.map { HTTPField($0.name, $0.value) },
      body: response.body)
  }

  private func answer(to request: HTTPRequest) throws(TransportError) -> ServiceResponse {
    if let interruption = site.time.interruption {
      throw TransportError(.interrupted(interruption), "interrupted", mayHaveBeenSent: false)
    }
    var simulated = ServiceRequest(
      request.method.rawValue, request.target,
      headers: request.wireFields(userAgent: userAgent).map { ($0.name, $0.value) }, body: request.body ?? [])
    simulated.host = host
    do throws(Breakage) {
      return try site.exchange(simulated, limit: request.timeLimit)
    } catch {
      throw failure(error)
    }
  }

  func receiveLines(
    of request: HTTPRequest, longestLine: Int, silence: Duration?,
    _ receive: (ArraySlice<UInt8>) -> LineVerdict
  ) throws(TransportError) -> LineStreamEnd {
    let end = site.time.now + request.timeLimit
    var response = try answer(to: request)
    guard (200..<300).contains(response.status) else { return .refused(whole(response)) }
    var unread = response.body
    var lastWord = site.time.now
    while true {
      while let feed = unread.firstIndex(of: 0x0A) {
        let line = unread[..<feed]
        if receive(line) == .stop { return .stopped }
        unread.removeSubrange(...feed)
      }
      guard unread.count <= longestLine else {
        return .broken(TransportError(.tooLarge, "a line is too long", mayHaveBeenSent: true))
      }
      guard var stream = response.stream else {
        return unread.isEmpty
          ? .closed
          : .broken(TransportError(.broken, "ends in the middle of a line", mayHaveBeenSent: true))
      }
      guard let news = stream.next(of: site.service) else {
        response.stream = nil
        continue
      }
      response.stream = stream
      guard news.isEmpty else {
        unread += news
        lastWord = site.time.now
        continue
      }
      let quiet = min(end, silence.map { lastWord + $0 } ?? end)
      guard quiet > site.time.now else { return .timedOut }
      do throws(Interruption) {
        try site.waitForService(until: quiet, or: stream.due)
      } catch {
        throw TransportError(.interrupted(error), "interrupted", mayHaveBeenSent: true)
      }
    }
  }

  private func failure(_ breakage: Breakage) -> TransportError {
    switch breakage {
    case .refused:
      TransportError(.cannotConnect, "connection refused by astra.example.com:443", mayHaveBeenSent: false)
    case .reset: TransportError(.broken, "the connection was reset", mayHaveBeenSent: true)
    case .timedOut: TransportError(.timedOut, "no answer in time", mayHaveBeenSent: true)
    case .untrusted:
      TransportError(
        .untrusted, "the certificate of astra.example.com:443 is not trusted",
        hint: "add the server's CA with ASTRA_CA_FILE", mayHaveBeenSent: false)
    case .interrupted(let interruption, let sent):
      TransportError(.interrupted(interruption), "interrupted", mayHaveBeenSent: sent)
    }
  }
}

extension Site {
  /// The way to its service, with all that goes wrong there.
  package func transport(userAgent: String, host: String = "") -> any LineTransport {
    SimulatedTransport(self, userAgent: userAgent, host: host)
  }

  /// Lets time pass until the service changes by itself, or until a moment.
  func waitForService(until limit: Instant, or due: Duration?) throws(Interruption) {
    let next = [due, service.nextChange].compactMap { $0 }.filter { $0 > time.now.sinceOrigin }.min()
    let end = min(limit, next.map { Instant(sinceOrigin: $0) } ?? limit)
    try time.sleep(for: max(.milliseconds(1), end - time.now))
  }
}
