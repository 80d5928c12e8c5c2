internal import AppProtection
internal import StepCommon
internal import Timing

/// A copy by way of which a clone was made, and that is to go after it.
struct CarrierToRemove {
  var point: RecoveryPoint
  /// What the clone is called, or was.
  var cloneName: String
  /// The clone, if it is one that goes too, or has gone in this run.
  var clone: Application.ID?

  var title: String { "\(point.title) (\(point.whereabouts)), which carried clone \"\(cloneName)\"" }
}

// Which copies that carried clones are to go, and how they go: after their clones, and only if nothing else needs them.
extension CleanupRun {
  /// How old a copy whose clone is gone has to be at least: a day, as long as a record of whoever made it is believed.
  private static var shortestAge: Duration { .seconds(86_400) }

  /// Chooses the copies that carried the clones that are to go, or have gone in this run, when two looks agree on them.
  ///
  /// With an age those go, too, whose clones are gone in another way.
  func chooseCarriers(
    of clones: [CloneToRemove], _ parameters: CleanupParameters, _ source: Application
  ) throws(StepFailure) -> [CarrierToRemove] {
    guard backend.clonesByCopies else { return [] }
    let last = try poller.untilTwoAgree(
      { () throws(StepFailure) in try carriers(of: clones, parameters, source) },
      on: { $0.toRemove.map(\.point.id.text) + $0.remarks })
    for remark in last.remarks { log.info("left alone: \(remark)") }
    return last.toRemove
  }

  /// Removes a copy that carried a clone, if the clone is gone and it is still one that may go.
  func remove(
    _ carrier: CarrierToRemove, _ clones: [CloneToRemove], _ parameters: CleanupParameters,
    _ source: Application
  ) throws(StepFailure) {
    let title = carrier.title
    log.info("removing \(title)")
    try removals.remove(
      title, as: removals.removal(of: carrier.point, isCarrier: true),
      check: { () throws(StepFailure) in
        try checkSource(source)
        let isThere = try ask { () throws(BackendError) in
          try carrier.clone.map { clone throws(BackendError) in try backend.application(clone) != nil }
        }
        if isThere == true {
          throw .protected(
            "the clone is there again or still, so \(title) stays", hint: "run the step again",
            kind: .notToBeRemoved)
        }
        let decision = try carriers(of: clones, parameters, source)
        if decision.toRemove.contains(where: { $0.point.id == carrier.point.id }) { return .mayBeRemoved }
        // One that is gone is in no list; one that must stay is a remark.
        let now = try ask { () throws(BackendError) in
          try backend.recoveryPoint(carrier.point.id, carrier.point.kind, of: source.id)
        }
        guard now == nil else {
          let reasons = decision.remarks.map { remark in
            remark.hasPrefix("\(title): ") ? String(remark.dropFirst(title.count + 2)) : remark
          }
          throw .protected(
            "\(title) must not be removed any more: \(reasons.joined(separator: "; "))",
            hint: "run the step again later", kind: .notToBeRemoved)
        }
        return .mayBeRemoved
      },
      delete: { () throws(BackendError) in try removeAndTell(carrier.point) },
      stateOf: { () throws(BackendError) in
        try backend.recoveryPoint(carrier.point.id, carrier.point.kind, of: source.id).map(\.state.rawValue)
      })
  }

  /// A copy that carried a clone, of which only the id is known; nil if it is gone.
  func carrier(
    _ id: RecoveryPoint.ID, of application: Application.ID
  ) throws(BackendError) -> RecoveryPoint? {
    if let backup = try backend.recoveryPoint(id, .backup, of: application) { return backup }
    return try backend.recoveryPoint(id, .snapshot, of: application)
  }

  /// The clones that go, or have gone in this run, by the copies that carried them.
  private func clonesByCarrier(_ clones: [CloneToRemove]) -> [RecoveryPoint.ID: Application.ID] {
    var found: [RecoveryPoint.ID: Application.ID] = [:]
    for clone in clones {
      if let carrier = backend.carrier(of: clone.application) { found[carrier] = clone.application.id }
    }
    for removal in removed(.cloneRemoval) {
      guard let point = removal.point, let id = removal.id else { continue }
      found[RecoveryPoint.ID(point)] = Application.ID(id)
    }
    return found
  }

