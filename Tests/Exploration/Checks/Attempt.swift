internal import ServiceSimulation
internal import SimulatedBackend
internal import StepCommon
internal import Timing

/// One attempt of a stage, as it is seen from the outside.
struct Attempt {
  var stage: Mission.Stage
  var result: StepHarness.Result
  var elapsed: Duration
  /// The time that the step was given.
  var timeout: Duration
  /// Whether a fault kept files from being written.
  var mayBeUnwritable: Bool
  /// Whether lists come in pages of few items.
  var pages: Bool
  /// How many of its requests were for files that a step does without.
  var filesAskedFor: Int

  var succeeded: Bool { result.code == .success && !result.wasKilled }

  /// Whether it has ended as its stage is to end.
  var isAsOwed: Bool {
    succeeded || !result.wasKilled && stage.owed.contains(result.code.rawValue)
  }

  /// Which promises it breaks, whatever has gone wrong around it.
  func violations(_ truth: GroundTruth) -> [String] {
    var violations: [String] = []
    let report = result.report
    if succeeded, let missing = truth.missing(from: stage, values: result.values) {
      violations.append("exit 0, but \(missing)")
    }
    if report.claimsSuccess, let missing = truth.missing(from: stage) {
      violations.append("the report claims success, but \(missing)")
    }
    if !result.wasKilled {
      let isKnown = ExitCode.table.contains { $0.code == result.code }
      if !isKnown || result.code == .ourBug { violations.append("exit code \(result.code.rawValue)") }
      if report.claimsSuccess != (result.code == .success), !mayBeUnwritable {
        violations.append("exit \(result.code.rawValue), but the report says \(report.claimsSuccess)")
      }
      if result.code != .success, result.message.isEmpty {
        violations.append("no sentence says why it failed")
      }
      if result.code != .success, !mayBeUnwritable, report.problem?.message != result.message {
        violations.append(
          "the report says \"\(report.problem?.message ?? "")\", the log \"\(result.message)\"")
      }
    }
    if report.cases.map(\.name) != stage.program.phases { violations.append("the report has other phases") }
    if elapsed > timeout + .seconds(2) { violations.append("it took \(elapsed) of \(timeout)") }
    let capabilities = truth.world.capabilities
    let lists = stage.program == .cleanup ? 4 * capabilities.listsOfANamespace : 0
    if result.requests - filesAskedFor > mostRequests * capabilities.requestsOfALook + lists {
      violations.append("\(result.requests) requests in \(elapsed)")
    }
    // A step of these missions makes one copy at most: a request for its file, some looks at that, the file, retries.
    if filesAskedFor > 20 { violations.append("\(filesAskedFor) requests for files") }
    return violations
  }

  /// How many requests may be explained.
  ///
  /// By the poll schedule they come twice a second for ten seconds, every
  /// twentieth of the time from then on, every ten seconds at last, and some for finding things and for retries.
  /// A step that waits for its turn looks before it asks again, a restore at application and recovery point, and then
  /// waits for its operation from the shortest interval on.
  private var mostRequests: Int {
    let seconds = elapsed / .seconds(1)
    var expected = 90 + 2 * min(seconds, 10)
    if seconds > 10 { expected += 60 * min(1, (seconds - 10) / 190) + seconds / 5 }
    return Int(expected) * (pages || stage.program == .restore ? 3 : 2)
  }
}
