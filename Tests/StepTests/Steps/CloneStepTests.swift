import StepTestSupport
import ServiceSimulation
import SimulatedBackend
import StepCommon
import Testing
import Timing
import AstraClone

/// `astra-clone` in every situation of the table.
@Suite(.eachService) struct CloneStepTests {

  @Test func clonesToTheSourcesClusterByDefault() throws {
    let harness = try Magento.harness()
    harness.environment["DEBUG_KUBERNETES_CLUSTER"] = ""
    harness.environment["DEBUG_NAMESPACE"] = ""
    try harness.run(CloneStep.self).expectSuccess()
    let world = harness.site.service
    let clone = try #require(world.clones.first)
    #expect(
      clone.cluster == world.application("magento-prod")?.cluster && clone.namespaces == ["magento-debug"])
  }

  @Test func clonesABackupOrASnapshot() throws {
    let harness = try Magento.harness()
    try harness.run(CloneStep.self, "-B", "before-2.4.2-debian-10-r14").expectSuccess()
    #expect(harness.site.service.clones.first?.content?.version == Magento.goodVersion)
    try harness.run(CloneStep.self, "-B", Magento.goodBackupID).expectSuccess()
    #expect(harness.site.service.tally.clonesCreated == 1)

    let other = try Magento.harness()
    other.environment["DEBUG_KUBERNETES_CLUSTER"] = "ocp-prod"
    try other.run(CloneStep.self, "--use-existing-snapshot", "nightly-0213").expectSuccess()
    #expect(other.site.service.clones.first?.content?.rows == Magento.goodRows)
  }

  @Test func aSnapshotDoesNotLeaveItsCluster() throws {
    let harness = try Magento.harness()
    let result = try harness.run(CloneStep.self, "-S", "nightly-0213")
    result.expect(.badParameter, saying: "snapshot cannot leave")
    #expect(harness.site.service.tally.clonesCreated == 0)
  }

  @Test(.only { $0.applicationsSpanNamespaces }) func mapsSeveralNamespaces() throws {
    // In the older generation there is none (`OlderGenerationTests`).
    let harness = try Magento.harness()
    guard harness.site.service.capabilities.mapsNamespaces else { return }
    harness.environment["PROD_APP_NAME"] = "erp"
    let refused = try harness.run(CloneStep.self)
    refused.expect(.badParameter, saying: "erp-db", "erp-web", "DEBUG_NAMESPACE_MAPPING")
    let half = try harness.run(CloneStep.self, "--namespace-mapping", "erp-db=erp-db-debug")
    half.expect(.badParameter, saying: "erp-web")
    #expect(harness.site.service.tally.clonesCreated == 0)
    try harness.run(CloneStep.self, "--namespace-mapping", "erp-db=erp-db-debug,erp-web=erp-web-debug")
      .expectSuccess()
    #expect(Set(harness.site.service.clones.first?.namespaces ?? []) == ["erp-db-debug", "erp-web-debug"])
  }

  @Test func asksForAStorageClass() throws {
    // The older generation takes none (`OlderGenerationTests`).
    let harness = try Magento.harness()
    guard harness.site.service.capabilities.mapsNamespaces else { return }
    try harness.run(CloneStep.self, "--storage-class", "no-such-class").expect(
      .notFound,
      saying: Magento.product.clonesByOneRequest
        ? "Target storage class not found" : "has no storage class \"no-such-class\"")
    try harness.run(CloneStep.self, "--storage-class", "ontap-san-silver").expectSuccess()
  }

  @Test func waitsForOneThatIsUnderWay() throws {
    let harness = try Magento.harness { $0.clone = .seconds(300) }
    try harness.run(CloneStep.self, "--timeout", "60s").expect(.deadlinePassed, saying: "provisioning", "1m")
    try harness.run(CloneStep.self).expectSuccess()
    #expect(harness.site.service.tally.clonesCreated == 1)
  }

  @Test func refusesANameOrANamespaceThatIsTaken() throws {
    let cases: [(variable: String, value: String, words: [String])] = [
      ("DEBUG_APP_NAME", "jenkins", ["taken", "not a clone"]),
      ("DEBUG_NAMESPACE", "jenkins", ["namespace \"jenkins\" on cluster", "already exists"]),
    ]
    for (variable, value, words) in cases {
      let harness = try Magento.harness()
      harness.environment[variable] = value
      let before = harness.site.service.changes
      let result = try harness.run(CloneStep.self)
      result.expect(.protected)
      for word in words { #expect(result.message.contains(word)) }
      #expect(harness.site.service.changes == before)
    }
  }

  @Test func neverTakesProductionForItsClone() throws {
    let harness = try Magento.harness()
    harness.environment["DEBUG_APP_NAME"] = "magento-prod"
    harness.environment["DEBUG_KUBERNETES_CLUSTER"] = "ocp-prod"
    try harness.run(CloneStep.self).expect(.protected, saying: "the application to clone")
  }

  @Test func refusesAFailedOneUnlessItMayReplaceIt() throws {
    let harness = try Magento.harness { $0.failedCloneLeavesNamespace = false }
    harness.site.service.disturbNext(.clone, .fails)
    try harness.run(CloneStep.self).expect(.operationFailed, saying: "failed", nature: "failure")
    let before = harness.site.service.changes
    let refused = try harness.run(CloneStep.self)
    refused.expect(.protected, saying: "failed")
    #expect(refused.standardError.contains("--replace-failed") && harness.site.service.changes == before)
    try harness.run(CloneStep.self, "--replace-failed").expectSuccess()
    #expect(
      harness.site.service.clones.map(\.state) == ["ready"] && harness.site.service.tally.deletions == 1)
    #expect(harness.site.service.application("magento-prod") != nil)
  }

  @Test(.only { $0.clonesByOneRequest }) func saysWhatAFailedCloneLeftBehind() throws {
    let harness = try Magento.harness { $0.failedCloneLeavesNamespace = true }
    harness.site.service.disturbNext(.clone, .fails)
    try harness.run(CloneStep.self).expect(.operationFailed, nature: "failure")
    let result = try harness.run(CloneStep.self, "--replace-failed")
    result.expect(.protected, saying: "namespace \"magento-debug\" on cluster", "already exists")
    #expect(result.standardError.contains("<context of cluster ocp-debug> delete namespace magento-debug"))
  }

  /// What it left keeps its namespace, so the next one is made in another.
  @Test func replacesAFailedOneThatLiesInAnotherNamespace() throws {
    let harness = try Magento.harness { $0.failedCloneLeavesNamespace = true }
    harness.site.service.disturbNext(.clone, .fails)
    try harness.run(CloneStep.self).expect(.operationFailed, nature: "failure")
    let elsewhere = ["--clone-namespace", "magento-debug-2"]
    try harness.run(CloneStep.self, arguments: elsewhere).expect(.protected, saying: "in other namespaces")
    try harness.run(CloneStep.self, arguments: elsewhere + ["--replace-failed"]).expectSuccess()
    #expect(harness.site.service.clones.map(\.namespaces) == [["magento-debug-2"]])
    #expect(harness.site.service.tally.deletions == 1)
  }

  @Test(arguments: [
    (OperationEffect.fails, ExitCode.operationFailed), (.failsAtOnce, .operationFailed),
    (.vanishes, .operationFailed), (.stalls, .deadlinePassed), (.unknownState, .success),
    (.goesBack, .success),
  ])
  func endsAsTheCloneEnds(effect: OperationEffect, code: ExitCode) throws {
    let harness = try Magento.harness()
    harness.site.service.disturbNext(.clone, effect)
    let result = try harness.run(CloneStep.self)
    #expect(result.code == code, "\(result.standardError)")
    #expect(result.report.claimsSuccess == (code == .success))
    #expect((harness.site.service.clones.first?.state == "ready") == (code == .success))
  }

  @Test func doesNotCloneWhatIsBeingRestored() throws {
    let harness = try Magento.harness()
    harness.site.service.setState("restoring", of: Magento.production)
    let before = harness.site.service.changes
    try harness.run(CloneStep.self).expect(.protected, saying: "being restored in place")
    #expect(harness.site.service.changes == before)
  }

  @Test func aDryRunChangesNothing() throws {
    let harness = try Magento.harness()
    let before = harness.site.service.changes
    let result = try harness.run(CloneStep.self, "--dry-run")
    result.expectSuccess()
    #expect(result.standardError.contains("dry run: would clone \"magento-prod\" as \"magento-debug\""))
    #expect(harness.site.service.changes == before)
  }
}
