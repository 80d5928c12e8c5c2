import StepTestSupport
import ServiceSimulation
import AstraCleanup
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// What will not go does not keep the others from going.
struct CleanupGoesOnTests {
  private static let keepOne = ["--keep-backups", "1", "--backup-pattern", CleanupScene.pattern]

  private func backups(_ harness: StepHarness) -> Set<String> {
    Set(
      harness.site.service.recoveryPoints.filter { $0.kind == .backup && $0.name.hasPrefix("before-") }
        .map(
          \.name))
  }

  /// A site with four backups of the pattern and a clone.
  private func scene() throws -> StepHarness {
    let harness = try CleanupScene.harness()
    for name in ["before-2-4-3", "before-2-4-4"] {
      harness.backUpByHand(Magento.production, as: name)
      harness.site.pass(.seconds(60))
    }
    return harness
  }

  @Test(arguments: [
    (RefusalReason.conflict, ExitCode.operationFailed), (.notPermitted, .credentialsRefused),
    (.invalid, .operationFailed),
  ])
  func aBackupThatTheServerKeepsDoesNotStopTheOthers(reason: RefusalReason, code: ExitCode) throws {
    let harness = try scene()
    harness.site.faults = [
      SiteFault(
        .answers(harness.site.service.refusal(reason)), .delete, .backup, naming: CleanupScene.olderBackup)
    ]
    let result = try harness.run(CleanupStep.self, arguments: Self.keepOne + ["--remove-clone"])
    #expect(result.code == code && !result.report.claimsSuccess, "\(result.standardError)")
    #expect(backups(harness) == ["before-2-4-1-debian-10-r14", "before-2-4-4"])
    #expect(harness.site.service.clones.isEmpty)
    #expect(result.values["ASTRA_NOT_REMOVED"] == "before-2-4-1-debian-10-r14")
    #expect(result.values["ASTRA_REMOVED_CLONES"] == "magento-debug")
    #expect(result.standardError.contains("not removed: backup \"before-2-4-1-debian-10-r14\": "))
    // The stone gone, the same run takes the rest.
    try harness.run(CleanupStep.self, arguments: Self.keepOne).expectSuccess()
    #expect(backups(harness) == ["before-2-4-4"])
  }

  /// A person removes a clone between two looks of the step: what is gone is no stone.
  @Test(arguments: [RequestPurpose.Subject.backup, .snapshot])
  func aCloneThatGoesWhileItsRecoveryPointsAreListedIsGone(kind: RequestPurpose.Subject) throws {
    let harness = try scene()
    let clone = harness.madeClone
    harness.site.faults = [
      SiteFault(.world { world in _ = world.removeByOthers(clone) }, .list, kind, of: clone)
    ]
    let result = try harness.run(CleanupStep.self, arguments: Self.keepOne + ["--remove-clone"])
    result.expectSuccess()
    #expect(harness.site.service.clones.isEmpty && backups(harness) == ["before-2-4-4"])
  }

  @Test func aCloneThatMustStayDoesNotStopTheBackups() throws {
    let harness = try scene()
    harness.backUpByHand(harness.madeClone, as: "of-the-clone")
    let result = try harness.run(CleanupStep.self, arguments: Self.keepOne + ["--remove-clone"])
    result.expect(.protected, saying: "recovery points of its own")
    #expect(harness.site.service.clones.count == 1 && backups(harness) == ["before-2-4-4"])
  }

  @Test func aCloneStaysWithItsBackup() throws {
    let harness = try scene()
    harness.backUpByHand(harness.madeClone, as: "of-the-clone")
    let id = try #require(harness.site.service.recoveryPoints(named: "of-the-clone").first?.id)
    harness.site.faults = [
      SiteFault(.answers(harness.site.service.refusal(.conflict)), .delete, .backup, naming: id)
    ]
    let result = try harness.run(
      CleanupStep.self, arguments: Self.keepOne + ["--remove-clone", "--with-recovery-points"])
    result.expect(.operationFailed, nature: "failure")
    #expect(harness.site.service.clones.count == 1 && backups(harness) == ["before-2-4-4"])
    #expect(result.values["ASTRA_NOT_REMOVED"]?.contains("magento-debug") == true)
  }

  @Test func aSignalEndsItAtOnce() throws {
    let harness = try scene()
    harness.site.faults = [SiteFault(.signalWithin(15), .delete, .backup, naming: CleanupScene.olderBackup)]
    let result = try harness.run(CleanupStep.self, arguments: Self.keepOne)
    result.expect(.terminated)
    #expect(harness.site.service.tally.deletions <= 1)
  }
}
