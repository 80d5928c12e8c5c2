import AstraSimulator
import StepBenchmark
import Testing
import Timing

/// What a step asks of the server: counted, and never timed.
@Suite struct CostTests {
  typealias Generation = SimulatorSettings.APIGeneration

  /// The requests before the operation is asked for; all of a step that asks for none.
  ///
  /// The older generation costs one more: the question which one it is. A clone, a restore and a
  /// preflight of them ask who shares the application's namespaces, once. A restore without a clone makes and awaits a snapshot first.
  private static let before: [(StepUse, Generation, Int)] = [
    (.preflightOfRelease, .v2, 10), (.preflightOfRescue, .v2, 20), (.backup, .v2, 3), (.snapshot, .v2, 3),
    (.clone, .v2, 6), (.restore, .v2, 9), (.restoreAlone, .v2, 21), (.verify, .v2, 6), (.cleanup, .v2, 14),
    (.status, .v2, 5), (.status, .v1, 6),
    (.preflightOfRelease, .v1, 11), (.preflightOfRescue, .v1, 21), (.backup, .v1, 4), (.snapshot, .v1, 4),
    (.clone, .v1, 7), (.restore, .v1, 10), (.restoreAlone, .v1, 22), (.verify, .v1, 7), (.cleanup, .v1, 15),
  ]

  @Test(arguments: before)
  func theRequestsBeforeTheOperationDoNotDependOnTheAccount(
    _ use: StepUse, _ generation: Generation, _ expected: Int
  ) throws {
    for applications in [1, 500] {
      let scene = Scene(applications: applications, backups: 3, generation: generation)
      let measured = try Bench.measure(use, in: scene, seed: 1)
      #expect(measured.requestsBefore == expected, "among \(applications)")
    }
  }

  /// What NetApp's toolkit needs for ten minutes: a look every five seconds, and its other requests
  /// as they were counted with one application.
  private static let toolkit: [ServerOperation: Int] = [
    .backup: 120 + 9, .clone: 120 + 13, .restore: 120 + 10,
  ]

  @Test(arguments: ServerOperation.allCases)
  func tenMinutesTakeNoMoreRequestsThanTheToolkit(_ operation: ServerOperation) throws {
    let runs = try WaitingBenchmark.steps(operation, .seconds(600), 50, seed: 1, in: Scene())
    let mean = runs.map { Double($0.exchanges.count) }.reduce(0, +) / 50
    #expect(mean <= Double(try #require(Self.toolkit[operation])))
  }

  @Test(arguments: ServerOperation.allCases)
  func theEndOfSevenSecondsIsNoticedWithinThreeTenths(_ operation: ServerOperation) throws {
    let delays = try WaitingBenchmark.steps(operation, .seconds(7), 100, seed: 1, in: Scene())
      .map { try #require($0.end).inSeconds }
    #expect(delays.reduce(0, +) / 100 <= 0.3)
  }

  @Test(arguments: ServerOperation.allCases, [60, 300, 1800])
  func theEndOfALongerOneIsNoticedWithinThreePerCent(_ operation: ServerOperation, _ seconds: Int) throws {
    let runs = try WaitingBenchmark.steps(operation, .seconds(seconds), 40, seed: 1, in: Scene())
    let shares = WaitingBenchmark.shares(runs, \.end)
    #expect(shares.count == 40)
    #expect(shares.reduce(0, +) / 40 < 0.03)
  }
}
