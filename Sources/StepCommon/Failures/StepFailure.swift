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
  /// What kind of end it is; its cure is told where there is no hint.
  package var kind: FailureKind

  /// Makes a failure.
  package init(
    _ code: ExitCode, _ nature: Nature, type: String, kind: FailureKind, _ message: String,
    hint: String? = nil
  ) {
    self.code = code
    self.nature = nature
    self.type = type
    self.kind = kind
    self.message = message
    self.hint = hint
  }

  /// What to do next.
  ///
  /// The hint of a name that is not there lists those that are.
  package var next: String {
    guard let hint else { return kind.cure }
    return code == .notFound ? "\(hint); \(kind.cure)" : hint
  }

  /// A parameter that is missing or wrong.
  package static func badParameter(
    _ message: String, hint: String? = nil, kind: FailureKind = .parameter
  ) -> Self {
    Self(.badParameter, .error, type: "parameter", kind: kind, message, hint: hint)
  }

  /// Flags that the parser refuses, in its words.
  static func refusedFlags(_ message: String, of program: String) -> Self {
    let words = message.lowercased()
    let isSecret =
      ["token", "password", "secret", "api-key"].contains {
        words.contains("--\($0)") || words.contains("--api-\($0)")
      }
      && !words.contains("--api-token-file")
    let reason =
      isSecret
      ? "a token has no flag, since every user of the machine can see the flags of a process: give it in its variable, or in a file that a variable names; "
      : ""
    // What is near to it by its letters is nothing that a token belongs into.
    let told = isSecret ? String(message.prefix { $0 != "." }) : message
    return .badParameter(told, hint: "\(reason)\(program) --help lists all flags and variables")
  }

  /// Something named is more than one thing.
  package static func ambiguous(
    _ message: String, hint: String? = nil, kind: FailureKind = .ambiguous
  ) -> Self {
    Self(.notFound, .error, type: "ambiguous", kind: kind, message, hint: hint)
  }

  /// Something named is not there.
  package static func notFound(
    _ message: String, hint: String? = nil, kind: FailureKind = .notFound
  ) -> Self {
    Self(.notFound, .error, type: "notFound", kind: kind, message, hint: hint)
  }

  /// Going on would break a promise to the user.
  package static func protected(
    _ message: String, hint: String? = nil, kind: FailureKind = .protected
  ) -> Self {
    Self(.protected, .error, type: "protected", kind: kind, message, hint: hint)
  }

  /// The service cannot be reached.
  static func unreachable(
    _ message: String, hint: String? = nil, kind: FailureKind = .unreachable
  ) -> Self {
    Self(.unreachable, .error, type: "unreachable", kind: kind, message, hint: hint)
  }

  /// The operation itself ended badly.
  package static func operationFailed(
    _ message: String, hint: String? = nil, kind: FailureKind = .operationFailed
  ) -> Self {
    Self(.operationFailed, .failure, type: "operationFailed", kind: kind, message, hint: hint)
  }

  /// The step's time is up.
  package static func deadline(
    _ message: String, hint: String? = nil, kind: FailureKind = .deadline
  ) -> Self {
    Self(.deadlinePassed, .error, type: "deadline", kind: kind, message, hint: hint)
  }

  /// The process was asked to end.
  package static func interrupted(_ interruption: Interruption, _ message: String) -> Self {
    let code: ExitCode = interruption.signal == 2 ? .interrupted : .terminated
    let name = interruption.signal == 2 ? "SIGINT" : "SIGTERM"
    return Self(
      code, .error, type: code == .interrupted ? "interrupted" : "terminated",
      kind: code == .interrupted ? .interrupted : .terminated, "\(message) (\(name))")
  }

  /// What a backend's error means for the step.
  package init(_ error: BackendError) {
    switch error.kind {
    case .interrupted(let interruption):
      self = .interrupted(interruption, error.message)
      hint = error.hint
    case .deadline: self = .deadline(error.message, hint: error.hint)
    case .unreachable: self = .unreachable(error.message, hint: error.hint)
    case .untrusted: self = .unreachable(error.message, hint: error.hint, kind: .untrusted)
    case .fateUnknown: self = .unreachable(error.message, hint: error.hint, kind: .fateUnknown)
    case .credentials:
      self.init(
        .credentialsRefused, .error, type: "credentials", kind: .credentials, error.message, hint: error.hint)
    case .brokenContract:
      self.init(
        .brokenContract, .error, type: "brokenContract", kind: .brokenContract, error.message,
        hint: error.hint)
    case .misconfigured: self = .badParameter(error.message, hint: error.hint)
    case .refused(.notFound): self = .notFound(error.message, hint: error.hint)
    case .refused(.nameTaken): self = .protected(error.message, hint: error.hint, kind: .nameTaken)
    case .refused(.notOfThisApplication):
      self = .protected(error.message, hint: error.hint, kind: .otherApplication)
    case .refused(.beingRestored): self = .protected(error.message, hint: error.hint, kind: .restoring)
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
      message, type: "\(className).\(type)", details: "next: \(next)")
    return nature == .failure ? .failed(problem) : .errored(problem)
  }
}
