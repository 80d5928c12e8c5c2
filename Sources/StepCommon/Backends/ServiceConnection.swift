package import HTTPTransport
internal import RESTClient
internal import Timing

/// The way to one server of a service.
package struct ServiceConnection: Sendable {
  package var endpoint: Endpoint
  package var trust: TLSTrust
  package var proxies: Proxies
  /// What shows the server who asks, where that is no token.
  package var clientCertificate: ClientCertificate?
  /// How much may be received, and how long that may take.
  package var limits = TransportLimits()
  /// Whether it leads to another host than the service's own, which is to hear nothing of who asks, nor of a trace.
  package var isElsewhere = false

  /// Names the way.
  package init(endpoint: Endpoint, trust: TLSTrust, proxies: Proxies) {
    self.endpoint = endpoint
    self.trust = trust
    self.proxies = proxies
  }
}

extension StepEnvironment {
  /// Opens a connection; what can never work is a parameter that is wrong.
  func transport(_ connection: ServiceConnection, userAgent: String) throws(StepFailure) -> any LineTransport
  {
    do throws(TransportError) {
      if connection.endpoint.scheme == .https { try connection.proxies.check(connection.endpoint) }
      return try connect(connection, userAgent, time)
    } catch {
      guard error.kind == .misconfigured else { throw .unreachable(error.message, hint: error.hint) }
      throw .badParameter(error.message, hint: error.hint)
    }
  }
}

extension Log {
  /// Says what is on the wire: each exchange to those who look for a fault, each repetition to everybody.
  func tell(_ event: TrafficEvent) {
    switch event {
    case .exchange(let method, let path, let status, let duration):
      debug("\(method) \(path): \(status) after \(duration.shortText)")
    case .noAnswer(let method, let path, let reason, let duration):
      debug("\(method) \(path): \(reason) after \(duration.shortText)")
    case .retry(let reason, let pause): warning("\(reason); trying again in \(pause.shortText)")
    }
  }
}
