internal import AppProtection
internal import StepCommon
internal import Timing

/// An in-place restore that the backend has accepted.
struct AcceptedRestore {
  /// The run's record of it; nil if another run asked for it.
  var operation: RunRecord.Operation?
  /// What its backend knows it by.
  var restore: InPlaceRestore
}

extension RestoreRun {
  /// Settles whether the restore that is wanted has been asked for before, by this run's record first.
  func restoreUnderWay(
    of id: Application.ID, from point: RecoveryPoint
  ) throws(StepFailure) -> Existing<AcceptedRestore> {
    let application = try current(id)
    // Only the last one tells what the application holds: a later restore, even a failed one, overwrote it.
    let asked = restores(of: id).last { $0.stage != .refused }
    let last = asked?.stage == .failed ? nil : asked
    let ours = last?.point == point.id.text ? last : nil
    if let other = last, ours == nil, application.state == .restoring {
      throw .protected(
        "\"\(application.name)\" is being restored in place from another recovery point (\(other.point ?? "unknown"))",
        hint:
          "wait for that to end and run the step again; \(StatusCommand.of(application)) shows whether it has",
        kind: .restoring)
    }
    switch ours?.stage {
    case .finished where application.state == .ready:
      guard try holds(application, point, ours) else { break }
      try checkIsLast(ours, application, point)
      return .complete(accepted(ours, application, point))
    case .accepted:
      log.info("this run has asked for the restore already: waiting for it")
      return .underWay(accepted(ours, application, point))
    case .asked:
      guard let ours, ours.before != nil, try wasCarriedOut(ours, application.id) else { break }
      history.update(ours, .accepted)
      log.info("the restore that an earlier attempt asked for is under way: waiting for it")
      return .underWay(accepted(ours, application, point))
    default: break
    }
    guard application.state == .restoring else { return .nothing }
    let operations = try ask { () throws(BackendError) in try backend.operations(on: application) }
    let points = operations?.first { $0.kind == .inPlaceRestore }?.points ?? []
    guard points == [point.id] else {
      let from =
        points.isEmpty
        ? "from an unknown recovery point"
        : "from another recovery point (\(points.map(\.text).joined(separator: " or ")))"
      throw .protected(
        "\"\(application.name)\" is being restored in place \(from)",
        hint:
          "wait for that to end and run the step again; \(StatusCommand.of(application)) shows whether it has",
        kind: .restoring)
    }
    try checkIsOneRequest(application, point)
    log.info("\"\(application.name)\" is being restored from that recovery point already: waiting for it")
    return .underWay(accepted(nil, application, point))
  }

  /// Refuses to wait for another run's restore of several changes: that run has to prove what was brought, and to start again
  /// what it has stopped.
  private func checkIsOneRequest(_ application: Application, _ point: RecoveryPoint) throws(StepFailure) {
    let plan = try ask { () throws(BackendError) in
      try backend.plan(restoreOf: application, from: point)
    }
    guard case .stepwise(let changes) = plan else { return }
    let run = changes.holder?.run.map { "run \"\($0)\"" } ?? "another run"
    throw .protected(
      "\"\(application.name)\" is being restored in place from it by \(run)",
      hint: changes.holder?.remedy ?? RestoreChanges.Holder.remedy(hasName: true),
      kind: .restoring)
  }

  /// Refuses to recognise a restore as the last one where a record that cannot be read may tell of a later one, and the
  /// application does not show where it was restored from.
  private func checkIsLast(
    _ ours: RunRecord.Operation?, _ application: Application, _ point: RecoveryPoint
  ) throws(StepFailure) {
    guard let doubt = history.doubt, !backend.shownOrigins(of: application).contains(point.id) else { return }
    throw .protected(
      "\"\(application.name)\" was restored from it in this run, \(history.moment(of: ours)), but may have been restored from elsewhere since: \(doubt)",
      hint: "put that file back as it was; to restore again, use another --\(Common.run.flag)")
  }

  /// Watches for a sign that a restore of unknown fate was carried out, until no lag can hide one any more.
  func wasCarriedOut(
    _ operation: RunRecord.Operation, _ id: Application.ID
  ) throws(StepFailure) -> Bool {
    guard let restore = inPlaceRestore(operation) else { return false }
    let age = operation.askedTime.map { max(.zero, backend.currentTime - $0) } ?? .zero
    let began = time.now
    while true {
      let application = try current(id)
      let isShown = try ask { () throws(BackendError) in
        try backend.showsBeginning(of: restore, on: application)
      }
      if isShown { return true }
      if age + (time.now - began) >= poller.longestLag {
        log.info("the application shows no sign that the restore was begun")
        return false
      }
      if deadline.hasPassed(on: time) {
        throw .deadline(
          "the time was up before it was clear whether the in-place restore of \"\(application.name)\" was begun",
          hint: "run the step again to find out")
      }
      try poller.rest(poller.pollInterval(since: began))
    }
  }

  /// The application as it is now.
  func current(_ id: Application.ID) throws(StepFailure) -> Application {
    guard let application = try ask({ () throws(BackendError) in try backend.application(id) }) else {
      throw .operationFailed("application \(id) is gone: it was removed meanwhile", kind: .vanished)
    }
    history.remember(lookAt: application, lag: backend.longestLag)
    return application
  }

  /// What this run has recorded of in-place restores of an application.
  func restores(of id: Application.ID) -> [RunRecord.Operation] {
    history.operations.filter { $0.kind == .inPlaceRestore && $0.application == id.text }
  }

  /// Whether nothing shows that the application was restored from elsewhere since.
  private func holds(
    _ application: Application, _ point: RecoveryPoint, _ ours: RunRecord.Operation?
  ) throws(StepFailure) -> Bool {
    // Other runs leave records here too.
    let isOvertaken = history.restoresOfAnyRun(of: application.id).contains { other in
      guard let asked = ours?.askedTime, let later = other.askedTime else { return false }
      return later > asked
    }
    guard !isOvertaken, let ours else { return false }
    let restore = accepted(ours, application, point).restore
    return try ask { () throws(BackendError) in try backend.mayHold(restore, application) }
  }

  /// What the backend knows a restore by that a record tells of; nil for one of which too little is recorded.
  func inPlaceRestore(_ operation: RunRecord.Operation) -> InPlaceRestore? {
    guard let before = operation.before, let point = operation.point else { return nil }
    let age = operation.askedTime.map { max(.zero, backend.currentTime - $0) } ?? .zero
    return InPlaceRestore(
      of: Application.ID(operation.application), from: RecoveryPoint.ID(point), before: before,
      requestedAt: time.now + (.zero - age), wasSeen: operation.wasSeen ?? false)
  }

  private func accepted(
    _ operation: RunRecord.Operation?, _ application: Application, _ point: RecoveryPoint
  ) -> AcceptedRestore {
    let restore =
      operation.flatMap { inPlaceRestore($0) }
      ?? InPlaceRestore(
        of: application.id, from: point.id, before: application.marks, requestedAt: time.now,
        wasSeen: operation?.wasSeen ?? false)
    return AcceptedRestore(operation: operation, restore: restore)
  }
}
