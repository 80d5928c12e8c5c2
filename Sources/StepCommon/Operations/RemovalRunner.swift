package import AppProtection
internal import Timing

/// What a look just before a request for a removal says.
package enum RemovalCheck {
  /// It is what is to be removed, and nothing speaks against it; or it is going, or gone, already.
  case mayBeRemoved
  /// Something is under way with it that will end; what, for messages.
  case busy(String)
}

/// Removes things: every step that removes something does it by this.
package struct RemovalRunner {
  let backend: any Backend
  let history: RunHistory
  let log: Log
  let poller: Poller
  let changes: ChangeRunner

  /// Removes something and waits until it is gone.
  ///
  /// Each request is written down first, and each is preceded by a check that it is still that object and may still
  /// go. A removal of several parts is asked for again after each. After an answer that is lost, or says that there is
  /// nothing to remove, the object is looked at for half a minute before it is asked for again. While it is busy the
  /// request waits.
  ///
  /// - Parameters:
  ///   - title: what is removed, for messages.
  ///   - operation: what is written down.
  ///   - check: throws if it must not be removed after all.
  ///   - delete: asks for the removal, once.
  ///   - stateOf: its state; nil where it is gone.
  /// - Throws: what `check` throws, `.operationFailed` if it is there after all, `.deadline` if the time was up first.
  package func remove(
    _ title: String, as operation: RunRecord.Operation, check: () throws(StepFailure) -> RemovalCheck,
    delete: BackendCall<Void>, stateOf: BackendCall<String?>
  ) throws(StepFailure) {
    // What was seen last before a request; a look that shows the same may not show the request yet.
    var last: String?
    let look: BackendCall<String?> = { () throws(BackendError) in
      last = try stateOf()
      return last
    }
    while true {
      let asked = try askForRemoval(title, operation, check: check, delete: delete, stateOf: look)
      if try waitUntilGone(title, wasAsked: asked != nil, from: last, stateOf: look) {
        // What an earlier attempt of this run has asked for is this run's removal too.
        for entry in history.operations
        where (entry.kind, entry.id) == (operation.kind, operation.id)
          && [.asked, .accepted].contains(entry.stage)
        { history.update(entry, .finished) }
        log.info("\(title) is gone")
        return
      }
      try poller.rest(.seconds(1))
    }
  }

  /// The record of a removal of an application.
  package func removal(
    of application: Application, in place: RunRecord.Place? = nil
  ) -> RunRecord.Operation {
    var operation = RunRecord.Operation(
      .cloneRemoval, application: application.sourceID ?? application.id, name: application.name,
      askedAt: backend.currentTime)
    (operation.id, operation.place) = (application.id.text, place)
    return operation
  }

  /// The record of a removal of a backup or snapshot, which may be one that carried a clone.
  package func removal(of point: RecoveryPoint, isCarrier: Bool = false) -> RunRecord.Operation {
    let kind: RunRecord.Operation.Kind =
      isCarrier ? .carrierRemoval : point.kind == .backup ? .backupRemoval : .snapshotRemoval
    var operation = RunRecord.Operation(
      kind, application: point.applicationID, name: point.name, askedAt: backend.currentTime)
    operation.id = point.id.text
    return operation
  }

  /// Asks for a removal until it was begun; returns its record, or nil if there was nothing to ask for any more.
  private func askForRemoval(
    _ title: String, _ operation: RunRecord.Operation, check: () throws(StepFailure) -> RemovalCheck,
    delete: BackendCall<Void>, stateOf: BackendCall<String?>
  ) throws(StepFailure) -> RunRecord.Operation? {
    try changes.request(
      "the removal of \(title)",
      decide: { _ throws(StepFailure) in
        if case .busy(let what) = try check() {
          return .wait(BackendError(.refused(.busy), "\(title) \(what)"))
        }
        if try ask({ () throws(BackendError) in try isGoing(stateOf) }) { return .done(()) }
        var intent = operation
        intent.askedAt = backend.currentTime.text
        return .ask(intent)
      },
      send: delete,
      // "Not found" may be the answer of a gateway, and no sign that it is gone.
      isUnknown: { [.fateUnknown, .refused(.notFound)].contains($0.kind) },
      look: { _ throws(StepFailure) in
        try poller.search { () throws(BackendError) in try isGoing(stateOf) ? () : nil }
      },
      judge: { refusal, _ throws(StepFailure) in
        guard [.refused(.busy), .refused(.notReady)].contains(refusal.kind) else { return .final }
        guard try ask(stateOf) == Self.goneState else { return .wait(atLeast: .zero) }
        log.info("\(title) is gone already, and the backend keeps its entry")
        return .done(())
      }
    ).operation
  }

  /// Waits until something is gone; false if it has to be asked for again: it was not asked for and is there all the same,
  /// or a part of it is gone.
  private func waitUntilGone(
    _ title: String, wasAsked: Bool, from before: String?, stateOf: BackendCall<String?>
  ) throws(StepFailure) -> Bool {
    let began = poller.time.now
    var wasGoing = false
    var wasOther = false
    var isPartlyGone = false
    let outcome = try poller.wait(for: "removal of \(title)", isKnown: true, read: stateOf) { state in
      if state == Self.goingState { wasGoing = true }
      // Some servers keep an entry of what is gone. One that was so before says nothing until it had time to change.
      if state == Self.goneState, backend.removesInParts {
        guard wasOther || before != state || poller.time.now - began >= poller.longestLag else {
          return .working(state)
        }
        isPartlyGone = true
        return .failed("is gone in part")
      }
      if state == Self.goneState {
        return wasOther || poller.time.now - began >= poller.longestLag ? .succeeded : .working(state)
      }
      wasOther = true
      // Back in a state that is one: the removal has ended, and not well.
      let isBack = (wasGoing || !wasAsked) && Self.restingStates.contains(state)
      return isBack ? .failed("is \(state)") : .working(state)
    }
    switch outcome {
    case .vanished, .neverShown, .succeeded: return true
    case .failed where !wasAsked || isPartlyGone: return false
    case .failed(_, let reason):
      throw .operationFailed(
        "\(title) was not removed: it \(reason) after the removal had begun",
        hint:
          "see in \(backend.name) why it came back, and run the step again, which checks once more that it may go",
        kind: .notRemoved)
    case .deadline(let lastSeen):
      throw .deadline(
        "\(title) was not gone when the time was up after \(poller.deadline.allowance.shortText) (last seen: \(lastSeen))",
        hint: "running the step again continues")
    }
  }

  /// Whether something is going or gone, by one look.
  private func isGoing(_ stateOf: BackendCall<String?>) throws(BackendError) -> Bool {
    let state = try stateOf()
    return state == nil || state == Self.goingState
  }

  /// The state of what is being removed, of applications, backups and snapshots alike.
  private static var goingState: String { Application.State.deleting.rawValue }
  /// The state of an entry whose object is gone.
  private static var goneState: String { Application.State.removed.rawValue }
  /// The states in which nothing happens any more.
  private static var restingStates: [String] {
    [
      Application.State.ready, .unavailable, .failed,
    ].map(\.rawValue) + [RecoveryPoint.State.completed.rawValue]
  }
}
