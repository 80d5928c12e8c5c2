import StepBenchmark
import Testing

/// What waiting asks of the API server, and when it notices the end: in virtual time, counted.
@Suite struct WatchCostTests {
  typealias Operation = WatchingBenchmark.Operation
  typealias Service = WatchingBenchmark.Service

  /// Each operation at each service.
  static let all = Service.allCases.flatMap { service in Operation.allCases.map { (service, $0) } }

  @Test(arguments: all, [300, 1800, 7200])
  func fiveMinutesOfWaitingTakeThreeRequestsAtMostAndAWatch(
    _ one: (service: Service, operation: Operation), _ seconds: Int
  ) throws {
    let wait = try WatchingBenchmark.wait(
      one.operation, .seconds(seconds), at: one.service, watchIsRefused: false, seed: 1)
    #expect(Double(wait.requests) <= 3 * (wait.length / .seconds(300)).rounded(.up))
    // A watch is as long as API servers let one be: 290 s.
    #expect(Double(wait.watches) <= (wait.length / .seconds(290)).rounded(.up))
  }

  /// With what is looked at when it has ended: of a clone and a restore the claims and workloads, which take two seconds here.
  @Test(arguments: all, [300, 7200])
  func theEndOfALongOperationIsNoticedAtOnce(
    _ one: (service: Service, operation: Operation), _ seconds: Int
  ) throws {
    let wait = try WatchingBenchmark.wait(
      one.operation, .seconds(seconds), at: one.service, watchIsRefused: false, seed: 1)
    let isCopy = one.operation == .backup || one.operation == .snapshot
    #expect(wait.delay < (isCopy ? .milliseconds(50) : .seconds(1)))
  }

  @Test(arguments: all)
  func whereNoWatchIsToBeHadTheScheduleHolds(_ one: (service: Service, operation: Operation)) throws {
    let wait = try WatchingBenchmark.wait(
      one.operation, .seconds(1800), at: one.service, watchIsRefused: true, seed: 1)
    #expect(wait.requests > 100 && wait.watches < 12)
  }
}
