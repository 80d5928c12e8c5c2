import Foundation
import Testing

private let good = "before-2-4-2-debian-10-r14"
private let production = "magento-prod"

/// The real programs against the simulator, over HTTPS.
@Suite("The steps are true to the real thing", .reportsAreRead)
struct StepsTests {
  @Suite("Backup, clone, restore")
  struct Pipeline {
    /// What stands in the pipeline: a backup before the release, then the clone and the restore.
    private func pipeline(_ site: StepSite) async throws -> [StepResult] {
      [
        try await site.with(["BACKUP_NAME": "before-2.4.3"]).run(.backup),
        try await site.run(.clone), try await site.run(.restore),
      ]
    }

    // The older generation shows nothing of a restore but its state: that has to last until it is looked at.
    @Test(
      "the clone keeps the fault, production is good again at its old address",
      arguments: [("magento", 1), ("magento-v1", 3)])
    func goodRun(scenario: String, seconds: Double) async throws {
      let site = try await StepSite.start(scenario: scenario, seconds: seconds)
      let before = try await site.world()
      let broken = try #require(before.application(production))
      for result in try await pipeline(site) { result.expect(0) }

      let world = try await site.world()
      try await expectRecovered(site, world, since: before)
      #expect(world.backup("before-2-4-3")?.content == broken.content)
      #expect(world.backup("before-2-4-3")?.state == "completed")

      // The same run once more: everything is there, nothing is made twice.
      let again = try await pipeline(site)
      for result in again { result.expect(0) }
      #expect(again.last?.values["ASTRA_CLONE_ID"] == world.clones(of: production).first?.id)
      #expect(try await site.world().contents == world.contents)
      try await expectRecovered(site, world, since: before)
    }

    private func expectRecovered(
      _ site: StepSite, _ world: WorldView, since before: WorldView,
      at location: SourceLocation = #_sourceLocation
    ) async throws {
      let broken = try #require(before.application(production))
      let now = try #require(world.application(production))
      #expect(now.content == before.backup(good)?.content, sourceLocation: location)
      #expect(now.address == broken.address && now.state == "ready", sourceLocation: location)
      let page = try await site.simulator.page(at: now.address)
      #expect(page.status == 200 && page.text.contains("2.4.1"), "\(page)", sourceLocation: location)

      let clones = world.clones(of: production)
      #expect(clones.map(\.name) == ["magento-debug"], sourceLocation: location)
      let clone = try #require(clones.first)
      #expect(clone.content == broken.content && clone.state == "ready", sourceLocation: location)
      #expect(clone.cluster == "ocp-debug" && clone.address != now.address, sourceLocation: location)
      let clonePage = try await site.simulator.page(at: clone.address)
      #expect(
        clonePage.status == 500 && clonePage.text.contains("2.4.2"), "\(clonePage)", sourceLocation: location)
      let expected = WorldView.Tally(
        applicationsDefined: 0, backupsCreated: 1, snapshotsCreated: 0, clonesCreated: 1, deletions: 0,
        restoresRequested: 1, restoresBegun: 1, restoresFinished: 1)
      #expect(world.tally == expected, sourceLocation: location)
    }

    @Test("a week later the leftovers are no results, and nothing is lost that no copy holds")
    func aWeekLater() async throws {
      let site = try await StepSite.start(seconds: 0.5)
      let first = try await site.world()
      for result in try await pipeline(site) { result.expect(0) }

      try await site.simulator.post("advance", ["seconds": 604_800])
      let rows = ["order-1001", "order-1002", "order-1003", "order-3001", "order-3002"]
      try await site.simulator.post(
        "deploy", ["application": production, "version": "2.4.3", "broken": true, "rows": rows])
      let week = site.with(["BUILD_TAG": "jenkins-post-mortem-43"])
      let before = try await site.world()
      let broken = try #require(before.application(production)?.content)
      #expect(broken.broken && broken.rows == rows)

      // A backup of that name protects last week's data, a clone of that name holds last week's fault.
      try await week.with(["BACKUP_NAME": "before-2.4.3"]).run(.backup).expect(78, saying: "earlier run")
      try await week.run(.clone).expect(78, saying: "magento-debug", "earlier run", "(168h")
      #expect(try await site.world().contents == before.contents)

      let restored = try await week.run(.restore)
      restored.expect(0)
      #expect(restored.values["ASTRA_RESTORE_EVIDENCE"] == "snapshot")
      let world = try await site.world()
      #expect(world.application(production)?.content == first.backup(good)?.content)
      let evidence = try #require(
        world.snapshots.first { $0.id == restored.values["ASTRA_RESTORE_EVIDENCE_ID"] })
      #expect(evidence.content == broken && evidence.state == "completed")
      #expect(world.tally.snapshotsCreated == 1 && world.tally.restoresFinished == 2)
      let copied = try #require(
        world.journal.lastIndex { $0.id == evidence.id && $0.event == "completed" }, "\(world.journal)")
      let asked = try #require(world.journal.lastIndex { $0.event == "restoreRequested" }, "\(world.journal)")
      #expect(copied < asked)

      // Last week's clone and the orders that it holds are still there.
      #expect(world.clones(of: production).map(\.content) == [first.application(production)?.content])
      #expect(world.tally.deletions == 0 && world.tally.clonesCreated == 1)
    }
  }
}
