internal import AstraSimulator
internal import SimulatorSupport
internal import Synchronization

/// A world whose virtual time follows real time, one request after the other.
final class LiveWorld: LiveService {
  private struct State {
    var world: World
    var lastLook = ContinuousClock.now
    var announced = 0
    var bells: Set<Bell.ID> = []
  }

  private let state: Mutex<State>
  private let connections: ConnectionCount
  private let speed: Double
  private let newAddress: @Sendable (String) -> Void

  /// Starts the scenario now.
  ///
  /// - Parameters:
  ///   - scenario: The world at its start.
  ///   - port: The port of the front pages.
  ///   - speed: How many simulated seconds pass in a real one.
  ///   - connections: The connections over which requests come.
  ///   - newAddress: Gets the address of every front page as soon as there is one, those of the start at once.
  init(
    scenario: Scenario, port: Int, speed: Double, connections: ConnectionCount,
    newAddress: @escaping @Sendable (String) -> Void
  ) {
    state = Mutex(State(world: World(scenario: scenario, pagePort: port)))
    (self.connections, self.speed, self.newAddress) = (connections, speed, newAddress)
    state.withLock { announce(&$0) }
  }

  /// Whether time passes by itself.
  var passes: Bool { speed > 0 }

  func respond(to request: SimulatedRequest) -> SimulatedResponse {
    state.withLock { state in
      catchUp(&state)
      let (all, open) = connections.now
      state.world.count(connections: all, open: open)
      let response = state.world.handle(request)
      announce(&state)
      for bell in state.bells { bell.ring() }
      return response
    }
  }

  func frontPage(at address: String) -> FrontPage? {
    state.withLock { state in
      catchUp(&state)
      return state.world.frontPage(at: address)
    }
  }

  // MARK: Answers that go on

  /// What a stream has to say by now; nil: it has ended.
  func next(of stream: inout any ResponseStream) -> [UInt8]? {
    state.withLock { state in
      catchUp(&state)
      return stream.next(of: state.world)
    }
  }

  /// Has a bell rung after every request from now on.
  func add(_ bell: Bell.ID) { state.withLock { _ = $0.bells.insert(bell) } }

  /// Never rings a bell again.
  func remove(_ bell: Bell.ID) { state.withLock { _ = $0.bells.remove(bell) } }

  // MARK: Inside the lock

  private func catchUp(_ state: inout State) {
    let present = ContinuousClock.now
    state.world.advance(by: (present - state.lastLook) * speed)
    state.lastLook = present
    announce(&state)
  }

  private func announce(_ state: inout State) {
    while state.announced < state.world.addressesGiven {
      state.announced += 1
      newAddress(state.world.address(state.announced))
    }
  }
}
