internal import AppProtection
package import StepCommon
internal import Timing

/// Clones an application, data included, and ends when the clone is ready.
package final class CloneStep: Step {
  package static let identity = StepIdentity("clone")
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
  private var clone: Application?
  /// Whether the clone was under way before this attempt.
  private var wasThere = false

  package init(_ command: CloneCommand, _ reader: ParameterReader, _ settings: Settings) throws(StepFailure) {
    parameters = try CloneParameters(command, reader)
  }

  private func findSource(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let found = try run.findApplication(parameters.application, on: parameters.sourceCluster)
    run.note("application", "\(found.name) (\(found.whereabouts))")
    source = found
    run.warnOfNeighbours(of: found, "what it has there may come with the clone")
    return .done
  }

  private func chooseRecoveryPoint(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let wanted = parameters.point else { return .notNeeded("the live application is cloned") }
    let source = try run.known(source)
    let found = try run.findRecoveryPoint(wanted.kind, wanted.name, of: source)
    try run.checkFits(found, source, acceptFailedHooks: parameters.acceptFailedHooks)
    run.note("recoveryPoint", "\(found.kind.rawValue) \(found.name) (\(found.whereabouts))")
    point = found
    return .done
  }

  private func checkDestination(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let request = try run.cloneRequest(of: try run.known(source), from: point, parameters)
    self.request = request
    try run.ask { () throws(BackendError) in try run.backend.check(request) }
    run.note("clone", "\(request.name) in \(request.namespaces.map(\.destination).joined(separator: ", "))")
    switch try run.existing(request, parameters) {
    case .nothing: break
    case .underWay(let found):
      (clone, wasThere) = (found, true)
      publish(found, run)
      return .done
    case .complete(let found):
      publish(found, run)
      return .stepDone("clone \"\(found.name)\" is there already")
    }
    // A copy of an application that is being overwritten would be evidence of nothing.
    if point == nil, request.application.state == .restoring { throw .beingRestored(request.application) }
    try run.checkNamespacesAreFree(request)
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
    let made = try run.make(
      "clone \"\(request.name)\"",
      begin: { namesakes in
        run.history.begin(
          RunRecord.Operation(
            .clone, application: request.application.id, name: request.name, point: point?.id,
            askedAt: run.backend.currentTime, before: RunRecord.Fingerprint(request.application),
            namesakes: namesakes))
      },
      of: request.application.id,
      namesakes: { () throws(BackendError) in
        try run.applicationsInPlace(of: request).map(\.id.text)
      },
      check: { () throws(StepFailure) in
        guard let point else { return }
        try run.checkStillFits(
          point, request.application, acceptFailedHooks: parameters.acceptFailedHooks)
      },
      look: { () throws(BackendError) in try run.cloneOfThisRun(request) },
      ask: { () throws(BackendError) in try run.backend.createClone(request) },
      id: { $0.id.text })
    clone = made
    publish(made, run)
    return .done
  }

  private func waitForClone(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let begun = try run.known(clone)
    let title = "clone \"\(begun.name)\" of \"\(try run.known(source).name)\""
    let completion = try run.wait(
      for: title, isKnown: wasThere,
      read: { () throws(BackendError) in try run.backend.application(begun.id) },
      judge: { $0.cloneVerdict })
    if case .failed(let last, _) = completion { publish(last, run) }
    let operation = run.history.operations.last { $0.id == begun.id.text }
    publish(try run.settle(completion, title, goal: "ready", operation), run)
    return .done
  }

  private func publish(_ clone: Application, _ run: StepRun) {
    run.publish("ASTRA_CLONE_ID", clone.id.text)
    run.publish("ASTRA_CLONE_NAME", clone.name)
    run.publish("ASTRA_CLONE_STATE", clone.state.rawValue)
    if let namespaces = request?.namespaces.map(\.destination) {
      run.publish("ASTRA_CLONE_NAMESPACE", names: namespaces, isCounted: false)
    }
    run.publish("ASTRA_CLONE_CLUSTER", clone.clusterName ?? request?.destinationCluster.text ?? "")
    run.publish("ASTRA_CLONE_CREATED", clone.createdAt?.text ?? "")
    run.publish("ASTRA_CLONE_SOURCE_ID", source?.id.text ?? "")
  }
}
