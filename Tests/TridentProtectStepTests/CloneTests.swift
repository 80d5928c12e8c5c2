import AstraClone
import AstraRestore
import AstraSnapshot
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing
import TridentProtectSimulation

/// Clones, and what they are good for, by what their namespaces hold.
@Suite struct CloneTests {
  /// Two namespaces hold a Service of one name, and one of the two is not brought.
  @Test(arguments: [true, false]) func whatSeveralNamespacesHoldIsCounted(_ isWhole: Bool) throws {
    let harness = Protect.harness()
    for namespace in ["erp-db", "erp-web"] {
      harness[cluster: "ocp-prod"].store.create(
        "services",
        [
          "metadata": ["name": "redis", "namespace": .string(namespace)],
          "spec": ["ports": [["port": 6379]]],
        ])
    }
    harness.environment["PROD_APP_NAME"] = "erp"
    if !isWhole {
      harness.site.observe = { [unowned harness] _ in
        let key = ObjectKey("services", "erp-web-debug", "redis")
        guard harness[cluster: "ocp-debug"].store.object(key) != nil else { return }
        harness[cluster: "ocp-debug"].store.remove(key)
      }
    }
    harness.environment["DEBUG_NAMESPACE"] = nil
    let result = try harness.run(
      CloneStep.self, "--namespace-mapping", "erp-db=erp-db-debug,erp-web=erp-web-debug")
    if isWhole { return result.expectSuccess() }
    result.expect(
      .operationFailed, saying: "these are missing: Service redis in 1 of 2 namespaces", nature: "failure")
  }

  /// By which rules pods run in a namespace no restore brings into one that is there.
  @Test func theNamespaceOfACloneHasTheRulesOfItsSource() throws {
    let harness = Protect.harness { $0.settings.copiesNamespaceAnnotations = false }
    harness[cluster: "ocp-prod"].store.update(ObjectKey("namespaces", nil, "magento-prod")) {
      $0[path: ["metadata", "labels", "pod-security.kubernetes.io/enforce"]] = "privileged"
      $0[path: ["metadata", "labels", "argocd.argoproj.io/managed-by"]] = "shop"
      $0[path: ["metadata", "annotations", "openshift.io/sa.scc.uid-range"]] = "1000650000/10000"
      $0[path: ["metadata", "annotations", "openshift.io/requester"]] = "somebody"
      $0[path: ["metadata", "annotations", "openshift.io/node-selector"]] = "env=prod"
    }
    try harness.run(CloneStep.self).expectSuccess()
    let made = try #require(
      harness[cluster: "ocp-debug"].store.object(ObjectKey("namespaces", nil, "magento-debug")))
    #expect(made.label("pod-security.kubernetes.io/enforce") == "privileged")
    #expect(made.label("argocd.argoproj.io/managed-by") == nil)
    #expect(made.annotation("openshift.io/sa.scc.uid-range") == "1000650000/10000")
    // Another cluster has other nodes.
    #expect(made.annotation("openshift.io/node-selector") == nil)
  }

  /// A clone that holds its data and does not come up: production waits no longer for it than its pods need at best.
  @Test func aCloneThatDoesNotComeUpHoldsUpNoRescue() throws {
    let harness = Protect.harness()
    harness.site.observe = { [unowned harness] _ in
      let key = ObjectKey("deployments.apps", "magento-debug", "magento-debug")
      for object in harness[cluster: "ocp-debug"].store.objects("deployments.apps", in: "magento-debug")
      where object.value(at: "status.availableReplicas")?.integer != 0 {
        harness[cluster: "ocp-debug"].store.update(
          ObjectKey("deployments.apps", "magento-debug", object.name ?? key.name)
        ) { $0[path: ["status", "availableReplicas"]] = 0 }
      }
    }
    let clone = try harness.run(CloneStep.self, "--timeout", "5m")
    clone.expect(.deadlinePassed, saying: "pods available")
    let began = harness.site.time.now
    let result = try harness.run(RestoreStep.self)
    result.expectSuccess()
    #expect(harness.site.time.now - began < .seconds(600))
    #expect(harness.site.service.productionContent?.rows == Magento.goodRows)
    // What it destroyed is held by a snapshot.
    #expect(result.values["ASTRA_EVIDENCE_KIND"] != "clone", "\(result.values)")
    #expect(harness.site.service.tally.snapshotsCreated == 1)
  }

  /// Somebody has made a snapshot of a clone, and it has lost a part since: it is not replaced unseen.
  @Test func aCloneWithCopiesOfItsOwnIsNotReplaced() throws {
    let harness = Protect.harness()
    try harness.run(CloneStep.self).expectSuccess()
    harness.environment["PROD_APP_NAME"] = "magento-debug"
    harness.environment["PROD_KUBERNETES_CLUSTER"] = "ocp-debug"
    try harness.run(SnapshotStep.self, "--snapshot-name", "before-the-repair").expectSuccess()
    harness.environment["PROD_APP_NAME"] = "magento-prod"
    harness.environment["PROD_KUBERNETES_CLUSTER"] = "ocp-prod"
    harness[cluster: "ocp-debug"].store.remove(ObjectKey("services", "magento-debug", "magento-prod"))
    harness.environment["BUILD_TAG"] = "jenkins-post-mortem-43"
    let result = try harness.run(CloneStep.self, "--replace-failed")
    result.expect(.protected, saying: "recovery points of its own", "before-the-repair")
    #expect(harness.world.hasNamespace("magento-debug", of: "ocp-debug"))
    #expect(harness.site.service.recoveryPoints(named: "before-the-repair").count == 1)
  }
}
