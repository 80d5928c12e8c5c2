import StepTestSupport
import struct ServiceSimulation.ServiceResponse
import AstraControlSimulation
import AstraBackup
import AstraClone
import AstraPreflight
import AstraSimulator
import AstraSnapshot
import SimulatedBackend
import StepCommon
import Testing

/// Names that mean something else, and places that are others'.
@Suite(.eachGeneration) struct ReservedNameTests {
  private func refuse<S: Step>(
    _ step: S.Type, _ variables: [String: String], _ arguments: [String] = [], saying words: String...,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let harness = try Magento.astraControl()
    harness.environment.merge(variables) { $1 }
    let before = harness.site.world.changes
    let result = try harness.run(step, arguments: arguments)
    result.expect(.badParameter, at: location)
    for word in words {
      #expect(result.message.contains(word), "\(result.message)", sourceLocation: location)
    }
    #expect(harness.site.world.changes == before && result.requests == 0, sourceLocation: location)
    #expect(!result.standardError.contains("kubectl"), sourceLocation: location)
  }

  @Test(arguments: ["latest", "Latest", "LATEST", " latest ", "evidence-1", "Evidence_1"])
  func noCopyIsCalledWhatMeansSomethingElse(name: String) throws {
    try refuse(BackupStep.self, ["BACKUP_NAME": name], saying: "BACKUP_NAME", "give another")
    try refuse(SnapshotStep.self, ["SNAPSHOT_NAME": name], saying: "SNAPSHOT_NAME", "give another")
    // Nor after a run that is called so.
    try refuse(
      BackupStep.self, ["BACKUP_NAME": "", "BUILD_TAG": name], saying: "ASTRA_RUN_ID")
    for step in ["backup", "snapshot"] {
      try refuse(
        PreflightStep.self, ["\(step.uppercased())_NAME": name], ["--steps", step], saying: "give another")
    }
  }

  @Test(arguments: ["latest", "LaTest"])
  func noCloneEither(name: String) throws {
    try refuse(CloneStep.self, ["DEBUG_APP_NAME": name], saying: "DEBUG_APP_NAME", "give another")
    try refuse(
      PreflightStep.self, ["DEBUG_APP_NAME": name], ["--steps", "clone"], saying: "DEBUG_APP_NAME")
  }

  @Test(arguments: ["magento-prod", "Magento.Prod", Magento.production], ["ocp-prod", "ocp-debug"])
  func noCloneIsCalledLikeItsSource(name: String, cluster: String) throws {
    for arguments in [[], ["-A", Magento.production]] {
      let harness = try Magento.astraControl()
      harness.environment["DEBUG_APP_NAME"] = name
      harness.environment["DEBUG_KUBERNETES_CLUSTER"] = cluster
      let before = harness.site.world.changes
      let result = try harness.run(CloneStep.self, arguments: arguments)
      result.expect(.protected, saying: "the application to clone")
      #expect(harness.site.world.changes == before)
      let ahead = try harness.run(PreflightStep.self, "--steps", "clone")
      ahead.expect(.protected, saying: "the application to clone")
    }
  }

  @Test func theSourcesNamespaceOnAnotherClusterIsFree() throws {
    // The older generation has it otherwise (`OlderGenerationTests`).
    guard Magento.generation != .v1 else { return }
    let harness = try Magento.astraControl()
    harness.environment["DEBUG_NAMESPACE"] = "magento-prod"
    try harness.run(CloneStep.self).expectSuccess()
  }

  @Test(arguments: [
    "kube-system", "kube-public", "openshift-monitoring", "openshift", "default", "trident", "netapp-acc",
    "astra-connector",
  ])
  func noCloneGoesIntoTheSystem(namespace: String) throws {
    try refuse(CloneStep.self, ["DEBUG_NAMESPACE": namespace], saying: "DEBUG_NAMESPACE", namespace)
    try refuse(
      CloneStep.self, ["DEBUG_APP_NAME": namespace, "DEBUG_NAMESPACE": ""], saying: "DEBUG_APP_NAME",
      namespace)
    try refuse(
      CloneStep.self, ["DEBUG_NAMESPACE_MAPPING": "magento-prod=\(namespace)"],
      saying: "DEBUG_NAMESPACE_MAPPING", namespace)
    try refuse(
      PreflightStep.self, ["DEBUG_NAMESPACE": namespace], ["--steps", "clone"], saying: "DEBUG_NAMESPACE")
  }

  @Test(arguments: [
    ("magento-prod", "ocp-prod", "magento-prod"), ("wordpress", "ocp-prod", "wordpress"),
    ("erp-db", "ocp-prod", "erp"), ("jenkins", "ocp-debug", "jenkins"),
  ])
  func whatAnApplicationHasIsNeverToBeDeleted(namespace: String, cluster: String, owner: String) throws {
    for filter in [SimulatorSettings.Tolerance.accepted, .refused] {
      let harness = try Magento.astraControl { $0.filter = filter }
      // The older generation refuses the source's namespace anywhere, and knows no application of several.
      if Magento.generation == .v1, ["magento-prod", "erp"].contains(owner) { return }
      harness.environment["DEBUG_NAMESPACE"] = namespace
      harness.environment["DEBUG_KUBERNETES_CLUSTER"] = cluster
      let before = harness.site.world.changes
      let result = try harness.run(CloneStep.self)
      result.expect(
        .protected, saying: "namespace \"\(namespace)\" on cluster", "already exists", "\"\(owner)\"")
      #expect(!result.standardError.contains("kubectl") && !result.standardError.contains("remove it"))
      #expect(harness.site.world.changes == before)
    }
  }

  @Test func theNamespaceOfTheEvidenceIsNeverToBeDeleted() throws {
    let harness = try Magento.astraControl()
    try harness.run(CloneStep.self).expectSuccess()
    let result = try harness.run(CloneStep.self, "-c", "another", "-n", "magento-debug")
    result.expect(.protected, saying: "belongs to application \"magento-debug\"")
    #expect(!result.standardError.contains("kubectl"))
  }

  @Test func aNamespaceThatNobodyHasIsToldWithItsCluster() throws {
    let harness = try Magento.astraControl()
    harness.site.world.addNamespace("magento-debug", onCluster: "ocp-debug")
    let result = try harness.run(CloneStep.self)
    result.expect(.protected, saying: "on cluster ocp-debug")
    #expect(
      result.standardError.contains(
        "kubectl --context <context of cluster ocp-debug> delete namespace magento-debug"))
    // Whose it is cannot be found out: then nothing is to be deleted.
    let fault = ServiceResponse(
      status: 403, body: Array(#"{"type":"https://astra.netapp.io/problems/11"}"#.utf8))
    let blind = try Magento.astraControl()
    blind.site.world.addNamespace("magento-debug", onCluster: "ocp-debug")
    blind.site.exchanged = { [unowned blind] request, _ in
      if request.target.contains("/namespaces") {
        blind.site.faults = [SiteFault(.answers(fault), "GET", endingIn: Magento.applications)]
      }
    }
    let refused = try blind.run(CloneStep.self)
    refused.expect(.protected, saying: "already exists")
    #expect(!refused.standardError.contains("kubectl"))
  }
}
