internal import AstraSimulator
internal import HTTPTypes
internal import HummingbirdCore
internal import HummingbirdTLS
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

/// The HTTPS server of the API and the HTTP servers of the applications' front pages.
struct SimulatorServer: Sendable {
  let scenario: Scenario
  let folder: SimulatorFolder
  let speed: Double
  /// Whether the applications' front pages are served.
  let hasPages: Bool
  let isVerbose: Bool

  /// Hummingbird's own log stays silent: what matters to a user is said on stderr in a sentence.
  private static let silence = Logger(label: "astra-simulator") { _ in SwiftLogNoOpLogHandler() }

  /// Serves until the process ends; fails if the port cannot be had or a file cannot be written.
  func run(port: Int) async throws {
    let identity = try ServerIdentity()
    let (addresses, newAddresses) = AsyncStream.makeStream(of: String.self)
    let (worlds, worldMade) = AsyncStream.makeStream(of: LiveWorld.self)
    let holder = WorldHolder()
    let connections = ConnectionCount()

    let api = try HTTPServerBuilder.tls(.http1(), tlsConfiguration: identity.configuration).buildServer(
      configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: port)),
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Self.silence,
      responder: { request, writer, channel in
        if !SimulatedRequest.isControl(request.head.path ?? "/") { connections.see(channel) }
        try await answer(request, writer, holder)
      },
      onServerRunning: { channel in
        // The pages share the port's number, each at its own loopback address: what one simulator has got to itself
        // on 127.0.0.1, no other will ask for on 127.77.x.y.
        let port = channel.localAddress?.port ?? 0
        let world = LiveWorld(
          scenario: scenario, port: port, speed: speed, connections: connections,
          newAddresses: hasPages ? newAddresses : nil)
        await holder.set(world, port: port)
        worldMade.yield(world)
      })

    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        do {
          try await api.run()
        } catch {
          throw Failure.cannotCreate("cannot listen on 127.0.0.1:\(port): \(error)")
        }
      }
      group.addTask {
        // There is one world, and no end of waiting for another.
        for await world in worlds {
          if hasPages {
            try await servePages(of: world, addresses, identity, holder)
          } else {
            try await tellFolder(identity, holder)
          }
        }
      }
      try await group.next()
      group.cancelAll()
    }
  }

  /// Serves every front page at its own address, and tells the folder once the first ones are there.
  private func servePages(
    of world: LiveWorld, _ addresses: AsyncStream<String>, _ identity: ServerIdentity, _ holder: WorldHolder
  ) async throws {
    let (opened, isOpen) = AsyncStream.makeStream(of: String.self)
    let awaited = await world.announceAddresses()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        var count = 0
        if awaited > 0 {
          for await _ in opened {
            count += 1
            if count == awaited { break }
          }
        }
        try await tellFolder(identity, holder)
      }
      for await address in addresses {
        group.addTask { try await servePage(of: world, at: address) { isOpen.yield(address) } }
      }
      try await group.waitForAll()
    }
  }

  private func tellFolder(_ identity: ServerIdentity, _ holder: WorldHolder) async throws {
    try folder.write(
      certificateAuthority: identity.certificateAuthority, port: await holder.port, scenario: scenario)
  }

  private func servePage(
    of world: LiveWorld, at address: String, isOpen: @escaping @Sendable () -> Void
  ) async throws {
    let parts = address.split(separator: ":")
    let server = try HTTPServerBuilder.http1().buildServer(
      configuration: ServerConfiguration(
        address: .hostname(String(parts[0]), port: Int(parts[1]) ?? 0)),
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Self.silence,
      responder: { _, writer, _ in
        let page = await world.frontPage(at: address)
        let response = SimulatedResponse(
          status: page?.status ?? 404, headers: [("Content-Type", "text/html; charset=utf-8")],
          body: Array((page?.html ?? "").utf8))
        try await write(response, writer)
      }, onServerRunning: { _ in isOpen() })
    do {
      try await server.run()
    } catch {
      throw Failure.cannotCreate("cannot serve a front page at \(address): \(error)")
    }
  }

  // MARK: One request

  @concurrent
  private func answer(
    _ request: Request, _ writer: consuming ResponseWriter, _ holder: WorldHolder
  ) async throws {
    let start = ContinuousClock.now
    var body: [UInt8] = []
    for try await chunk in request.body {
      // The machine refuses what is too large; what lies beyond is read and dropped.
      if body.count <= 2 << 20 { body.append(contentsOf: chunk.readableBytesView) }
    }
    let target = request.head.path ?? "/"
    // The host is a field like the others, though it is told apart from them here.
    let host = request.head.authority.map { [SimulatedRequest.Field("Host", $0)] } ?? []
    let simulated = SimulatedRequest(
      request.method.rawValue, target,
      headers: host + request.headers.map { ($0.name.rawName, $0.value) }, body: body)
    let response = await holder.world.respond(to: simulated)
    if isVerbose {
      let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
      let tenths = (milliseconds * 10).rounded() / 10
      SimulatorCommand.complain("\(request.method.rawValue) \(target) \(response.status) \(tenths) ms")
    }
    try await write(response, writer)
  }

  @concurrent
  private func write(_ response: SimulatedResponse, _ writer: consuming ResponseWriter) async throws {
    var fields = HTTPFields()
    for (name, value) in response.headers {
      if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
    }
    let whole = Response(
      status: .init(code: response.status), headers: fields,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: response.body)))
    try await writer.write(response: whole.head, body: whole.body)
  }
}

/// The world of the running server, which exists from the moment on that its port is known.
private actor WorldHolder {
  private var made: LiveWorld?
  private var waiting: [CheckedContinuation<LiveWorld, Never>] = []
  private(set) var port = 0

  func set(_ world: LiveWorld, port: Int) {
    (made, self.port) = (world, port)
    for continuation in waiting { continuation.resume(returning: world) }
    waiting = []
  }

  /// The world; a request that comes before it waits.
  var world: LiveWorld {
    get async {
      if let made { return made }
      return await withCheckedContinuation { waiting.append($0) }
    }
  }
}
