package import AppProtection
package import StepCommon
package import Timing

/// Which recovery point to go back to.
package struct RecoveryPointChoice: StepPart {
  package let run: StepRun

  /// Chooses for a run.
  package init(_ run: StepRun) {
    self.run = run
  }

  /// Refuses a restore that nobody has agreed to, or whose conditions are not met.
  package func checkPlan(
    of application: Application, from point: RecoveryPoint, _ agreement: RestoreAgreement
  ) throws(StepFailure) {
    _ = try RestoreRun(run: run).stepwisePlan(
      of: application, from: point, agreement, waits: false)
  }

  /// Why no restore of an application in place is begun without a word; nil where one request does it.
  ///
  /// The point may be any of its recovery points: what it takes to restore from one does not depend on which it is.
  package func missingAgreement(
    toRestore application: Application, from point: RecoveryPoint
  ) throws(StepFailure) -> String? {
    let plan = try ask { () throws(BackendError) in
      try backend.plan(restoreOf: application, from: point)
    }
    guard case .stepwise = plan else { return nil }
    return
      "\(backend.name) restores in place by several changes, which --\(RestoreParameters.replace.flag) agrees to: "
      + "astra-restore --dry-run lists them"
  }

  /// Changes that nobody has agreed to are not begun.
  func refusal(
    of changes: RestoreChanges, of application: Application, from point: RecoveryPoint
  ) -> StepFailure {
    .protected(
      "\(backend.name) restores \"\(application.name)\" in place by \(changes.all.count) changes: "
        + changes.all.map(\.clause).joined(separator: "; "),
      hint:
        "make a clone of that \(point.kind.rawValue) in a new namespace with astra-clone, which changes nothing here, and point customers at it; "
        + "or, once you have read the changes, let astra-restore make them with --\(RestoreParameters.replace.flag)",
      kind: .destructivePlan)
  }

  /// Chooses the recovery point to go back to: the one that is named, or the newest that fits.
  package func recoveryPoint(
    for application: Application, _ parameters: RestoreParameters
  ) throws(StepFailure) -> RecoveryPoint {
    switch parameters.choice {
    case .named(let name):
      let found: RecoveryPoint
      do throws(StepFailure) {
        found = try lookup.recoveryPoint(parameters.kind, name, of: application)
      } catch  where error.type == "notFound" {
        try refuseForeign(parameters.kind, name, application)
        throw error
      }
      try lookup.checkFits(found, application, acceptFailedHooks: parameters.acceptFailedHooks)
      return found
    case .latest(let before):
      return try newest(of: application, before: before, parameters)
    }
  }

  private func newest(
    of application: Application, before: Timestamp?, _ parameters: RestoreParameters
  ) throws(StepFailure) -> RecoveryPoint {
    let kind = parameters.kind
    let all = try ask { () throws(BackendError) in try backend.recoveryPoints(kind, of: application.id) }
    // An earlier attempt of this run has chosen already; what came since (its own evidence!) changes nothing.
    if let pinned = history.ownOperations.last(where: {
      $0.application == application.id.text && $0.point != nil && $0.kind != .clone
    })?.point,
      let point = all.first(where: { $0.id.text == pinned })
    {
      try lookup.checkFits(point, application, acceptFailedHooks: parameters.acceptFailedHooks)
      return point
    }
    let fitting = all.filter {
      Self.reasonToPassOver($0, before: before, acceptFailedHooks: parameters.acceptFailedHooks) == nil
    }
    let twins = Self.newest(of: fitting)
    guard let newest = twins.first else {
      let there = all.map { "\"\($0.name)\" (\($0.whereabouts)\($0.hooks.didFail ? ", hooks failed" : ""))" }
      let limit = before.map { " made before \($0.text)" } ?? ""
      throw .notFound(
        "there is no complete \(kind.rawValue) of \"\(application.name)\"\(limit) to restore from",
        hint: there.isEmpty
          ? "there is none at all"
          : "these exist: \(there.prefix(5).joined(separator: ", ")); \(StatusCommand.of(application)) shows why none of them is taken"
      )
    }
    let passedOver = all.count - fitting.count
    if passedOver > 0 {
      log.info(
        "passed over \(passedOver) of \(all.count) \(kind.rawValue)s: unfinished, failed, made by a step on its way, or not made before the given time"
      )
    }
    guard twins.count == 1 else {
      throw .ambiguous(
        "\(twins.count) \(kind.rawValue)s have the same newest time: "
          + twins.map { "\"\($0.name)\" (\($0.whereabouts))" }.joined(separator: ", "),
        hint: "give the id of one of them")
    }
    return newest
  }

  /// Why `latest` passes over a recovery point, as a clause; nil if it may be the one.
  package static func reasonToPassOver(
    _ point: RecoveryPoint, before: Timestamp?, acceptFailedHooks: Bool
  ) -> String? {
    if point.state != .completed { return "it is \(point.state)" }
    if EvidenceMark.isNamed(point) { return "it was made as evidence" }
    // What carried a clone holds what was broken.
    if let clone = CarrierMark.clone(of: point) { return "it was made to carry clone \"\(clone.name)\"" }
    if point.hooks.didFail, !acceptFailedHooks { return "its execution hooks failed" }
    guard let made = point.createdAt else { return "the time it was made is not known" }
    guard let before else { return nil }
    if made >= before { return "it was not made before \(before.text)" }
    // Its data may be of any moment until it was complete.
    guard let held = point.heldBy, held >= before else { return nil }
    return "it was not complete before \(before.text)"
  }

  /// The newest of some recovery points, of which `latest` means the one: several if they were made at one time.
  package static func newest(of points: [RecoveryPoint]) -> [RecoveryPoint] {
    let newest = points.compactMap(\.createdAt).max()
    return newest == nil ? [] : points.filter { $0.createdAt == newest }
  }

  /// Says so if the name or id is that of another application's backup.
  private func refuseForeign(
    _ kind: RecoveryPoint.Kind, _ name: String, _ application: Application
  ) throws(StepFailure) {
    let isForeign = try ask { () throws(BackendError) in try backend.existsElsewhere(kind, name) }
    if isForeign {
      throw .protected(
        "\(kind.rawValue) \"\(name)\" belongs to another application, not to \"\(application.name)\"",
        hint:
          "name a \(kind.rawValue) of \"\(application.name)\"; \(StatusCommand.of(application)) shows them all",
        kind: .otherApplication)
    }
  }
}
