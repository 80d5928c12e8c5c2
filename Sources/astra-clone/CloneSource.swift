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
  /// A further attempt takes the copy of an earlier one only if that is one of the present state.
  func withSource(
    _ request: CloneRequest, _ plan: ClonePlan, acceptFailedHooks: Bool
  ) throws(StepFailure) -> CloneRequest {
    guard case .afterMaking(let kind) = plan, case .live = request.source else { return request }
    // A clock time keeps apart the runs that have no name.
    let run = settings.run ?? backend.currentTime.text
    let copy = PresentStateCopy(
      kind, as: .cloneSource,
      name: { number in
        let name = "\(request.name)-\(run)\(number == 1 ? "" : "-\(number)")"
        return ResourceName.label(for: name) ?? "\(request.name)-\(number)"
      },
      labels: {
        CarrierMark(
          of: request.application.id, named: $0, for: request.name, on: request.destinationCluster
        ).labels
      })
    let made = try operations.presentState(of: request.application, by: copy)
    try operations.checkHooks(of: made, request.application, accept: acceptFailedHooks)
    var request = request
    request.source = .recoveryPoint(made)
    return request
  }
}
