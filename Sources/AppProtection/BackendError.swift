package import Timing

/// Why the backend did not do, or did not tell, what it was asked.
package struct BackendError: Error, Sendable {
  package enum Kind: Hashable, Sendable {
    /// The process was asked to end.
    case interrupted(Interruption)
    /// The step's time was up before there was an answer.
    case deadline
    /// It cannot be reached, or keeps failing.
    case unreachable
    /// Its certificate is not trusted, or is for another host, or the proxy before it is unknown: waiting does not mend that.
    case untrusted
    /// It refused the credentials or the permission.
    case credentials
    /// It answered something that breaks its own contract.
    case brokenContract
    /// A parameter of ours cannot work (a CA file that cannot be read).
    case misconfigured
    /// A change was asked for and its answer is lost: it may or may not have been carried out.
    case fateUnknown
    /// It understood, and said no.
    case refused(Refusal)
  }

  /// Why it said no.
  package enum Refusal: Hashable, Sendable {
    /// The application is busy with an operation that will end.
    case busy
    /// The application is not in a state that allows it; whether that passes depends on the state.
    case notReady
    /// The name is in use.
    case nameTaken
    /// Something that the request named does not exist.
    case notFound
    /// The recovery point is another application's.
    case notOfThisApplication
    /// The application is in the middle of an in-place restore, which will not end by itself.
    case beingRestored
    /// The request has a form that it does not take.
    case malformed
    /// Anything else.
    case other
  }

  package var kind: Kind
  /// A lower-case sentence fragment that names the attempt and the answer.
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
