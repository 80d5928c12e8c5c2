import Foundation
import Glibc
import Testing

extension StepsTests {
  @Suite("A signal ends a step in order, and a second run goes on")
  struct Signals {
    /// The signals of one abort and the exit code that they lead to: the first one's.
    enum Abort: CaseIterable, Sendable {
      case terminated, interrupted, terminatedTwice, interruptedTwice

      var signals: [Int32] {
        switch self {
        case .terminated: [SIGTERM]
        case .interrupted: [SIGINT]
        case .terminatedTwice: [SIGTERM, SIGTERM]
        case .interruptedTwice: [SIGINT, SIGINT]
        }
      }

      var code: Int32 { 128 + signals[0] }
      var name: String { signals[0] == SIGTERM ? "SIGTERM" : "SIGINT" }
    }

    /// Runs a step until it waits and something else has happened, sends it signals, and holds its end.
    private func end(
      _ step: StepProgram, _ site: StepSite, by abort: Abort, then: () async throws -> Void = {}
    ) async throws {
      let result = try await site.run(step) { running in
        try await site.waits(step, running)
        try await then()
        for signal in abort.signals { running.send(signal) }
        // Before anything else happens: a server that is stopped goes on only when the step has ended.
        try await ended(running)
      }
      result.expect(abort.code, saying: abort.name)
      #expect(result.report?.problem?.name == step.waitingPhase, "\(result.summary)")
      #expect(result.report?.problem?.outcome == "error", "\(result.summary)")
      // Not by the end of a patience of its own: how soon is counted by `InterruptionTests`.
      #expect(!result.errors.contains("nothing came from"), "\(result.summary)")
    }

    private func ended(_ running: RunningCommand) async throws {
      let end = ContinuousClock.now + .hang
      while running.ended == nil, .now < end { try await Task.sleep(for: .milliseconds(2)) }
    }

    @Test("in a wait: at once, with a report; the operation goes on", .serialized, arguments: Abort.allCases)
    func whileWaiting(_ abort: Abort) async throws {
      let site = try await StepSite.start(seconds: 7200)
      for (step, site) in site.pipeline {
        try await end(step, site, by: abort)
        try await site.runToItsEnd(step).expect(0)
      }
      try await site.expectPipelineDone()
    }

    @Test("in a transfer that hangs: at once, too")
    func inATransfer() async throws {
      let site = try await StepSite.start(seconds: 7200).with(["BACKUP_NAME": "before-2.4.3"])
      defer { site.simulator.send(SIGCONT) }
      try await end(.backup, site, by: .terminated) {
        site.simulator.send(SIGSTOP)
        // Longer than any pause between two looks at an operation this young; if it is still asleep all the same, the
        // signal ends a sleep.
        try await Task.sleep(for: .milliseconds(1200))
      }
      site.simulator.send(SIGCONT)
      try await site.runToItsEnd(.backup).expect(0)
      #expect(try await site.world().tally.backupsCreated == 1)
    }

    /// When a step is killed.
    enum Moment: CaseIterable, Sendable {
      /// Its first report is on disk, and nothing was asked for yet.
      case atTheStart
      /// It is about to ask for the operation, or has just done so.
      case aroundTheRequest
      case whileWaiting
    }

    @Test(
      "SIGKILL: the report on disk claims no success, and a second run ends well", .serialized,
      arguments: Moment.allCases)
    func killed(_ moment: Moment) async throws {
      let site = try await StepSite.start(seconds: 7200)
      for (step, site) in site.pipeline {
        let killed = try await site.run(step, leaving: .anything) { running in
          switch moment {
          case .atTheStart:
            try await site.until("the first report", running) {
              FileManager.default.fileExists(atPath: site.reportPath(of: step))
            }
          // A restore of unknown fate is looked for during a minute, which StepTests do in virtual time.
          case .aroundTheRequest where step != .restore:
            try await site.until("the application", running) {
              running.errors.contains("is ready (on cluster")
            }
          case .aroundTheRequest, .whileWaiting: try await site.waits(step, running)
          }
          running.send(SIGKILL)
        }
        #expect(killed.exit == .signal(SIGKILL), "\(killed.summary)")
        let report = try #require(killed.report)
        #expect(report.problem?.message.contains("did not finish") == true, "\(report.cases)")
        #expect(report.problem?.outcome == "error")
        if moment == .whileWaiting { #expect(report.problem?.name == step.waitingPhase) }
        // Whatever the killed one left beside the report is gone after the second run.
        try await site.runToItsEnd(step).expect(0)
      }
      try await site.expectPipelineDone()
    }
  }
}
