import StepTestSupport
import ServiceSimulation
import SimulatedBackend
import StepCommon
import Testing
import Timing
import AstraBackup
import AstraClone
import AstraRestore

/// The clone-then-restore pipeline on the worked example.
@Suite(.eachService) struct PipelineTests {
  @Test func clonesTheBrokenStateAndRestoresTheGoodOne() throws {
    let harness = try Magento.harness()
    let address = try #require(harness.site.service.application("magento-prod")?.address)
    try harness.run(CloneStep.self).expectSuccess()
    let restored = try harness.run(RestoreStep.self)
    restored.expectSuccess()

    let world = harness.site.service
    let clone = try #require(world.clones.first)
    #expect(world.clones.count == 1)
    #expect(clone.name == "magento-debug" && clone.state == "ready" && clone.address != address)
    #expect(clone.content?.version == Magento.brokenVersion && clone.content?.rows == Magento.brokenRows)
    let production = try #require(world.application("magento-prod"))
    #expect(production.content == Content(version: Magento.goodVersion, rows: Magento.goodRows))
    #expect(production.address == address && production.state == "ready")
    // The clone was evidence enough: no snapshot was needed.
    #expect(world.tally.snapshotsCreated == 0 && world.tally.restoresFinished == 1)
    #expect(restored.values["ASTRA_RESTORE_EVIDENCE"] == "clone")
    #expect(restored.values["ASTRA_RESTORE_EVIDENCE_ID"]?.names(clone.id) == true)
    #expect(
      restored.values["ASTRA_CLONE_ID"]?.names(clone.id) == true,
      "the values of an earlier step stay in the file")
  }

  @Test func aSecondTimeInTheSameRunMakesNothingTwice() throws {
    let harness = try Magento.harness()
    harness.environment["BACKUP_NAME"] = "before-2.4.3"
    for _ in 1...2 { try harness.run(BackupStep.self).expectSuccess() }
    harness.environment["BACKUP_NAME"] = Magento.goodBackup
    for _ in 1...2 {
      try harness.run(CloneStep.self).expectSuccess()
      try harness.run(RestoreStep.self).expectSuccess()
      // Customers order again after the restore; a second attempt must not throw that away.
      harness.site.service.addRows(["order-2001"], to: Magento.production)
    }
    let world = harness.site.service
    #expect(
      world.tally.backupsCreated == 1 + Magento.product.backupsOfAClone && world.tally.clonesCreated == 1)
    #expect(
      world.tally.restoresRequested == 1 && world.tally.snapshotsCreated == 0 && world.tally.deletions == 0)
    #expect(world.productionContent?.rows == Magento.goodRows + ["order-2001", "order-2001"])
  }

  @Test func aWeekLaterLeftoversAreNoResults() throws {
    let harness = try Magento.harness()
    try harness.run(CloneStep.self).expectSuccess()
    try harness.run(RestoreStep.self).expectSuccess()

    harness.site.pass(.seconds(7 * 86_400))
    harness.environment["BUILD_TAG"] = "jenkins-post-mortem-43"
    let rows = Magento.goodRows + ["order-3001", "order-3002"]
    harness.site.service.deploy(version: "2.4.3", broken: true, rows: rows, to: Magento.production)
    let before = harness.site.service.changes

    let clone = try harness.run(CloneStep.self)
    clone.expect(.protected, saying: "from an earlier run", "(168h")
    #expect(harness.site.service.changes == before)

    // The restore alone takes last week's clone for no evidence and makes a snapshot first.
    let restored = try harness.run(RestoreStep.self)
    restored.expectSuccess()
    #expect(restored.values["ASTRA_RESTORE_EVIDENCE"] == "snapshot")
    let world = harness.site.service
    #expect(world.productionContent?.version == Magento.goodVersion)
    let evidence = try #require(world.recoveryPoints.last { $0.kind == .snapshot })
    #expect(evidence.content?.rows == rows && evidence.content?.version == "2.4.3")
    #expect(world.clones.count == 1 && world.clones[0].content?.version == Magento.brokenVersion)
    #expect(world.tally.restoresFinished == 2)
  }

  @Test func aLeftoverCloneIsTakenOnlyOnRequest() throws {
    let harness = try Magento.harness()
    try harness.run(CloneStep.self).expectSuccess()
    harness.environment["BUILD_TAG"] = "jenkins-post-mortem-43"
    let reused = try harness.run(CloneStep.self, "--if-exists", "reuse")
    reused.expectSuccess()
    #expect(
      reused.standardError.contains(
        "warning: clone \"magento-debug\" of \"magento-prod\" is of an earlier run"))
    #expect(harness.site.service.tally.clonesCreated == 1)
    // Taken or not, it is no evidence of today's state.
    let restored = try harness.run(RestoreStep.self)
    restored.expectSuccess()
    #expect(restored.values["ASTRA_RESTORE_EVIDENCE"] == "snapshot")
  }
}
