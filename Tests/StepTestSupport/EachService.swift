package import Testing

/// Runs every test of a suite at every simulated service, one after the other.
///
/// The suites that have it are the conformance suite: what they ask of a step does not depend on the service.
package struct EachService: SuiteTrait, TestTrait, TestScoping {
  package var isRecursive: Bool { true }
  private let products: [SimulatedProduct]

  /// Makes the trait for every product, or for some.
  package init(_ products: [SimulatedProduct] = SimulatedProduct.all) { self.products = products }

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    for product in products {
      try await Magento.$product.withValue(product) { try await function() }
    }
  }
}

/// Runs a test of such a suite only at the services that have a feature.
package struct OnlyWhere: TestTrait, TestScoping {
  let feature: @Sendable (SimulatedProduct) -> Bool

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    if feature(Magento.product) { try await function() }
  }
}

extension Trait where Self == OnlyWhere {
  /// Only where a product has that feature.
  package static func only(_ feature: @escaping @Sendable (SimulatedProduct) -> Bool) -> Self {
    Self(feature: feature)
  }
}

extension Trait where Self == EachService {
  package static var eachService: Self { Self() }
  /// Both generations of Astra Control, for suites that are about it.
  package static var eachGeneration: Self { Self([.astraControl, .olderAstraControl]) }
}
