import AstraBackup
import AstraCleanup
import AstraClone
import AstraRestore
import ClusterSimulation
import Files
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing
import VeleroSimulation

/// What is found out before production's claims go: that they could not go, or would not come back.
@Suite struct InPlaceConditionTests {
  typealias Condition = InPlaceTests.Condition

  static let conditions = [
    Condition("a policy refuses the Restore", "no restores on a Friday") {
      $0[cluster: "ocp-prod"].admissionPlugins.append(
        SitePolicy("restores.velero.io", .denied(message: "no restores on a Friday", code: 403)))
    },
    Condition("a pod that has ended holds a claim", "pod \"dump-1\" has ended, and holds volume claim") {
      $0.leaveEndedPod()
    },
    Condition("a StatefulSet deletes its claims", "deletes its volume claims when it is stopped") {
      $0.makeStatefulSet {
        $0[path: ["spec", "persistentVolumeClaimRetentionPolicy"]] = ["whenScaled": "Delete"]
      }
    },
    Condition("the server is away", "Velero's server is not at work") { harness in
      harness.environment["ASTRA_TIMEOUT"] = "5m"
      harness.behave { $0.serverIsAway = true }
    },
    Condition("no node agent is at work", "none of Velero's node agents is at work") { harness in
      harness[cluster: "ocp-prod"].store.update(ObjectKey("daemonsets.apps", "velero", "node-agent")) {
        $0[path: ["status", "numberReady"]] = 0
      }
    },
    Condition("the copy is of more than the selector selects", "holds the whole namespace") {
      $0.environment["ASTRA_APP_SELECTOR"] = "app=magento-prod"
    },
  ]

  @Test(arguments: conditions) func isToldAndNothingChanged(_ condition: Condition) throws {
    let harness = Bucket.harness()
    condition.make(harness)
    let (claims, pods) = (harness.claimUIDs, harness.wantedPods)
    let result = try harness.restoreInPlace("--discard-present-state")
    if condition.testDescription.contains("a pod that has ended") {
      // Whoever follows the advice late does not end another pod of that name.
      result.expect(
        .protected, "logs dump-1 --all-containers >> dump-1.log && kubectl --context ocp-prod",
        "--field-selector metadata.name=dump-1,status.phase=Succeeded",
        "emptyDir volumes (scratch) goes with it, too", "saved on its node \"worker-1\"")
    }
    // The server may come back while its absence is waited for.
    let code: ExitCode = condition.testDescription == "the server is away" ? .deadlinePassed : .protected
    result.expect(code, condition.words)
    #expect(harness.claimUIDs == claims && harness.wantedPods == pods)
    #expect(harness.releasedVolumes.isEmpty && harness.objects("restores").isEmpty)
    #expect(harness.site.service.productionContent?.rows == Magento.brokenRows)
  }

  /// Nobody has pods that would show which claim is theirs.
  @Test func aClaimWithoutTheLabelsIsNotTakenForOneThatIsGone() throws {
    let harness = Bucket.harness()
    harness.environment["ASTRA_APP_SELECTOR"] = "app=magento-prod"
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    harness.changeClaims { $0[path: ["metadata", "labels"]] = [:] }
    harness.changeWorkloads { $0[path: ["spec", "replicas"]] = 0 }
    harness.site.pass(.seconds(60))
    let before = harness.claimUIDs
    let result = try harness.restoreInPlace("--use-backup", "mine", "--discard-present-state")
    result.expect(.protected, "which the copy holds, is there and does not bear the labels app=magento-prod")
    #expect(harness.claimUIDs == before && harness.objects("restores").isEmpty)
  }

