package import AppProtection
internal import StepCommon
internal import Timing

// How chosen clones go: looked at once more, asked for once, waited for.
extension CleanupRun {
  /// Removes a clone, and what this run has asked for is written down first.
  func remove(
    _ clone: CloneToRemove, _ known: (source: Application, proof: CloneProof)
  ) throws(StepFailure) {
    let id = clone.application.id
    let cluster = clone.application.clusterID?.text ?? ""
    let place = RunRecord.Place(
      cluster: cluster, clusterName: clone.application.clusterName ?? cluster,
      namespaces: clone.application.namespaces)
    log.info("removing \(clone.title)")
    var removal = removals.removal(of: clone.application, in: place)
    removal.point = backend.carrier(of: clone.application)?.text
    try removals.remove(
      clone.title, as: removal,
      check: { () throws(StepFailure) in
        try checkSource(known.source)
        let decision = try checkAgain(clone, known)
        guard case .mayBeRemoved = decision else { return decision }
        let points = try recoveryPoints(of: clone.application)
        if let busy = points.first(where: { !$0.state.isSettled }), busy.state != .deleting {
          throw .protected(
            "\(clone.title) has a \(busy.title) that is \(busy.state), so it is not removed",
            kind: .notToBeRemoved)
        }
        guard points.isEmpty else {
          throw .protected(
            "\(clone.title) has recovery points that were not there before (\(points.map(\.title).joined(separator: ", "))), so it is not removed",
            hint: "run the step again", kind: .notToBeRemoved)
        }
        return .mayBeRemoved
      },
      delete: { () throws(BackendError) in
        for rest in try backend.remains(of: clone.application) { tellOfRest(rest) }
        try backend.delete(clone.application)
      },
      stateOf: { () throws(BackendError) in try backend.state(of: id)?.rawValue })
  }

  /// Removes a recovery point of a clone.
  func remove(
    _ point: RecoveryPoint, of clone: CloneToRemove, _ known: (source: Application, proof: CloneProof),
    _ parameters: CleanupParameters
  ) throws(StepFailure) {
    let title = "\(point.title) of \(clone.title)"
    log.info("removing \(title)")
    try removals.remove(
      title, as: removals.removal(of: point),
      check: { () throws(StepFailure) in
        try checkSource(known.source)
        let decision = try checkAgain(clone, known)
        let now = try ask { () throws(BackendError) in
          try backend.recoveryPoint(point.id, point.kind, of: clone.application.id)
        }
        if let now, !now.state.isSettled, now.state != .deleting { return .busy("is \(now.state)") }
        if let reason = Self.objection(toRemovalOf: [now].compactMap { $0 }) {
          throw .protected("\(clone.title) \(reason), so that stays", kind: .notToBeRemoved)
        }
        return decision
      },
      delete: { () throws(BackendError) in try removeAndTell(point) },
      stateOf: { () throws(BackendError) in
        try backend.recoveryPoint(point.id, point.kind, of: clone.application.id).map(\.state.rawValue)
      })
  }

  /// Asks for the removal of a copy, and says what of it stays behind.
  func removeAndTell(_ point: RecoveryPoint) throws(BackendError) {
    if let rest = try backend.remains(of: point) { tellOfRest(rest) }
    try backend.delete(point)
  }

  /// Says what stays behind; a removal of several parts comes here for each.
  private func tellOfRest(_ rest: String) {
    guard run.facts.noteAlso("left", rest) else { return }
    log.warning(rest)
  }

  /// Looks once more at a clone that is to go: still the same one, and nothing under way with it.
  private func checkAgain(
    _ clone: CloneToRemove, _ known: (source: Application, proof: CloneProof)
  ) throws(StepFailure) -> RemovalCheck {
    let id = clone.application.id
    guard let now = try ask({ () throws(BackendError) in try backend.application(id) }) else {
      return .mayBeRemoved
    }
    if case .notProven(let reason) = known.proof.finding(on: now, of: known.source) {
      throw .protected("\(clone.title) now \(reason), so it is not removed", kind: .notToBeRemoved)
    }
    if now.state == .restoring {
      throw .protected(
        "\(clone.title) is now being restored in place, so it is not removed", kind: .notToBeRemoved)
    }
    // A look that shows what was before, or that the server looks through it again: that passes.
    guard now.state.allowsRemoval || now.state == .deleting else { return .busy("is \(now.state)") }
    return .mayBeRemoved
  }