  private func carriers(
    of clones: [CloneToRemove], _ parameters: CleanupParameters, _ source: Application
  ) throws(StepFailure) -> (toRemove: [CarrierToRemove], remarks: [String]) {
    let goes = clonesByCarrier(clones)
    var age: Duration?
    if case .olderThan(let wanted)? = parameters.clones { age = wanted }
    if goes.isEmpty, age == nil { return ([], []) }
    let points = try ask { () throws(BackendError) in
      try backend.recoveryPoints(.snapshot, of: source.id) + backend.recoveryPoints(.backup, of: source.id)
    }
    let held = try held(source)
    let overview = try ask { () throws(BackendError) in try backend.overview() }
    let all = overview.applications
    var (toRemove, remarks): ([CarrierToRemove], [String]) = ([], [])
    for point in points {
      let said = CarrierMark.clone(of: point)
      let clone = goes[point.id]
      guard said != nil || clone != nil else { continue }
      let carrier = CarrierToRemove(point: point, cloneName: said?.name ?? "", clone: clone)
      let others = all.filter { other in
        other.id != clone && other.id != source.id
          && (backend.carrier(of: other) == point.id
            || clone == nil && other.name == said?.name
              && (other.clusterID == nil || other.clusterID == said?.cluster))
      }
      var reason = held.objection(to: point) ?? clone.flatMap { held.reasons[$0.text] }
      reason = reason ?? objection(to: point, said, source)
      reason = reason ?? others.first.map { "application \"\($0.name)\" (\($0.whereabouts)) is there" }
      if clone == nil {
        // Without an age only the copies of the clones that go are asked for.
        guard let age else { continue }
        reason =
          reason
          ?? overview.notTold.first.map {
            "whether its clone is there cannot be told: not seen are \($0)"
          }
        reason = reason ?? objection(to: point, said, olderThan: age, parameters, source)
      }
      if let reason {
        remarks.append("\(carrier.title): \(reason)")
      } else {
        toRemove.append(carrier)
      }
    }
    toRemove = toRemove.ordered {
      ($0.point.createdAt?.text ?? "", $0.point.id.text) < ($1.point.createdAt?.text ?? "", $1.point.id.text)
    }
    return (toRemove, remarks)
  }

  /// Why nothing proves that astra-clone made a copy to carry a clone; nil if its labels do, or a record that names its id.
  private func objection(
    to point: RecoveryPoint, _ said: (name: String, cluster: Cluster.ID)?, _ source: Application
  ) -> String? {
    if EvidenceMark.isNamed(point) { return "it is evidence" }
    if let said {
      let mark = CarrierMark(of: source.id, named: point.name, for: said.name, on: said.cluster)
      return mark.reading(on: point) == .there ? nil : "its labels are those of another copy"
    }
    let isRecorded = history.operationsOfAnyRun(ofStep: StepName.clone.program).contains {
      $0.kind == .cloneSource && $0.id == point.id.text && $0.name == point.name
        && $0.application == source.id.text && $0.stage != .refused
    }
    return isRecorded ? nil : "it has no labels of astra-clone, and no record names it"
  }

  /// Why a copy whose clone is nowhere to be seen must stay.
  private func objection(
    to point: RecoveryPoint, _ said: (name: String, cluster: Cluster.ID)?, olderThan age: Duration,
    _ parameters: CleanupParameters, _ source: Application
  ) -> String? {
    guard let now = backend.serverTime, let made = point.createdAt else { return "it is of unknown age" }
    let longer = max(age, Self.shortestAge)
    guard now - made >= longer else {
      return "its clone is not there, and it is younger than \(longer.shortText)"
    }
    let named = parameters.destinationCluster.map { Cluster.ID($0) }
    guard let said, [source.clusterID, named].contains(said.cluster) else {
      return
        "its clone may be on cluster \(said?.cluster.text ?? "unknown"), where nobody looks: name that with "
        + CleanupParameters.destinationCluster.title
    }
    return nil
  }
}
