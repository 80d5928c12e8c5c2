package import SimulatorSupport

/// What is about to be done with an object.
package enum AdmissionOperation: String, Sendable {
  case create = "CREATE"
  case update = "UPDATE"
  case delete = "DELETE"
}

/// How a product's validator refuses.
package enum AdmissionAnswer: Equatable, Sendable {
  /// It says no; without a code the server answers 400.
  case denied(message: String, code: Int? = nil)
  /// It cannot be reached: the server answers 500.
  case unreachable
  /// It does not answer in time: the server answers 500 after it has waited.
  case timesOut
  /// It has side effects, and is not asked in a dry run: the server refuses that with 400. Else it allows it.
  case hasSideEffects
  /// It allows it with a warning.
  case warns(String)
}

/// A validator that a product has registered at the API server (a validating webhook).
///
/// It is asked after the schema, and for a dry run too.
package protocol AdmissionPlugin: Sendable {
  /// The name that refusals tell: `vsnapshot.kb.io`.
  var name: String { get }

  /// Judges an object; nil: allowed, or none of its business.
  func review(
    _ object: JSON, old: JSON?, _ operation: AdmissionOperation, _ resource: String, user: String,
    in store: ObjectStore
  ) -> AdmissionAnswer?
}