  /// Looks once more at the application whose clone or backup is to go.
  ///
  /// While it is being restored in place nothing goes: it may be what it is restored from, or the only copy of what it
  /// held. One look that shows that may be an old one, just after a restore; two in a row are believed.
  func checkSource(_ source: Application) throws(StepFailure) {
    for _ in 1...2 {
      let now = try ask { () throws(BackendError) in try backend.application(source.id) }
      guard let now else {
        throw .protected(
          "\"\(source.name)\" is gone, so the step removes nothing more of it", kind: .notToBeRemoved)
      }
      history.remember(lookAt: now, lag: backend.longestLag)
      guard now.state == .restoring else { return try checkIsNotStopped(now) }
    }
    throw .protected(
      Self.restoringClause(source),

      hint:
        "wait for the in-place restore to end and run the step again; \(StatusCommand.of(source)) shows whether it has",
      kind: .restoring)
  }

  /// Looks whether a restore of several changes has stopped an application; whoever goes on with it may need everything.
  func checkIsNotStopped(_ source: Application) throws(StepFailure) {
    let holder = try ask { () throws(BackendError) in try backend.restoreThatStopped(source) }
    guard let holder else { return }
    throw .protected(
      Self.stoppedClause(source, holder),
      hint: holder.remedy, kind: .restoring)
  }

  /// That nothing goes while an application is stopped for a restore.
  package static func stoppedClause(_ source: Application, _ holder: RestoreChanges.Holder) -> String {
    "\"\(source.name)\" \(holder.clause), and what was to be removed may be needed for it"
  }

  /// That nothing goes while an application is restored in place.
  package static func restoringClause(_ source: Application) -> String {
    "\"\(source.name)\" is being restored in place, and what was to be removed may be needed until the restore has ended well"
  }

  /// What this run has removed of a kind, each once.
  func removed(_ kind: RunRecord.Operation.Kind) -> [RunRecord.Operation] {
    var seen: Set<String> = []
    return history.operations(ofStep: run.identity.name).filter {
      $0.kind == kind && $0.stage == .finished && seen.insert($0.id ?? "").inserted
    }
  }

  /// Settles what an attempt of this run that was killed has asked to remove: what is gone is done.
  func settleRemovals() throws(StepFailure) {
    for operation in history.operations(ofStep: run.identity.name)
    where [.asked, .accepted].contains(operation.stage) {
      guard let id = operation.id else { continue }
      let application = Application.ID(operation.application)
      var absences = 0
      while absences < 2 {
        let isThere = try ask { () throws(BackendError) in
          switch operation.kind {
          case .cloneRemoval: try backend.application(Application.ID(id)) != nil
          case .backupRemoval:
            try backend.recoveryPoint(RecoveryPoint.ID(id), .backup, of: application) != nil
          case .snapshotRemoval:
            try backend.recoveryPoint(RecoveryPoint.ID(id), .snapshot, of: application) != nil
          case .volumeRemoval:
            try backend.keptVolumes(of: application).contains { $0.uid == id }
          case .carrierRemoval:
            try carrier(RecoveryPoint.ID(id), of: application) != nil
          default: true
          }
        }
        if isThere { break }
        absences += 1
      }
      guard absences == 2 else { continue }
      history.update(operation, .finished)
      log.info("\"\(operation.name)\" (id \(id)), which this run has asked to remove, is gone")
    }
  }

  /// The namespaces of removed clones that are still there and that no other application spans.
  func namespacesLeft(
    in places: [RunRecord.Place]
  ) throws(StepFailure) -> [(namespace: String, cluster: String, command: String?)] {
    let others =
      backend.applicationsAreNamespaces
      ? [] : try ask { () throws(BackendError) in try backend.applications() }
    var left: [(namespace: String, cluster: String, command: String?)] = []
    for place in places where !place.cluster.isEmpty {
      for namespace in place.namespaces {
        let isThere = try ask { () throws(BackendError) in
          try backend.namespace(namespace, on: Cluster.ID(place.cluster)).exists
        }
        // Where the backend does not tell, the user has to look.
        guard isThere != false else { continue }
        let owner = others.first { other in
          other.namespaces.contains(namespace)
            && (other.clusterID == nil || other.clusterID?.text == place.cluster)
        }
        if let system = SystemNamespace.owner(of: namespace) {
          log.info(
            "namespace \"\(namespace)\" on cluster \"\(place.clusterName)\" belongs to \(system): leave it")
        } else if let owner {
          log.info(
            "namespace \"\(namespace)\" on cluster \"\(place.clusterName)\" belongs to \"\(owner.name)\" too: leave it"
          )
        } else {
          // Where the backend removes namespaces, one that is there was left because of what it holds.
          let command =
            backend.removesNamespaces ? nil : Lookup.deletionCommand(namespace, on: place.clusterName)
          left.append((namespace, place.clusterName, command))
        }
      }
    }
    return left
  }
}
