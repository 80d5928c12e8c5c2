import AstraBackup
import AstraCleanup
import AstraClone
import AstraRestore
import Files
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing
import TridentProtectSimulation

/// Which application a name means, and which one an id.
@Suite struct LookupTests {
  private static let others = WorldContent(version: "1.0", broken: false, rows: ["of-others"])

  /// Adds an application of production's name that is another one.
  private func addNamesake(in namespace: String, of context: String, _ harness: StepHarness) {
    var world = harness.world
    let uid = world.addApplication(
      "magento-prod", in: [namespace], of: context, holding: Self.others,
      uid: "5f5f5f5f-0000-4000-8000-000000000001")
    #expect(uid != nil)
    harness.world = world
  }

  /// The namespace is mistyped, and one of that name is where clones go, or where the kubeconfig points.
  @Test(arguments: ["magento-debug", "staging"]) func oneElsewhereIsAnotherApplication(
    _ namespace: String
  ) throws {
    let harness = Protect.harness()
    addNamesake(in: namespace, of: "ocp-prod", harness)
    harness.environment["ASTRA_APP_NAMESPACE"] = "magento-prd"
    harness.environment["DEBUG_KUBERNETES_CLUSTER"] = "ocp-prod"
    let kubeconfig = harness.site.service.files["kubeconfig"] ?? ""
    let pointing = kubeconfig.replacing(
      "{cluster: ocp-prod,", with: "{namespace: staging, cluster: ocp-prod,")
    #expect(pointing != kubeconfig)
    harness.files.contents["kubeconfig"] = Array(pointing.utf8)
    let result = try harness.run(BackupStep.self, "--backup-name", "mine")
    result.expect(.notFound, saying: "there is no application \"magento-prod\"")
    // Whoever means that one can say so.
    #expect(result.standardError.contains("\(namespace)/magento-prod"), "\(result.standardError)")
    #expect(harness.site.service.tally.backupsCreated == 0)
    let restore = try harness.run(RestoreStep.self)
    #expect(restore.code == .notFound)
    harness.environment["PROD_APP_NAME"] = "\(namespace)/magento-prod"
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
  }

  /// No cluster is named, and the clones' has one of that name.
  @Test func oneOnTheClustersOfClonesIsAnotherApplication() throws {
    let harness = Protect.harness()
    harness.environment["PROD_APP_NAME"] = "jenkins"
    harness.environment["PROD_KUBERNETES_CLUSTER"] = nil
    let result = try harness.run(BackupStep.self, "--backup-name", "mine")
    result.expect(.notFound, saying: "there is no application \"jenkins\"")
    #expect(harness.site.service.tally.backupsCreated == 0)
  }

  /// Somebody has made an application anew in the clone's namespace, under its name: it is theirs.
  @Test func whatIsMadeAnewUnderTheNameOfACloneIsNoClone() throws {
    let harness = Protect.harness()
    try harness.run(CloneStep.self).expectSuccess()
    harness.site.pass(.seconds(3_600))
    let key = ObjectKey(Protect.resource("applications"), "magento-debug", "magento-debug")
    harness[cluster: "ocp-debug"].store.remove(key)
    harness[cluster: "ocp-debug"].store.create(
      Protect.resource("applications"),
      [
        "metadata": ["name": "magento-debug", "namespace": "magento-debug"],
        "spec": ["includedNamespaces": [["namespace": "magento-debug"]]],
      ])
    CleanupScene.leave(harness)
    for (path, text) in harness.site.service.files { harness.files.contents[path] = Array(text.utf8) }
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    result.expect(.protected, saying: "magento-debug", "is not a clone")
    #expect(harness[cluster: "ocp-debug"].store.object(key) != nil)
    #expect(harness.world.hasNamespace("magento-debug", of: "ocp-debug"))
  }

  /// A right that is refused once, whatever it is: what cannot be seen is not gone.
  @Test func whatMayNotBeSeenOnceIsNotGone() throws {
    let refusal = ServiceResponse(
      status: 403, headers: [("Content-Type", "application/json")],
      body: Array(
        #"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","message":"no","code":403}"#
          .utf8))
    func aDayLater() throws -> StepHarness {
      let harness = Protect.harness()
      try harness.run(CloneStep.self).expectSuccess()
      harness.site.pass(.seconds(86_400))
      return harness
    }
    let whole = try aDayLater()
    let first = whole.site.events.count
    try whole.run(CleanupStep.self, "--remove-clone").expectSuccess()
    for event in (first + 1)...whole.site.events.count {
      guard case .request("GET", _, _) = whole.site.events[event - 1] else { continue }
      let harness = try aDayLater()
      harness.site.faults = [SiteFault(.answers(refusal), atEvent: event)]
      let result = try harness.run(CleanupStep.self, "--remove-clone")
      harness.site.pass(.seconds(60))
      let isThere = harness.world.applications.contains { $0.name == "magento-debug" }
      #expect(
        result.code != .success || !isThere,
        "at event \(event), \(whole.site.events[event - 1].text): \(result.standardError)")
    }
  }
}
