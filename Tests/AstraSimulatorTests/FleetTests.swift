import AstraSimulator
import SimulatorSupport
import Testing

@Suite("Fleets of a scenario")
struct FleetTests {
  private static func scenario(_ fleet: String) throws -> Scenario {
    let text = """
      {"account": "\(Client.account)", "token": "\(Client.token)", "buckets": [{"name": "b"}],
       "clouds": [{"name": "c", "defaultBucket": "b"}],
       "clusters": [{"name": "one", "cloud": "c"}, {"name": "two", "cloud": "c"}],
       "applications": [{"name": "first", "cluster": "one"}], "fleets": [\(fleet)]}
      """
    return try Scenario(file: Array(text.utf8))
  }

  @Test("names are numbered, clusters take turns, and the newest backup comes last")
  func fleet() throws {
    let fleet = """
      {"prefix": "shop-", "count": 10, "clusters": ["one", "two"], "backups": 12, "backupEverySeconds": 3600,
       "content": {"version": "7", "rows": ["a"]}}
      """
    let world = World(scenario: try Self.scenario(fleet))
    let apps = world.applications.dropFirst()
    #expect(apps.map(\.name) == (1...9).map { "shop-0\($0)" } + ["shop-10"])
    let ids = world.clusterIDs
    #expect(apps.map(\.cluster) == (0..<10).map { ids[$0 % 2 == 0 ? "one" : "two"] })
    #expect(apps.allSatisfy { $0.namespaces == [$0.name] && $0.content?.version == "7" })
    #expect(world.holdsNamespace("shop-02", onCluster: "two"))
    #expect(!world.holdsNamespace("shop-02", onCluster: "one"))
    let third = try #require(world.application("shop-03"))
    let points = world.points.filter { $0.application == third.id }
    #expect(points.map(\.name).first == "backup-01")
    #expect(points.map(\.name).last == "backup-12")
    #expect(points.map(\.created) == (1...12).reversed().map { .seconds(-3600 * $0) })
    #expect(points.allSatisfy { $0.state == "completed" && $0.content?.rows == ["a"] })
    #expect(Set(world.points.map(\.id)).count == 120)
    #expect(world.points.count == 120)
    // Not younger than its first backup, nor than other applications are.
    #expect(third.created == .seconds(-30 * 86_400))
    let daily = try Self.scenario(#"{"prefix": "s", "count": 1, "clusters": ["two"], "backups": 100}"#)
    #expect(World(scenario: daily).application("s1")?.created == .seconds(-101 * 86_400))
  }

  @Test("identifiers come from the seed, and those of all else are the same without a fleet")
  func identifiers() throws {
    let fleet = #"{"prefix": "s-", "count": 3, "clusters": ["one"], "backups": 2}"#
    let scenario = try Self.scenario(fleet)
    #expect(World(scenario: scenario).json == World(scenario: scenario).json)
    var other = scenario
    other.seed = 2
    let ids = Set(World(scenario: scenario).points.map(\.id))
    #expect(ids.isDisjoint(with: World(scenario: other).points.map(\.id)))
    other = scenario
    other.fleets = []
    #expect(
      World(scenario: other).application("first")?.id == World(scenario: scenario).application("first")?.id)
  }

  @Test(
    "mistakes are named",
    arguments: [
      (#"{"count": 1, "clusters": ["one"]}"#, "no \"prefix\""),
      (#"{"prefix": "s", "clusters": ["one"]}"#, "no \"count\""),
      (#"{"prefix": "s", "count": 1}"#, "no \"clusters\""),
      (#"{"prefix": "s", "count": 0, "clusters": ["one"]}"#, "fleets[0].count must be 1 or more, not 0"),
      (#"{"prefix": "s", "count": 1, "clusters": []}"#, "clusters is empty"),
      (#"{"prefix": "s", "count": 1, "clusters": ["three"]}"#, "unknown cluster \"three\""),
      (
        #"{"prefix": "s", "count": 1, "clusters": ["one"], "backups": -1}"#,
        "fleets[0].backups must be 0 or more, not -1"
      ),
      (
        #"{"prefix": "s", "count": 1, "clusters": ["one"], "backupEverySeconds": 0}"#,
        "fleets[0].backupEverySeconds must be more than 0"
      ),
      (#"{"prefix": "s", "count": 100000, "clusters": ["one"], "backups": 100}"#, "more than 5000000"),
      (#"{"prefix": "s", "count": 9223372036854775807, "clusters": ["one"], "backups": 9}"#, "more than"),
      (
        #"{"prefix": "s", "count": 1, "clusters": ["one"], "colour": 1}"#,
        "fleets[0].colour is an unknown member"
      ),
    ])
  func mistakes(_ fleet: String, _ part: String) {
    let error = #expect(throws: ScenarioError.self) { try Self.scenario(fleet) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }
}
