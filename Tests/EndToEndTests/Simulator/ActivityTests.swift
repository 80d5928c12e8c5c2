import Foundation
import Testing

@Suite("What the simulator tells of its traffic", .reportsAreRead)
struct ActivityTests {
  /// The answer of `GET /_simulator/activity`, as far as tests look at it.
  private struct Activity: Decodable {
    struct Traffic: Decodable {
      var bytesReceived: Int
      var bytesSent: Int
      var connections: Int
      var openConnections: Int
    }

    var now: Double
    var requests: WorldView.Requests
    var traffic: Traffic
  }

  private func curl(_ simulator: SimulatorProcess, _ arguments: [String]) async throws -> String {
    let usual = ["-sS", "--noproxy", "*", "--cacert", simulator.certificateFile]
    return try await Command("/usr/bin/curl", usual + arguments).run().output
  }

  private func activity(_ simulator: SimulatorProcess) async throws -> Activity {
    let text = try await curl(simulator, ["https://\(simulator.host)/_simulator/activity"])
    return try JSONDecoder().decode(Activity.self, from: Data(text.utf8))
  }

  @Test("a step uses one connection in a run", .inTurn)
  func oneConnection() async throws {
    let site = try await StepSite.start(seconds: 1)
    for (number, (step, site)) in site.pipeline.enumerated() {
      let before = try await activity(site.simulator)
      try await site.run(step).expect(0)
      let after = try await activity(site.simulator)
      #expect(after.requests.total > before.requests.total + 3, "\(step)")
      #expect(after.traffic.connections == number + 1, "\(step)")
      #expect(after.traffic.bytesSent > before.traffic.bytesSent, "\(step)")
    }
  }

  @Test("bytes are those that a client counts")
  func bytes() async throws {
    let simulator = try await SimulatorProcess.start()
    let token = try #require(simulator.environment["ASTRA_API_TOKEN"])
    let account = try #require(simulator.environment["ASTRA_INSTANCE_ID"])
    let root = "https://\(simulator.host)/accounts/\(account)/k8s/v2/apps"
    let requests = [
      ["\(root)?include=name,id"], [root + "/x"], ["-X", "DELETE", "\(root)/\(ToolkitTests.production)"],
      ["--data", "{}", root],
    ]
    for arguments in requests {
      let before = try await activity(simulator)
      let counted = try await curl(
        simulator,
        [
          "-o", simulator.folder.path("body"), "-w",
          "%{size_request} %{size_upload} %{size_header} %{size_download}",
          "-H", "Authorization: Bearer \(token)",
        ] + arguments)
      let sizes = counted.split(separator: " ").compactMap { Int($0) }
      try #require(sizes.count == 4)
      let after = try await activity(simulator)
      #expect(after.traffic.bytesSent - before.traffic.bytesSent == sizes[2] + sizes[3], "\(arguments)")
      // curl counts the body among the request's bytes or apart from them, depending on its version.
      let received = after.traffic.bytesReceived - before.traffic.bytesReceived
      #expect([sizes[0], sizes[0] + sizes[1]].contains(received), "\(arguments)")
      #expect(after.traffic.connections == before.traffic.connections + 1)
    }
    #expect(try await activity(simulator).requests.total == requests.count)
  }

  @Test("without pages, and with time that stands still until it is told to pass")
  func still() async throws {
    let simulator = try await SimulatorProcess.start(arguments: ["--without-pages", "--speed", "0"])
    #expect(try await activity(simulator).now == 0)
    try await Task.sleep(for: .milliseconds(50))
    #expect(try await activity(simulator).now == 0)
    try await simulator.post("advance", ["seconds": 12.5])
    #expect(try await activity(simulator).now == 12.5)
    let address = try #require(try await simulator.world().applications.first).address
    await #expect(throws: SimulatorProcess.Failed.self) { try await simulator.page(at: address) }
    #expect(try await activity(simulator).traffic.connections == 0)
  }
}
