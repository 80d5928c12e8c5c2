internal import AppProtection
package import StepCommon
internal import Timing

/// Clones an application, data included, and ends when the clone is ready.
package final class CloneStep: Step {
  package static let identity = StepIdentity(.clone)
  package static let outputKeys = [
    "ASTRA_CLONE_ID", "ASTRA_CLONE_NAME", "ASTRA_CLONE_STATE", "ASTRA_CLONE_NAMESPACE", "ASTRA_CLONE_CLUSTER",
    "ASTRA_CLONE_CREATED", "ASTRA_CLONE_SOURCE_ID",
  ]

  package static var phases: [Phase<CloneStep>] {
    [
      Phase("find source application", CloneStep.findSource),
      Phase("choose recovery point", CloneStep.chooseRecoveryPoint),
      Phase("check clone name and namespace", CloneStep.checkDestination),
      Phase("request clone", CloneStep.requestClone),
      Phase("wait for clone", CloneStep.waitForClone),
    ]
  }

  let parameters: CloneParameters
  private var source: Application?
  private var request: CloneRequest?
  private var point: RecoveryPoint?
  private var plan = ClonePlan.direct
  private var clone: Application?
  /// The making of the clone.
  private var cloning: Operation.ID?
  /// Whether the clone was under way before this attempt.
  private var wasThere = false

  package init(_ command: CloneCommand, _ reader: ParameterReader, _ settings: Settings) throws(StepFailure) {
    parameters = try CloneParameters(command, reader)
  }

  package func prepare(_ run: StepRun) throws(StepFailure) {
    // Known even if the step gets no further.
    run.facts.note("wanted", parameters.application)
  }

  private func findSource(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    try run.lookup.checkCan(.clone)
    let found = try run.lookup.application(parameters.application, on: parameters.sourceCluster)
    // What may be used there is known by now.
    try run.lookup.checkCan(.clone)
    run.facts.note("application", "\(found.name) (\(found.whereabouts))")
    source = found
    run.lookup.warnOfNeighbours(of: found, "the clone may contain what it has there")
    return .done
  }

  private func chooseRecoveryPoint(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let wanted = parameters.point else { return .notNeeded("the live application is cloned") }
    let source = try run.known(source)
    let found = try run.lookup.recoveryPoint(wanted.kind, wanted.name, of: source)
    try run.lookup.checkFits(found, source, acceptFailedHooks: parameters.acceptFailedHooks)
    run.facts.note("recoveryPoint", "\(found.kind.rawValue) \(found.name) (\(found.whereabouts))")
    point = found
    return .done
  }

  private func checkDestination(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let request = try CloneDestination(run).request(of: try run.known(source), from: point, parameters)
    self.request = request
    plan = try CloneSource(run: run).plan(request)
    run.facts.note(
      "clone", "\(request.name) in \(request.namespaces.map(\.destination).joined(separator: ", "))")
    switch try ExistingClone(run).find(request, parameters) {
    case .nothing: break
    case .underWay(let found):
      cloning = try ask { () throws(BackendError) in try run.backend.cloning(of: found).id }
      (clone, wasThere) = (found, true)
      publish(found, run)
      return .done
    case .complete(let found):
      publish(found, run)
      return .stepDone("clone \"\(found.name)\" already exists")
    }
    // A copy of an application that is being overwritten would be evidence of nothing.
    if point == nil, request.application.state == .restoring { throw .beingRestored(request.application) }
    try CloneDestination(run).checkNamespacesAreFree(request)
    for caution in try ask({ () throws(BackendError) in try run.backend.cautions(of: request) })
    where run.facts.noteAlso("caution", caution) { run.log.warning(caution) }
    return .done
  }

  private func requestClone(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let request = try run.known(request)
    let what =
      point.map { "\($0.kind.rawValue) \"\($0.name)\" of \"\(request.application.name)\"" }
      ?? "\"\(request.application.name)\""
    if run.settings.isDryRun {
      return .dryRunEnds(
        clone == nil
          ? "dry run: would clone \(what) as \"\(request.name)\""
          : "dry run: would wait for clone \"\(request.name)\", which is under way")
    }
    guard clone == nil else { return .notNeeded("one of that name is under way") }
    // What it is known by stays what was asked for, whatever copy carries it.
    let sent = try CloneSource(run: run).withSource(
      request, plan, acceptFailedHooks: parameters.acceptFailedHooks)
    let made = try run.operations.make(
      "clone \"\(request.name)\"",
      intent: { namesakes in
        RunRecord.Operation(
          .clone, application: request.application.id, name: request.name, point: point?.id,
          askedAt: run.backend.currentTime, before: request.application.marks, namesakes: namesakes)
      },
      of: request.application.id,
      namesakes: { () throws(BackendError) in
        try ExistingClone(run).applicationsInPlace(of: request).map(\.id.text)
      },
      check: { () throws(StepFailure) in
        guard let point else { return }
        try run.lookup.checkStillFits(
          point, request.application, acceptFailedHooks: parameters.acceptFailedHooks)
      },
      look: { () throws(BackendError) in
        guard let found = try ExistingClone(run).cloneOfThisRun(request) else { return nil }
        return try run.backend.cloning(of: found)
      },
      change: .clone(sent), ask: { () throws(BackendError) in try run.backend.start(sent) },
      id: \.idOfResult)
    (clone, cloning) = (made.application, made.id)
    if let clone { publish(clone, run) }
    return .done
  }

  private func waitForClone(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let begun = try run.known(cloning)
    let name = clone?.name ?? parameters.clone
    let title = "clone \"\(name)\" of \"\(try run.known(source).name)\""
    let outcome = try run.poller.wait(
      for: title, isKnown: wasThere,
      read: { () throws(BackendError) in try run.backend.cloning(begun) },
      awaited: { .operation($0.id) }, judge: \.pollResult)
    if case .failed(let last, _) = outcome, let failed = last.application { publish(failed, run) }
    let id = clone?.id.text ?? begun.text
    let operation = run.history.operations.last { $0.id == id }
    let ended = try run.operations.settle(outcome, title, goal: "ready", operation)
    publish(try run.known(ended.application), run)
    return .done
  }

  private func publish(_ clone: Application, _ run: StepRun) {
    run.facts.publish("ASTRA_CLONE_ID", clone.id.text)
    run.facts.publish("ASTRA_CLONE_NAME", clone.name)
    run.facts.publish("ASTRA_CLONE_STATE", clone.state.rawValue)
    if let namespaces = request?.namespaces.map(\.destination) {
      run.facts.publish("ASTRA_CLONE_NAMESPACE", names: namespaces, isCounted: false)
    }
    run.facts.publish("ASTRA_CLONE_CLUSTER", clone.clusterName ?? request?.destinationCluster.text ?? "")
    run.facts.publish("ASTRA_CLONE_CREATED", clone.createdAt?.text ?? "")
    run.facts.publish("ASTRA_CLONE_SOURCE_ID", source?.id.text ?? "")
  }
}

extension Operation {
  /// The id of what it makes, once that is known.
  fileprivate var idOfResult: String { application?.id.text ?? id.text }
}
