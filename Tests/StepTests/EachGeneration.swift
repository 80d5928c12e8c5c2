import AstraControlSimulation
import AstraClone
import AstraSimulator
import SimulatedBackend
import Synchronization
import Testing

/// Runs every test of a suite against a server of each generation of the API, one after the other.
///
/// The suites that have it are the conformance suite: what they ask of a step does not depend on the server's age.
struct EachGeneration: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    for generation in [SimulatorSettings.APIGeneration.v2, .v1] {
      try await Magento.$generation.withValue(generation) { try await function() }
    }
  }
}

extension Trait where Self == EachGeneration {
  static var eachGeneration: Self { Self() }
}

/// That the conformance suite does run on both.
struct EachGenerationTests {
  @Test func everyTestRunsOnBoth() async throws {
    let seen = Mutex<[SimulatorSettings.APIGeneration]>([])
    let test = try #require(Test.current)
    try await EachGeneration().provideScope(for: test, testCase: Test.Case.current) {
      let harness = try Magento.harness()
      try harness.run(CloneStep.self).expectSuccess()
      let isSpoken = harness.site.requests.contains {
        $0.hasPrefix("POST") && $0.hasSuffix(Magento.applications)
      }
      #expect(isSpoken, "\(harness.site.requests)")
      seen.withLock { $0.append(harness.site.world.settings.apiGeneration) }
    }
    #expect(seen.withLock { $0 } == [.v2, .v1])
  }
}
