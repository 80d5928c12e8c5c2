import Testing

/// Lets no more than a few of the tests that carry it run at once.
///
/// They mostly wait, so a few share a core well. All at once they would starve each other's programs, whose
/// deadlines go by a real clock.
struct Turns: TestTrait, TestScoping {
  /// Who waits for a turn, in the order in which they came.
  private actor Queue {
    private var free = 16
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
      guard free == 0 else { return free -= 1 }
      await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
      if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
  }

  private static let queue = Queue()

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    // The turn is each case's, not the whole test's.
    guard testCase != nil else { return try await function() }
    await Self.queue.enter()
    do {
      try await function()
    } catch {
      await Self.queue.leave()
      throw error
    }
    await Self.queue.leave()
  }
}

extension Trait where Self == Turns {
  /// Waits for a turn among the tests that run many programs.
  static var inTurn: Self { Self() }
}
