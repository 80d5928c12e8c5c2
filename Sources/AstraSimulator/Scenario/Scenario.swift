package import SimulatorSupport

/// The world as it is when a simulation starts, and how its server behaves.
package struct Scenario: Equatable, Sendable {
  /// When the scenario starts, by the world's own clock.
  package var startDate: WallTime
  /// Whether `startDate` was given rather than left to its default.
  package var hasStartDate = false
  /// The seed of every identifier that the scenario does not give.
  package var seed = 1
  /// The account's identifier, a UUID.
  package var account: String
  /// The token of an account owner; deliberately no real one.
  package var token: String
  /// The token of a user who may read and nothing else.
  package var viewerToken: String?
  /// The token of a user who is switched off.
  package var disabledToken: String?
  package var buckets: [BucketSeed] = []
  package var clouds: [CloudSeed] = []
  package var clusters: [ClusterSeed] = []
  package var applications: [ApplicationSeed] = []
  package var fleets: [FleetSeed] = []
  package var settings = SimulatorSettings()
  package var operationFaults: [OperationFault] = []
  package var responseFaults: [ResponseFault] = []
  /// What a pipeline has in its environment: `PROD_APP_NAME` and the like.
  package var environment: [String: String] = [:]

  /// The start of a scenario that gives none: a Monday morning.
  package static let usualStart = WallTime(sinceEpoch: .seconds(1_772_442_000))

  /// Makes an empty world.
  package init(account: String, token: String, startDate: WallTime = Self.usualStart) {
    (self.account, self.token, self.startDate) = (account, token, startDate)
  }

  /// Reads a scenario file: JSON in the form of `docs/simulator.md`; the error names line and member.
  package init(file bytes: [UInt8]) throws(ScenarioError) {
    self = try JSON.reading(bytes) { json throws(ScenarioError) in try Self(scenario: json, path: "scenario")
    }
  }
}
