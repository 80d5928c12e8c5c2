import Testing

/// Lets no more than a few pieces of work run at once, in the order in which they came.
actor TurnQueue {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// Makes a queue for so many at once.
  init(atOnce count: Int) { free = count }

  /// Does a piece of work when it is its turn.
  nonisolated func inTurn<Value>(
    _ work: @concurrent @Sendable () async throws -> Value
  ) async throws -> Value where Value: Sendable {
    await enter()
    do {
      let value = try await work()
      await leave()
      return value
    } catch {
      await leave()
      throw error
    }
  }

  private func enter() async {
    guard free == 0 else { return free -= 1 }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}

/// Lets no more than a few of the tests that carry it run at once.
///
/// They mostly wait, so a few share a core well. All at once they would starve each other's programs, whose
/// deadlines go by a real clock.
struct Turns: TestTrait, TestScoping {
  private static let queue = TurnQueue(atOnce: 16)

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    // The turn is each case's, not the whole test's.
    guard testCase != nil else { return try await function() }
    try await Self.queue.inTurn(function)
  }
}

extension Trait where Self == Turns {
  /// Waits for a turn among the tests that run many programs.
  static var inTurn: Self { Self() }
}
