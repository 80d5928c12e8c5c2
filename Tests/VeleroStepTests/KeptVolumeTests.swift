import AstraCleanup
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

/// The volumes that a restore in place has put aside go by age, and only once nothing needs them any more.
@Suite struct KeptVolumeTests {
  private static let byAge = ["--kept-volumes-older-than", "2h"]

  /// A site some hours after production was restored in place.
  private func harness(hours: Int = 3) throws -> StepHarness {
    let harness = Bucket.harness()
    try harness.restoreInPlace().expectSuccess()
    harness.leave(hours: hours)
    return harness
  }

  private func cleanUp(_ harness: StepHarness, _ more: String...) throws -> StepHarness.Result {
    try harness.run(CleanupStep.self, arguments: Self.byAge + more)
  }

  /// Checks that everything that was put aside is still there, and why that is said to be.
  private func expectKept(_ harness: StepHarness, _ words: String) throws {
    let changes = harness.world.journal.count
    let result = try cleanUp(harness)
    result.expect(.success, "left alone: volume", words)
    #expect(harness.world.journal.count == changes)
    #expect(result.values["ASTRA_REMOVED_VOLUMES"] == nil)
  }

  @Test func oldOnesGoAndProductionStays() throws {
    let harness = try harness()
    let kept = harness.releasedVolumes.compactMap(\.name)
    let content = harness.site.service.productionContent
    #expect(!kept.isEmpty)
    let dry = try cleanUp(harness, "--dry-run")
    dry.expect(.success, "to remove: volume \"\(kept[0])\"", "by run jenkins-post-mortem-42")
    #expect(harness.releasedVolumes.count == kept.count)
    let result = try cleanUp(harness)
    result.expectSuccess()
    #expect(harness.releasedVolumes.isEmpty)
    let told = result.values["ASTRA_REMOVED_VOLUMES"]?.split(separator: "+").map { String($0) } ?? []
    #expect(Set(told) == Set(kept) && !kept.isEmpty)
    // With their data, and nothing else's.
    let left = harness[cluster: "ocp-prod"].store.objects("persistentvolumes").compactMap(\.name)
    #expect(Set(left).isDisjoint(with: kept))
    #expect(harness.site.service.productionContent == content && content?.rows == Magento.goodRows)
    try cleanUp(harness).expect(.success, "nothing to remove")
  }

  /// A volume that an earlier restore has told to outlive its claim, and that nobody has put aside until now.
  @Test func ageCountsFromTheRestoreThatPutsAVolumeAside() throws {
    let harness = Bucket.harness()
    // It dies when production's volume is kept, and nothing else is done.
    harness.site.faults = [SiteFault(.killAfter, .restore, .other)]
    #expect(try harness.restoreInPlace().wasKilled)
    harness.site.endTroubles()
    #expect(harness.releasedVolumes.isEmpty)
    harness.leave(hours: 200)
    harness.environment["ASTRA_RUN_ID"] = "a-week-later"
    try harness.restoreInPlace().expectSuccess()
    #expect(harness.releasedVolumes.count == 1)
    harness.leave(hours: 1)
    try expectKept(harness, "younger than")
    harness.leave(hours: 3)
    try cleanUp(harness).expect(.success, "by run a-week-later")
    #expect(harness.releasedVolumes.isEmpty)
  }

  @Test func youngOnesStay() throws { try expectKept(try harness(hours: 1), "younger than") }

  @Test func thoseOfARestoreThatFailedStayUntilOneHasEndedWell() throws {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness.behave { $0.failingData = [claim] }
    try harness.restoreInPlace("--discard-present-state").expect(.operationFailed)
    harness.leave(hours: 3)
    try expectKept(harness, "needed")
    harness.behave { $0.failingData = [] }
    harness.environment["BUILD_TAG"] = "jenkins-post-mortem-43"
    try harness.restoreInPlace("--discard-present-state").expectSuccess()
    harness.leave(hours: 3)
    try cleanUp(harness).expectSuccess()
    #expect(harness.releasedVolumes.isEmpty)
    #expect(harness.site.service.productionContent?.rows == Magento.goodRows)
  }

