internal import KubernetesSimulator
internal import SimulatorSupport
internal import Synchronization

/// Clusters with Trident protect in them whose virtual time follows real time, one request after the other.
final class LiveKubernetesWorld: Sendable {
  private struct State {
    var world: KubernetesWorld
    var lastLook = ContinuousClock.now
    var announced = 0
    var bells: Set<Bell.ID> = []
  }

  /// One of the clusters, as the port that it is served at sees it.
  struct Cluster: LiveService {
    let world: LiveKubernetesWorld
    let index: Int

    var passes: Bool { world.speed > 0 }
    var millisecondsToNews: Int32 { world.millisecondsToNews }
    func respond(to request: SimulatedRequest) -> SimulatedResponse { world.respond(to: request, at: index) }
    func next(of stream: inout any ResponseStream) -> [UInt8]? { world.next(of: &stream) }
    func add(_ bell: Bell.ID) { world.state.withLock { _ = $0.bells.insert(bell) } }
    func remove(_ bell: Bell.ID) { world.state.withLock { _ = $0.bells.remove(bell) } }
  }

  private let state: Mutex<State>
  private let speed: Double
  private let newAddress: @Sendable (String) -> Void

  /// Starts a world now.
  ///
  /// - Parameters:
  ///   - world: The world at its start.
  ///   - speed: How many simulated seconds pass in a real one.
  ///   - newAddress: Gets the address of every service as soon as there is one, those of the start at once.
  init(_ world: KubernetesWorld, speed: Double, newAddress: @escaping @Sendable (String) -> Void) {
    state = Mutex(State(world: world))
    (self.speed, self.newAddress) = (speed, newAddress)
    state.withLock { announce(&$0) }
  }

  func frontPage(at address: String) -> ServicePage? {
    state.withLock { state in
      catchUp(&state)
      return state.world.frontPage(at: address)
    }
  }

  /// A watch tells of a change when it happens, as that of a real server does, and not at the next look around.
  private var millisecondsToNews: Int32 {
    guard speed > 0 else { return -1 }
    return state.withLock { state in
      guard let due = state.world.nextChange else { return 100 }
      let left = (due - state.world.now) / speed - (ContinuousClock.now - state.lastLook)
      return Int32(min(100, max(0, left / .milliseconds(1))).rounded(.up))
    }
  }

  private func respond(to request: SimulatedRequest, at cluster: Int) -> SimulatedResponse {
    state.withLock { state in
      catchUp(&state)
      let response = state.world.respond(to: request, at: cluster)
      announce(&state)
      for bell in state.bells { bell.ring() }
      return response
    }
  }

  private func next(of stream: inout any ResponseStream) -> [UInt8]? {
    state.withLock { state in
      catchUp(&state)
      return stream.next(of: state.world)
    }
  }

  // MARK: Inside the lock

  private func catchUp(_ state: inout State) {
    let present = ContinuousClock.now
    state.world.advance(to: state.world.now + (present - state.lastLook) * speed)
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
