package import ServiceSimulation
package import SimulatedBackend

/// What came of a case.
package struct Outcome: Sendable {
  /// The promises that were broken, one sentence each.
  package var violations: [String] = []
  /// Every event of the run, in order.
  package var events: [SiteEvent] = []
  /// How many events had been before each attempt.
  package var attemptsBegan: [Int] = []
  /// What the world had come to after the run itself.
  package var ending: [String] = []
  /// The kinds of operation that the server has begun.
  package var operations: Set<OperationKind> = []
  /// How many snapshots its run made.
  package var snapshots = 0
  /// How many times a step was run.
  package var attempts = 0
  /// How much virtual time passed.
  package var time = Duration.zero
  package var requests = 0
  /// The exit codes of the attempts; -9 for one that was killed.
  package var codes: [Int32] = []
  /// Whether every stage has ended well.
  package var isComplete = false
}
