package import AstraSimulator
package import Timing

/// A simulated site: a world, the virtual time that it shares with a step, and what goes wrong on the wire.
package final class Site {
  package var world: World
  package let time: ManualTime
  /// Faults on the wire, each used once.
  package var wireFaults: [WireFault] = []
  /// Every request so far as `GET /accounts/…`, in order.
  package private(set) var requests: [String] = []
  /// How long each request takes.
  package var latency = Duration.milliseconds(5)
  /// Called before each request with its number, from 1.
  package var beforeRequest: ((Int) -> Void)?

  /// Starts a site as the scenario says.
  package init(_ scenario: Scenario) {
    let world = World(scenario: scenario)
    self.world = world
    time = ManualTime(wallTime: Timestamp(sinceEpoch: scenario.startDate.sinceEpoch))
    time.onAdvance = { [unowned self] now in self.world.advance(to: now.sinceOrigin) }
  }

  /// Lets time pass for the world and the steps alike.
  package func pass(_ duration: Duration) {
    time.advance(by: duration)
  }

  /// Carries a request to the world and its answer back, as far as the wire lets it.
  func exchange(_ request: SimulatedRequest) throws(WireFault.Effect) -> SimulatedResponse {
    requests.append("\(request.method) \(request.target)")
    beforeRequest?(requests.count)
    time.advance(by: latency)
    guard let index = wireFaults.firstIndex(where: { $0.meets(request, number: requests.count) }) else {
      return world.handle(request)
    }
    let fault = wireFaults.remove(at: index)
    if fault.effect.carriesOut { _ = world.handle(request) }
    if case .answers(let response) = fault.effect { return response }
    if case .silence(let limit) = fault.effect { time.advance(by: limit) }
    throw fault.effect
  }
}

/// Something that goes wrong between a step and the server, once.
package struct WireFault {
  package enum Effect: Error {
    /// Nothing accepts the connection.
    case refused
    /// The connection breaks before the server has seen the request.
    case resetBefore
    /// The server carries the request out, and its answer is lost.
    case lostAnswer
    /// The server carries the request out and says nothing for that long.
    case silence(Duration)
    /// The server's certificate is not trusted.
    case untrusted
    /// Something on the way answers in the server's place; the server sees nothing.
    case answers(SimulatedResponse)
    /// The step is killed before the request leaves.
    case killBefore
    /// The step is killed after the server has carried the request out.
    case killAfter

    var carriesOut: Bool {
      switch self {
      case .lostAnswer, .silence, .killAfter: true
      default: false
      }
    }
  }

  package var effect: Effect
  private let fits: (SimulatedRequest, Int) -> Bool

  /// A fault at the request of that number, from 1.
  package init(_ effect: Effect, atRequest number: Int) {
    self.effect = effect
    fits = { $1 == number }
  }

  /// A fault at the next request of that method whose path ends so (its query left aside).
  package init(_ effect: Effect, _ method: String, endingIn ending: String = "") {
    self.effect = effect
    fits = { request, _ in
      request.method == method && String(request.target.prefix { $0 != "?" }).hasSuffix(ending)
    }
  }

  func meets(_ request: SimulatedRequest, number: Int) -> Bool { fits(request, number) }
}
