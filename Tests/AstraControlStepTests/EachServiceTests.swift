import AstraClone
import AstraControlSimulation
import AstraSimulator
import SimulatedBackend
import StepTestSupport
import Synchronization
import Testing

/// That the conformance suite does run on both generations of Astra Control.
struct EachServiceTests {
  @Test func everyTestRunsOnBoth() async throws {
    let seen = Mutex<[SimulatorSettings.APIGeneration]>([])
    let test = try #require(Test.current)
    try await EachService([.astraControl, .olderAstraControl]).provideScope(
      for: test, testCase: Test.Case.current
    ) {
      let harness = try Magento.astraControl()
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
