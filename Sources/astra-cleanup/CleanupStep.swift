internal import AppProtection
package import StepCommon
internal import Timing

/// Removes a debug clone and old backups of a pipeline, and ends when they are gone.
///
/// It is the one step whose purpose is to remove things: everything is chosen and proven first, and every proof is
/// looked at again just before the request.
package final class CleanupStep: Step {
  package static let identity = StepIdentity(.cleanup)
  package static let outputKeys = [
    "ASTRA_REMOVED_CLONES", "ASTRA_REMOVED_RECOVERY_POINTS", "ASTRA_REMOVED_BACKUPS", "ASTRA_LEFT_NAMESPACES",
    "ASTRA_REMOVED_EVIDENCE", "ASTRA_REMOVED_VOLUMES", "ASTRA_NOT_REMOVED",
  ].flatMap { [$0, "\($0)_COUNT"] }

  package static var phases: [Phase<CleanupStep>] {
    [
      Phase("find source application", CleanupStep.findSource),
      .independent("choose clones", by: CleanupStep.chooseClones),
      .independent("choose backups", by: CleanupStep.chooseBackups),
      .independent("choose evidence", by: CleanupStep.chooseEvidence),
      .independent("choose volumes", by: CleanupStep.chooseVolumes),
      .independent("remove recovery points of clones", by: CleanupStep.removeRecoveryPoints),
      .independent("remove clones", by: CleanupStep.removeClones),
      .independent("remove copies that carried clones", by: CleanupStep.removeCarriers),
      .independent("remove backups", by: CleanupStep.removeBackups),
      .independent("remove evidence", by: CleanupStep.removeEvidence),
      .independent("remove volumes", by: CleanupStep.removeVolumes),
      .independent("look for what is left", by: CleanupStep.lookForLeftNamespaces),
    ]
  }

  let parameters: CleanupParameters
  private var source: Application?
  private var proof: CloneProof?
  private var clones: [CloneToRemove] = []
  /// The copies by way of which they were made.
  private var carriers: [CarrierToRemove] = []
  private var backups: [RecoveryPoint] = []
  private var evidence: [RecoveryPoint] = []
  private var volumes: [KeptVolume] = []
  /// What was to be removed and is still there.
  private var notRemoved: [String] = []
  /// The clones whose recovery points could not be removed, so that they are not removed either.
  private var clonesWithRecoveryPoints: Set<Application.ID> = []

  package init(_ command: CleanupCommand, _ reader: ParameterReader, _ settings: Settings) throws(StepFailure)
  {
    parameters = try CleanupParameters(command, reader)
  }

  private func findSource(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    proof = CloneProof(records: try CleanupRun(run).recordedClones(parameters))
    let found = try run.lookup.application(parameters.application, on: parameters.sourceCluster)
    run.facts.note("application", "\(found.name) (\(found.whereabouts))")
    if found.state == .restoring { try CleanupRun(run).checkSource(found) }
    try CleanupRun(run).checkIsNotStopped(found)
    source = found
    return .done
  }

  private func chooseClones(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let wanted = parameters.clones else {
      return .notNeeded("not asked for: \(CleanupParameters.removeClone.title) is not set")
    }
    try CleanupRun(run).settleRemovals()
    clones = try CleanupRun(run).chooseClones(wanted, try known(run), parameters)
    for clone in clones { tell("\(clone.title); \(clone.proof) that astra-clone made it", run) }
    carriers = try CleanupRun(run).chooseCarriers(of: clones, parameters, try run.known(source))
    for carrier in carriers { tell(carrier.title, run) }
    return .done
  }

  private func chooseBackups(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    if let retention = parameters.retention {
      try CleanupRun(run).settleRemovals()
      backups = try CleanupRun(run).chooseBackups(
        retention.keep, retention.pattern, of: try run.known(source))
      for backup in backups { tell("backup \"\(backup.name)\" (\(backup.whereabouts))", run) }
    }
    return parameters.retention == nil
      ? .notNeeded("not asked for: \(CleanupParameters.keepBackups.title) is not set") : .done
  }

  private func chooseEvidence(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    if let age = parameters.evidenceAge {
      try CleanupRun(run).settleRemovals()
      evidence = try CleanupRun(run).chooseEvidence(olderThan: age, of: try run.known(source))
      for snapshot in evidence { tell("evidence \(snapshot.title) (\(snapshot.whereabouts))", run) }
    }
    return parameters.evidenceAge == nil
      ? .notNeeded("not asked for: \(CleanupParameters.evidenceOlderThan.title) is not set") : .done
  }

  private func chooseVolumes(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    if let age = parameters.volumeAge {
      try CleanupRun(run).settleRemovals()
      volumes = try CleanupRun(run).chooseVolumes(olderThan: age, of: try run.known(source))
      for volume in volumes { tell(volume.title, run) }
    }
    publish(run)
    if clones.isEmpty, carriers.isEmpty, backups.isEmpty, evidence.isEmpty, volumes.isEmpty,
      CleanupRun(run).removed(.cloneRemoval).isEmpty
    {
      return .stepDone("nothing to remove")
    }
    return parameters.volumeAge == nil
      ? .notNeeded("not asked for: \(CleanupParameters.volumesOlderThan.title) is not set") : .done
  }

  /// Says what is to go, alike in a dry run and before the removal itself.
  private func tell(_ what: String, _ run: StepRun) {
    run.log.info("to remove: \(what)")
    run.facts.noteAlso("toRemove", what)
  }

  private func removeRecoveryPoints(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    if run.settings.isDryRun {
      let names =
        clones.flatMap { $0.points.map(\.title) + [$0.title] }
        + (carriers.map(\.point) + backups + evidence).map(\.title) + volumes.map(\.title)
      return .dryRunEnds("dry run: would remove \(names.isEmpty ? "nothing" : names.joined(separator: ", "))")
    }
    let points = clones.flatMap { clone in clone.points.map { (clone, $0) } }
    guard !points.isEmpty else { return .notNeeded("there are none to remove") }
    let known = try known(run)
    return try removeEach(points, { ("\($1.title) of \($0.title)", $1.name) }, run) {
      (clone, point) throws(StepFailure) in
      do throws(StepFailure) {
        try CleanupRun(run).remove(point, of: clone, known, parameters)
      } catch {
        clonesWithRecoveryPoints.insert(clone.application.id)
        throw error
      }
    }
  }

  private func removeClones(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard !clones.isEmpty else { return .notNeeded("there are none to remove") }
    let known = try known(run)
    for clone in clones where clonesWithRecoveryPoints.contains(clone.application.id) {
      reportNotRemoved(
        (clone.title, clone.application.name), because: "its recovery points were not removed", run)
    }
    let free = clones.filter { !clonesWithRecoveryPoints.contains($0.application.id) }
    guard !free.isEmpty else { return .notNeeded("all of them still have recovery points") }
    return try removeEach(free, { ($0.title, $0.application.name) }, run) { clone throws(StepFailure) in
      try CleanupRun(run).remove(clone, known)
    }
  }

  private func removeCarriers(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard !carriers.isEmpty else { return .notNeeded("there are none to remove") }
    let source = try run.known(source)
    return try removeEach(carriers, { ($0.title, $0.point.name) }, run) { carrier throws(StepFailure) in
      try CleanupRun(run).remove(carrier, clones, parameters, source)
    }
  }

  private func removeBackups(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let retention = parameters.retention, !backups.isEmpty else {
      return .notNeeded("there are none to remove")
    }
    let source = try run.known(source)
    return try removeEach(backups, { ($0.title, $0.name) }, run) { backup throws(StepFailure) in
      try CleanupRun(run).remove(backup, retention.keep, retention.pattern, of: source)
    }
  }

  private func removeEvidence(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard !evidence.isEmpty else { return .notNeeded("there is none to remove") }
    let source = try run.known(source)
    return try removeEach(evidence, { ($0.title, $0.name) }, run) { snapshot throws(StepFailure) in
      try CleanupRun(run).remove(evidence: snapshot, of: source)
    }
  }

  private func removeVolumes(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let age = parameters.volumeAge, !volumes.isEmpty else {
      return .notNeeded("there are none to remove")
    }
    let source = try run.known(source)
    return try removeEach(volumes, { ($0.title, $0.name) }, run) { volume throws(StepFailure) in
      try CleanupRun(run).remove(volume, olderThan: age, of: source)
    }
  }

  /// Removes one after another; one that cannot be removed does not stop the others, but fails the phase at its end.
  private func removeEach<Item>(
    _ items: [Item], _ words: (Item) -> Words, _ run: StepRun, _ remove: (Item) throws(StepFailure) -> Void
  ) throws(StepFailure) -> PhaseEnd {
    var failures: [StepFailure] = []
    var names: [String] = []
    for item in items {
      do throws(StepFailure) {
        try remove(item)
      } catch {
        reportNotRemoved(words(item), because: error.message, run)
        if error.endsEveryStep { throw error }
        failures.append(error)
        names.append(words(item).title)
      }
      publish(run)
    }
    guard var first = failures.first else { return .done }
    if failures.count > 1 {
      first.message =
        "\(failures.count) of \(items.count) were not removed (\(names.prefix(5).joined(separator: ", "))\(names.count > 5 ? ", …" : "")); the first: \(first.message)"
    }
    first.hint = first.hint ?? "the step has handled the others; fix this, and run the step again"
    throw first
  }

  /// Says what was not removed, and why.
  private func reportNotRemoved(_ words: Words, because reason: String, _ run: StepRun) {
    run.log.warning("not removed: \(words.title): \(reason)")
    run.facts.noteAlso("notRemoved", "\(words.title): \(reason)")
    notRemoved.append(words.name)
    publish(run)
  }

  /// What is removed, for messages, and its name for values.
  private typealias Words = (title: String, name: String)

  /// Names the namespaces of removed clones: the backend forgets a removed clone, but what runs there goes on running.
  private func lookForLeftNamespaces(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let places = CleanupRun(run).removed(.cloneRemoval).compactMap(\.place)
    guard !places.isEmpty else { return .notNeeded("no clone was removed") }
    let left = try CleanupRun(run).namespacesLeft(in: places)
    for (namespace, cluster, command) in left {
      let rest =
        "namespace \"\(namespace)\" on cluster \"\(cluster)\" is left, with what runs in it; "
        + (command.map { "to remove it once nobody needs it: \($0)" }
          ?? "see what it holds before anybody removes it, since that may be somebody's")
      run.log.warning(rest)
      run.facts.noteAlso("left", rest)
    }
    run.facts.publish("ASTRA_LEFT_NAMESPACES", names: left.map(\.namespace))
    return .done
  }

  private func known(_ run: StepRun) throws(StepFailure) -> (source: Application, proof: CloneProof) {
    (try run.known(source), try run.known(proof))
  }

  /// What this run has removed so far, in this attempt or an earlier one.
  private func publish(_ run: StepRun) {
    let backups = CleanupRun(run).removed(.backupRemoval)
    let isOfSource: (RunRecord.Operation) -> Bool = { [source] in $0.application == source?.id.text }
    let points =
      backups.filter { !isOfSource($0) }
      + CleanupRun(run).removed(.snapshotRemoval).filter { !isOfSource($0) }
      + CleanupRun(run).removed(.carrierRemoval)
    let evidence = CleanupRun(run).removed(.snapshotRemoval).filter { isOfSource($0) }
    let lists = [
      ("ASTRA_REMOVED_EVIDENCE", evidence),
      ("ASTRA_REMOVED_VOLUMES", CleanupRun(run).removed(.volumeRemoval)),
      ("ASTRA_REMOVED_CLONES", CleanupRun(run).removed(.cloneRemoval)),
      ("ASTRA_REMOVED_RECOVERY_POINTS", points),
      ("ASTRA_REMOVED_BACKUPS", backups.filter(isOfSource)),
    ]
    for (key, removed) in lists { run.facts.publish(key, names: removed.map(\.name)) }
    run.facts.publish("ASTRA_NOT_REMOVED", names: notRemoved)
  }
}
