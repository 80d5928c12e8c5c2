import Foundation
import Glibc
import Testing

extension StepsTests {
  @Suite("A step that Jenkins aborts has written its report when Jenkins looks for it")
  struct Aborts {
    /// How the script calls the step.
    enum Call: CaseIterable, Sendable {
      /// In the script's own process, as our Jenkinsfile does it.
      case exec
      /// As a child of the shell, with something behind it.
      case child
    }

    /// What the step does when it is aborted.
    enum Doing: CaseIterable, Sendable {
      case waiting
      /// It waits for an answer of a server that stands still.
      case reading
      /// It makes a connection to a server that takes it and says nothing.
      case shakingHands
      /// It looks for a server whose name is not known, or pauses before it tries again.
      case resolving
    }

    /// A step under Jenkins, and what keeps it from its end.
    private struct Running {
      var site: StepSite
      var step: StepProgram
      var script: JenkinsScript
      var relay: Relay
      var program: String
      /// What another user could see of it.
      var watch = ProcessWatch()
    }

    private func start(
      _ step: StepProgram, _ site: StepSite, _ call: Call, _ doing: Doing
    ) async throws -> Running {
      let relay = try Relay(to: site.simulator.host)
      var site = site.with(["ASTRA_FQDN": relay.host])
      switch doing {
      case .waiting, .reading: break
      case .shakingHands: relay.arm(.connection(.silence), times: .max)
      case .resolving: site.environment["ASTRA_FQDN"] = "no-such-host.invalid"
      }
      let program = try Installation.program(step.rawValue)
      let script = try JenkinsScript(
        call == .exec ? "exec '\(program)'\n" : "'\(program)'\necho done\n", environment: site.environment,
        workspace: site.workspace.path(""))
      let isReady: () -> Bool = {
        switch doing {
        case .waiting, .reading: script.log.contains(step.waitingWords)
        case .shakingHands: relay.met > 0
        case .resolving: script.log.contains("against Astra Control")
        }
      }
      #expect(try await script.waits(until: isReady), "\(script.log)")
      if doing == .reading {
        relay.arm(.request(.silence), times: .max)
        #expect(try await script.waits { relay.met > 0 }, "\(script.log)")
      }
      var running = Running(site: site, step: step, script: script, relay: relay, program: program)
      running.watch.look(at: try #require(script.process(of: program)), program, [site.token])
      return running
    }

    /// Checks a step that has been aborted, and its report as it was when the script had ended.
    private func check(
      _ running: Running, at location: SourceLocation = #_sourceLocation
    ) async throws {
      let (site, step, script) = (running.site, running.step, running.script)
      #expect(try await script.waits { script.code != nil }, "\(script.log)", sourceLocation: location)
      // Whoever publishes reports does it now.
      let report = try StepReportView(Data(contentsOf: URL(filePath: site.reportPath(of: step))))
      #expect(script.code == 143, "\(script.log)", sourceLocation: location)
      #expect(script.processes.isEmpty, "\(script.log)", sourceLocation: location)
      _ = try site.checked(script.result, of: step, watched: running.watch, leaving: .report, at: location)
      #expect(report.problem?.message.contains("SIGTERM") == true, "\(report)", sourceLocation: location)
      #expect(report.problem?.type.hasSuffix(".terminated") == true, "\(report)", sourceLocation: location)
    }

    @Test(
      "whatever it is doing, and however it was called", .inTurn, arguments: Call.allCases, Doing.allCases)
    func abort(_ call: Call, _ doing: Doing) async throws {
      let site = try await StepSite.start(seconds: 7200)
      for (step, site) in site.pipeline {
        let running = try await start(step, site, call, doing)
        try await running.script.abort()
        try await check(running)
        try await site.runToItsEnd(step).expect(0)
      }
      try await site.expectPipelineDone()
    }

    @Test("whatever processes get the signal, and however often", .inTurn, arguments: Call.allCases)
    func signals(_ call: Call) async throws {
      let site = try await StepSite.start(seconds: 7200)
      for (step, site) in site.pipeline {
        // The step alone.
        var running = try await start(step, site, call, .waiting)
        kill(try #require(running.script.process(of: running.program)), SIGTERM)
        try await check(running)

        // All of them, twice, and nobody waits for any.
        running = try await start(step, site, call, .waiting)
        let all = running.script.processes
        #expect(all.count == (call == .exec ? 1 : 2), "\(running.script.log)")
        for process in all + all { kill(process, SIGTERM) }
        let (script, program) = (running.script, running.program)
        // Then the shell's code may be there before the report, which is what children first is good for.
        #expect(try await script.waits { script.process(of: program) == nil }, "\(script.log)")
        try await check(running)
        try await site.runToItsEnd(step).expect(0)
      }
      try await site.expectPipelineDone()
    }

    @Test(
      "a shell that dies first leaves a report that claims nothing, and the step ends by the next signal",
      .inTurn)
    func shellFirst() async throws {
      let site = try await StepSite.start(seconds: 7200)
      for (step, site) in site.pipeline {
        let running = try await start(step, site, .child, .waiting)
        let script = running.script
        let process = try #require(script.process(of: running.program))
        let shell = try #require(script.processes.first { $0 != process })
        kill(shell, SIGTERM)
        #expect(try await script.waits { script.code == 143 }, "\(script.log)")
        let early = try StepReportView(Data(contentsOf: URL(filePath: site.reportPath(of: step))))
        #expect(early.problem?.message.contains("did not finish") == true, "\(early)")
        #expect(script.processes == [process], "\(script.log)")
        try await script.abort()
        try await check(running)
        try await site.runToItsEnd(step).expect(0)
      }
      try await site.expectPipelineDone()
    }
  }
}
