package import AppProtection

/// A call of the backend.
package typealias BackendCall<Value> = () throws(BackendError) -> Value

/// Runs a call of the backend and makes its error the step's.
package func ask<Value>(_ call: BackendCall<Value>) throws(StepFailure) -> Value {
  do throws(BackendError) {
    return try call()
  } catch {
    throw StepFailure(error)
  }
}

/// Looks at the backend, for `watch`: trouble that may pass does not end it.
package func observe<Observed>(_ call: BackendCall<Observed>) throws(StepFailure) -> Observation<Observed> {
  do throws(BackendError) {
    return .seen(try call())
  } catch {
    switch error.kind {
    case .unreachable, .brokenContract: return .trouble(StepFailure(error))
    default: throw StepFailure(error)
    }
  }
}

extension BackendError {
  /// Whether a change that ended so was certainly not begun: the backend said no, or the request never left, as when
  /// the time is up before it.
  package var provesThatNothingWasBegun: Bool {
    switch kind {
    case .refused, .credentials, .unreachable, .untrusted, .misconfigured, .deadline: true
    case .interrupted, .brokenContract, .fateUnknown: false
    }
  }
}
