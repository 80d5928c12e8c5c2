/// Someone who can show a token.
package struct User: Sendable {
  package var token: String
  package var name: String
  /// Beside these everybody with a token is in `system:authenticated`.
  package var groups: [String]

  /// A user with a token.
  package init(token: String, name: String, groups: [String] = []) {
    (self.token, self.name, self.groups) = (token, name, groups)
  }

  /// One who may do everything.
  package static func administrator(token: String, name: String = "admin") -> Self {
    Self(token: token, name: name, groups: ["system:masters"])
  }
}

/// For whom a request is done.
struct Requester: Sendable {
  var name: String
  var groups: [String]

  static let anonymous = Self(name: "system:anonymous", groups: ["system:unauthenticated"])
}
