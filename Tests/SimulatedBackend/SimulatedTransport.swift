internal import AstraSimulator
internal import HTTPTransport
internal import Timing

/// The transport of tests: requests go to a simulated world, and faults are put in their way.
final class SimulatedTransport: Transport {
  private let site: Site
  private let userAgent: String
  /// Called when the step is killed: nothing it does from then on may be kept.
  private let onKill: () -> Void

  init(_ site: Site, userAgent: String, onKill: @escaping () -> Void) {
    self.site = site
    self.userAgent = userAgent
    self.onKill = onKill
  }

  func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    if let interruption = site.time.interruption {
      throw TransportError(.interrupted(interruption), "interrupted", mayHaveBeenSent: false)
    }
    let simulated = SimulatedRequest(
      request.method.rawValue, request.target,
      headers: request.wireFields(userAgent: userAgent).map { ($0.name, $0.value) }, body: request.body ?? [])
    do throws(WireFault.Effect) {
      let response = try site.exchange(simulated)
      return HTTPResponse(
        status: response.status, fields: response.headers.map { HTTPField($0.name, $0.value) },
        body: response.body)
    } catch {
      throw failure(error)
    }
  }

  private func failure(_ effect: WireFault.Effect) -> TransportError {
    switch effect {
    case .refused:
      TransportError(.cannotConnect, "connection refused by astra.example.com:443", mayHaveBeenSent: false)
    case .resetBefore, .lostAnswer, .answers:
      TransportError(.broken, "the connection was reset", mayHaveBeenSent: true)
    case .silence: TransportError(.timedOut, "no answer in time", mayHaveBeenSent: true)
    case .untrusted:
      TransportError(
        .untrusted, "the certificate of astra.example.com:443 is not trusted",
        hint: "add the server's CA with ASTRA_CA_FILE", mayHaveBeenSent: false)
    case .killBefore, .killAfter: killed()
    }
  }

  /// A killed process does nothing more; in a test it has to unwind, so its files are frozen first.
  private func killed() -> TransportError {
    onKill()
    return TransportError(.interrupted(Interruption(signal: 9)), "killed", mayHaveBeenSent: true)
  }
}
