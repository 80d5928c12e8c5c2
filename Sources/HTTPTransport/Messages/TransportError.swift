package import Timing

/// Why no whole response arrived.
package struct TransportError: Error, Sendable {
  /// What kind of obstacle it was; decides whether trying again can help.
  package enum Kind: Hashable, Sendable {
    /// The process was asked to end.
    case interrupted(Interruption)
    /// The request's time limit passed, or the server was silent for too long.
    case timedOut
    /// The name could not be resolved, or nothing accepted the connection.
    case cannotConnect
    /// A proxy on the way failed, which says nothing of the server; for good, if it can never have worked.
    case proxyFailed(forGood: Bool)
    /// The certificate is not trusted, or is for another host: the same again next time.
    case untrusted
    /// The connection broke, or the answer was cut short or malformed.
    case broken
    /// The response was larger than the transport's bounds.
    case tooLarge
    /// The transport could not be set up (a CA file that cannot be read, an option refused): permanent.
    case misconfigured
  }

  package var kind: Kind
  /// A lower-case sentence fragment without secrets: `connection refused by astra.example.com:443`.
  package var message: String
  /// What the user can do about it, if anything is known.
  package var hint: String?
  /// Whether the request may have reached the server: false only if it certainly did not.
  package var mayHaveBeenSent: Bool

  /// Makes a transport error.
  package init(_ kind: Kind, _ message: String, hint: String? = nil, mayHaveBeenSent: Bool) {
    self.kind = kind
    self.message = message
    self.hint = hint
    self.mayHaveBeenSent = mayHaveBeenSent
  }
}
