internal import AppProtection
internal import AstraClone
internal import AstraRestore
internal import StepCommon
internal import Timing

// Whether there is a recovery point to go back to, and room for what the steps will make; by the steps' own rules.
extension PreflightStep {
  /// Whether the recovery point to restore from is there and fits, as `astra-restore` will choose it.
  func chooseRecoveryPoint(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let restore = parameters.restore else { return notNeeded(.restore) }
    guard !parameters.restoresFromFutureCopy else {
      return .notNeeded("an earlier stage of the pipeline makes the \(restore.kind.rawValue) to restore from")
    }
    let chosen = try RecoveryPointChoice(run).recoveryPoint(for: try run.known(application), restore)
    run.log.info("to restore from: \(chosen.kind.rawValue) \"\(chosen.name)\" (\(chosen.whereabouts))")
    run.facts.note("recoveryPoint", "\(chosen.kind.rawValue) \(chosen.name) (\(chosen.whereabouts))")
    point = chosen
    try RecoveryPointChoice(run).checkPlan(
      of: try run.known(application), from: chosen, restore.agreement)
    try rehearse("the restore", .inPlaceRestore(of: try run.known(application), from: chosen), run)
    return .done
  }

  /// Counts the snapshots that restores have left behind as evidence: volumes have a limit on snapshots.
  func countEvidence(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard isPlanned(.restore) else { return notNeeded(.restore) }
    let application = try run.known(application)
    let snapshots = try ask { () throws(BackendError) in
      try run.backend.recoveryPoints(.snapshot, of: application.id)
    }
    let count = snapshots.count(where: EvidenceMark.isNamed)
    guard count >= Self.evidenceWarningThreshold else { return .done }
    let words =
      "\"\(application.name)\" has \(count) evidence snapshots of restores, and volumes have a limit on snapshots: "
      + "remove old ones with astra-cleanup --evidence-older-than 7d"
    run.log.warning(words)
    return .done
  }

  /// How many evidence snapshots are worth a warning: 5.
  private static var evidenceWarningThreshold: Int { 5 }

  /// Whether it is young enough.
  func checkAge(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard parameters.restore != nil else { return notNeeded(.restore) }
    guard let longest = parameters.maxAge else {
      return .notNeeded("any age will do (\(PreflightParameters.maxAge.title) is not set)")
    }
    guard let point else { return .notNeeded("an earlier stage of the pipeline makes the recovery point") }
    let title = "\(point.kind.rawValue) \"\(point.name)\""
    guard let createdAt = point.createdAt else {
      throw .prerequisite(
        "\(run.backend.label) does not tell how old \(title) is, and at most \(longest.shortText) is allowed",
        hint: "name another one, or leave \(PreflightParameters.maxAge.title) empty")
    }
    guard run.backend.currentTime - createdAt <= longest else {
      throw .prerequisite(
        "\(title) is \(run.history.age(createdAt)), and at most \(longest.shortText) is allowed: it is too old to go back to",
        hint: "make a new one, name another one, or change \(PreflightParameters.maxAge.title)")
    }
    return .done
  }

  /// Whether the recovery point to clone is there and fits, as `astra-clone` will choose it.
  func choosePointToClone(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let clone = parameters.clone else { return notNeeded(.clone) }
    guard let wanted = clone.point else { return .notNeeded("the live application is to be cloned") }
    let application = try run.known(application)
    let found = try run.lookup.recoveryPoint(wanted.kind, wanted.name, of: application)
    try run.lookup.checkFits(found, application, acceptFailedHooks: clone.acceptFailedHooks)
    pointToClone = found
    return .done
  }

  /// Whether the clone's name and namespaces are free, or a clone of this run has them.
  func checkClone(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let clone = parameters.clone else { return notNeeded(.clone) }
    let request = try CloneDestination(run).request(of: try run.known(application), from: pointToClone, clone)
    run.facts.note(
      "clone", "\(request.name) in \(request.namespaces.map(\.destination).joined(separator: ", "))")
    if case .nothing = try ExistingClone(run).find(request, clone) {
      try CloneDestination(run).checkNamespacesAreFree(request)
      try rehearse("the clone \"\(request.name)\"", .clone(request), run)
      cloneRequest = request
    }
    return .done
  }

  /// Whether the name of a copy that will be made is free, or one of this run has it.
  func checkName(of kind: RecoveryPoint.Kind, _ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let copy = parameters.copies.first(where: { $0.kind == kind }) else {
      return notNeeded(kind == .backup ? .backup : .snapshot)
    }
    let existing = try run.operations.existing(
      kind, named: copy.name, of: try run.known(application), leftovers: parameters.leftovers)
    if case .nothing = existing {
      try rehearse(
        "the \(kind.rawValue) \"\(copy.name)\"",
        .copy(kind, named: copy.name, of: try run.known(application)), run)
    }
    return .done
  }
}
