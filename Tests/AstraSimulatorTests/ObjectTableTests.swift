import AstraSimulator
import SimulatorSupport
import Testing

@Suite("A world with tables answers as one without")
struct ObjectTableTests {
  /// What a world may be like.
  private static func bend(_ scenario: inout Scenario, _ seed: Int) {
    scenario.settings.apiGeneration = .both
    if seed % 2 == 0 {
      scenario.settings.rediscoveryEvery = .seconds(5)
      scenario.settings.duplicateAppNames = false
    }
    if seed % 3 == 0 {
      scenario.settings.filterOnPoints = .accepted
      scenario.settings.unknownParameters = .accepted
    }
    if seed % 4 == 0 { scenario.settings.pageSize = 2 }
    if seed % 5 == 0 {
      scenario.settings.cloneVehicle = .snapshot
      scenario.settings.failedCloneLeavesNamespace = false
    }
    if seed % 7 == 0 {
      scenario.settings.backupMakesSnapshot = true
      scenario.settings.deletionTakesPoints = false
      scenario.settings.takenNamespace = .fails
    }
  }

  @Test("whatever is asked of them and done to them, in the same bytes", arguments: 1...30)
  func everything(_ seed: Int) {
    var scenario = Scenario.usual
    Self.bend(&scenario, seed)
    var plain = World(scenario: scenario, linearSearchLimit: .max)
    // With tables from the first thing on, or with growing into them and out of them.
    var tabled = World(scenario: scenario, linearSearchLimit: seed % 2 * 6)
    var walk = RandomWalk(seed: seed)
    for step in 0..<400 {
      let request = walk.move(in: plain)
      let (one, other) = (plain.handle(request), tabled.handle(request))
      let isSame =
        one.status == other.status && one.body == other.body
        && one.headers.map { "\($0)" } == other.headers.map { "\($0)" }
      guard isSame else {
        Issue.record("step \(step) of seed \(seed): \(request) is answered by \(one) and \(other)")
        return
      }
    }
    #expect(plain.json == tabled.json)
    #expect(plain.requestCount > 100)
  }
}
