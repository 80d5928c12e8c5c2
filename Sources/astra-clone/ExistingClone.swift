package import AppProtection
package import StepCommon
internal import Timing

/// What to do with a clone of that name that is there already: the table of situations.
package struct ExistingClone: StepPart {
  package let run: StepRun

  /// Looks for a run.
  package init(_ run: StepRun) {
    self.run = run
  }

  /// Settles what stands in the place of the clone.
  package func find(
    _ request: CloneRequest, _ parameters: CloneParameters
  ) throws(StepFailure) -> Existing<Application> {
    let title = "clone \"\(request.name)\" of \"\(request.application.name)\""
    let all = try operations.lookForTraces(
      of: asked(request), title,
      look: { () throws(BackendError) in try applicationsInPlace(of: request) },
      isThere: { $0.contains { $0.state != .removed } })
    operations.noteNamesakes(all.map(\.id.text), of: "clone \"\(request.name)\"")
    // An application that is gone from its cluster leaves at most an entry, which blocks nothing.
    let living = all.filter { $0.state != .removed }
    guard let found = living.first else {
      try operations.refuseUnseen(asked(request), title)
      try passOver(all, request, parameters, title)
      return .nothing
    }
    guard living.count == 1 else {
      throw .ambiguous(
        "there are \(living.count) applications \"\(request.name)\": \(living.map(\.whereabouts).joined(separator: ", "))",
        hint: "choose another name")
    }
    try checkIsThatClone(found, request, goes: found.state == .failed && parameters.leftovers.replaceFailed)
    if !found.state.isSpoilt { try checkOrigin(of: found, request) }
    let isOurs = history.isOfThisRun(id: found.id.text, createdAt: found.createdAt, asked: asked(request))
    return try operations.settle(
      ExistingObject(
        title: title, id: found.id.text, createdAt: found.createdAt, whereabouts: found.whereabouts,
        state: found.state.rawValue, problems: found.problems, progress: found.state.progress, isOurs: isOurs),
      found, asked: asked(request), parameters.leftovers,
      ExistingWords(
        goal: "ready", lack: "today's fault",
        choices:
          "take that one with --\(Common.ifExists.flag) reuse, or let astra-cleanup remove it once nobody needs "
          + "what it shows", shownBy: StatusCommand.of(request.application)),
      remove: { () throws(StepFailure) in try removeFailed(found, title) })
  }

  /// Finds the clone that this run has asked for, whatever has become of the answer.
  func cloneOfThisRun(_ request: CloneRequest) throws(BackendError) -> Application? {
    try applicationsInPlace(of: request).first { found in
      found.sourceID == request.application.id
        && history.isOfThisRun(id: found.id.text, createdAt: found.createdAt, asked: asked(request))
    }
  }

  /// Passes over entries of that name whose applications are gone; clears those of failed clones if that was asked for.
  private func passOver(
    _ removed: [Application], _ request: CloneRequest, _ parameters: CloneParameters, _ title: String
  ) throws(StepFailure) {
    for entry in removed {
      if parameters.leftovers.replaceFailed, entry.sourceID == request.application.id {
        try removeFailed(entry, title)
      } else {
        log.info(
          "passed over the entry of application \"\(entry.name)\" (\(entry.whereabouts)), which is removed; "
            + "--\(Common.replaceFailed.flag) clears the entry of a clone")
      }
    }
  }

  /// The applications of that name on that cluster, and those that do not tell their cluster.
  func applicationsInPlace(of request: CloneRequest) throws(BackendError) -> [Application] {
    try backend.applications(named: request.name).filter {
      $0.clusterID == nil || $0.clusterID == request.destinationCluster
    }
  }

  /// Refuses an application that is not that clone of that source in these namespaces; one that `goes`, to be replaced,
  /// may lie in others, and be made from elsewhere.
  private func checkIsThatClone(
    _ found: Application, _ request: CloneRequest, goes: Bool
  ) throws(StepFailure) {
    let shown = backend.shownOrigins(of: found)
    let reason: String?
    if found.id == request.application.id {
      reason = "the application to clone"
    } else if let sourceID = found.sourceID, sourceID != request.application.id {
      reason = "a clone of another application (\(sourceID))"
    } else if found.sourceID == nil {
      reason = "not a clone"
    } else if goes {
      reason = nil
    } else if !found.namespaces.isEmpty, Set(found.namespaces) != Set(request.namespaces.map(\.destination)) {
      reason = "in other namespaces (\(found.namespaces.joined(separator: ", ")))"
    } else if case .recoveryPoint(let point) = request.source, !shown.isEmpty, !shown.contains(point.id) {
      reason = "made from another recovery point (\(shown.map(\.text).joined(separator: ", ")))"
    } else {
      reason = nil
    }
    if let reason {
      throw .protected(
        "the name \"\(request.name)\" is taken: the application of that name (\(found.whereabouts)) is \(reason)",
        hint: "choose another name with --\(CloneParameters.clone.flag)", kind: .nameTaken)
    }
  }

  /// Refuses a clone of which nothing shows that it was made from what was asked for.
  private func checkOrigin(of clone: Application, _ request: CloneRequest) throws(StepFailure) {
    let wanted: CloneOrigin
    let title: String
    switch request.source {
    case .live: (wanted, title) = (.live, "the live application")
    case .recoveryPoint(let point):
      (wanted, title) = (.point(point.id), "\(point.kind.rawValue) \"\(point.name)\"")
    }
    let found = origin(of: clone, request)
    guard found != wanted else { return }
    let reason =
      switch found {
      case .live?: "made from the live application, not from \(title)"
      case .point(let id)?: "made from another recovery point (\(id)), not from \(title)"
      case nil:
        "not known to be made from \(title): neither the backend nor a record in \(place.folder) shows it"
      }
    throw .protected(
      "the name \"\(request.name)\" is taken: the clone of that name (\(clone.whereabouts)) is \(reason)",
      hint: "choose another name with --\(CloneParameters.clone.flag)", kind: .nameTaken)
  }

  /// What a clone was made from, by what this run has recorded, by what the backend shows, by its labels, and by the
  /// record of whoever made it; nil if nothing tells.
  private func origin(of clone: Application, _ request: CloneRequest) -> CloneOrigin? {
    let asked = history.operations.filter {
      $0.kind == .clone && $0.name == request.name && $0.application == request.application.id.text
        && $0.stage != .refused
    }
    if let known = asked.last(where: { $0.id == clone.id.text }) { return CloneOrigin(known.point) }
    let label = CloneMark(of: request.application.id, named: request.name).origin(of: clone)
    // Of a request whose answer was lost, if it was the only kind of request, and nothing speaks against it.
    let nameless = asked.filter {
      $0.id == nil && history.isOfThisRun(id: clone.id.text, createdAt: clone.createdAt, asked: [$0])
    }
    let origins = Set(nameless.map { CloneOrigin($0.point) })
    let shown = backend.shownOrigins(of: clone).map { CloneOrigin.point($0) }
    if origins.count == 1, let only = origins.first, label == nil || label == only {
      // A live clone may show the copy that it was carried by.
      if only == .live || shown.isEmpty || shown.contains(only) { return only }
    }
    // One that was restored in place since shows that too, or that instead.
    if let first = shown.first { return shown.count == 1 ? first : nil }
    if let label { return label }
    // A server that shows no origin proves nothing: it may show that of no clone. Ids are never reused, so a record of
    // any run tells what was asked for under this one.
    return history.operationsOfAnyRun(ofStep: StepName.clone.program)
      .last { $0.kind == .clone && $0.id == clone.id.text && $0.application == request.application.id.text }
      .map { CloneOrigin($0.point) }
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
  /// It is looked at once more just before: only a failed clone of this application, or the entry of one that is gone, is
  /// ever removed.
  private func removeFailed(_ clone: Application, _ title: String) throws(StepFailure) {
    guard !settings.isDryRun else {
      log.info("dry run: would remove the failed \(title) first")
      return
    }
    log.info("removing the failed \(title) (\(clone.whereabouts)), because of --\(Common.replaceFailed.flag)")
    try removals.remove(
      title, as: removals.removal(of: clone),
      check: { () throws(StepFailure) in
        let now = try ask { () throws(BackendError) in try backend.application(clone.id) }
        let isThatOne =
          now?.sourceID == clone.sourceID
          && now.map { [.failed, .removed, .deleting].contains($0.state) } == true
        guard now == nil || isThatOne else {
          throw .protected(
            "\(title) is not failed any more: it is \(now?.state.rawValue ?? "gone")", kind: .notToBeRemoved)
        }
        if let now { try checkHoldsNothing(now, title) }
        return .mayBeRemoved
      },
      delete: { () throws(BackendError) in try backend.delete(clone) },
      stateOf: { () throws(BackendError) in try backend.state(of: clone.id)?.rawValue })
  }
}

extension ExistingClone {
  /// Refuses to replace a clone that somebody has worked with: one with copies of its own goes by astra-cleanup alone.
  private func checkHoldsNothing(_ clone: Application, _ title: String) throws(StepFailure) {
    // What is going has none that could be lost, and need not show its lists any more.
    guard clone.state == .failed else { return }
    let points = try ask { () throws(BackendError) in
      try backend.recoveryPoints(.backup, of: clone.id) + backend.recoveryPoints(.snapshot, of: clone.id)
    }
    guard points.isEmpty else {
      throw .protected(
        "\(title) has failed, and has recovery points of its own (\(points.map { "\($0.kind.rawValue) \"\($0.name)\"" }.joined(separator: ", "))), so it is not replaced",
        hint: "choose another name: this clone and what was made of it stay",
        kind: .notToBeRemoved)
    }
  }
}

extension Application.State {
  /// Whether a clone in this state is unusable and stays so by itself.
  fileprivate var isSpoilt: Bool { isDead || self == .unavailable || self == .restoring }

  /// How far a clone in this state is.
  ///
  /// A server looks through what is ready, too, from time to time; so `discovering` is no proof that it ever was.
  fileprivate var progress: ExistingObject.Progress {
    if self == .ready { return .complete }
    if self == .failed { return .failed }
    return isSpoilt ? .spoilt : .underWay
  }
}
