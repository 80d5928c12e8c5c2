import Foundation
import Glibc
import Testing

extension StepsTests {
  @Suite("A server that goes away, is another one, or was never there")
  struct Servers {
    @Test("one that restarts in the wait is waited for", .inTurn, arguments: [0.1, 3])
    func restart(_ seconds: Double) async throws {
      let site = try await StepSite.start(seconds: 7200)
      for (step, site) in site.pipeline {
        let relay = try Relay(to: site.simulator.host)
        let result = try await site.with(["ASTRA_FQDN": relay.host]).run(step) { running in
          try await site.waits(step, running)
          let before = relay.connections
          relay.goDown(for: .seconds(seconds))
          try await site.until("\(step) is back", running) { relay.connections > before }
          // It ends while the step has only just come back.
          try await site.simulator.post("complete", ["subject": step.subject(in: site.environment)])
        }
        result.expect(0)
        #expect(seconds < 1 || result.errors.contains("warning: "), "\(result.summary)")
      }
      try await site.expectPipelineDone()
    }

    @Test(
      "one whose certificate nobody vouches for is told nothing, whenever it comes", .inTurn,
      arguments: StepMoment.allCases)
    func anotherCertificate(_ moment: StepMoment) async throws {
      let site = try await StepSite.start(seconds: 0.6)
      // Of the same world and with the same token; only its authority is another one.
      let other = try await SimulatorProcess.start()
      for (step, site) in site.pipeline {
        let relay = try Relay(to: site.simulator.host, isFresh: true)
        relay.lead(to: other.host, when: moment.isReached(by: step, at: site))
        let result = try await site.with(["ASTRA_FQDN": relay.host, "ASTRA_TIMEOUT": "30s"]).run(step)
        result.expect(69, saying: "the certificate of \(relay.host) is not trusted")
        #expect(
          result.errors.contains("next: ") && result.errors.contains("does not hold the CA that signed it"),
          "\(result.summary)")
        // At once: nothing that it could wait for would make the certificate another one.
        #expect(!result.errors.contains("trying again"), "\(result.summary)")
        try await site.run(step).expect(0)
      }
      #expect(try await other.world().requests.total == 0)
      try await site.expectPipelineDone()
    }

    /// What stands for a port of 127.0.0.1 that nobody listens at.
    private static let nobody = "PORT"

    @Test(
      "a name that nobody knows, or that leads to nobody", .inTurn,
      arguments: [
        ("no-such-host.invalid", "no-such-host.invalid"),
        ("no-such-host.invalid:8443", "no-such-host.invalid"),
        ("localhost:\(nobody)", "connection refused by localhost:\(nobody)"),
        ("https://127.0.0.1:\(nobody)/", "connection refused by 127.0.0.1:\(nobody)"),
      ])
    func nobodyThere(_ host: String, _ words: String) async throws {
      let site = try await StepSite.start()
      // Bound and not listened at: nobody else gets it meanwhile.
      let holder = try RelaySocket.bound(to: 0)
      defer { close(holder) }
      let port = try "\(RelaySocket.port(of: holder))"
      let before = try await site.world().contents
      for step in StepProgram.allCases {
        let result = try await site.with([
          "ASTRA_FQDN": host.replacing(Self.nobody, with: port), "ASTRA_TIMEOUT": "12s",
        ]).run(step)
        result.expect(69, saying: words.replacing(Self.nobody, with: port))
      }
      #expect(try await site.world().contents == before)
    }
  }
}
