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

  /// A clone whose restore has ended and that does not come up, or whose volumes are never bound: production waits no longer
  /// for it than it needs at best.
  @Test(arguments: [
    ("deployments.apps", ["status", "availableReplicas"], JSON.integer(0), "pods available"),
    ("persistentvolumeclaims", ["status", "phase"], "Pending", "is Pending"),
  ])
  func aCloneThatDoesNotComeUpHoldsUpNoRescue(
    _ resource: String, _ path: [String], _ value: JSON, _ said: String
  ) throws {
    let harness = Protect.harness()
    harness.site.observe = { [unowned harness] _ in
      for object in harness[cluster: "ocp-debug"].store.objects(resource, in: "magento-debug")
      where object[path: path] != value {
        harness[cluster: "ocp-debug"].store.update(ObjectKey(resource, "magento-debug", object.name ?? "")) {
          $0[path: path] = value
        }
      }
    }
    let clone = try harness.run(CloneStep.self, "--timeout", "5m")
    clone.expect(.deadlinePassed, saying: said)
    let began = harness.site.time.now
    let result = try harness.run(RestoreStep.self)
    result.expectSuccess()
    #expect(harness.site.time.now - began < .seconds(600))
    #expect(harness.site.service.productionContent?.rows == Magento.goodRows)
    // What it destroyed is held by a snapshot.
    #expect(result.values["ASTRA_RESTORE_EVIDENCE"] == "snapshot", "\(result.values)")
    #expect(harness.site.service.tally.snapshotsCreated == 1)
  }

  /// A restore has failed that was begun with a clone as evidence, and the rights to see that are gone with its namespace's.
  @Test func evidenceThatMayNotBeSeenHoldsUpNoRescue() throws {
    let harness = Protect.harness()
    try harness.run(CloneStep.self).expectSuccess()
    harness.site.service.disturbNext(.restore, .fails)
    let first = try harness.run(RestoreStep.self)
    first.expect(.operationFailed, saying: "clone \"magento-debug\"", nature: "failure")
    let token = harness[cluster: "ocp-debug"].users[0].token
    harness[cluster: "ocp-debug"].users = [User(token: token, name: "ci")]
    let second = try harness.run(RestoreStep.self)
    #expect(second.standardError.contains("may not be seen"), "\(second.standardError)")
    second.expectSuccess()
  }

  /// A release that knows no name for the application of a clone.
  @Test func anOlderReleaseIsTold() throws {
    let harness = Protect.harness()
    let text =
      #"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"BadRequest","message":"strict decoding error: unknown field \"spec.destinationApplicationName\"","code":400}"#
    let answer = ServiceResponse(
      status: 400, headers: [("Content-Type", "application/json")], body: Array(text.utf8))
    harness.site.faults = [SiteFault(.answers(answer), "POST", endingIn: "/backuprestores")]
    let result = try harness.run(CloneStep.self)
    #expect(result.code == .operationFailed, "\(result.standardError)")
    #expect(
      result.standardError.contains("update it to 26.02 or newer"), "\(result.standardError)")
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
