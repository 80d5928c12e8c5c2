internal import AstraSimulator
internal import Glibc
internal import SimulatorSupport

/// The HTTPS server of the API and the HTTP server of the applications' front pages.
struct SimulatorServer {
  let scenario: Scenario
  let folder: SimulatorFolder
  let speed: Double
  /// Whether the applications' front pages are served.
  let hasPages: Bool
  let isVerbose: Bool

  /// Serves until the process ends; fails if the port cannot be had or a file cannot be written.
  func run(port: Int) throws(Failure) -> Never {
    Self.raiseDescriptorLimit()
    let identity = try ServerIdentity()
    let listener = try ListeningSocket(
      "127.0.0.1", port: port, advice: "give --port 0 to take any free one")
    // The pages share the port's number, each at its own loopback address: what one simulator has got to itself on
    // 127.0.0.1, no other will ask for on 127.77.x.y.
    let pages = hasPages ? try FrontPages() : nil
    let connections = ConnectionCount()
    let world = LiveWorld(scenario: scenario, port: listener.port, speed: speed, connections: connections) {
      do throws(Failure) { try pages?.open($0) } catch { error.end() }
    }
    _ = try HTTPServer(listener, identity, handler(world, connections))
    try folder.write(
      certificateAuthority: identity.certificateAuthority, port: listener.port, scenario: scenario)
    if let pages { try pages.serve { world.frontPage(at: $0).map { ($0.status, $0.html) } } }
    while true { pause() }
  }

  private func handler(_ world: LiveWorld, _ connections: ConnectionCount) -> HTTPServer.Handler {
    let isVerbose = isVerbose
    return HTTPServer.Handler(
      answer: { request, connection in
        let start = ContinuousClock.now
        if !SimulatedRequest.isControl(request.target) { connections.see(connection.id) }
        let response = world.respond(to: request)
        if isVerbose {
          let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
          let tenths = (milliseconds * 10).rounded() / 10
          SimulatorCommand.complain("\(request.method) \(request.target) \(response.status) \(tenths) ms")
        }
        return response
      }, world: world, closed: { connections.forget($0) })
  }

  /// Every front page takes a descriptor, and what a shell gives a program is less than it may have.
  static func raiseDescriptorLimit() {
    var limit = rlimit()
    let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard unsafe getrlimit(files, &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(files, &limit)
  }
}
