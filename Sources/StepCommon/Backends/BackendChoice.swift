internal import AppProtection
internal import AstraControl
internal import HTTPTransport
internal import RESTClient
internal import Timing

/// The one place that knows which backends there are.
package enum BackendChoice {
  /// NetApp Astra Control, by its REST API.
  package static let astraControl = "astra-control"

  /// Connects to the backend that the parameters name.
  static func backend(
    _ connection: Connection, host: Host, step: StepIdentity, time: any TimeSource, deadline: Deadline,
    random: SeededRandom, log: Log
  ) throws(StepFailure) -> any Backend {
    let transport: any Transport
    do throws(TransportError) {
      if connection.endpoint.scheme == .https { try connection.proxies.check(connection.endpoint) }
      transport = try host.connect(connection, step.userAgent, time)
    } catch {
      guard error.kind == .misconfigured else {
        throw StepFailure(BackendError(.unreachable, error.message, hint: error.hint))
      }
      throw .badParameter(error.message, hint: error.hint)
    }
    let settings = AstraControlBackend.Settings(
      host: connection.endpoint.description, account: connection.account,
      credentials: Credentials(
        token: connection.token,
        rotation: TokenFile(connection, host.files, log).map { file in { file.look() } }),
      random: random
    ) { event in
      switch event {
      case .traffic(.exchange(let method, let path, let status, let duration)):
        log.debug("\(method) \(path): \(status) after \(duration.shortText)")
      case .traffic(.noAnswer(let method, let path, let reason, let duration)):
        log.debug("\(method) \(path): \(reason) after \(duration.shortText)")
      case .traffic(.retry(let reason, let pause)):
        log.warning("\(reason); trying again in \(pause.shortText)")
      case .generation(let generation): log.info("the server speaks \(generation)")
      }
    }
    return AstraControlBackend(settings, transport: transport, time: time, deadline: deadline)
  }
}
