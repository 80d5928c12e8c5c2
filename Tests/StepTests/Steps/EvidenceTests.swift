import StepTestSupport
import ServiceSimulation
import AstraCleanup
import AstraPreflight
import AstraRestore
import Files
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// Evidence snapshots: their names, and when they go.
struct EvidenceTests {
  private static let first = "evidence-jenkins-post-mortem-42"

  private func evidence(_ harness: StepHarness) -> [String] {
    harness.site.service.recoveryPoints.filter { $0.kind == .snapshot && $0.name.hasPrefix("evidence-") }.map(
      \.name)
  }

  /// A harness whose run refuses its restore, so that its evidence is left behind.
  private func refused(
    _ change: (inout ServiceBehaviour) -> Void = { _ in }
  ) throws -> StepHarness {
    let harness = try Magento.harness(change)
    harness.site.faults = [
      SiteFault(
        .answers(harness.site.service.refusal(.conflict)), .restore, .application, naming: Magento.production)
    ]
    try harness.run(RestoreStep.self).expect(.operationFailed, nature: "failure")
    #expect(evidence(harness) == [Self.first])
    return harness
  }

  // MARK: - Names

  @Test(arguments: [true, false])
  func aNameThatIsTakenIsPassedOver(mayRepeat: Bool) throws {
    let harness = try Magento.harness { $0.duplicateSnapshotNames = mayRepeat }
    for name in [Self.first, "\(Self.first)-2"] {
      _ = harness.site.service.addSnapshot(RecoveryPointSeed(name), of: Magento.production)
    }
    let result = try harness.run(RestoreStep.self)
    result.expectSuccess()
    #expect(result.values["ASTRA_RESTORE_EVIDENCE_NAME"] == "\(Self.first)-3")
    #expect(
      harness.site.service.recoveryPoints(named: "\(Self.first)-3").first?.content?.rows == Magento.brokenRows
    )
    #expect(harness.site.service.recoveryPoints(named: Self.first).count == 1)
  }

  @Test func lostRecordsDoNotStopTheRestore() throws {
    let harness = try Magento.harness()
    try harness.run(RestoreStep.self).expectSuccess()
    harness.files.contents = [:]
    harness.environment["BACKUP_NAME"] = "before-2-4-1-debian-10-r14"
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(evidence(harness) == [Self.first, "\(Self.first)-2"])
  }

  @Test(arguments: [OperationEffect.fails, .hooksFail])
  func theHintKeepsTheDataFirst(effect: OperationEffect) throws {
    let harness = try Magento.harness()
    harness.site.service.disturbNext(.snapshot, effect)
    let result = try harness.run(RestoreStep.self)
    result.expect(.protected, saying: "no copy of the present state")
    let hint =
      result.standardError.split(separator: "\n").last { $0.contains("next: ") }.map(String.init) ?? ""
    let places = ["run the step again", "astra-clone", "--discard-present-state"].map {
      hint.firstRange(of: $0)?.lowerBound
    }
    #expect(places.allSatisfy { $0 != nil } && places.compactMap { $0 }.sorted() == places.compactMap { $0 })
    // What was left behind is in nobody's way, and goes once a later one is complete.
    try harness.run(RestoreStep.self).expectSuccess()
    harness.site.pass(.seconds(60))
    #expect(evidence(harness) == ["\(Self.first)-2"])
  }

  // MARK: - A newer one replaces an older one

  @Test func aNewerOneReplacesWhatNoRestoreWasBegunWith() throws {
    let harness = try refused()
    harness.site.pass(.seconds(1200))
    harness.site.service.addRows(["order-since"], to: Magento.production)
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(evidence(harness) == ["\(Self.first)-2"])
    #expect(harness.site.service.tally.deletions == 1)
    // That one was begun with: it holds the fault, and stays.
    harness.environment["BACKUP_NAME"] = "before-2-4-1-debian-10-r14"
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(
      evidence(harness) == ["\(Self.first)-2", "\(Self.first)-3"] && harness.site.service.tally.deletions == 1
    )
  }

  /// Killed before it learned the id of the evidence that it had asked for: name, mark and time tell which one it is.
  @Test(arguments: [true, false])
  func aNewerOneReplacesOneWhoseAnswerWasLost(othersAreThere: Bool) throws {
    let harness = try Magento.harness { $0.duplicateSnapshotNames = true }
    harness.site.faults = [SiteFault(.killAfter, .create, .snapshot)]
    #expect(try harness.run(RestoreStep.self).wasKilled)
    #expect(evidence(harness) == [Self.first])
    let lost = harness.site.service.recoveryPoints(named: Self.first).first?.id
    harness.site.pass(.seconds(1200))
    harness.site.service.addRows(["order-since"], to: Magento.production)
    let theirs =
      othersAreThere
      ? harness.site.service.addSnapshot(RecoveryPointSeed(Self.first), of: Magento.production) : nil
    let result = try harness.run(RestoreStep.self)
    result.expectSuccess()
    #expect(result.values["ASTRA_RESTORE_EVIDENCE_NAME"] == "\(Self.first)-2")
    // One of others under its name stays; it carries no mark.
    #expect(evidence(harness) == (theirs == nil ? [] : [Self.first]) + ["\(Self.first)-2"])
    let left = harness.site.service.recoveryPoints(named: Self.first).map(\.id)
    #expect(left == [theirs].compactMap { $0 } && !left.contains(lost ?? "-"))
  }

  @Test func anOldOneThatDoesNotGoIsAWarning() throws {
    let harness = try refused()
    harness.site.pass(.seconds(1200))
    harness.site.faults = [
      SiteFault(
        .answers(harness.site.service.refusal(.conflict)), .delete, .snapshot,
        naming: harness.values["ASTRA_RESTORE_EVIDENCE_ID"] ?? "-")
    ]
    let result = try harness.run(RestoreStep.self)
    result.expectSuccess()
    #expect(result.standardError.contains("warning: ") && result.standardError.contains("may stay behind"))
    #expect(evidence(harness) == [Self.first, "\(Self.first)-2"])
  }

  @Test func theOldOneStaysWhereTheNewerFails() throws {
    let harness = try refused()
    harness.site.pass(.seconds(1200))
    harness.site.service.disturbNext(.snapshot, .fails)
    try harness.run(RestoreStep.self).expect(.protected)
    #expect(harness.site.service.recoveryPoints(named: Self.first).first?.state == "completed")
    #expect(harness.site.service.tally.deletions == 0)
  }

  // MARK: - An earlier attempt's

  /// Evidence that is minutes old is none once others have restored production, though no record tells of that.
  @Test(arguments: [true, false]) func ofBeforeARestoreOfOthersItCountsNoMore(wasKilled: Bool) throws {
    let harness = wasKilled ? try Magento.harness() : try refused()
    if wasKilled {
      harness.site.faults = [SiteFault(.killAfter, .create, .snapshot)]
      #expect(try harness.run(RestoreStep.self).wasKilled)
    }
    harness.site.pass(.seconds(30))
    harness.site.service.restoreByOthers(Magento.production, from: CleanupScene.olderBackup)
    harness.site.pass(.seconds(240))
    harness.site.service.addRows(["order-since"], to: Magento.production)
    let present = harness.site.service.productionContent
    #expect(present?.rows != Magento.brokenRows + ["order-since"])
    let result = try harness.run(RestoreStep.self)
    result.expectSuccess()
    #expect(result.values["ASTRA_RESTORE_EVIDENCE_NAME"] == "\(Self.first)-2")
    #expect(harness.site.service.recoveryPoints(named: "\(Self.first)-2").first?.content == present)
    // What that restore has overwritten is nowhere else.
    #expect(harness.site.service.recoveryPoints(named: Self.first).first?.content?.rows == Magento.brokenRows)
  }

  // MARK: - astra-cleanup

  private static let byAge = ["--evidence-older-than", "7d"]

  /// A site a week and more after a restore, looked at from another workspace.
  private func aWeekLater(
    keepingRecord: Bool = false, _ change: (inout ServiceBehaviour) -> Void = { _ in }
  ) throws -> StepHarness {
    let harness = try Magento.harness(change)
    try harness.run(RestoreStep.self).expectSuccess()
    CleanupScene.leave(harness, keepingRecord: keepingRecord)
    harness.site.pass(.seconds(3600))
    _ = harness.site.service.addSnapshot(
      {
        var seed = RecoveryPointSeed("evidence-of-a-person"); seed.age = .seconds(20 * 86_400); return seed
      }(),
      of: Magento.production)
    return harness
  }

  @Test func byAgeWhatIsProvablyOursGoes() throws {
    let harness = try aWeekLater()
    let dry = try harness.run(CleanupStep.self, arguments: Self.byAge + ["--dry-run"])
    dry.expectSuccess()
    #expect(harness.site.service.tally.deletions == 0)
    let result = try harness.run(CleanupStep.self, arguments: Self.byAge)
    result.expectSuccess()
    #expect(evidence(harness) == ["evidence-of-a-person"] && harness.site.service.tally.deletions == 1)
    #expect(result.values["ASTRA_REMOVED_EVIDENCE"] == Self.first)
    #expect(result.values["ASTRA_REMOVED_RECOVERY_POINTS"] == nil)
    let again = try harness.run(CleanupStep.self, arguments: Self.byAge)
    again.expectSuccess()
    #expect(again.standardError.contains("nothing to remove") && harness.site.service.tally.deletions == 1)
  }

  @Test(arguments: [true, false])
  func whereTheServerKeepsNoLabelsARecordProves(keepingRecord: Bool) throws {
    for refused in [true, false] {
      let harness = try aWeekLater(keepingRecord: keepingRecord) {
        $0.labels = refused ? .refused : .dropped
      }
      try harness.run(CleanupStep.self, arguments: Self.byAge).expectSuccess()
      #expect(evidence(harness) == (keepingRecord ? [] : [Self.first]) + ["evidence-of-a-person"])
    }
  }

  @Test func whatIsYoungOrMayBeNeededStays() throws {
    let young = try aWeekLater()
    try young.run(CleanupStep.self, "--evidence-older-than", "30d").expectSuccess()
    #expect(young.site.service.tally.deletions == 0)
    for state in ["failed", "unavailable"] {
      let harness = try aWeekLater()
      harness.site.service.setState(state, of: Magento.production)
      try harness.run(CleanupStep.self, arguments: Self.byAge).expectSuccess()
      #expect(harness.site.service.tally.deletions == 0, "\(state)")
    }
    let restoring = try aWeekLater()
    restoring.site.service.setState("restoring", of: Magento.production)
    try restoring.run(CleanupStep.self, arguments: Self.byAge).expect(.protected)
    #expect(restoring.site.service.tally.deletions == 0)
  }

  // MARK: - astra-preflight

  @Test(arguments: [4, 5])
  func preflightCountsThem(count: Int) throws {
    let harness = try Magento.harness()
    for number in 1...count {
      _ = harness.site.service.addSnapshot(
        RecoveryPointSeed("evidence-of-run-\(number)"), of: Magento.production)
    }
    let result = try harness.run(PreflightStep.self)
    result.expectSuccess()
    #expect(result.standardError.contains("astra-cleanup --evidence-older-than") == (count == 5))
  }
}
