extension Report {
  /// The numbers in a report's head.
  package struct Counts: Hashable, Sendable {
    /// All cases.
    package private(set) var tests = 0
    /// The cases that failed.
    package private(set) var failures = 0
    /// The cases that could not be found out or done.
    package private(set) var errors = 0
    /// The cases that were not reached, or had nothing to do.
    package private(set) var skipped = 0

    /// Counts outcomes; the only place where anything is counted.
    package init(_ outcomes: some Sequence<Outcome>) {
      for outcome in outcomes {
        tests += 1
        switch outcome {
        case .passed: break
        case .failed: failures += 1
        case .errored: errors += 1
        case .skipped: skipped += 1
        }
      }
    }
  }

  /// The numbers of this report's cases.
  package var counts: Counts { Counts(cases.lazy.map(\.outcome)) }

  /// Whether a reader would take the report for a success: something was done, and nothing failed.
  package var readsAsSuccess: Bool {
    let counts = counts
    return counts.failures == 0 && counts.errors == 0 && counts.tests > counts.skipped
  }
}
