import AstraPreflight
import AstraRestore
import ClusterSimulation
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing
import VeleroSimulation

extension StepHarness {
  /// Restores production in place, by the changes that it takes.
  func restoreInPlace(_ arguments: String...) throws -> Result {
    try run(RestoreStep.self, arguments: ["--replace-volumes"] + arguments)
  }

  /// The volumes of production's cluster that no claim is bound to any more.
  var releasedVolumes: [JSON] {
    self[cluster: "ocp-prod"].store.objects("persistentvolumes")
      .filter { $0.value(at: "status.phase")?.string == "Released" }
  }

  /// The uids of production's claims, by their names.
  var claimUIDs: [String: String] {
    let claims = self[cluster: "ocp-prod"].store.objects("persistentvolumeclaims", in: "magento-prod")
    return Dictionary(claims.map { ($0.name ?? "", $0.uid ?? "") }, uniquingKeysWith: { $1 })
  }

  /// Production's workloads with how many pods they want.
  var wantedPods: [String: Int] {
    let store = self[cluster: "ocp-prod"].store
    let all =
      store.objects("deployments.apps", in: "magento-prod")
      + store.objects("statefulsets.apps", in: "magento-prod")
    return Dictionary(
      all.map { ($0.name ?? "", $0.value(at: "spec.replicas")?.integer ?? 1) }, uniquingKeysWith: { $1 })
  }

  /// Where customers reach production.
  var addresses: [String] {
    self[cluster: "ocp-prod"].store.objects("services", in: "magento-prod").map {
      "\($0.name ?? "") \($0.uid ?? "") \($0.value(at: "status.loadBalancer")?.text ?? "")"
    }.sorted()
  }

  /// Whether production holds what the good backup does, in new claims, with the data of before beside it.
  func expectRestored(
    from before: [String: String], at location: SourceLocation = #_sourceLocation
  ) {
    let content = site.service.productionContent
    #expect(content?.rows == Magento.goodRows, sourceLocation: location)
    #expect(content?.version == "2.4.1-debian-10-r14", sourceLocation: location)
    #expect(claimUIDs.keys == before.keys, sourceLocation: location)
    for (name, uid) in before { #expect(claimUIDs[name] != uid, sourceLocation: location) }
    #expect(releasedVolumes.count >= before.count, sourceLocation: location)
    let marks = self[cluster: "ocp-prod"].store.objects("deployments.apps", in: "magento-prod").filter {
      $0[path: ["metadata", "annotations", "astra-steps/restore"]] != nil
    }
    #expect(marks.isEmpty, sourceLocation: location)
  }
}

/// In-place restores by Velero: it leaves the data of claims that are there, so the step puts them aside.
@Suite struct InPlaceTests {
  @Test func productionIsRestoredInPlaceFromASnapshotToo() throws {
    let harness = Bucket.harness()
    let before = harness.claimUIDs
    try harness.restoreInPlace("--use-snapshot", "nightly-0213").expectSuccess()
    harness.expectRestored(from: before)
  }

  @Test func productionIsRestoredInPlace() throws {
    let harness = Bucket.harness()
    let (before, pods, addresses) = (harness.claimUIDs, harness.wantedPods, harness.addresses)
    let result = try harness.restoreInPlace()
    result.expect(.success, "change 1 of", "the data of before is kept in the volumes")
    harness.expectRestored(from: before)
    #expect(harness.wantedPods == pods && harness.addresses == addresses)
    let kept = Set(harness.releasedVolumes.compactMap(\.name))
    let told = result.values["ASTRA_RESTORE_KEPT_VOLUMES"]?.split(separator: " ").map { String($0) } ?? []
    #expect(Set(told) == kept && kept.count == before.count)
    let again = try harness.restoreInPlace()
    again.expect(.success, "was restored from it in this run already")
    #expect(Set(harness.releasedVolumes.compactMap(\.name)) == kept)
  }

  @Test func withoutTheWordNothingIsChanged() throws {
    let harness = Bucket.harness()
    harness.environment["ASTRA_REPLACE_VOLUMES"] = nil
    let before = harness.world.journal.count
    let result = try harness.run(RestoreStep.self)
    result.expect(.protected, "delete volume claim", "--replace-volumes", "astra-clone")
    #expect(harness.world.journal.count == before)
    let preflight = try harness.run(PreflightStep.self, "--steps", "restore")
    #expect(preflight.code == .protected)
    try harness.run(PreflightStep.self, "--steps", "restore", "--replace-volumes").expectSuccess()
    #expect(harness.world.journal.count == before)
  }

