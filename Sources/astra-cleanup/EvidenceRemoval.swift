package import AppProtection
internal import StepCommon
package import Timing

// Which evidence snapshots are to go, and how they go.
extension CleanupRun {
  /// Chooses the snapshots that astra-restore made as evidence and that are old enough, the oldest first, when two looks
  /// in a row agree on them.
  func chooseEvidence(
    olderThan age: Duration, of source: Application
  ) throws(StepFailure) -> [RecoveryPoint] {
    let last = try poller.untilTwoAgree(
      { () throws(StepFailure) in try evidence(olderThan: age, of: source) },
      on: { $0.toRemove.map(\.id.text) + $0.remarks })
    for remark in last.remarks { log.info("left alone: \(remark)") }
    return last.toRemove
  }

  /// Removes an evidence snapshot, if it still is one that may go.
  func remove(evidence snapshot: RecoveryPoint, of source: Application) throws(StepFailure) {
    let title = "evidence \(snapshot.title) of \"\(source.name)\" (\(snapshot.whereabouts))"
    log.info("removing \(title)")
    try removals.remove(
      title, as: removals.removal(of: snapshot),
      check: { () throws(StepFailure) in
        try checkSource(source)
        let now = try ask { () throws(BackendError) in
          try backend.recoveryPoint(snapshot.id, .snapshot, of: source.id)
        }
        guard let now, now.state != .deleting else { return .mayBeRemoved }
        if !now.state.isSettled { return .busy("is \(now.state)") }
        let reasons = try held(source)
        if let reason = objection(to: now, of: reasons) {
          throw .protected(
            "\(title) must not be removed any more: \(reason)", hint: "run the step again later",
            kind: .notToBeRemoved)
        }
        return .mayBeRemoved
      },
      delete: { () throws(BackendError) in try removeAndTell(snapshot) },
      stateOf: { () throws(BackendError) in
        try backend.recoveryPoint(snapshot.id, .snapshot, of: source.id).map(\.state.rawValue)
      })
  }

  /// What speaks against the removal of copies that the steps made on their way, and of which.
  package struct Held {
    package var application: Application
    /// Snapshots that are needed, and why.
    var reasons: [String: String] = [:]

    /// Why a copy must stay, whoever made it; nil if nothing is known against its removal.
    func objection(to point: RecoveryPoint) -> String? {
      if application.state != .ready {
        return "\"\(application.name)\" is \(application.state), and it may be needed"
      }
      if let reason = reasons[point.id.text] { return reason }
      if point.isScheduled { return "a schedule made it" }
      return !point.state.isSettled && point.state != .deleting ? "it is \(point.state)" : nil
    }
  }

  func held(_ source: Application) throws(StepFailure) -> Held {
    var all = try ask { () throws(BackendError) in try backend.overview() }.applications
    // A list of all need not tell what one was restored from.
    if let now = try ask({ () throws(BackendError) in try backend.application(source.id) }) {
      all.removeAll { $0.id == now.id }
      all.append(now)
    }
    return held(source, among: all)
  }

  /// The same, by what was seen: the application and its clones at least.
  package func held(_ source: Application, among all: [Application]) -> Held {
    var held = Held(application: all.first { $0.id == source.id } ?? source)
    for id in backend.shownOrigins(of: held.application) {
      held.reasons[id.text] = "\"\(source.name)\" was restored from it"
    }
    for clone in all where clone.id != source.id && clone.state.isBeingMade {
      for id in origins(of: clone) {
        held.reasons[id.text] = "clone \"\(clone.name)\" is being made from it"
      }
    }
    let restores = history.operationsOfAnyRun(ofStep: StepName.restore.program).filter {
      $0.kind == .inPlaceRestore && $0.application == source.id.text && $0.stage != .refused
    }
    let lastGood = restores.filter { $0.stage == .finished }.compactMap(\.askedTime).max()
    let open = restores.filter { restore in
      // One that failed, and was made again, and ended well then, needs it no more than that one.
      let isMadeAgain = restore.askedTime.map { asked in lastGood.map { asked < $0 } ?? false } ?? false
      return restore.stage != .finished && !(restore.stage == .failed && isMadeAgain)
    }
    for id in open.compactMap(\.evidence?.id) {
      held.reasons[id] = "it is the evidence of an in-place restore that has not ended well"
    }
    return held
  }

  private func evidence(
    olderThan age: Duration, of source: Application
  ) throws(StepFailure) -> (toRemove: [RecoveryPoint], remarks: [String]) {
    guard let now = backend.serverTime else {
      throw .protected(
        Self.timelessClause,
        hint: "no snapshot was removed: run the step again once the server tells the time",
        kind: .notToBeRemoved)
    }
    let snapshots = try ask { () throws(BackendError) in
      try backend.recoveryPoints(.snapshot, of: source.id)
    }
    let reasons = try held(source)
    var (toRemove, remarks): ([RecoveryPoint], [String]) = ([], [])
    for snapshot in snapshots where EvidenceMark.isNamed(snapshot) {
      let title = "\(snapshot.title) (\(snapshot.whereabouts))"
      if let reason = objection(to: snapshot, of: reasons, olderThan: age, at: now) {
        remarks.append("\(title): \(reason)")
      } else {
        toRemove.append(snapshot)
      }
    }
    toRemove = toRemove.ordered {
      ($0.createdAt?.text ?? "", $0.id.text) < ($1.createdAt?.text ?? "", $1.id.text)
    }
    return (toRemove, remarks)
  }

  /// That no age can be known.
  package static var timelessClause: String {
    "the server does not tell the time, so the age of its snapshots cannot be known"
  }

  /// Why an evidence snapshot does not go now, as a clause; nil if it is one that may, and is that old.
  package func objection(
    to snapshot: RecoveryPoint, of held: Held, olderThan age: Duration, at now: Timestamp
  ) -> String? {
    if let reason = objection(to: snapshot, of: held) { return reason }
    guard let made = snapshot.createdAt, now - made >= age else {
      return "it is younger than \(age.shortText), or of unknown age"
    }
    return nil
  }

  /// Why an evidence snapshot must stay, if it must.
  ///
  /// That astra-restore made it is shown by its labels or, where it has none of ours, by a record that names its id.
  private func objection(to snapshot: RecoveryPoint, of held: Held) -> String? {
    let source = held.application
    if let reason = held.objection(to: snapshot) { return reason }
    switch EvidenceMark(of: source.id, named: snapshot.name).reading(on: snapshot) {
    case .there: return nil
    case .another(let labels): return "its labels are those of other evidence (\(labels))"
    case .absent: break
    }
    let isRecorded = history.operationsOfAnyRun(ofStep: StepName.restore.program).contains {
      $0.kind == .evidence && $0.id == snapshot.id.text && $0.name == snapshot.name
        && $0.application == source.id.text && $0.stage != .refused
    }
    return isRecorded ? nil : "it has no labels of astra-restore, and no record names it"
  }
}
