import Foundation
import Glibc
import Testing

extension StepsTests {
  @Suite("A signal at any moment leaves a true report and nothing that a second run cannot end")
  struct Moments {
    /// How many moments each signal comes at; they are spread over a whole run of clone and restore.
    private static let count = 15
    /// Another seed gives other moments.
    private static let seed =
      ProcessInfo.processInfo.environment["ASTRA_TEST_SEED"].flatMap { UInt64($0) } ?? 20_260_315

    /// How long clone and restore take when nobody disturbs them.
    private static let undisturbed = Task {
      let site = try await StepSite.start(seconds: seconds)
      let began = ContinuousClock.now
      for step in steps { try await site.run(step).expect(0) }
      let length = ContinuousClock.now - began
      try await site.expectPipelineDone(backups: 0)
      return length
    }
    private static let seconds = 0.6
    private static let steps = [StepProgram.clone, .restore]

    @Test(
      "the report stays whole, and a second run ends as an undisturbed one does", .inTurn,
      arguments: [SIGKILL, SIGTERM], Array(0..<count))
    func anyMoment(_ signal: Int32, _ number: Int) async throws {
      let length = try await Self.undisturbed.value
      var random = SplitMix(state: Self.seed &+ UInt64(number) &* 2 &+ UInt64(signal))
      let moment = length * ((Double(number) + Double.random(in: 0..<1, using: &random)) / Double(Self.count))
      let label: Comment = "signal \(signal) after \(moment) of \(length), seed \(Self.seed)"

      let site = try await StepSite.start(seconds: Self.seconds)
      let began = ContinuousClock.now
      for step in Self.steps {
        let ended = try await run(step, site, label) { running in
          while running.ended == nil, .now - began < moment { try await Task.sleep(for: .milliseconds(1)) }
          running.send(signal)
        }
        guard ended.exit == .code(0) else { break }
      }
      let isOpen = StepMoment.atTheChange.isReached(by: .restore, at: site)()
      // Whether a restore of unknown fate was begun is sure a minute later, by the server's clock.
      if isOpen { try await site.simulator.post("advance", ["seconds": 61]) }
      for step in Self.steps {
        // In the end nothing is left of what the first ones were just writing.
        let isLast = step == Self.steps.last
        let again = try await run(step, site, label, leaving: isLast ? .report : .whatASignalLeaves)
        #expect(again.exit == .code(0), "\(label) \(again.summary)")
      }
      // If it was not begun, the clone no longer is evidence beyond doubt.
      try await site.expectPipelineDone(backups: 0, snapshots: isOpen ? 0...1 : 0...0)
    }

    /// Runs a step, reads every version of its report, and holds them against how the step ended.
    private func run(
      _ step: StepProgram, _ site: StepSite, _ label: Comment,
      leaving remains: StepSite.Remains = .whatASignalLeaves,
      _ disturb: (RunningCommand) async throws -> Void = { _ in }
    ) async throws -> StepResult {
      var watch = ReportWatch()
      let result = try await site.run(step, leaving: remains) { running in
        async let watched = ReportWatch.follow(running, site.reportPath(of: step))
        try await disturb(running)
        watch = await watched
      }
      #expect(watch.faults.isEmpty, "\(label) \(result.summary)")
      #expect([.code(0), .code(143), .signal(SIGKILL), .signal(SIGTERM)].contains(result.exit), "\(label)")
      // A report that is left from before is no report of this run, but it is one of this pipeline run.
      for version in watch.versions.dropLast() where version.claimsSuccess {
        #expect(version.cases == watch.versions[0].cases, "\(label) it claimed success too early")
      }
      guard watch.versions.last?.claimsSuccess == true else { return result }
      // Between the last report and its end a step may still be killed.
      let tally = try await site.world().tally
      #expect(tally.clonesCreated == 1 && (step == .clone || tally.restoresFinished == 1), "\(label)")
      return result
    }
  }
}

/// Sebastiano Vigna's SplitMix64: the same moments from the same seed.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