  @Test func aDryRunPrintsThePlan() throws {
    let harness = Bucket.harness()
    let before = harness.claimUIDs
    let result = try harness.restoreInPlace("--dry-run")
    for word in ["to Retain", "stop Deployment", "delete volume claim", "restore \"", "start Deployment"] {
      #expect(result.standardError.contains(word), "\(word): \(result.standardError)")
    }
    #expect(harness.claimUIDs == before && harness.releasedVolumes.isEmpty)
    #expect(harness.objects("restores").isEmpty)
  }

  // MARK: - Conditions

  /// Something in production's cluster that keeps a restore from being begun, and what is said of it.
  struct Condition: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var words: String
    var make: @Sendable (StepHarness) -> Void

    init(_ name: String, _ words: String, _ make: @escaping @Sendable (StepHarness) -> Void) {
      (testDescription, self.words, self.make) = (name, words, make)
    }
  }

  static let conditions = [
    Condition("the location is away", "is Unavailable") {
      $0.behave { $0.locationsAreUnavailable = true }
    },
    Condition("a storage class is gone", "is not there") { harness in
      for name in ["ontap-san", "ontap-san-silver"] {
        harness[cluster: "ocp-prod"].store.remove(
          ObjectKey("storageclasses.storage.k8s.io", nil, name))
      }
    },
    Condition("an operator keeps a workload", "is kept by Shop \"magento\"") { harness in
      harness.changeWorkloads {
        $0[path: ["metadata", "ownerReferences"]] = [
          [
            "apiVersion": "shop.example/v1", "kind": "Shop", "name": "magento", "uid": "u-1",
            "controller": true,
          ]
        ]
      }
    },
    Condition("Flux keeps a workload", "Flux kustomization \"shop\"") { harness in
      harness.changeWorkloads {
        $0[path: ["metadata", "labels", "kustomize.toolkit.fluxcd.io/name"]] = "shop"
      }
    },
    Condition("a pod of nobody uses a claim", "cannot be stopped by the step") { harness in
      harness[cluster: "ocp-prod"].store.create(
        "pods",
        [
          "metadata": ["name": "by-hand", "namespace": "magento-prod"],
          "spec": [
            "containers": [["name": "shell", "image": "shell"]],
            "volumes": [
              [
                "name": "data",
                "persistentVolumeClaim": ["claimName": .string(harness.claims.first ?? "")],
              ]
            ],
          ],
        ])
    },
    Condition("a service of the backup is gone", "are not there") { harness in
      for backup in harness.objects("backups") {
        harness.change("backups", backup.name ?? "") {
          let path = ["metadata", "annotations", "astra-steps/inventory"]
          $0[path: path] = .string("\($0[path: path]?.string ?? "");services=magento-front")
        }
      }
    },
    Condition("its volumes were copied without CSI", "that no CSI driver made") { harness in
      for backup in harness.objects("backups") {
        harness.change("backups", backup.name ?? "") {
          for name in ["volumeSnapshotsAttempted", "volumeSnapshotsCompleted"] {
            $0[path: ["status", name]] = 1
          }
        }
      }
    },
    Condition("nothing tells what the backup had", "nothing proves") { harness in
      for backup in harness.objects("backups") {
        harness.change("backups", backup.name ?? "") {
          $0[path: ["metadata", "annotations", "astra-steps/inventory"]] = nil
        }
      }
    },
  ]

  @Test(arguments: conditions) func aConditionThatIsNotMetIsToldAndNothingChanged(_ condition: Condition)
    throws
  {
    let harness = Bucket.harness()
    condition.make(harness)
    let (claims, pods) = (harness.claimUIDs, harness.wantedPods)
    let result = try harness.restoreInPlace()
    result.expect(.protected, condition.words)
    #expect(harness.claimUIDs == claims && harness.wantedPods == pods)
    #expect(harness.releasedVolumes.isEmpty && harness.objects("restores").isEmpty)
    #expect(harness.site.service.productionContent?.rows == Magento.brokenRows)
  }

  /// A policy that would be asked of the real thing, and is not asked of a trial, keeps nobody from restoring.
  @Test func aWebhookThatTakesNoTrialsIsNoObjection() throws {
    let harness = Bucket.harness()
    let before = harness.claimUIDs
    harness[cluster: "ocp-prod"].admissionPlugins.append(SitePolicy("restores.velero.io", .hasSideEffects))
    try harness.restoreInPlace().expectSuccess()
    harness.expectRestored(from: before)
  }

