package import AppProtection
internal import Timing

/// One copy of an application in the making, from finding the application to the copy's good end: the phases of
/// `astra-backup` and of `astra-snapshot`.
package final class RecoveryPointCreation {
  private let kind: RecoveryPoint.Kind
  private let operation: RunRecord.Operation.Kind
  private let parameters: RecoveryPointParameters
  private var application: Application?
  private var copy: RecoveryPoint?
  /// Whether the copy was under way before this attempt.
  private var wasThere = false

  /// Sets out to make a copy of that kind.
  package init(_ kind: RecoveryPoint.Kind, _ parameters: RecoveryPointParameters) {
    self.kind = kind
    self.parameters = parameters
    operation = kind == .backup ? .backup : .snapshot
  }

  /// The values that are handed on: the copy's id, name, state and time.
  package static func outputKeys(_ kind: RecoveryPoint.Kind) -> [String] {
    ["ID", "NAME", "STATE", "CREATED"].map { "ASTRA_\(kind.rawValue.uppercased())_\($0)" }
  }

  /// Finds the one application; refuses one that is being restored in place.
  package func findApplication(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    try run.lookup.checkCan(kind == .backup ? .backup : .snapshot)
    let found = try run.lookup.application(parameters.application, on: parameters.cluster)
    run.facts.note("application", "\(found.name) (\(found.whereabouts))")
    if found.state == .restoring { throw .beingRestored(found) }
    application = found
    return .done
  }

  /// Settles what is there of that name already.
  package func lookForExisting(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let application = try run.known(application)
    let existing = try run.operations.existing(
      kind, named: parameters.name, of: application, leftovers: parameters.leftovers)
    switch existing {
    case .nothing: return .done
    case .underWay(let point):
      (copy, wasThere) = (point, true)
      publish(point, run)
      return .done
    case .complete(let point):
      publish(point, run)
      try run.operations.checkHooks(of: point, application, accept: parameters.acceptFailedHooks)
      return .stepDone("\(kind.rawValue) \"\(point.name)\" already exists")
    }
  }

  /// Asks for it, once, unless one of that name is under way.
  package func request(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    if run.settings.isDryRun {
      let attempt = kind == .backup ? "back up" : "make a snapshot of"
      return .dryRunEnds(
        copy == nil
          ? "dry run: would \(attempt) \"\(parameters.application)\" as \"\(parameters.name)\""
          : "dry run: would wait for \(kind.rawValue) \"\(parameters.name)\", which is under way")
    }
    guard copy == nil else { return .notNeeded("one of that name is under way") }
    let made = try run.operations.request(
      kind, named: parameters.name, of: try run.known(application), as: operation)
    copy = made
    publish(made, run)
    return .done
  }

  /// Waits to its end.
  package func wait(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let finished = try run.operations.waitForCompletion(
      of: try run.known(copy), try run.known(application), isKnown: wasThere)
    copy = finished
    publish(finished, run)
    return .done
  }

  /// Fails if execution hooks around it failed and that was not accepted.
  package func checkHooks(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    try run.operations.checkHooks(
      of: try run.known(copy), try run.known(application), accept: parameters.acceptFailedHooks)
    return .done
  }

  private func publish(_ point: RecoveryPoint, _ run: StepRun) {
    let kind = kind.rawValue.uppercased()
    run.facts.publish("ASTRA_\(kind)_ID", point.id.text)
    run.facts.publish("ASTRA_\(kind)_NAME", point.name)
    run.facts.publish("ASTRA_\(kind)_STATE", point.state.rawValue)
    run.facts.publish("ASTRA_\(kind)_CREATED", point.createdAt?.text ?? "")
  }
}
