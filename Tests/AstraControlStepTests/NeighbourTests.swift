import StepTestSupport
import struct ServiceSimulation.ServiceResponse
import AstraControlSimulation
import AstraClone
import AstraPreflight
import AstraRestore
import AstraSimulator
import Files
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// Applications that share a namespace with the one that is restored or cloned are named.
@Suite(.eachGeneration) struct NeighbourTests {
  /// A site where another application lives in production's namespace, and a third is in one of that name elsewhere.
  private func harness(_ change: (inout SimulatorSettings) -> Void = { _ in }) throws -> StepHarness {
    let harness = try Magento.astraControl(change)
    let content = Content(version: "7.2", rows: ["key-1"])
    for (name, cluster, state) in [
      ("redis", "ocp-prod", "ready"), ("elsewhere", "ocp-debug", "ready"), ("gone", "ocp-prod", "removed"),
    ] {
      var seed = ApplicationSeed(name, cluster: cluster, namespaces: ["magento-prod"])
      (seed.content, seed.state) = (content, state)
      harness.site.world.addApplication(seed)
    }
    return harness
  }

  private func check<S: Step>(
    _ harness: StepHarness, _ step: S.Type, _ arguments: String..., isNamed: Bool = true,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let result = try harness.run(step, arguments: arguments)
    result.expectSuccess(at: location)
    let warnings = result.standardError.split(separator: "\n").filter { $0.contains("warning: application ") }
    #expect(warnings.count == (isNamed ? 1 : 0), "\(result.standardError)", sourceLocation: location)
    #expect(
      warnings.allSatisfy { $0.contains("\"redis\"") && $0.contains("\"magento-prod\"") },
      sourceLocation: location)
    let report = harness.files.text("reports/TEST-\(S.identity.name).xml") ?? ""
    #expect(report.contains("astra.sharedWith") == isNamed, sourceLocation: location)
    #expect(report.contains("redis (on cluster") == isNamed, sourceLocation: location)
    #expect(!report.contains("elsewhere") && !report.contains("gone"), sourceLocation: location)
  }

  @Test(arguments: SimulatorSettings.Tolerance.allCases, [0, 1])
  func areNamedByEveryStepThatTouchesThem(filter: SimulatorSettings.Tolerance, pageSize: Int) throws {
    let harness = try harness { ($0.filter, $0.pageSize) = (filter, pageSize) }
    try check(harness, PreflightStep.self, "--steps", "clone restore")
    try check(harness, CloneStep.self)
    try check(harness, RestoreStep.self)
  }

  @Test func thereAreNoneWhereNobodyElseIs() throws {
    let harness = try Magento.astraControl()
    try check(harness, PreflightStep.self, "--steps", "clone restore", isNamed: false)
    try check(harness, CloneStep.self, isNamed: false)
    try check(harness, RestoreStep.self, isNamed: false)
  }

  @Test(arguments: [400, 403, 404, 500])
  func aQuestionThatIsNotAnsweredStopsNothing(status: Int) throws {
    let path =
      Magento.generation == .v1
      ? "k8s/v1/managedApps" : "managedClusters/\(CleanupScene.clusterOfProduction)/apps"
    let problem = ServiceResponse(
      status: status, headers: [("Content-Type", "application/problem+json")],
      body: Array(#"{"type":"https://astra.netapp.io/problems/11","title":"No"}"#.utf8))
    for step in ["clone", "restore"] {
      let harness = try harness()
      // Every such question, and nothing else.
      harness.site.beforeRequest = { [unowned harness] _ in
        guard let last = harness.site.requests.last, last.contains("include="), last.contains(path) else {
          return
        }
        harness.site.faults = [SiteFault(.answers(problem), atEvent: harness.site.events.count + 1)]
      }
      let result =
        step == "clone" ? try harness.run(CloneStep.self) : try harness.run(RestoreStep.self)
      result.expectSuccess()
      #expect(
        result.standardError.contains("the backend does not tell who shares"), "\(result.standardError)")
    }
  }
}
