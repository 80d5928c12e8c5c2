import StepBenchmark
import Testing

/// What waiting asks of the API server, and when it notices the end: in virtual time, counted.
@Suite struct WatchCostTests {
  typealias Operation = WatchingBenchmark.Operation

  @Test(arguments: Operation.allCases, [300, 1800, 7200])
  func fiveMinutesOfWaitingTakeThreeRequestsAtMostAndAWatch(_ operation: Operation, _ seconds: Int) throws {
    let wait = try WatchingBenchmark.wait(operation, .seconds(seconds), watchIsRefused: false, seed: 1)
    #expect(Double(wait.requests) <= 3 * (wait.length / .seconds(300)).rounded(.up))
    // A watch is as long as API servers let one be: 290 s.
    #expect(Double(wait.watches) <= (wait.length / .seconds(290)).rounded(.up))
  }

  /// With what is looked at when it has ended: of a clone and a restore the claims and workloads, which take two seconds here.
  @Test(arguments: Operation.allCases, [300, 7200])
  func theEndOfALongOperationIsNoticedAtOnce(_ operation: Operation, _ seconds: Int) throws {
    let wait = try WatchingBenchmark.wait(operation, .seconds(seconds), watchIsRefused: false, seed: 1)
    let isCopy = operation == .backup || operation == .snapshot
    #expect(wait.delay < (isCopy ? .milliseconds(50) : .seconds(1)))
  }

  @Test(arguments: Operation.allCases)
  func whereNoWatchIsToBeHadTheScheduleHolds(_ operation: Operation) throws {
    let wait = try WatchingBenchmark.wait(operation, .seconds(1800), watchIsRefused: true, seed: 1)
    #expect(wait.requests > 100 && wait.watches < 12)
  }
}
