package import AppProtection
internal import RESTClient
internal import Timing

// Work that is not worth a step's whole time.
extension KubernetesClient {
  /// How much time there is left.
  package var timeLeft: Duration { deadline.remaining(on: time) }

  /// Does something that has to be over soon: its requests, their repetitions and its pauses all end then.
  ///
  /// - Parameters:
  ///   - limit: how long it may take, where there is that much time left.
  ///   - body: what is done.
  /// - Returns: what it returns.
  /// - Throws: `.deadline` when that time is up, and what it throws.
  package func within<Value>(
    _ limit: Duration, _ body: () throws(BackendError) -> Value
  ) throws(BackendError) -> Value {
    let usual = rest.deadline
    rest.deadline = Deadline(after: min(limit, timeLeft), on: time)
    defer { rest.deadline = usual }
    return try body()
  }

  /// Waits a moment between two looks.
  ///
  /// - Throws: `.deadline` if there is less time left than that, `.interrupted`.
  package func pause(_ duration: Duration) throws(BackendError) {
    guard duration > .zero else { return }
    guard timeLeft > duration else { throw BackendError(.deadline, "the time for it is up") }
    do throws(Interruption) {
      try time.sleep(for: duration)
    } catch {
      throw BackendError(.interrupted(error), "interrupted between two looks")
    }
  }
}
