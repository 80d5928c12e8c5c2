internal import StepReport
package import Timing

/// Every phase of every step on one scale.
package struct Timeline: Sendable {
  package let rows: [Row]
  package let begin: Timestamp
  package let end: Timestamp
  /// Moments of the story: when the fault was seen, when production was overwritten.
  package let marks: [Mark]

  /// One step.
  package struct Row: Sendable {
    package var name: String
    package var ending: String
    package var startedAt: Timestamp
    package var duration: Duration
    package var bars: [Bar]
  }

  /// One phase that was reached.
  package struct Bar: Sendable {
    package var name: String
    package var startedAt: Timestamp
    package var duration: Duration
    package var outcome: String
  }

  /// One moment.
  package struct Mark: Sendable {
    package var name: String
    package var at: Timestamp
  }

  /// Draws the steps of an incident; nil if there is none.
  init?(_ incident: Incident, marks: [Mark], ending: (StepResult) -> String) {
    guard let begin = incident.results.map(\.startedAt).min(),
      let last = incident.results.map(\.endedAt).max()
    else { return nil }
    self.begin = begin
    // Never an empty scale.
    end = max(last, begin + .seconds(1))
    self.marks = marks.filter { $0.at >= begin && $0.at <= last + .seconds(1) }
    rows = incident.results.map { result in
      Row(
        name: result.name, ending: ending(result), startedAt: result.startedAt, duration: result.duration,
        bars: result.phases.compactMap { phase in
          Self.word(for: phase.outcome, phase.duration).map {
            Bar(name: phase.name, startedAt: phase.startedAt, duration: phase.duration, outcome: $0)
          }
        })
    }
  }

  /// Where a moment lies, in thousandths of the whole scale.
  func place(of moment: Timestamp) -> Int {
    min(1000, max(0, Self.milliseconds(moment - begin) * 1000 / max(1, Self.milliseconds(end - begin))))
  }

  private static func milliseconds(_ duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
  }

  /// What a phase is drawn as; nil if it was not reached.
  private static func word(for outcome: Report.Outcome, _ duration: Duration) -> String? {
    switch outcome {
    case .passed: return "passed"
    case .failed: return "failed"
    case .errored(let problem): return problem.type.hasSuffix(".didNotFinish") ? "unfinished" : "failed"
    case .skipped: return duration > .zero ? "skipped" : nil
    }
  }
}
