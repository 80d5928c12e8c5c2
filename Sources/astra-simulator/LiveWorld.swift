internal import AstraSimulator

/// A world whose virtual time follows real time, one request after the other.
actor LiveWorld {
  private var world: World
  private let speed: Double
  private let connections: ConnectionCount
  private var lastLook: ContinuousClock.Instant
  private let newAddresses: AsyncStream<String>.Continuation?
  private var announced = 0

  /// Starts the scenario now.
  ///
  /// - Parameters:
  ///   - scenario: The world at its start.
  ///   - port: The port of the front pages.
  ///   - speed: How many simulated seconds pass in a real one.
  ///   - connections: The connections over which requests come.
  ///   - newAddresses: Gets the address of every front page to be served, as soon as there is one; nil: none is.
  init(
    scenario: Scenario, port: Int, speed: Double, connections: ConnectionCount,
    newAddresses: AsyncStream<String>.Continuation?
  ) {
    world = World(scenario: scenario, pagePort: port)
    self.speed = speed
    self.connections = connections
    self.newAddresses = newAddresses
    lastLook = ContinuousClock.now
  }

  /// The addresses that have a front page at the start.
  func announceAddresses() -> Int {
    announce()
    return announced
  }

  func respond(to request: SimulatedRequest) -> SimulatedResponse {
    catchUp()
    let (all, open) = connections.now
    world.count(connections: all, open: open)
    let response = world.handle(request)
    announce()
    return response
  }

  func frontPage(at address: String) -> FrontPage? {
    catchUp()
    announce()
    return world.frontPage(at: address)
  }

  private func catchUp() {
    let present = ContinuousClock.now
    world.advance(by: (present - lastLook) * speed)
    lastLook = present
  }

  private func announce() {
    while announced < world.addressesGiven {
      announced += 1
      newAddresses?.yield(world.address(announced))
    }
  }
}
