import Foundation
import Testing

extension StepsTests {
  @Suite("A status shows what there is, as a table and as a document")
  struct Statuses {
    /// The first application of the document that a step has written.
    private func shown(_ result: StepResult) throws -> [String: Any] {
      #expect(
        result.output.split(separator: "\n", omittingEmptySubsequences: false).count == 2, "\(result.summary)"
      )
      let document = try #require(
        try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      let status = try #require(document["status"] as? [String: Any], "\(result.summary)")
      return try #require((status["applications"] as? [[String: Any]])?.first)
    }

    private func names(_ member: String, of application: [String: Any]) -> Set<String> {
      Set((application[member] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String })
    }

    @Test(
      "after the pipeline it shows the clone and every copy, and nothing has changed",
      arguments: SimulatedWorld.allCases)
    func story(world: SimulatedWorld) async throws {
      let site = try await StepSite.start(world: world, seconds: 0.4)
      try await site.run(.clone).expect(0)
      let before = try await site.world()
      let result = try await site.run(.status, ["--json"])
      result.expect(0)
      let production = try shown(result)
      #expect(production["name"] as? String == "magento-prod" && production["state"] as? String == "ready")
      #expect(names("clones", of: production) == ["magento-debug"])
      let application = try #require(before.application("magento-prod"))
      let copies = (before.backups + before.snapshots).filter { $0.application == application.id }
      #expect(
        names("recoveryPoints", of: production) == Set(copies.map { world.shownName(ofCopy: $0.name) }),
        "\(result.summary)")
      let table = try await site.run(.status)
      table.expect(0)
      for word in ["APPLICATION magento-prod", "magento-debug", "before-2-4-2-debian-10-r14"] {
        #expect(table.output.contains(word), "\(table.summary)")
      }
      try await site.run(.status, ["--all"]).expect(0)
      #expect(try await site.world().contents == before.contents, "it changes nothing")
    }

    @Test("an application that is not there: 65, and no table")
    func missing() async throws {
      let site = try await StepSite.start(seconds: 0.4)
      let result = try await site.run(.status, ["--application", "magento-prud"])
      result.expect(65, saying: "magento-prud")
      #expect(result.output.isEmpty)
    }
  }
}