  // MARK: - Deaths

  /// The events of a whole run, each of which a step can be killed at.
  @Test func whereverItDiesTheNextAttemptGoesOn() throws {
    let whole = Bucket.harness()
    try whole.restoreInPlace().expectSuccess()
    let count = whole.site.events.count
    // Each event is killed at before or after it happens.
    for event in 1...count {
      let harness = Bucket.harness()
      let before = harness.claimUIDs
      harness.site.faults = [SiteFault(event.isMultiple(of: 2) ? .killBefore : .killAfter, atEvent: event)]
      _ = try? harness.restoreInPlace()
      harness.site.endTroubles()
      let second = try harness.restoreInPlace()
      #expect(second.code == .success, "killed at \(event) of \(count): \(second.standardError)")
      harness.expectRestored(from: before)
      // The restore is asked for once, and the data of before stands once.
      let restores = harness.objects("restores")
      #expect(restores.count == 1, "killed at \(event): \(restores.compactMap(\.name))")
      #expect(harness.releasedVolumes.count == before.count, "killed at \(event)")
    }
  }

  /// Kills a restore once production's claims are gone.
  private func half(_ harness: StepHarness) throws {
    harness.site.faults = [SiteFault(.killBefore, .restore, .application)]
    #expect(try harness.restoreInPlace().wasKilled)
    harness.site.endTroubles()
    #expect(harness.claimUIDs.isEmpty && !harness.releasedVolumes.isEmpty)
  }

  @Test func anotherRunIsToldWhoseItIs() throws {
    let harness = Bucket.harness()
    try half(harness)
    harness.environment["ASTRA_RUN_ID"] = "another-run"
    let other = try harness.restoreInPlace()
    other.expect(.protected, "jenkins-post-mortem-42", "has not ended")
    #expect(harness.objects("restores").isEmpty)
    #expect(harness.wantedPods.values.allSatisfy { $0 == 0 })
  }

  @Test func anotherPointOfTheSameRunIsRefused() throws {
    let harness = Bucket.harness()
    try half(harness)
    let other = try harness.restoreInPlace("--use-backup", "before-2-4-1-debian-10-r14")
    other.expect(.protected, "another recovery point", "kubectl")
    try harness.restoreInPlace().expectSuccess()
  }

  // MARK: - What comes between

  @Test func aClaimOfAnotherUIDIsLeftAlone() throws {
    let harness = Bucket.harness()
    let name = try #require(harness.claims.first)
    // Somebody makes it anew once it is gone; the answer to its deletion is lost.
    harness.site.faults = [
      SiteFault(.killAfter, "DELETE", endingIn: "/persistentvolumeclaims/\(name)")
    ]
    #expect(try harness.restoreInPlace().wasKilled)
    harness.site.endTroubles()
    harness.site.pass(.seconds(10))
    harness[cluster: "ocp-prod"].store.create(
      "persistentvolumeclaims",
      [
        "metadata": ["name": .string(name), "namespace": "magento-prod"],
        "spec": [
          "storageClassName": "ontap-san", "accessModes": ["ReadWriteOnce"],
          "resources": ["requests": ["storage": "8Gi"]],
        ],
      ])
    let uid = harness.claimUIDs[name]
    let result = try harness.restoreInPlace()
    result.expect(.operationFailed, "is another one by now", "was left alone", "kubectl")
    #expect(!result.standardError.contains("roll out the release"))
    #expect(harness.claimUIDs[name] == uid)
    #expect(harness.objects("restores").isEmpty)
  }

