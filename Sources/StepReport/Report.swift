package import Timing

/// What a step did, as plain values: one suite, its phases in order.
///
/// `JUnitDocument` writes it as XML.
package struct Report: Sendable {
  /// The suite's name: the step's, with `-<suffix>` for a parallel use; of `[A-Za-z0-9._-]`.
  package var suite: String
  /// The class name of every case: `astra.clone.AstraClone`.
  package var className: String
  /// When the step began.
  package var startedAt: Timestamp
  /// How long the step has taken so far.
  package var duration: Duration
  /// The machine the step runs on.
  package var hostname: String
  /// Facts for a reader (application, ids, versions), in order; informational.
  package var properties: [Property]
  /// The phases, always the same ones in the same order.
  package var cases: [Case]
  /// The step's own log, shown at the end of the suite.
  package var log: String

  /// Makes a report.
  package init(
    suite: String, className: String, startedAt: Timestamp, duration: Duration = .zero, hostname: String,
    properties: [Property] = [], cases: [Case], log: String = ""
  ) {
    self.suite = suite
    self.className = className
    self.startedAt = startedAt
    self.duration = duration
    self.hostname = hostname
    self.properties = properties
    self.cases = cases
    self.log = log
  }

  /// The trace that the run belongs to, where the CI system has begun one.
  package var trace: String? { properties.first { $0.name == Property.trace }?.value }

  /// One fact of the report.
  package struct Property: Hashable, Sendable {
    /// The name of the fact that holds the run's trace.
    package static let trace = "astra.trace"

    package var name: String
    package var value: String

    /// Makes a property.
    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// One phase of the step.
  package struct Case: Hashable, Sendable {
    /// A stable phrase, unique in the suite: no ids, times or hosts.
    package var name: String
    package var duration: Duration
    package var outcome: Outcome
    /// What the phase saw, line by line.
    package var output: String

    /// Makes a case.
    package init(_ name: String, duration: Duration = .zero, outcome: Outcome, output: String = "") {
      self.name = name
      self.duration = duration
      self.outcome = outcome
      self.output = output
    }
  }

  /// How a phase ended: exactly one of these.
  package enum Outcome: Hashable, Sendable {
    case passed
    /// The backend did it, and it ended badly.
    case failed(Problem)
    /// It could not be found out or done.
    case errored(Problem)
    /// The phase was not reached, or there was nothing to do in it; and why.
    case skipped(String)
  }

  /// What went wrong in a phase.
  package struct Problem: Hashable, Sendable {
    /// One line, shown first everywhere.
    package var message: String
    /// A dotted type: `AstraClone.deadline`.
    package var type: String
    /// Further lines: the cause, the hint.
    package var details: String

    /// Makes a problem.
    package init(_ message: String, type: String, details: String = "") {
      self.message = message
      self.type = type
      self.details = details
    }
  }
}