  /// What a part of the namespace had nothing tells; what belongs to the others is not missed.
  @Test func aPartOfACopyOfTheWholeNamespaceIsCloned() throws {
    let harness = Bucket.harness()
    harness[cluster: "ocp-prod"].store.create(
      "deployments.apps",
      [
        "metadata": ["name": "neighbour", "namespace": "magento-prod", "labels": ["app": "neighbour"]],
        "spec": [
          "replicas": 1, "selector": ["matchLabels": ["app": "neighbour"]],
          "template": [
            "metadata": ["labels": ["app": "neighbour"]],
            "spec": ["containers": [["name": "n", "image": "n"]]],
          ],
        ],
      ])
    harness.site.pass(.seconds(60))
    try harness.run(BackupStep.self, "--backup-name", "whole").expectSuccess()
    harness.environment["ASTRA_APP_SELECTOR"] = "app=magento-prod"
    try harness.run(CloneStep.self, "--use-existing-backup", "whole").expectSuccess()
    #expect(harness.cloneContent?.rows == Magento.brokenRows)
  }

  // MARK: - What it leaves out

  /// A workload that was scaled to nothing is seen to be as the copy has it, too.
  @Test func anIdleWorkloadThatCannotBeChangedBackIsNotTakenForRestored() throws {
    let harness = Bucket.harness { $0.unchangeable = ["magento-prod"] }
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    harness.changeWorkloads { $0[path: ["spec", "replicas"]] = 0 }
    harness.site.pass(.seconds(60))
    let result = try harness.restoreInPlace("--use-backup", "mine")
    result.expect(.operationFailed, "Deployment \"magento-prod\" is not as the copy has it")
  }

  @Test func anIdleWorkloadRunsAgainAsTheCopyHasIt() throws {
    let harness = Bucket.harness()
    let (before, pods) = (harness.claimUIDs, harness.wantedPods)
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    harness.changeWorkloads { $0[path: ["spec", "replicas"]] = 0 }
    harness.site.pass(.seconds(60))
    let result = try harness.restoreInPlace("--use-backup", "mine")
    result.expect(.success, "mark Deployment \"magento-prod\", which has no pods")
    #expect(harness.wantedPods == pods)
    for (name, uid) in before { #expect(harness.claimUIDs[name] != uid) }
  }

  /// The mark of what had no pods anyway keeps nobody from restoring, and goes with the next restore.
  @Test func theMarkOfAnIdleWorkloadIsNoHold() throws {
    let harness = Bucket.harness()
    harness.makeIdle("admin-tools")
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    // It dies once production is stopped, and somebody starts that by hand.
    let stopped = "/deployments/magento-prod"
    harness.site.faults = [SiteFault(.killAfter, "PATCH", endingIn: stopped)]
    #expect(try harness.restoreInPlace("--use-backup", "mine").wasKilled)
    harness.site.endTroubles()
    #expect(harness.mark(of: "admin-tools") != nil && harness.wantedPods["magento-prod"] == 0)
    let key = ObjectKey("deployments.apps", "magento-prod", "magento-prod")
    harness[cluster: "ocp-prod"].store.update(key) { $0[path: ["spec", "replicas"]] = 1 }
    harness.site.pass(.seconds(60))
    harness.environment["ASTRA_RUN_ID"] = "another-run"
    harness.files.contents = harness.files.contents.filter { !$0.key.contains("reports/") }
    try harness.restoreInPlace().expectSuccess()
    #expect(harness.mark(of: "admin-tools") == nil && harness.mark(of: "magento-prod") == nil)
  }

  /// Until something is stopped that runs, a restore is begun anew, and all is looked at once more.
  @Test func aMarkAloneIsNoBeginning() throws {
    let harness = Bucket.harness()
    harness.makeIdle("admin-tools")
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    harness.site.faults = [SiteFault(.killAfter, "PATCH", endingIn: "/deployments/admin-tools")]
    #expect(try harness.restoreInPlace("--use-backup", "mine").wasKilled)
    harness.site.endTroubles()
    #expect(harness.mark(of: "admin-tools") != nil && harness.wantedPods["magento-prod"] == 1)
    harness.leaveEndedPod()
    try harness.restoreInPlace("--use-backup", "mine").expect(.protected, "pod \"dump-1\" has ended")
  }

  /// A workload that is stopped would end a pod that is restored at once, and its hooks with it.
  @Test func podsAreLeftToTheirWorkloads() throws {
    let harness = Bucket.harness()
    harness.changeWorkloads {
      $0[path: ["spec", "template", "metadata", "annotations", "post.hook.restore.velero.io/command"]] =
        "warm-up"
    }
    harness.site.pass(.seconds(60))
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    let result = try harness.restoreInPlace("--use-backup", "mine")
    result.expect(.success, "the restore hooks of Deployment \"magento-prod\" do not run")
    let left = harness.objects("restores").last?.value(at: "spec.excludedResources")?.array ?? []
    #expect(left.contains("pods"))
  }

  /// Only for a pod Velero fills a claim that its class binds at the first use, and no workload's pods use this one.
  @Test func aClaimThatNoWorkloadUsesIsToldOf() throws {
    let harness = Bucket.harness()
    let words = "no workload's pods use volume claim \"magento-prod-db\""
    let plain = try harness.restoreInPlace("--dry-run")
    #expect(!plain.standardError.contains(words))
    for name in ["ontap-san", "ontap-san-silver"] {
      harness[cluster: "ocp-prod"].store.update(ObjectKey("storageclasses.storage.k8s.io", nil, name)) {
        $0["volumeBindingMode"] = "WaitForFirstConsumer"
      }
    }
    let used = try harness.restoreInPlace("--dry-run")
    #expect(!used.standardError.contains(words))
    harness.changeWorkloads { $0[path: ["spec", "template", "spec", "volumes"]] = [] }
    harness.site.pass(.seconds(60))
    try harness.restoreInPlace("--dry-run").expect(.success, words, "ignoreDelayBinding")
  }
}

extension StepHarness {
  /// A pod of a Job that has run to its end, and used production's claim.
  fileprivate func leaveEndedPod() {
    let key = ObjectKey("pods", "magento-prod", "dump-1")
    self[cluster: "ocp-prod"].store.create(
      key.resource,
      [
        "metadata": ["name": "dump-1", "namespace": "magento-prod"],
        "spec": [
          "nodeName": "worker-1", "containers": [["name": "dump", "image": "dump"]],
          "volumes": [
            ["name": "data", "persistentVolumeClaim": ["claimName": .string(claims.first ?? "")]],
            ["name": "scratch", "emptyDir": [:]],
          ],
        ],
      ])
    self[cluster: "ocp-prod"].store.update(key) { $0[path: ["status", "phase"]] = "Succeeded" }
  }