  @Test func aRestoreThatFailsNamesTheVolumesAndTheWayBack() throws {
    let harness = Bucket.harness()
    let pods = harness.wantedPods
    let claim = try #require(harness.claims.first)
    let owner: JSON = "the shop's"
    harness.changeClaims {
      $0[path: ["metadata", "annotations", "example.com/owner"]] = owner
      $0[path: ["metadata", "annotations", "velero.io/of-before"]] = "no"
    }
    harness.behave { $0.failingData = [claim] }
    let result = try harness.restoreInPlace("--discard-present-state")
    // The Restore may have brought the older release: it must not be started on the data of the newer one.
    result.expect(
      .operationFailed, "which stay", "kubectl --context ocp-prod", "roll out the release that ran before")
    #expect(harness.site.service.productionContent?.rows != Magento.brokenRows)
    for volume in harness.releasedVolumes.compactMap(\.name) {
      #expect(result.standardError.contains(volume))
    }
    try harness.goBack(result.standardError)
    #expect(Set(harness.site.service.productionContent?.rows ?? []) == Set(Magento.brokenRows))
    #expect(harness.wantedPods == pods)
    // Tools know again what is theirs.
    let claims = harness[cluster: "ocp-prod"].store.objects("persistentvolumeclaims", in: "magento-prod")
    #expect(!claims.isEmpty)
    for claim in claims {
      #expect(claim[path: ["metadata", "annotations", "example.com/owner"]] == owner)
      #expect(claim[path: ["metadata", "annotations", "velero.io/of-before"]] == nil)
    }
    // What was restored halfway is kept as well.
    let volumes = harness[cluster: "ocp-prod"].store.objects("persistentvolumes")
    #expect(
      volumes.allSatisfy {
        $0.value(at: "spec.persistentVolumeReclaimPolicy")?.string == "Retain"
          || $0.value(at: "spec.claimRef.namespace")?.string != "magento-prod"
      })
  }

  @Test func whatIsCompletedEarlyStartsNothing() throws {
    var setup = VeleroSetup()
    setup.hasNewWorker = true
    let harness = StepHarness(setup)
    harness.behave { ($0.completesEarly, $0.dataMovement) = (true, .seconds(60)) }
    let (pods, claim) = (harness.wantedPods, try #require(harness.claims.first))
    var startedEarly = false
    var isStopped = false
    harness.site.observe = { [unowned harness] _ in
      let worker = harness.wantedPods["magento-prod-worker"]
      if isStopped, worker == 2 {
        let key = ObjectKey("persistentvolumeclaims", "magento-prod", claim)
        let bound = harness[cluster: "ocp-prod"].store.object(key)?.value(at: "status.phase")?.string
        startedEarly = startedEarly || bound != "Bound"
      }
      isStopped = isStopped || worker == 0
    }
    try harness.restoreInPlace().expectSuccess()
    #expect(isStopped && !startedEarly && harness.wantedPods == pods)
  }

  @Test func aDeletionOfUnknownFateIsLookedAt() throws {
    let harness = Bucket.harness()
    let before = harness.claimUIDs
    let claim = try #require(harness.claims.first)
    harness.site.faults = [
      SiteFault(
        .answers(ServiceResponse(status: 502)), "DELETE", endingIn: "/persistentvolumeclaims/\(claim)")
    ]
    try harness.restoreInPlace().expectSuccess()
    harness.expectRestored(from: before)
  }

  @Test func aSecondAttemptNamesTheVolumesOfTheFirst() throws {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness.behave { $0.forgets = [claim] }
    try harness.restoreInPlace("--discard-present-state").expect(.operationFailed)
    let first = try #require(harness.releasedVolumes.first?.name)
    // There is no claim any more that it could put aside.
    let second = try harness.restoreInPlace("--discard-present-state")
    second.expect(.operationFailed, first, "which stay")
    #expect(second.values["ASTRA_RESTORE_KEPT_VOLUMES"] == first)
  }

  /// What was not begun needs no way back: before a volume is kept nobody is told to delete its claim.
  @Test func noClaimIsToBeDeletedThatTheStepHasLeft() throws {
    let harness = Bucket.harness()
    let before = harness.claimUIDs
    harness.site.faults = [SiteFault(.answers(ServiceResponse(status: 403)), .restore, .other)]
    let result = try harness.restoreInPlace()
    #expect(result.code != .success && harness.claimUIDs == before, "\(result.standardError)")
    #expect(!result.standardError.contains("delete pvc"), "\(result.standardError)")
  }

  @Test func aRestoreThatFailedIsMadeAgain() throws {
    let harness = Bucket.harness()
    let (before, pods) = (harness.claimUIDs, harness.wantedPods)
    let claim = try #require(harness.claims.first)
    harness.behave { $0.failingData = [claim] }
    try harness.restoreInPlace("--discard-present-state").expect(.operationFailed)
    harness.behave { $0.failingData = [] }
    try harness.restoreInPlace("--discard-present-state").expectSuccess()
    harness.expectRestored(from: before)
    #expect(harness.wantedPods == pods)
  }
}
