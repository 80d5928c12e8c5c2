import struct ServiceSimulation.ServiceResponse
import AstraControlSimulation
import AstraCleanup
import AstraSimulator
import SimulatedBackend
import StepCommon
import StepReport
import Testing
import Timing

/// What will not go does not keep the others from going.
struct CleanupGoesOnTests {
  private static let keepOne = ["--keep-backups", "1", "--backup-pattern", CleanupScene.pattern]

  private static func problem(_ status: Int, _ number: Int) -> ServiceResponse {
    ServiceResponse(
      status: status, headers: [("Content-Type", "application/problem+json")],
      body: Array(#"{"type":"https://astra.netapp.io/problems/\#(number)","title":"No"}"#.utf8))
  }

  private func backups(_ harness: StepHarness) -> Set<String> {
    Set(
      harness.site.world.points.filter { $0.kind == .backup && $0.name.hasPrefix("upgrade-prod-") }.map(
        \.name))
  }

  /// A site with four backups of the pattern and a clone.
  private func scene() throws -> StepHarness {
    let harness = try CleanupScene.harness()
    for name in ["upgrade-prod-2-4-2", "upgrade-prod-2-4-3"] {
      harness.backUpByHand(Magento.production, as: name)
      harness.site.pass(.seconds(60))
    }
    return harness
  }

  @Test(arguments: [
    (409, 10, ExitCode.operationFailed), (403, 11, .credentialsRefused), (400, 9, .operationFailed),
  ])
  func aBackupThatTheServerKeepsDoesNotStopTheOthers(status: Int, number: Int, code: ExitCode) throws {
    let harness = try scene()
    harness.site.faults = [
      SiteFault(.answers(Self.problem(status, number)), "DELETE", endingIn: CleanupScene.olderBackup)
    ]
    let result = try harness.run(CleanupStep.self, arguments: Self.keepOne + ["--remove-clone"])
    #expect(result.code == code && !result.report.claimsSuccess, "\(result.standardError)")
    #expect(backups(harness) == ["upgrade-prod-2-4-0-debian-10-r14", "upgrade-prod-2-4-3"])
    #expect(harness.site.world.clones.isEmpty)
    #expect(result.values["ASTRA_NOT_REMOVED"] == "upgrade-prod-2-4-0-debian-10-r14")
    #expect(result.values["ASTRA_REMOVED_CLONES"] == "magento-debug")
    #expect(result.standardError.contains("not removed: backup \"upgrade-prod-2-4-0-debian-10-r14\": "))
    // The stone gone, the same run takes the rest.
    try harness.run(CleanupStep.self, arguments: Self.keepOne).expectSuccess()
    #expect(backups(harness) == ["upgrade-prod-2-4-3"])
  }

  /// A person removes a clone between two looks of the step: what is gone is no stone.
  @Test(arguments: ["backup", "snapshot"])
  func aCloneThatGoesWhileItsRecoveryPointsAreListedIsGone(kind: String) throws {
    let harness = try scene()
    let (clone, list) = (harness.madeClone, kind == "backup" ? "appBackups" : "appSnaps")
    harness.site.faults = [
      SiteFault(.simulator { world in _ = world.removeByOthers(clone) }, "GET", endingIn: "\(clone)/\(list)")
    ]
    let result = try harness.run(CleanupStep.self, arguments: Self.keepOne + ["--remove-clone"])
    result.expectSuccess()
    #expect(harness.site.world.clones.isEmpty && backups(harness) == ["upgrade-prod-2-4-3"])
  }

  @Test func aCloneThatMustStayDoesNotStopTheBackups() throws {
    let harness = try scene()
    harness.backUpByHand(harness.madeClone, as: "of-the-clone")
    let result = try harness.run(CleanupStep.self, arguments: Self.keepOne + ["--remove-clone"])
    result.expect(.protected, saying: "recovery points of its own")
    #expect(harness.site.world.clones.count == 1 && backups(harness) == ["upgrade-prod-2-4-3"])
  }

  @Test func aCloneStaysWithItsBackup() throws {
    let harness = try scene()
    harness.backUpByHand(harness.madeClone, as: "of-the-clone")
    let id = try #require(harness.site.world.points(named: "of-the-clone").first?.id)
    harness.site.faults = [SiteFault(.answers(Self.problem(409, 10)), "DELETE", endingIn: id)]
    let result = try harness.run(
      CleanupStep.self, arguments: Self.keepOne + ["--remove-clone", "--with-recovery-points"])
    result.expect(.operationFailed, nature: "failure")
    #expect(harness.site.world.clones.count == 1 && backups(harness) == ["upgrade-prod-2-4-3"])
    #expect(result.values["ASTRA_NOT_REMOVED"]?.contains("magento-debug") == true)
  }

  @Test func aSignalEndsItAtOnce() throws {
    let harness = try scene()
    harness.site.faults = [SiteFault(.signalWithin(15), "DELETE", endingIn: CleanupScene.olderBackup)]
    let result = try harness.run(CleanupStep.self, arguments: Self.keepOne)
    result.expect(.terminated)
    #expect(harness.site.world.tally.deletions <= 1)
  }
}
