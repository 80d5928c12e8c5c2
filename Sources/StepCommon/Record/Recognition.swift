internal import AppProtection
package import Timing

extension RunHistory {
  /// How long ago this run did something, by its record: `2h5m ago`, and by which attempt if by an earlier one.
  package func moment(of operation: RunRecord.Operation?, createdAt: Timestamp? = nil) -> String {
    guard let time = operation?.lastTime ?? createdAt else { return "some time ago" }
    let ago = "\(max(.zero, now() - time).shortText) ago"
    guard let attempt = earlierAttempt(operation) else { return ago }
    return "\(ago), by attempt \(attempt) of this run (this is attempt \(settings.attempt ?? "unknown"))"
  }

  /// Tells what was recognised as this run's own, and how long ago it was.
  ///
  /// A run that is repeated, or whose name was used again, may mean more than what was done then: what is older than
  /// the step's timeout, or of an earlier attempt, is told as a warning and in the report.
  package func tellRecognised(
    _ title: String, by operation: RunRecord.Operation?, in facts: RunFacts, otherwise hint: String
  ) {
    let age = operation?.lastTime.map { now() - $0 } ?? .zero
    guard age > settings.timeout || earlierAttempt(operation) != nil else { return }
    let sentence = "\(title), \(moment(of: operation))"
    log.warning("\(sentence): \(hint)")
    facts.note("recognised", sentence)
  }

  private func earlierAttempt(_ operation: RunRecord.Operation?) -> String? {
    guard let attempt = operation?.attempt, let current = settings.attempt, attempt != current else {
      return nil
    }
    return attempt
  }
}