  /// A Deployment without pods beside production's workload.
  fileprivate func makeIdle(_ name: String) {
    self[cluster: "ocp-prod"].store.create(
      "deployments.apps",
      [
        "metadata": ["name": .string(name), "namespace": "magento-prod"],
        "spec": [
          "replicas": 0, "selector": ["matchLabels": ["app": .string(name)]],
          "template": [
            "metadata": ["labels": ["app": .string(name)]],
            "spec": ["containers": [["name": "a", "image": "a"]]],
          ],
        ],
      ])
    site.pass(.seconds(60))
  }

  /// The restore that a Deployment of production is marked for.
  fileprivate func mark(of name: String) -> String? {
    let object = self[cluster: "ocp-prod"].store.object(ObjectKey("deployments.apps", "magento-prod", name))
    return object?[path: ["metadata", "annotations", "astra-steps/restore"]]?.string
  }

  /// A StatefulSet beside production's workload.
  fileprivate func makeStatefulSet(_ change: (inout JSON) -> Void) {
    var object: JSON = [
      "metadata": ["name": "queue", "namespace": "magento-prod"],
      "spec": [
        "replicas": 1, "serviceName": "queue", "selector": ["matchLabels": ["app": "queue"]],
        "template": [
          "metadata": ["labels": ["app": "queue"]], "spec": ["containers": [["name": "q", "image": "q"]]],
        ],
      ],
    ]
    change(&object)
    self[cluster: "ocp-prod"].store.create("statefulsets.apps", object)
  }
}