  /// A restore that was gone was made again, with new evidence, and ended well: both pieces of evidence go by age.
  @Test func theEvidenceOfARestoreThatWasMadeAgainGoes() throws {
    let harness = Bucket.harness()
    harness.site.faults = [SiteFault(.world { $0.disturbNext(.restore, .vanishes) }, atEvent: 1)]
    try harness.restoreInPlace().expect(.operationFailed, "is gone")
    harness.site.endTroubles()
    try harness.restoreInPlace().expectSuccess()
    #expect(harness.objects("backups").count { $0.name?.contains("evidence-") == true } == 2)
    harness.site.pass(.seconds(8 * 86_400))
    let result = try harness.run(CleanupStep.self, "--evidence-older-than", "7d")
    result.expectSuccess()
    #expect(
      harness.objects("backups").allSatisfy { $0.name?.contains("evidence-") == false },
      "\(result.standardError)")
  }

  /// Something because of which the volumes stay, and what is said of it.
  struct Situation: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var words: String
    var make: @Sendable (StepHarness) -> Void

    init(_ name: String, _ words: String, _ make: @escaping @Sendable (StepHarness) -> Void) {
      (testDescription, self.words, self.make) = (name, words, make)
    }
  }

  static let situations = [
    Situation("the restore is gone", "no restore in place is there any more") { harness in
      for restore in harness.objects("restores") {
        harness[cluster: "ocp-prod"].store.remove(
          ObjectKey("restores.velero.io", restore.namespace, restore.name ?? ""))
      }
    },
    Situation("the restore shows a failure", "is failed, and it may be needed") { harness in
      for restore in harness.objects("restores") {
        harness.change("restores", restore.name ?? "") {
          $0[path: ["status", "phase"]] = "PartiallyFailed"
        }
      }
    },
    Situation("the restore is completed without the data of a volume", "data is missing") { harness in
      for movement in harness.objects("datadownloads") {
        harness.change("datadownloads", movement.name ?? "") { $0[path: ["status", "phase"]] = "Failed" }
      }
    },
    Situation("nothing shows that a claim was filled", "does not hold what Restore") { harness in
      for movement in harness.objects("datadownloads") {
        harness[cluster: "ocp-prod"].store.remove(
          ObjectKey("datadownloads.velero.io", movement.namespace, movement.name ?? ""))
      }
    },
    Situation("a workload is stopped for a restore", "bears the mark of a restore in place that is not over")
    { harness in
      harness.changeWorkloads {
        $0[path: ["metadata", "annotations", "astra-steps/restore"]] = "magento-prod-of-another"
      }
    },
    Situation("the namespace is another one", "another one by now") { harness in
      for restore in harness.objects("restores") {
        harness.change("restores", restore.name ?? "") {
          $0[path: ["metadata", "annotations", "astra-steps/namespace-uid"]] = "of-before"
        }
      }
    },
    Situation("a claim is gone", "nothing has taken its place") { harness in
      for name in harness.claims {
        harness[cluster: "ocp-prod"].store.remove(
          ObjectKey("persistentvolumeclaims", "magento-prod", name))
      }
    },
    Situation("a claim is not bound", "nothing has taken its place") { harness in
      for name in harness.claims {
        harness[cluster: "ocp-prod"].store.update(
          ObjectKey("persistentvolumeclaims", "magento-prod", name)
        ) { $0[path: ["status", "phase"]] = "Pending" }
      }
    },
    Situation("they were kept before, too", "was Retain before, too") { harness in
      harness.changeKept { $0[path: ["metadata", "annotations", "astra-steps/reclaim-policy"]] = "Retain" }
    },
    Situation("the storage could not remove them", "could not remove it") { harness in
      harness.changeKept { $0[path: ["status", "phase"]] = "Failed" }
    },
    Situation("nothing tells their age", "would prove") { harness in
      harness.changeKept { $0[path: ["metadata", "annotations", "astra-steps/kept-at"]] = nil }
    },
  ]

  @Test(arguments: situations) func whatIsNotProvenStays(_ situation: Situation) throws {
    let harness = try harness()
    situation.make(harness)
    try expectKept(harness, situation.words)
  }

  @Test func whatIsNoneOfOursIsNotLookedAt() throws {
    let harness = try harness()
    harness.changeKept { $0[path: ["metadata", "annotations", "astra-steps/volume-uid"]] = "of-another" }
    let kept = harness.releasedVolumes.count
    let result = try cleanUp(harness)
    result.expect(.success, "nothing to remove")
    #expect(harness.releasedVolumes.count == kept && !result.standardError.contains("left alone: volume"))
  }

  /// Just before one of the requests somebody takes a volume into use again: it stays, or had gone before.
  @Test func oneThatIsTakenIntoUseStays() throws {
    let whole = try harness()
    let volume = try #require(whole.releasedVolumes.first?.name)
    let before = whole.site.requests.count
    try cleanUp(whole).expectSuccess()
    for request in (before + 1)...whole.site.requests.count {
      let harness = try harness()
      let fault = SiteFault.Effect.world { service in
        guard var velero = service as? VeleroService else { return }
        let index = velero.world.clusters.firstIndex { $0.name == "ocp-prod" } ?? 0
        velero.world.clusters[index].store.update(ObjectKey("persistentvolumes", nil, volume)) {
          $0[path: ["status", "phase"]] = "Bound"
        }
        service = velero
      }
      harness.site.faults = [SiteFault(fault, atRequest: request)]
      let result = try cleanUp(harness)
      let after = harness[cluster: "ocp-prod"].store.object(ObjectKey("persistentvolumes", nil, volume))
      #expect(
        after == nil || after?.value(at: "spec.persistentVolumeReclaimPolicy")?.string == "Retain",
        "request \(request): \(result.standardError)")
      #expect(harness.site.service.productionContent?.rows == Magento.goodRows)
    }
  }

  @Test func whereverItDiesTheNextAttemptGoesOn() throws {
    let whole = try harness()
    let before = whole.site.events.count
    try cleanUp(whole).expectSuccess()
    for event in (before + 1)...whole.site.events.count {
      let harness = try harness()
      harness.site.faults = [SiteFault(event.isMultiple(of: 2) ? .killBefore : .killAfter, atEvent: event)]
      _ = try? cleanUp(harness)
      harness.site.endTroubles()
      let second = try cleanUp(harness)
      second.expectSuccess()
      #expect(harness.releasedVolumes.isEmpty, "killed at \(event): \(second.standardError)")
      #expect(harness.site.service.productionContent?.rows == Magento.goodRows, "killed at \(event)")
    }
  }
}

extension StepHarness {
  /// Lets hours pass, and begins another run in another workspace.
  fileprivate func leave(hours: Int) {
    site.pass(.seconds(hours * 3600))
    files.contents = [:]
    environment["BUILD_TAG"] = "jenkins-cleanup-7"
  }

  /// Changes the volumes that were put aside.
  fileprivate func changeKept(_ change: (inout JSON) -> Void) {
    for volume in releasedVolumes {
      self[cluster: "ocp-prod"].store.update(
        ObjectKey("persistentvolumes", nil, volume.name ?? ""), change)
    }
  }
}
