package import AppProtection
package import StepReport
package import Timing

/// Why a step ends without success: what it exits with, and what the report says of it.
package struct StepFailure: Error, Sendable {
  /// How a report's reader should take it.
  package enum Nature: Sendable {
    /// The backend did it, and it ended badly.
    case failure
    /// It could not be found out or done.
    case error
  }

  package var code: ExitCode
  package var nature: Nature
  /// The last part of the report's type: `deadline` in `AstraClone.deadline`.
  package var type: String
  /// A lower-case sentence fragment that names the object, the attempt and the cause.
  package var message: String
  /// What would help, as one more sentence.
  package var hint: String?
  /// Why the backend said no, if that is what ended it.
  package private(set) var refusal: BackendError.Refusal?

  /// Makes a failure.
  package init(_ code: ExitCode, _ nature: Nature, type: String, _ message: String, hint: String? = nil) {
    self.code = code
    self.nature = nature
    self.type = type
    self.message = message
    self.hint = hint
  }

  /// A parameter that is missing or wrong.
  package static func badParameter(_ message: String, hint: String? = nil) -> Self {
    Self(.badParameter, .error, type: "parameter", message, hint: hint)
  }

  /// Something named is more than one thing.
  package static func ambiguous(_ message: String, hint: String? = nil) -> Self {
    Self(.notFound, .error, type: "ambiguous", message, hint: hint)
  }

  /// Something named is not there.
  package static func notFound(_ message: String, hint: String? = nil) -> Self {
    Self(.notFound, .error, type: "notFound", message, hint: hint)
  }

  /// Going on would break a promise to the user.
  package static func protected(_ message: String, hint: String? = nil) -> Self {
    Self(.protected, .error, type: "protected", message, hint: hint)
  }

  /// The service cannot be reached.
  static func unreachable(_ message: String, hint: String? = nil) -> Self {
    Self(.unreachable, .error, type: "unreachable", message, hint: hint)
  }

  /// The operation itself ended badly.
  package static func operationFailed(_ message: String, hint: String? = nil) -> Self {
    Self(.operationFailed, .failure, type: "operationFailed", message, hint: hint)
  }

  /// The step's time is up.
  package static func deadline(_ message: String, hint: String? = nil) -> Self {
    Self(.deadlinePassed, .error, type: "deadline", message, hint: hint)
  }

  /// The process was asked to end.
  package static func interrupted(_ interruption: Interruption, _ message: String) -> Self {
    let code: ExitCode = interruption.signal == 2 ? .interrupted : .terminated
    let name = interruption.signal == 2 ? "SIGINT" : "SIGTERM"
    return Self(
      code, .error, type: code == .interrupted ? "interrupted" : "terminated", "\(message) (\(name))")
  }

  /// What a backend's error means for the step.
  package init(_ error: BackendError) {
    switch error.kind {
    case .interrupted(let interruption):
      self = .interrupted(interruption, error.message)
      hint = error.hint
    case .deadline: self = .deadline(error.message, hint: error.hint)
    case .unreachable, .untrusted, .fateUnknown:
      self.init(.unreachable, .error, type: "unreachable", error.message, hint: error.hint)
    case .credentials:
      self.init(.credentialsRefused, .error, type: "credentials", error.message, hint: error.hint)
    case .brokenContract:
      self.init(.brokenContract, .error, type: "brokenContract", error.message, hint: error.hint)
    case .misconfigured: self = .badParameter(error.message, hint: error.hint)
    case .refused(.notFound): self = .notFound(error.message, hint: error.hint)
    case .refused(.nameTaken), .refused(.notOfThisApplication):
      self = .protected(error.message, hint: error.hint)
    case .refused: self = .operationFailed(error.message, hint: error.hint)
    }
    if case .refused(let reason) = error.kind { refusal = reason }
  }

  /// Whether it has nothing to do with the thing in hand, so that whatever comes next would meet it too.
  package var endsEveryStep: Bool {
    [.interrupted, .terminated, .deadlinePassed, .unreachable, .ourBug].contains(code)
  }

  /// The outcome of the phase that it ended.
  package func outcome(of className: String) -> Report.Outcome {
    let problem = Report.Problem(
      message, type: "\(className).\(type)", details: hint.map { "hint: \($0)" } ?? "")
    return nature == .failure ? .failed(problem) : .errored(problem)
  }
}
