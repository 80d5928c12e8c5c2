internal import AppProtection
internal import AstraClone
internal import AstraRestore
internal import StepCommon
internal import Timing

// Whether the application is in order for what the steps will do with it.
extension PreflightStep {
  /// Whether its state lets the steps begin, now or when it has passed.
  func checkState(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let application = try run.known(application)
    if isPlanned(.clone, .restore) {
      run.lookup.warnOfNeighbours(
        of: application, "a restore overwrites what it has there too, and a clone may contain it")
    }
    let title = "application \"\(application.name)\""
    let reasons = application.problems.isEmpty ? "" : ": \(application.problems.joined(separator: "; "))"
    switch application.state {
    case .ready: return .done
    case .restoring: throw .beingRestored(application)
    case _ where application.state.isDead || application.state == .unavailable:
      throw .prerequisite(
        "\(title) is \(application.state)\(reasons), and the steps need it to be ready",
        hint: "bring it back: it does not leave this state by itself")
    default:
      run.log.warning("\(title) is \(application.state)\(reasons): the steps will wait until it is ready")
      return .done
    }
  }

  /// Whether the backend itself says that what is planned may be done.
  func checkHints(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let application = try run.known(application)
    for operation in plannedOperations { try run.lookup.checkCan(operation) }
    if permissions != .notTold {
      permissions = try ask { () throws(BackendError) in
        try run.backend.permissions(for: plannedWork(with: application))
      }
    }
    switch permissions {
    case .missing(let missing):
      throw .prerequisite(
        "the credentials do not allow what the steps need: \(missing.joined(separator: "; "))",
        hint: "have it allowed, or use the credentials of somebody who may")
    case .limited(let unseen): for right in unseen { sayNotTold("what needs the right to \(right)", run) }
    case .allowed, .notTold: break
    }
    if isPlanned(.restore) { try checkOverseers(of: application, run) }
    // What its state says counts for a clone of the live application alone.
    let planned = plannedOperations.filter { $0 != .clone || parameters.clone?.point == nil }
    guard !planned.isEmpty else { return notNeeded(.backup, .snapshot, .clone, .restore) }
    guard application.state == .ready else {
      return .notNeeded(
        "it is \(application.state), and the backend tells what may be done with it at this moment only")
    }
    let hints = try ask { () throws(BackendError) in try run.backend.hints(for: application.id) }
    let untold = planned.filter { hints[$0] == nil }.map(\.withArticle)
    if !untold.isEmpty {
      sayNotTold("whether \(untold.joined(separator: ", ")) of \"\(application.name)\" is allowed", run)
    }
    let refused = planned.filter { hints[$0] == false }.map(\.withArticle)
    guard refused.isEmpty else {
      throw .prerequisite(
        "\(run.backend.label) does not allow \(refused.joined(separator: ", ")) of \"\(application.name)\" at present",
        hint:
          "see whether another operation is under way, or what its page in the backend says about its volumes"
      )
    }
    return .done
  }

  /// What the planned steps will do, as far as it is known without the copies.
  private func plannedWork(with application: Application) -> PlannedWork {
    var work = PlannedWork(plannedOperations, with: application)
    if let clone = parameters.clone, let cluster = destination?.id ?? application.clusterID {
      let only = [clone.namespace ?? clone.clone]
      work.destination = (cluster, clone.mapping.map { $0.map(\.destination) } ?? only)
      work.clonedKind = clone.point?.kind
    }
    if let restore = parameters.restore { work.restoredKind = restore.kind }
    return work
  }

  /// Refuses to restore what somebody else puts back at once.
  private func checkOverseers(of application: Application, _ run: StepRun) throws(StepFailure) {
    let oversight = try ask { () throws(BackendError) in try run.backend.oversight(of: application) }
    guard let oversight else {
      sayNotTold("whether another tool will undo a restore of \"\(application.name)\"", run)
      return
    }
    for clause in oversight.notTold { sayNotTold(clause, run) }
    let paused = parameters.restore?.agreement.pausedOwners ?? []
    let overseers = oversight.overseers.filter { $0.unseenName.map { !paused.contains($0) } ?? true }
    guard !overseers.isEmpty else { return }
    throw .prerequisite(
      "\(overseers.map(\.title).joined(separator: ", ")) will undo a restore of \"\(application.name)\"",
      hint: overseers.map { RestoreAgreement.remedy($0.remedy, pausing: $0.unseenName) }.joined(
        separator: "; "))
  }

  /// Tries a request that a step is going to make, without making it.
  func rehearse(_ title: String, _ request: PlannedRequest, _ run: StepRun) throws(StepFailure) {
    switch try ask({ () throws(BackendError) in try run.backend.rehearse(request) }) {
    case .accepted: run.log.info("\(title) would be accepted")
    case .notTold(nil): break
    case .notTold(let reason?): sayNotTold("whether \(title) would be accepted: \(reason)", run)
    case .refused(let words):
      throw .prerequisite(
        "\(title) would be refused: \(words)", hint: "see what the service says, and change what is asked for"
      )
    }
  }

  /// Whether it has execution hooks, or none, as expected.
  func checkHooks(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let application = try run.known(application)
    guard let expected = parameters.expectedHooks else {
      return .notNeeded("not asked for: \(PreflightParameters.expectHooks.title) is not set")
    }
    let hooks = try ask { () throws(BackendError) in try run.backend.executionHooks(of: application.id) }
    let hint =
      "fix the hooks, or change what \(PreflightParameters.expectHooks.title) expects (it is \(expected.rawValue))"
    switch (hooks, expected) {
    case (.named(let names), .present) where !names.isEmpty:
      run.log.info("execution hooks of \"\(application.name)\": \(names.joined(separator: ", "))")
    case (.named([]), .absent), (.switchedOff, .absent): break
    case (.named(let names), .absent):
      throw .prerequisite(
        "application \"\(application.name)\" has execution hooks (\(names.joined(separator: ", "))), but none are expected",
        hint: hint)
    case (.named, .present):
      throw .prerequisite(
        "application \"\(application.name)\" has no execution hooks, so nothing makes copies of it consistent",
        hint: hint)
    case (.switchedOff, .present):
      throw .prerequisite(
        "execution hooks are switched off in \(run.backend.label), so those of \"\(application.name)\" do not run",
        hint: "have them switched on, or change what \(PreflightParameters.expectHooks.title) expects")
    // What was asked for by name cannot be taken for granted.
    case (nil, _):
      throw .prerequisite(
        "\(run.backend.label) does not tell whether \"\(application.name)\" has execution hooks", hint: hint)
    }
    return .done
  }
}
