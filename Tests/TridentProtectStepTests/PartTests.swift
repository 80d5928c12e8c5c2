import AstraBackup
import AstraClone
import AstraPreflight
import AstraRestore
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing
import TridentProtectSimulation

/// Applications that are a part of a namespace, or share it, and copies that are not what they seem.
@Suite struct PartTests {
  /// The application takes what bears a label, and another team works in the same namespace.
  private func shared(_ selector: JSON = ["matchLabels": ["shop": "yes"]]) -> StepHarness {
    let harness = Protect.harness()
    harness.change("applications", "magento-prod") {
      $0[path: ["spec", "includedNamespaces"]] = [["namespace": "magento-prod", "labelSelector": selector]]
    }
    for resource in ["persistentvolumeclaims", "deployments.apps", "services", "pods"] {
      for object in harness[cluster: "ocp-prod"].store.objects(resource, in: "magento-prod") {
        harness[cluster: "ocp-prod"].store.update(ObjectKey(resource, "magento-prod", object.name ?? "")) {
          $0[path: ["metadata", "labels", "shop"]] = "yes"
        }
      }
    }
    harness[cluster: "ocp-prod"].store.create(
      "deployments.apps", Protect.deployment("theirs", labels: ["team": "another"]))
    harness[cluster: "ocp-prod"].store.create(
      "persistentvolumeclaims",
      [
        "metadata": ["name": "pending", "namespace": "magento-prod"],
        "spec": ["storageClassName": "none"], "status": ["phase": "Pending"],
      ])
    return harness
  }

  @Test(
    arguments: [
      ["matchLabels": ["shop": "yes"]],
      ["matchExpressions": [["key": "shop", "operator": "In", "values": ["yes", "also"]]]],
      ["matchExpressions": [["key": "shop", "operator": "Exists"]]],
      [
        "matchExpressions": [
          ["key": "team", "operator": "DoesNotExist"],
          ["key": "shop", "operator": "NotIn", "values": ["no"]],
          ["key": "shop", "operator": "Exists"],
        ]
      ],
    ] as [JSON]) func aCopyNamesWhatBelongsToTheApplication(_ selector: JSON) throws
  {
    let harness = shared(selector)
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    let backup = try #require(harness.objects("backups").first { $0.name == "mine" })
    let inventory = backup.annotation("astra-steps/inventory") ?? ""
    #expect(inventory.contains("magento-prod") && !inventory.contains("theirs"), "\(inventory)")
    #expect(!inventory.contains("pending"), "\(inventory)")
  }

  /// What a filter leaves in cannot be told from outside: a copy names nothing then.
  @Test func aFilteredApplicationIsNotTold() throws {
    let harness = shared()
    harness.change("applications", "magento-prod") {
      $0[path: ["spec", "resourceFilter"]] = [
        "resourceSelectionCriteria": "Exclude", "resourceMatchers": [["kind": "Deployment"]],
      ]
    }
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    let backup = try #require(harness.objects("backups").first { $0.name == "mine" })
    #expect(backup.annotation("astra-steps/inventory") == nil)
  }

  /// What others have there is neither missed nor waited for.
  @Test func aRestoreIsJudgedByItsOwnPart() throws {
    let harness = shared()
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    harness[cluster: "ocp-prod"].store.remove(ObjectKey("deployments.apps", "magento-prod", "theirs"))
    harness.environment["BUILD_TAG"] = "jenkins-post-mortem-43"
    try harness.run(RestoreStep.self, "--use-backup", "mine").expectSuccess()
  }

  /// The release has added a claim that is never bound, and a load balancer that never gets an address.
  @Test func whatTheReleaseHasAddedIsNotWaitedFor() throws {
    let harness = Protect.harness()
    harness.change("backups", Magento.goodBackup) {
      $0[path: ["metadata", "annotations", "astra-steps/inventory"]] =
        "claims=;workloads=Deployment/magento-prod;services=magento-prod!"
    }
    harness[cluster: "ocp-prod"].store.create(
      "persistentvolumeclaims",
      [
        "metadata": ["name": "new", "namespace": "magento-prod"],
        "spec": ["storageClassName": "mistyped"], "status": ["phase": "Pending"],
      ])
    harness[cluster: "ocp-prod"].store.create(
      "services",
      [
        "metadata": ["name": "new", "namespace": "magento-prod"],
        "spec": ["type": "LoadBalancer", "loadBalancerClass": "none", "ports": [["port": 80]]],
      ])
    harness.site.observe = { [unowned harness] _ in
      let key = ObjectKey("services", "magento-prod", "new")
      guard harness[cluster: "ocp-prod"].store.object(key)?.value(at: "status.loadBalancer.ingress") != nil
      else { return }
      harness[cluster: "ocp-prod"].store.update(key) { $0[path: ["status", "loadBalancer"]] = [:] }
    }
    try harness.run(RestoreStep.self).expectSuccess()
  }

  /// One that lies in another namespace and includes production's, too.
  @Test func whoSharesANamespaceNeedNotLieInIt() throws {
    let harness = Protect.harness()
    harness[cluster: "ocp-prod"].store.update(
      ObjectKey(Protect.resource("applications"), "wordpress", "wordpress")
    ) {
      $0[path: ["spec", "includedNamespaces"]] = [["namespace": "wordpress"], ["namespace": "magento-prod"]]
    }
    let result = try harness.run(RestoreStep.self)
    result.expectSuccess()
    #expect(
      result.standardError.contains("shares namespace \"magento-prod\" with \"magento-prod\""),
      "\(result.standardError)")
  }

  /// A backup that was blocked until after the bad release holds that, whenever it was asked for.
  @Test func aCopyIsOfTheTimeWhenItWasComplete() throws {
    let harness = Protect.harness()
    let good = try #require(harness.objects("backups").first { $0.name == Magento.goodBackup })
    let made = try #require(good.value(at: "metadata.creationTimestamp")?.string.flatMap { Timestamp($0) })
    harness.change("backups", Magento.goodBackup) {
      $0[path: ["status", "completionTimestamp"]] = .string((made + .seconds(7_200)).text)
    }
    let result = try harness.run(
      RestoreStep.self, "--use-backup", "latest", "--before", (made + .seconds(3_600)).text)
    result.expectSuccess()
    #expect(harness.site.service.productionContent?.rows == ["order-1001"])
  }

  /// A snapshot that a backup has made for itself goes with it.
  @Test func aSnapshotOfABackupsOwnIsNone() throws {
    let harness = Protect.harness()
    let backup = try #require(harness.objects("backups").first { $0.name == Magento.goodBackup })
    var snapshot = try #require(harness.objects("snapshots").first { $0.name == "nightly-0213" })
    snapshot[path: ["metadata"]] = [
      "name": "backup-temporary", "namespace": "magento-prod",
      "ownerReferences": [
        [
          "apiVersion": "protect.trident.netapp.io/v1", "kind": "Backup", "name": .string(Magento.goodBackup),
          "uid": .string(backup.uid ?? ""),
        ]
      ],
    ]
    harness[cluster: "ocp-prod"].store.create(Protect.resource("snapshots"), snapshot)
    let result = try harness.run(RestoreStep.self, "--use-snapshot", "latest")
    result.expectSuccess()
    #expect(result.standardError.contains("nightly-0213"), "\(result.standardError)")
    #expect(!result.standardError.contains("backup-temporary"), "\(result.standardError)")
  }
}
