import Foundation
import Testing

extension StepsTests {
  @Suite("Trouble on the way to the server passes, or ends a step with a code of its own")
  struct Paths {
    /// Trouble, and how often it comes.
    struct Trouble: Sendable, CustomTestStringConvertible {
      var fault: PathFault
      var times = 1
      var testDescription: String { "\(fault), \(times) times" }
    }

    /// Trouble that no step may end by, whenever it comes.
    static let briefTrouble = [
      Trouble(fault: .refused(.seconds(1))),
      Trouble(fault: .connection(.close), times: 2),
      Trouble(fault: .connection(.reset), times: 2),
      Trouble(fault: .answer(afterBytes: 0, .reset)),
      Trouble(fault: .answer(afterBytes: 0, .close)),
      Trouble(fault: .answer(afterBytes: 40, .reset)),
      Trouble(fault: .answer(afterBytes: 40, .close)),
      Trouble(fault: .pause(.milliseconds(1500))),
      Trouble(fault: .slow(bytes: 100, every: .milliseconds(10))),
    ]

    @Test(
      "what passes is outlasted, and nothing is made twice", .inTurn, arguments: briefTrouble,
      StepMoment.allCases)
    func passing(_ trouble: Trouble, _ moment: StepMoment) async throws {
      let site = try await StepSite.start(seconds: 0.6)
      for (step, site) in site.pipeline {
        let relay = try Relay(to: site.simulator.host, isFresh: trouble.fault.isOfConnection)
        relay.arm(trouble.fault, times: trouble.times, when: moment.isReached(by: step, at: site))
        let result = try await site.with(["ASTRA_FQDN": relay.host]).run(step)
        result.expect(0)
        #expect(relay.met == trouble.times, "\(step): \(result.summary)")
      }
      try await site.expectPipelineDone()
    }

    @Test(
      "a read that is swallowed is repeated", .inTurn, arguments: [PathFault.End.reset, .close],
      [StepMoment.atTheFirstRequest, .whileWaiting])
    func swallowedRead(_ end: PathFault.End, _ moment: StepMoment) async throws {
      try await passing(Trouble(fault: .request(end)), moment)
    }

    /// Trouble that does not end, and what it comes to at each moment.
    struct Lasting: Sendable, CustomTestStringConvertible {
      var fault: PathFault
      var codes: [StepMoment: Int32]
      var testDescription: String { "\(fault)" }
    }

    static let lastingTrouble = [
      // Nothing was begun, or the operation goes on without us: that is for the code to tell apart.
      Lasting(
        fault: .refused(.seconds(600)), codes: [.atTheFirstRequest: 69, .atTheChange: 69, .whileWaiting: 75]),
      Lasting(
        fault: .connection(.silence), codes: [.atTheFirstRequest: 69, .atTheChange: 69, .whileWaiting: 75]),
      Lasting(
        fault: .request(.silence), codes: [.atTheFirstRequest: 69, .atTheChange: 75, .whileWaiting: 75]),
      Lasting(
        fault: .answer(afterBytes: 0, .silence),
        codes: [.atTheFirstRequest: 69, .atTheChange: 75, .whileWaiting: 75]),
      Lasting(
        fault: .request(.reset), codes: [.atTheFirstRequest: 69, .atTheChange: 69, .whileWaiting: 75]),
    ]

    @Test(
      "what lasts ends the step at its deadline, and a second run goes on from there", .inTurn,
      arguments: lastingTrouble, StepMoment.allCases)
    func lasting(_ trouble: Lasting, _ moment: StepMoment) async throws {
      let site = try await StepSite.start(seconds: 0.6)
      for (step, site) in site.pipeline {
        let relay = try Relay(to: site.simulator.host, isFresh: trouble.fault.isOfConnection)
        relay.arm(trouble.fault, times: .max, when: moment.isReached(by: step, at: site))
        let cut = try await site.with(["ASTRA_FQDN": relay.host, "ASTRA_TIMEOUT": "15s"]).run(step)
        cut.expect(try #require(trouble.codes[moment]))
        #expect(relay.met > 0, "\(cut.summary)")
        // Whether a restore of unknown fate was begun is sure a minute later, by the server's clock.
        if moment == .atTheChange { try await site.simulator.post("advance", ["seconds": 61]) }
        try await site.run(step).expect(0)
      }
      // A restore that was asked for, and may have been begun, takes the clone's worth as evidence away.
      try await site.expectPipelineDone(snapshots: moment == .atTheChange ? 0...1 : 0...0)
    }
  }
}
