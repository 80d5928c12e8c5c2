package import AppProtection
package import StepCommon
internal import Timing

// What to do with a clone of that name that is there already: the table of situations.
extension StepRun {
  /// Settles what stands in the place of the clone.
  package func existing(
    _ request: CloneRequest, _ parameters: CloneParameters
  ) throws(StepFailure) -> Existing<Application> {
    let title = "clone \"\(request.name)\" of \"\(request.application.name)\""
    let all = try lookForTraces(
      of: asked(request), title,
      look: { () throws(BackendError) in try applicationsInPlace(of: request) }, isThere: { !$0.isEmpty })
    noteNamesakes(all.map(\.id.text), of: "clone \"\(request.name)\"")
    guard let found = all.first else { return .nothing }
    guard all.count == 1 else {
      throw .ambiguous(
        "there are \(all.count) applications \"\(request.name)\": \(all.map(\.whereabouts).joined(separator: ", "))",
        hint: "choose another name")
    }
    try checkIsThatClone(found, request)
    let isOurs = isOfThisRun(id: found.id.text, createdAt: found.createdAt, asked: asked(request))
    // A server looks through what is ready, too, from time to time: what has long been there is not being made.
    let isOld = found.createdAt.map { backend.currentTime - $0 > settings.timeout } ?? false
    let state = found.state == .discovering && isOld && !isOurs ? .ready : found.state
    switch state {
    case .ready where isOurs:
      history.adopt(found.id.text, among: asked(request), as: .finished)
      let operation = history.operations.last { $0.id == found.id.text }
      log.info(
        "\(title) of this run is there and ready (\(found.whereabouts)), made \(moment(of: operation, createdAt: found.createdAt))"
      )
      tellRecognised(
        "\(title) was made in this run already", by: operation,
        otherwise: "if a newer one is meant, start a new run or choose another name")
      return .complete(found)
    case .ready:
      guard parameters.leftovers.ifExists == .reuse else {
        let whose = provenance(
          of: found.id.text, createdAt: found.createdAt, asked: asked(request), lacking: "today's fault")
        throw .protected(
          "\(title) is there already\(whose.clause)",
          hint: whose.hint(
            else: "choose another name, remove that clone, or take it with --\(Common.ifExists.flag) reuse"))
      }
      log.warning(
        "\(title) is of an earlier run (\(age(found.createdAt))); taken because of --if-exists reuse")
      return .complete(found)
    case .failed:
      guard parameters.leftovers.replaceFailed else {
        throw .protected(
          "\(title) is there already and failed\(found.problems.isEmpty ? "" : ": " + found.problems.joined(separator: "; "))",
          hint:
            "choose another name, or have the failed one removed first with --\(Common.replaceFailed.flag)")
      }
      try removeFailed(found, title)
      return .nothing
    case _ where found.state.isDead || found.state == .unavailable || found.state == .restoring:
      throw .protected("\(title) is there already and is \(found.state)", hint: "choose another name")
    default:
      log.info("\(title) is there already and is \(found.state) (\(found.whereabouts)): waiting for it")
      if isOurs {
        history.adopt(found.id.text, among: asked(request), as: .accepted)
      } else {
        log.warning("\(title) was begun by an earlier run (\(age(found.createdAt)))")
      }
      return .underWay(found)
    }
  }

  /// Finds the clone that this run has asked for, whatever has become of the answer.
  func cloneOfThisRun(_ request: CloneRequest) throws(BackendError) -> Application? {
    try applicationsInPlace(of: request).first { found in
      found.sourceID == request.application.id
        && isOfThisRun(id: found.id.text, createdAt: found.createdAt, asked: asked(request))
    }
  }

  /// The applications of that name on that cluster, and those that do not tell their cluster.
  func applicationsInPlace(of request: CloneRequest) throws(BackendError) -> [Application] {
    try backend.applications(named: request.name).filter {
      $0.clusterID == nil || $0.clusterID == request.destinationCluster
    }
  }

  /// Refuses an application that is not that clone of that source in these namespaces.
  private func checkIsThatClone(_ found: Application, _ request: CloneRequest) throws(StepFailure) {
    let reason: String?
    if found.id == request.application.id {
      reason = "the application to clone"
    } else if let sourceID = found.sourceID, sourceID != request.application.id {
      reason = "a clone of another application (\(sourceID))"
    } else if found.sourceID == nil {
      reason = "not a clone"
    } else if !found.namespaces.isEmpty, Set(found.namespaces) != Set(request.namespaces.map(\.destination)) {
      reason = "in other namespaces (\(found.namespaces.joined(separator: ", ")))"
    } else if case .recoveryPoint(let point) = request.source, !found.restoredFrom.isEmpty,
      !found.restoredFrom.contains(point.id)
    {
      reason =
        "made from another recovery point (\(found.restoredFrom.map(\.text).joined(separator: ", ")))"
    } else {
      reason = nil
    }
    if let reason {
      throw .protected(
        "the name \"\(request.name)\" is taken: the application of that name (\(found.whereabouts)) is \(reason)",
        hint: "choose another name with --\(CloneParameters.clone.flag)")
    }
  }

  /// What this run has asked for under that name, from that source, and was not refused.
  private func asked(_ request: CloneRequest) -> [RunRecord.Operation] {
    var point: String?
    if case .recoveryPoint(let source) = request.source { point = source.id.text }
    return history.operations.filter {
      $0.kind == .clone && $0.name == request.name && $0.application == request.application.id.text
        && $0.point == point && $0.stage != .refused
    }
  }

  /// Removes a failed clone that the user asked to have replaced.
  ///
  /// It is looked at once more just before: only a failed clone of this application is ever removed.
  private func removeFailed(_ clone: Application, _ title: String) throws(StepFailure) {
    guard !settings.isDryRun else {
      log.info("dry run: would remove the failed \(title) first")
      return
    }
    log.info("removing the failed \(title) (\(clone.whereabouts)), because of --\(Common.replaceFailed.flag)")
    try remove(
      title, as: removal(of: clone),
      check: { () throws(StepFailure) in
        let now = try ask { () throws(BackendError) in try backend.application(clone.id) }
        let isThatOne = now?.sourceID == clone.sourceID && (now?.state == .failed || now?.state == .deleting)
        guard now == nil || isThatOne else {
          throw .protected("\(title) is not failed any more: it is \(now?.state.rawValue ?? "gone")")
        }
        return .mayBeRemoved
      },
      delete: { () throws(BackendError) in try backend.delete(clone) },
      stateOf: { () throws(BackendError) in try backend.application(clone.id).map(\.state.rawValue) })
  }
}

extension Application {
  /// What one look at a clone that is being made says: discovering is not the end of it.
  var cloneVerdict: Verdict {
    if state == .ready { return .succeeded }
    if state.isDead {
      return .failed("is \(state)" + (problems.isEmpty ? "" : ": \(problems.joined(separator: "; "))"))
    }
    return .working(state.rawValue)
  }
}
