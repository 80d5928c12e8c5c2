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

/// What becomes of the copies by way of which clones are made.
@Suite struct CarrierTests {
  /// A site with a clone on that cluster, days later, in another workspace and another run.
  private func later(
    on destination: String = "ocp-debug", after age: Duration = .seconds(7 * 86_400),
    _ change: (StepHarness) throws -> Void = { _ in }
  ) throws -> StepHarness {
    let harness = Protect.harness()
    harness.environment["DEBUG_KUBERNETES_CLUSTER"] = destination
    try harness.run(CloneStep.self).expectSuccess()
    harness.site.pass(age)
    harness.files.contents = [:]
    harness.environment["BUILD_TAG"] = "jenkins-cleanup-7"
    for (path, text) in harness.site.service.files { harness.files.contents[path] = Array(text.utf8) }
    try change(harness)
    return harness
  }

  private static let clone = "magento-debug-jenkins-post-mortem-42"

  private func names(_ harness: StepHarness) -> Set<String> {
    Set(harness.site.service.recoveryPoints.map(\.name))
  }

  @Test(arguments: ["ocp-debug", "ocp-prod"]) func goesWithItsClone(_ destination: String) throws {
    let harness = try later(on: destination)
    let before = names(harness)
    #expect(before.contains(Self.clone))
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    result.expectSuccess()
    #expect(names(harness) == before.subtracting([Self.clone]))
    #expect(result.values["ASTRA_REMOVED_RECOVERY_POINTS"] == Self.clone)
    #expect(result.values["ASTRA_REMOVED_BACKUPS"] == nil && result.values["ASTRA_REMOVED_EVIDENCE"] == nil)
    #expect(!harness.world.applications.contains { $0.name == "magento-debug" })
    // It goes after the clone, not before.
    let deletions = harness.site.requests.filter { $0.hasPrefix("DELETE") }
    let first = deletions.firstIndex { $0.contains("applications/magento-debug") } ?? .max
    let last = deletions.firstIndex { $0.contains(Self.clone) } ?? -1
    #expect(first < last, "\(deletions)")
  }

  @Test func saysWhatWouldGo() throws {
    let harness = try later()
    let before = Holdings(harness.site.service)
    let result = try harness.run(CleanupStep.self, "--remove-clone", "--dry-run")
    result.expectSuccess()
    #expect(result.standardError.contains("to remove: backup \"\(Self.clone)\""), "\(result.standardError)")
    #expect(Holdings(harness.site.service) == before)
  }

  /// What a clone was asked for from is no copy of the step's own making.
  @Test func theBackupThatWasNamedStays() throws {
    let harness = Protect.harness()
    try harness.run(CloneStep.self, "--use-existing-backup", Magento.goodBackup).expectSuccess()
    let before = names(harness)
    harness.site.pass(.seconds(86_400))
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    result.expectSuccess()
    #expect(names(harness) == before && result.values["ASTRA_REMOVED_RECOVERY_POINTS"] == nil)
  }

