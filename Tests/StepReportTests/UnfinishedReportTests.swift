import StepReport
import Testing

@Suite struct UnfinishedReportTests {
  @Test(arguments: [(nil, 0), (0, 0), (1, 1), (3, 3), (4, 3), (99, 3), (-1, 0)] as [(Int?, Int)])
  func phasesBeforeTheOneInFlightKeepTheirOutcomes(phase: Int?, inFlight: Int) throws {
    var report = Sample.passed.report
    report.cases[0].outcome = .failed(.init("message", type: "AstraClone.failed"))
    let unfinished = report.unfinished(phase: phase)
    #expect(unfinished.cases.map(\.name) == report.cases.map(\.name))
    for (position, entry) in unfinished.cases.enumerated() {
      if position < inFlight {
        #expect(entry == report.cases[position])
      } else if position > inFlight {
        #expect(entry.outcome == .skipped("not reached"))
      } else {
        let problem = Report.Problem(
          "did not finish: the step ended without saying how", type: "AstraClone.didNotFinish")
        #expect(entry.outcome == .errored(problem))
        #expect(entry.output == report.cases[position].output)
      }
    }
  }

  @Test(arguments: 1...20)
  func anUnfinishedReportNeverReadsAsASuccess(seed: UInt64) throws {
    var reports = RandomReport(seed: seed &* 7919)
    let report = reports.next()
    for phase in [nil, 0, report.cases.count - 1, report.cases.count] as [Int?] {
      let unfinished = report.unfinished(phase: phase)
      #expect(!unfinished.readsAsSuccess)
      let text = String(decoding: try JUnitDocument(unfinished).bytes(), as: UTF8.self)
      #expect(text.contains("<error "))
      #expect(!text.contains("errors=\"0\""))
    }
  }
}
