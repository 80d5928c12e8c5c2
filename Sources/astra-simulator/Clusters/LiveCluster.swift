internal import KubernetesSimulator
internal import SimulatorSupport
internal import Synchronization

/// A cluster whose virtual time follows real time.
final class LiveCluster: LiveService {
  private struct State {
    var cluster: KubernetesCluster
    var lastLook = ContinuousClock.now
    var bells: Set<Bell.ID> = []
  }

  private let state: Mutex<State>
  private let speed: Double

  /// Starts a cluster now; `speed` is how many simulated seconds pass in a real one.
  init(_ cluster: KubernetesCluster, speed: Double) {
    state = Mutex(State(cluster: cluster))
    self.speed = speed
  }

  var passes: Bool { speed > 0 }

  func respond(to request: SimulatedRequest) -> SimulatedResponse {
    state.withLock { state in
      catchUp(&state)
      let response = state.cluster.handle(request)
      for bell in state.bells { bell.ring() }
      return response
    }
  }

  func next(of stream: inout any ResponseStream) -> [UInt8]? {
    state.withLock { state in
      catchUp(&state)
      return stream.next(of: state.cluster)
    }
  }

  func add(_ bell: Bell.ID) { state.withLock { _ = $0.bells.insert(bell) } }

  func remove(_ bell: Bell.ID) { state.withLock { _ = $0.bells.remove(bell) } }

  private func catchUp(_ state: inout State) {
    let present = ContinuousClock.now
    state.cluster.advance(to: state.cluster.now + (present - state.lastLook) * speed)
    state.lastLook = present
  }
}