  /// Why a copy stays, and what the log says of it.
  struct Stay: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var words: String
    var arguments: [String] = ["--remove-clone"]
    var after = Duration.seconds(7 * 86_400)
    var code = ExitCode.success
    var change: @Sendable (StepHarness) throws -> Void
  }

  private static let stays = [
    Stay(testDescription: "labels of another copy", words: "its labels are those of another copy") {
      $0.annotate(clone, "carrier-name", "another")
    },
    Stay(testDescription: "no labels, and no record", words: "has no labels of astra-clone, and no record") {
      for name in ["of", "name", "for", "to"] { $0.annotate(clone, "carrier-\(name)", nil) }
    },
    Stay(testDescription: "an application that has failed", words: "is failed, and it may be needed") {
      $0.world.disturbNext(.restore, .fails)
      $0.site.service.restoreByOthers(Magento.production, from: CleanupScene.olderBackup)
      $0.site.pass(.seconds(600))
    },
    Stay(testDescription: "production restored from it", words: "\"magento-prod\" was restored from it") {
      try $0.run(RestoreStep.self, "--use-backup", clone).expectSuccess()
      $0.site.pass(.seconds(86_400))
      $0.environment["BUILD_TAG"] = "jenkins-cleanup-8"
    },
    Stay(
      testDescription: "a clone by a run of today that was lost", words: "is younger than 24h",
      arguments: ["--remove-clone", "--older-than", "1h"], after: .seconds(7_200)
    ) { $0.loseClone() },
    Stay(
      testDescription: "a clone that may be where nobody looks",
      words: "its clone may be on cluster ocp-debug",
      arguments: ["--remove-clone", "--older-than", "1d"]
    ) { harness in
      harness.loseClone()
      harness.environment["DEBUG_KUBERNETES_CLUSTER"] = nil
    },
    Stay(
      testDescription: "a clone that is younger",
      words: "carried clone \"magento-debug\": application \"magento-debug\" (",
      arguments: ["--remove-clone", "--older-than", "30d"]
    ) { _ in },
    Stay(
      testDescription: "a clone that somebody has taken over",
      words: "carried clone \"magento-debug\": application \"magento-debug\" (",
      arguments: ["--remove-clone", "--older-than", "1d"]
    ) { harness in
      harness[cluster: "ocp-debug"].store.update(
        ObjectKey(Protect.resource("backuprestores"), "magento-debug", "magento-debug")
      ) { $0[path: ["metadata", "annotations", "astra-steps/clone-name"]] = "somebody" }
    },
  ]

  @Test(arguments: stays) func staysWith(_ stay: Stay) throws {
    let harness = try later(after: stay.after, stay.change)
    let result = try harness.run(CleanupStep.self, arguments: stay.arguments)
    #expect(result.code == stay.code, "\(result.standardError)")
    #expect(names(harness).contains(Self.clone), "it is gone")
    #expect(result.standardError.contains(stay.words), "\(result.standardError)")
    #expect(result.values["ASTRA_REMOVED_RECOVERY_POINTS"] == nil)
  }

  /// A clone that others have removed has left its copy behind.
  @Test func goesByItsAgeOnceItsCloneIsGone() throws {
    let harness = try later { $0.loseClone() }
    let before = names(harness)
    // A cleanup of one clone by name looks for nothing else.
    try harness.run(CleanupStep.self, "--remove-clone").expectSuccess()
    #expect(names(harness) == before)
    let result = try harness.run(CleanupStep.self, "--remove-clone", "--older-than", "1d")
    result.expectSuccess()
    #expect(names(harness) == before.subtracting([Self.clone]), "\(result.standardError)")
    #expect(result.values["ASTRA_REMOVED_RECOVERY_POINTS"] == Self.clone)
  }

  /// Wherever a cleanup dies, the next one ends its work.
  @Test func goesOnAfterDeathAtEachPoint() throws {
    let whole = try later()
    let first = whole.site.events.count
    try whole.run(CleanupStep.self, "--remove-clone").expectSuccess()
    let last = whole.site.events.count
    let before = names(whole)
    for event in stride(from: first + 1, through: last, by: 3) {
      let harness = try later()
      harness.site.faults = [SiteFault(.killBefore, atEvent: event)]
      _ = try? harness.run(CleanupStep.self, "--remove-clone")
      harness.site.endTroubles()
      let result = try harness.run(CleanupStep.self, "--remove-clone")
      #expect(result.code == .success, "killed before event \(event): \(result.standardError)")
      #expect(names(harness) == before, "killed before event \(event)")
    }
  }

  /// A copy of the broken state is nothing to go back to, however new it is.
  @Test func theLatestBackupIsNeverACarrier() throws {
    let harness = Protect.harness()
    try harness.run(CloneStep.self).expectSuccess()
    try harness.run(RestoreStep.self, "--use-backup", "latest").expectSuccess()
    #expect(harness.site.service.productionContent?.rows != Magento.brokenRows)
  }
}

extension StepHarness {
  /// Writes on the copy of production that carried the clone; nil takes the annotation away.
  fileprivate func annotate(_ copy: String, _ name: String, _ value: String?) {
    self[cluster: "ocp-prod"].store.update(
      ObjectKey(Protect.resource("backups"), "magento-prod", copy)
    ) { $0[path: ["metadata", "annotations", "astra-steps/\(name)"]] = value.map { .string($0) } }
  }

  /// Others remove the clone with all that is in its namespace.
  fileprivate func loseClone() {
    var changed = world
    _ = changed.removeByOthers(madeClone)
    _ = changed.removeNamespace("magento-debug", of: "ocp-debug")
    world = changed
    site.pass(.seconds(600))
  }
}
