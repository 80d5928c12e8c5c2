internal import AstraControlSimulation
package import AstraSimulator
internal import SimulatedBackend

/// A simulated account, with one application that the steps work on among others like it.
///
/// All names have the same lengths, so that what a client asks for by name has the same size in every account.
package struct Scene: Sendable {
  /// What the account is but for its applications: connection, environment.
  let base: Scenario
  /// The account as it begins.
  package let world: World
  /// The number of applications.
  let applications: Int

  /// The application that the steps work on.
  static let production = "shop-00001"
  /// The backup that it is restored from.
  static let backup = "nightly-001"

  /// Builds an account.
  ///
  /// - Parameters:
  ///   - applications: how many applications there are, at least 1.
  ///   - backups: how many backups each has, at least 1.
  ///   - generation: the generation of the API that the server speaks.
  ///   - seed: of the identifiers.
  package init(
    applications: Int = 4, backups: Int = 20, generation: SimulatorSettings.APIGeneration = .v2,
    seed: UInt64 = 1
  ) {
    var scenario = Scenario(
      account: "5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10", token: "not-a-real-token-of-the-benchmark")
    scenario.seed = Int(truncatingIfNeeded: seed)
    scenario.buckets = [BucketSeed("astra-backups")]
    scenario.clouds = [CloudSeed("private", defaultBucket: "astra-backups")]
    scenario.clusters = [
      ClusterSeed("ocp-prod", cloud: "private"), ClusterSeed("ocp-debug", cloud: "private"),
    ]
    if generation == .v1 { scenario.settings.beOlder() } else { scenario.settings.apiGeneration = generation }
    scenario.environment = [
      "PROD_APP_NAME": Self.production, "PROD_KUBERNETES_CLUSTER": "ocp-prod",
      "DEBUG_APP_NAME": "shop-debug", "DEBUG_NAMESPACE": "shop-debug",
      "DEBUG_KUBERNETES_CLUSTER": "ocp-debug",
    ]
    base = scenario
    scenario.applications = (1...applications).map { number in
      var seed = ApplicationSeed(
        "shop-\(Self.digits(number, 5))", cluster: "ocp-prod",
        content: Content(version: "2.4.2", rows: ["order-1"]))
      seed.backups = (1...backups).map { number in
        var point = RecoveryPointSeed("nightly-\(Self.digits(number, 3))")
        point.age = .seconds(86_400 * number)
        return point
      }
      return seed
    }
    world = World(scenario: scenario)
    self.applications = applications
  }

  private static func digits(_ number: Int, _ count: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, count - digits.count)) + digits
  }
}
