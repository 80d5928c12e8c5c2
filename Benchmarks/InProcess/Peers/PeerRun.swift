internal import AstraSimulator
internal import SimulatorSupport
package import Timing

/// The sizes of a peer's messages at one account, each taken from an answer of the simulated server.
package struct PeerSizes: Sendable {
  /// Bytes of a request and of its answer.
  struct Size: Sendable {
    var sent: Int
    var received: Int
  }

  private var sizes: [PeerRequest: Size] = [:]
  /// What is looked at has other words in it while the operation is under way.
  private var sizesOfLooks: [PeerRequest: Size] = [:]

  /// Sends each request of an operation to the account once, and each look while it is under way.
  ///
  /// Throws `BenchmarkError` if the server refuses one.
  package init(_ peer: Peer, _ operation: ServerOperation, in scene: Scene) throws {
    var world = scene.world
    operation.setLength(.seconds(100), in: &world.settings)
    let subject = try Self.subject(in: &world)
    func size(_ request: PeerRequest) throws -> Size {
      let message = peer.request(request, subject)
      let response = world.handle(message)
      guard (200..<300).contains(response.status) else {
        throw BenchmarkError(
          "\(peer.name): \(message.method) \(message.target) was answered \(response.status)")
      }
      return Size(sent: message.wireBytes, received: response.wireBytes)
    }
    for request in Set(peer.before[operation, default: []] + peer.afterwards[operation, default: []]) {
      sizes[request] = try size(request)
    }
    sizes[.operation(operation)] = try size(.operation(operation))
    world.advance(by: .seconds(50))
    for request in Set(peer.look[operation, default: []]) { sizesOfLooks[request] = try size(request) }
  }

  /// The size of a request and its answer.
  func size(of request: PeerRequest, isLook: Bool = false) -> Size {
    (isLook ? sizesOfLooks[request] : sizes[request]) ?? Size(sent: 0, received: 0)
  }

  /// The ids that a client is told, read from the server's own lists.
  private static func subject(in world: inout World) throws -> Peer.Subject {
    let account = world.scenario.account
    func ids(_ path: String) -> [String] {
      let request = SimulatedRequest(
        "GET", "/accounts/\(account)/\(path)", headers: [("Authorization", "Bearer \(world.token)")])
      let items = world.handle(request).json?["items"]?.array ?? []
      return items.compactMap { $0["id"]?.string }
    }
    let parent = world.settings.apiGeneration == .v1 ? "managedApps" : "apps"
    guard let application = world.application(Scene.production)?.id,
      let backup = ids("k8s/v1/\(parent)/\(application)/appBackups").first,
      let cloud = ids("topology/v1/clouds").first
    else { throw BenchmarkError("the account is not as it should be") }
    let clusters = ids("topology/v1/clusters")
    guard clusters.count == 2 else { throw BenchmarkError("there are \(clusters.count) clusters") }
    return Peer.Subject(
      account: account, token: world.token, application: application, backup: backup, cloud: cloud,
      source: clusters[0], destination: clusters[1])
  }
}

extension Peer {
  /// What the program does at one operation of that length.
  ///
  /// - Parameters:
  ///   - operation: the operation.
  ///   - length: from the request to the final state.
  ///   - sizes: of its messages at the account.
  ///   - applications: how many the account has.
  ///   - began: when the program starts.
  ///   - chance: where latencies come from.
  /// - Returns: its exchanges.
  package func run(
    _ operation: ServerOperation, length: Duration, _ sizes: PeerSizes, applications: Int,
    began: Duration = .zero, chance: inout Timing.SeededRandom
  ) -> Measured {
    var measured = Measured(began: began)
    var now = began + startUp
    func ask(_ request: PeerRequest, isLook: Bool = false) {
      let size = sizes.size(of: request, isLook: isLook)
      let isOfEach = [.backupsOfEach, .snapshotsOfEach].contains(request)
      for _ in 0..<(isOfEach ? applications : 1) {
        now += .seconds(Double.random(in: Bench.latency, using: &chance))
        measured.exchanges.append(Exchange(at: now, sent: size.sent, received: size.received))
      }
    }
    for request in before[operation, default: []] { ask(request) }
    measured.asked = measured.exchanges.count
    ask(.operation(operation))
    let end = now + length
    measured.operationEnd = end
    if waitsByAnotherProgram.contains(operation) { now += startUp }
    for request in afterwards[operation, default: []] { ask(request) }
    let patience = patience[operation].map { now + $0 }
    while true {
      for request in look[operation, default: []] { ask(request, isLook: true) }
      if now >= end { break }
      if let patience, now >= patience {
        measured.noticed = false
        break
      }
      now += pause
    }
    measured.ended = now
    let programs = waitsByAnotherProgram.contains(operation) ? 2 : 1
    measured.connections = connectsEachTime ? measured.exchanges.count : programs
    return measured
  }
}
