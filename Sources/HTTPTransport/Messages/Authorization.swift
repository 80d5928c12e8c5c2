/// What lets a request in: a scheme and its secret (RFC 9110, 11.6.2).
package struct Authorization: Sendable {
  /// How the credentials are written.
  package enum Scheme: String, Sendable {
    /// A token (RFC 6750).
    case bearer = "Bearer"
    /// A user and a password (RFC 7617).
    case basic = "Basic"
  }

  /// The scheme.
  package let scheme: Scheme
  /// What stands behind the scheme on the wire.
  let credentials: Secret
  /// All that must not appear in any text, the longest first.
  package let secrets: [Secret]

  /// A bearer token.
  package static func bearer(_ token: Secret) -> Self {
    Self(scheme: .bearer, credentials: token, secrets: [token])
  }

  /// A user and a password; the user's name holds no colon.
  package static func basic(user: String, password: Secret) -> Self {
    let login = password.login(of: user)
    return Self(scheme: .basic, credentials: login, secrets: [login, password])
  }

  /// The text without its secrets.
  func scrubbed(from text: String) -> String { secrets.reduce(text) { $1.scrubbed(from: $0) } }
}
