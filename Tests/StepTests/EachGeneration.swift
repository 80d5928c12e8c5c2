import AstraSimulator
import Testing

/// Runs every test of a suite against a server of each generation of the API, one after the other.
///
/// The suites that have it are the conformance suite: what they ask of a step does not depend on the server's age.
struct EachGeneration: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    for generation in [AstraSimulator.Settings.APIGeneration.v2, .v1] {
      try await Magento.$generation.withValue(generation) { try await function() }
    }
  }
}

extension Trait where Self == EachGeneration {
  static var eachGeneration: Self { Self() }
}
