package import AppProtection
package import Timing

/// Why there is no access to a cluster: one sentence that names the file, the context or the member, without a secret.
package struct KubeconfigError: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// Something that the user gave cannot work (exit code 64).
    case parameter
    /// There are no credentials to be had (exit code 77).
    case credentials
    /// The step's time was up.
    case deadline
    /// The process was asked to end.
    case interrupted(Interruption)
  }

  package var kind: Kind
  /// A lower-case sentence fragment.
  package var message: String
  /// What the user can do about it, if anything is known.
  package var hint: String?

  /// Makes an error.
  package init(_ kind: Kind, _ message: String, hint: String? = nil) {
    self.kind = kind
    self.message = message
    self.hint = hint
  }
}

extension BackendError {
  /// The same as a backend's error.
  package init(_ error: KubeconfigError) {
    let kind: Kind =
      switch error.kind {
      case .parameter: .misconfigured
      case .credentials: .credentials
      case .deadline: .deadline
      case .interrupted(let interruption): .interrupted(interruption)
      }
    self.init(kind, error.message, hint: error.hint)
  }
}
