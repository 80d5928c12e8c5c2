internal import Synchronization

/// What writing files met that did not keep it from being done: each once, until somebody takes it for the log.
package final class FileRemarks: Sendable {
  private let state = Mutex(State())

  private struct State {
    var told: Set<String> = []
    var waiting: [String] = []
  }

  /// Makes an empty list.
  package init() {}

  /// Adds one, unless it was said before.
  func add(_ error: FileError, _ consequence: String) {
    let remark = "\(error.message): \(consequence)"
    state.withLock { state in
      if state.told.insert(remark).inserted { state.waiting.append(remark) }
    }
  }

  /// Takes what came since the last time.
  package func take() -> [String] {
    state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
  }
}
