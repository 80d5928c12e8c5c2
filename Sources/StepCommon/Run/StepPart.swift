package import AppProtection
package import Timing

/// A part of a step, in a type of its own, that works with what its run has.
package protocol StepPart {
  var run: StepRun { get }
}

extension StepPart {
  package var backend: any Backend { run.backend }
  package var history: RunHistory { run.history }
  package var log: Log { run.log }
  package var settings: Settings { run.settings }
  package var place: ReportPlace { run.place }
  package var facts: RunFacts { run.facts }
  package var lookup: Lookup { run.lookup }
  package var changes: ChangeRunner { run.changes }
  package var operations: OperationRunner { run.operations }
  package var removals: RemovalRunner { run.removals }
  package var poller: Poller { run.poller }
  package var time: any TimeSource { run.time }
  package var deadline: Deadline { run.deadline }
}
