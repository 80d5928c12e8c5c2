internal import AppProtection
internal import StepCommon
internal import Timing

/// Where the content of a clone comes from, for services that clone no live application.
struct CloneSource: StepPart {
  let run: StepRun

  /// How the service makes such a clone; refuses what it can never make.
  func plan(_ request: CloneRequest) throws(StepFailure) -> ClonePlan {
    try ask { () throws(BackendError) in try backend.plan(request) }
  }

  /// The request as it is to be sent: a copy of the live application is made first where the service needs one.
  ///
  /// The copy has a name of its own in each run, so that a further attempt finds it.
  func withSource(
    _ request: CloneRequest, _ plan: ClonePlan, acceptFailedHooks: Bool
  ) throws(StepFailure) -> CloneRequest {
    guard case .afterMaking(let kind) = plan, case .live = request.source else { return request }
    let application = request.application
    let operation: RunRecord.Operation.Kind = kind == .backup ? .backup : .snapshot
    guard let name = name(of: request, as: operation) else { return request }
    let copy: RecoveryPoint
    switch try operations.existing(kind, named: name, of: application, leftovers: .untouched) {
    case .complete(let found): copy = found
    case .underWay(let found): copy = try operations.waitForCompletion(of: found, application, isKnown: true)
    case .nothing:
      copy = try operations.waitForCompletion(
        of: try operations.request(kind, named: name, of: application, as: operation), application)
    }
    try operations.checkHooks(of: copy, application, accept: acceptFailedHooks)
    var request = request
    request.source = .recoveryPoint(copy)
    return request
  }

  /// The name of the copy: that of the run's name, or, in a run without one, that of an earlier attempt.
  private func name(of request: CloneRequest, as operation: RunRecord.Operation.Kind) -> String? {
    if let run = settings.run { return ResourceName.label(for: "\(request.name)-\(run)") }
    let earlier = history.operations.last {
      $0.kind == operation && $0.application == request.application.id.text && $0.stage != .refused
        && $0.name.hasPrefix("\(request.name)-")
    }
    return earlier?.name ?? ResourceName.label(for: "\(request.name)-\(backend.currentTime.text)")
  }
}
