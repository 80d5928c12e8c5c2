import StepCommon
import Testing

/// What is done about something that stands in the place of what a step is to make: the whole table.
@Suite struct ExistingObjectTests {
  private typealias Decision = ExistingObject.Decision

  /// What the user says of leftovers, and whether the object is of this run.
  struct Case: Sendable, CustomTestStringConvertible {
    var progress: ExistingObject.Progress
    var isOurs: Bool
    var reuses: Bool
    var replaces: Bool

    var testDescription: String { "\(progress), ours \(isOurs), reuse \(reuses), replace \(replaces)" }
  }

  private static let cases = ExistingObject.Progress.allCases.flatMap { progress in
    [true, false].flatMap { isOurs in
      [true, false].flatMap { reuses in
        [true, false].map { Case(progress: progress, isOurs: isOurs, reuses: reuses, replaces: $0) }
      }
    }
  }

  private func decision(_ named: Case) -> Decision {
    ExistingObject.decision(
      named.progress, isOurs: named.isOurs,
      Leftovers(ifExists: named.reuses ? .reuse : .refuse, replaceFailed: named.replaces))
  }

  @Test(arguments: [
    // Ours, reuse, replace: 000, 001, 010, 011, 100, 101, 110, 111.
    (
      ExistingObject.Progress.complete,
      "refuseOlder refuseOlder reuse reuse recognise recognise recognise recognise"
    ),
    (
      .underWay,
      "refuseUnderWay refuseUnderWay waitForOthers waitForOthers waitForOwn waitForOwn waitForOwn waitForOwn"
    ),
    (
      .failed,
      "refuseFailed replace refuseFailed replace refuseFailed replace refuseFailed replace"
    ),
    (
      .spoilt,
      "refuseSpoilt refuseSpoilt refuseSpoilt refuseSpoilt refuseSpoilt refuseSpoilt refuseSpoilt refuseSpoilt"
    ),
  ])
  func theTable(progress: ExistingObject.Progress, row: String) {
    for (number, word) in row.split(separator: " ").enumerated() {
      let named = Case(
        progress: progress, isOurs: number & 4 != 0, reuses: number & 2 != 0, replaces: number & 1 != 0)
      #expect("\(decision(named))" == word, "\(named)")
    }
  }

  @Test func nothingOfAnEarlierRunIsTakenUnasked() {
    for named in Self.cases where !named.isOurs && !named.reuses {
      let taken: Set<Decision> = [.recognise, .reuse, .waitForOwn, .waitForOthers]
      #expect(!taken.contains(decision(named)), "\(named)")
    }
    for named in Self.cases where !named.replaces {
      #expect(decision(named) != .replace, "\(named)")
    }
  }
}
