package import HTTPTransport
internal import ServiceSimulation
internal import Timing

/// The transport of tests: requests go to a simulated site, with all that goes wrong there.
final class SimulatedTransport: Transport {
  private let site: Site
  private let userAgent: String

  init(_ site: Site, userAgent: String) {
    self.site = site
    self.userAgent = userAgent
  }

  func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    if let interruption = site.time.interruption {
      throw TransportError(.interrupted(interruption), "interrupted", mayHaveBeenSent: false)
    }
    let simulated = ServiceRequest(
      request.method.rawValue, request.target,
      headers: request.wireFields(userAgent: userAgent).map { ($0.name, $0.value) }, body: request.body ?? [])
    do throws(Breakage) {
      let response = try site.exchange(simulated, limit: request.timeLimit)
      return HTTPResponse(
        status: response.status, fields: response.headers.map { HTTPField($0.name, $0.value) },
        body: response.body)
    } catch {
      throw failure(error)
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
  package func transport(userAgent: String) -> any Transport {
    SimulatedTransport(self, userAgent: userAgent)
  }
}
