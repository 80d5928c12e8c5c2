internal import AppProtection
internal import AstraClone
internal import AstraRestore
package import StepCommon
internal import Timing

/// Checks all that the pipeline's other steps will need, and changes nothing.
///
/// A failed check skips only the checks that depend on it, so that one run shows all that is wrong.
package final class PreflightStep: Step {
  package static let identity = StepIdentity(.preflight)
  package static let outputKeys: [String] = []
  package static let changesNothing = true

  package static var phases: [Phase<PreflightStep>] {
    [
      .check("reach the backend", by: PreflightStep.reachBackend),
      .check("find cluster", after: "reach the backend", by: PreflightStep.findCluster),
      .check("find application", after: "find cluster", by: PreflightStep.findApplication),
      .check(
        "find destination cluster", after: "reach the backend", by: PreflightStep.findDestinationCluster),
      .check("check application state", after: "find application", by: PreflightStep.checkState),
      .check("check what may be done with it", after: "find application", by: PreflightStep.checkHints),
      .check("check execution hooks", after: "find application", by: PreflightStep.checkHooks),
      .check("check cluster", after: "find application", by: PreflightStep.checkCluster),
      .check("check storage of the cluster", after: "find application", by: PreflightStep.checkStorage),
      .check("check place for backups", after: "find application", by: PreflightStep.checkBackupStore),
      .check(
        "check destination cluster", after: "find application", "find destination cluster",
        by: PreflightStep.checkDestinationCluster),
      .check(
        "check storage of the destination", after: "find application", "find destination cluster",
        by: PreflightStep.checkDestinationStorage),
      .check(
        "check place for backups of the destination", after: "find application", "find destination cluster",
        by: PreflightStep.checkDestinationBackupStore),
      .check("choose recovery point", after: "find application", by: PreflightStep.chooseRecoveryPoint),
      .check("check age of recovery point", after: "choose recovery point", by: PreflightStep.checkAge),
      .check("count evidence", after: "find application", by: PreflightStep.countEvidence),
      .check(
        "choose recovery point to clone", after: "find application", by: PreflightStep.choosePointToClone),
      .check(
        "check clone name and namespace", after: "find application", "find destination cluster",
        "choose recovery point to clone", by: PreflightStep.checkClone),
      .check(
        "check room for the clone", after: "check clone name and namespace", by: PreflightStep.checkRoom),
      .check(
        "check addresses of the clone", after: "find application", "find destination cluster",
        by: PreflightStep.checkAddresses),
      .check("check backup name", after: "find application") { step in
        { run throws(StepFailure) in try step.checkName(of: .backup, run) }
      },
      .check("check snapshot name", after: "find application") { step in
        { run throws(StepFailure) in try step.checkName(of: .snapshot, run) }
      },
    ]
  }

  let parameters: PreflightParameters
  /// Whether the credentials allow what the planned steps will do.
  var permissions = Permissions.notTold
  /// How each cluster stands.
  var standings: [ClusterStanding] = []
  var application: Application?
  /// The cluster that the clone is to be on, if one is named.
  var destination: Cluster?
  /// The recovery point to restore from.
  var point: RecoveryPoint?
  /// The recovery point to clone.
  var pointToClone: RecoveryPoint?
  /// The clone as it is to be asked for; nil if it is there already.
  var cloneRequest: CloneRequest?

  package init(_ command: PreflightCommand, _ reader: ParameterReader, _ settings: Settings)
    throws(StepFailure)
  {
    parameters = try PreflightParameters(command, reader, settings)
  }

  private func reachBackend(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    standings = try ask { () throws(BackendError) in try run.backend.clusterStandings() }
    run.log.info("\(run.backend.label) answers and accepts the token; it knows \(standings.count) clusters")
    permissions = try ask { () throws(BackendError) in
      try run.backend.permissions(for: PlannedWork(plannedOperations))
    }
    if permissions == .notTold { sayNotTold("whether the token's role allows changes", run) }
    return .done
  }

  private func findCluster(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let name = parameters.cluster else {
      return .notNeeded("no cluster is named, so that of the application counts")
    }
    _ = try run.lookup.cluster(name)
    return .done
  }

  private func findApplication(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let found = try run.lookup.application(parameters.application, on: parameters.cluster)
    run.facts.note("application", "\(found.name) (\(found.whereabouts))")
    application = found
    return .done
  }

  private func findDestinationCluster(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let clone = parameters.clone else { return notNeeded(.clone) }
    guard let name = clone.destinationCluster else {
      return .notNeeded("the clone is to be on the cluster of its source")
    }
    destination = try run.lookup.cluster(name)
    return .done
  }
}

extension PreflightStep {
  /// That a check is not needed, since only these steps need what it looks at.
  func notNeeded(_ steps: StepName...) -> PhaseEnd {
    let names = steps.map { $0.program }.joined(separator: " and ")
    return .notNeeded("only for \(names), which \(steps.count == 1 ? "is" : "are") not among the steps")
  }

  /// What the planned steps will ask the service to do with the application.
  var plannedOperations: [ProtectionOperation] {
    (isPlanned(.backup) ? [.backup] : []) + (isPlanned(.snapshot) ? [.snapshot] : [])
      + (parameters.clone == nil ? [] : [.clone]) + (isPlanned(.restore) ? [.inPlaceRestore] : [])
  }

  /// Whether one of these steps is planned.
  func isPlanned(_ steps: StepName...) -> Bool { !parameters.steps.isDisjoint(with: steps) }

  /// Says what the backend does not tell: that is no failure, and not to be taken for a good answer either.
  func sayNotTold(_ what: String, _ run: StepRun) {
    run.log.info("the backend does not tell \(what)")
    run.facts.noteAlso("notTold", what)
  }
}

extension StepFailure {
  /// What a step will need is not as it has to be.
  static func prerequisite(_ message: String, hint: String) -> Self {
    Self(.protected, .failure, type: "prerequisite", kind: .prerequisite, message, hint: hint)
  }
}
