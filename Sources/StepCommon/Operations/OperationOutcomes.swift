internal import AppProtection
internal import Timing

// How operations end, in the run's record and for the step.
extension OperationRunner {
  /// Settles how an operation ended, in the run's record and for the step; returns what was seen to end well.
  ///
  /// - Parameters:
  ///   - outcome: how waiting for it ended.
  ///   - title: the operation, for messages: `clone "magento-debug" of "magento-prod"`.
  ///   - goal: what it was to become, for messages: `ready`.
  ///   - operation: this run's record of it, if it has one.
  /// - Returns: what was waited for, as it was seen at its good end.
  /// - Throws: `.operationFailed` if it failed, vanished or was never shown, `.deadline` if the time was up first.
  package func settle<Value>(
    _ outcome: PollOutcome<Value>, _ title: String, goal: String, _ operation: RunRecord.Operation?
  ) throws(StepFailure) -> Value {
    func note(_ stage: RunRecord.Operation.Stage) {
      if let operation { history.update(operation, stage) }
    }
    switch outcome {
    case .succeeded(let value):
      note(.finished)
      log.info("\(title) is \(goal)")
      return value
    case .failed(_, let reason):
      note(.failed)
      throw .operationFailed("\(title) \(reason)")
    case .vanished:
      note(.failed)
      throw .operationFailed(
        "\(title) has vanished: somebody removed it, or the application, while the step waited for it",
        kind: .vanished)
    case .neverShown:
      if let operation { history.noteNeverShown(operation) }
      throw .neverShown(title, id: operation?.id)
    case .deadline(let lastSeen):
      // Running it again goes on from here.
      history.keepAlive(atMostEvery: .zero)
      throw .deadline(
        "\(title) was not \(goal) when the time was up after \(poller.deadline.allowance.shortText) (last seen: \(lastSeen))",
        hint:
          "it may still be running: running the step again continues to wait for it; astra-status shows how it stands"
      )
    }
  }

  /// Throws if the backend never showed an earlier attempt of this run what that had asked for: it may exist all the
  /// same, and asking again might make it twice.
  package func refuseUnseen(_ asked: [RunRecord.Operation], _ title: String) throws(StepFailure) {
    guard let unseen = asked.last(where: { $0.stage == .accepted && $0.wasSeen == false }) else { return }
    throw .neverShown(title, id: unseen.id)
  }
}
