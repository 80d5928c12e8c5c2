import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import Testing
import TridentProtectSimulation

/// A situation at Trident protect, the step that meets it, and what it says to that.
struct Situation: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var code: ExitCode
  /// What its streams say, each somewhere.
  var words: [String]
  var setup: @Sendable (inout TridentProtectSetup) -> Void
  var prepare: @Sendable (StepHarness) throws -> Void
  var run: @Sendable (StepHarness) throws -> StepHarness.Result

  init<S: Step & SendableMetatype>(
    _ description: String, _ step: S.Type, _ arguments: String..., code: ExitCode, saying words: String...,
    setup: @escaping @Sendable (inout TridentProtectSetup) -> Void = { _ in },
    prepare: @escaping @Sendable (StepHarness) throws -> Void = { _ in }
  ) {
    (testDescription, self.code, self.words) = (description, code, words)
    (self.setup, self.prepare) = (setup, prepare)
    run = { try $0.run(step, arguments: arguments) }
  }

  /// Lets the step meet it, and checks what it said, in its streams and in its report.
  func check() throws {
    let harness = Protect.harness(setup)
    try prepare(harness)
    let before = harness.world.tally
    let result = try run(harness)
    #expect(result.code == code, "\(result.standardError)")
    #expect(result.report.claimsSuccess == (code == .success))
    for word in words {
      #expect(result.standardError.contains(word), "\"\(word)\" is not said: \(result.standardError)")
    }
    // Whoever is refused before anything is begun has begun nothing.
    if [.badParameter, .notFound, .protected, .credentialsRefused].contains(code) {
      #expect(harness.world.tally == before, "something was changed")
    }
  }
}
