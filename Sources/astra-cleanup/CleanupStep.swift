internal import AppProtection
package import StepCommon
internal import Timing

/// Removes a debug clone and old backups of a pipeline, and ends when they are gone.
///
/// It is the one step whose purpose is to remove things: everything is chosen and proven first, and every proof is
/// looked at again just before the request.
package final class CleanupStep: Step {
  package static let identity = StepIdentity("cleanup")
  package static let outputKeys = [
    "ASTRA_REMOVED_CLONES", "ASTRA_REMOVED_RECOVERY_POINTS", "ASTRA_REMOVED_BACKUPS", "ASTRA_LEFT_NAMESPACES",
  ].flatMap { [$0, "\($0)_COUNT"] }

  package static var phases: [Phase<CleanupStep>] {
    [
      Phase("find source application", CleanupStep.findSource),
      Phase("choose clones", CleanupStep.chooseClones),
      Phase("choose backups", CleanupStep.chooseBackups),
      Phase("remove recovery points of clones", CleanupStep.removeRecoveryPoints),
      Phase("remove clones", CleanupStep.removeClones),
      Phase("remove backups", CleanupStep.removeBackups),
      Phase("look for what is left", CleanupStep.lookForRest),
    ]
  }

  let parameters: CleanupParameters
  private var source: Application?
  private var proof: CloneProof?
  private var clones: [DoomedClone] = []
  private var backups: [RecoveryPoint] = []

  package init(_ command: CleanupCommand, _ reader: ParameterReader, _ settings: Settings) throws(StepFailure)
  {
    parameters = try CleanupParameters(command, reader)
  }

  private func findSource(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    proof = CloneProof(records: try run.recordedClones(parameters))
    let found = try run.findApplication(parameters.application, on: parameters.sourceCluster)
    run.note("application", "\(found.name) (\(found.whereabouts))")
    if found.state == .restoring { try run.checkSource(found) }
    source = found
    return .done
  }

  private func chooseClones(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let wanted = parameters.clones else {
      return .notNeeded("not asked for: \(CleanupParameters.removeClone.title) is not set")
    }
    try run.settleRemovals()
    clones = try run.chooseClones(wanted, try known(run), parameters)
    for clone in clones { tell("\(clone.title); that astra-clone made it is proven by \(clone.proof)", run) }
    return .done
  }

  private func chooseBackups(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    if let retention = parameters.retention {
      try run.settleRemovals()
      backups = try run.chooseBackups(retention.keep, retention.pattern, of: try run.known(source))
      for backup in backups { tell("backup \"\(backup.name)\" (\(backup.whereabouts))", run) }
    }
    publish(run)
    if clones.isEmpty, backups.isEmpty, run.removals(.cloneRemoval).isEmpty {
      return .stepDone("nothing to remove")
    }
    return parameters.retention == nil
      ? .notNeeded("not asked for: \(CleanupParameters.keepBackups.title) is not set") : .done
  }

  /// Says what is to go, alike in a dry run and before the removal itself.
  private func tell(_ what: String, _ run: StepRun) {
    run.log.info("to remove: \(what)")
    run.noteAlso("toRemove", what)
  }

  private func removeRecoveryPoints(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    if run.settings.isDryRun {
      let names = clones.flatMap { $0.points.map(\.title) + [$0.title] } + backups.map(\.title)
      return .stepDone("dry run: would remove \(names.isEmpty ? "nothing" : names.joined(separator: ", "))")
    }
    let points = clones.flatMap { clone in clone.points.map { (clone, $0) } }
    guard !points.isEmpty else { return .notNeeded("there are none to remove") }
    for (clone, point) in points {
      try run.remove(point, of: clone, try known(run), parameters)
      publish(run)
    }
    return .done
  }

  private func removeClones(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard !clones.isEmpty else { return .notNeeded("there are none to remove") }
    for clone in clones {
      try run.remove(clone, try known(run))
      publish(run)
    }
    return .done
  }

  private func removeBackups(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let retention = parameters.retention, !backups.isEmpty else {
      return .notNeeded("there are none to remove")
    }
    for backup in backups {
      try run.remove(backup, retention.keep, retention.pattern, of: try run.known(source))
      publish(run)
    }
    return .done
  }

  /// Removing a clone takes it from the backend's books, and what runs in its namespace goes on running.
  private func lookForRest(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let places = run.removals(.cloneRemoval).compactMap(\.place)
    guard !places.isEmpty else { return .notNeeded("no clone was removed") }
    let left = try run.namespacesLeft(in: places)
    for (namespace, cluster) in left {
      let rest =
        "namespace \"\(namespace)\" on cluster \"\(cluster)\", and what runs in it, is left: "
        + StepRun.deletionCommand(namespace, on: cluster)
      run.log.warning(rest)
      run.noteAlso("left", rest)
    }
    run.publish("ASTRA_LEFT_NAMESPACES", names: left.map(\.namespace))
    return .done
  }

  private func known(_ run: StepRun) throws(StepFailure) -> (source: Application, proof: CloneProof) {
    (try run.known(source), try run.known(proof))
  }

  /// What this run has removed so far, in this attempt or an earlier one.
  private func publish(_ run: StepRun) {
    let backups = run.removals(.backupRemoval)
    let isOfSource: (RunRecord.Operation) -> Bool = { [source] in $0.application == source?.id.text }
    let points = backups.filter { !isOfSource($0) } + run.removals(.snapshotRemoval)
    let lists = [
      ("ASTRA_REMOVED_CLONES", run.removals(.cloneRemoval)), ("ASTRA_REMOVED_RECOVERY_POINTS", points),
      ("ASTRA_REMOVED_BACKUPS", backups.filter(isOfSource)),
    ]
    for (key, removed) in lists { run.publish(key, names: removed.map(\.name)) }
  }
}
