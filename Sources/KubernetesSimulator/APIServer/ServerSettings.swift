/// What a cluster's API server and its few built-in controllers do one way or another.
package struct ServerSettings: Sendable {
  /// How long a deleted namespace is Terminating; its objects are deleted after half of it.
  package var namespaceDeletion: Duration = .seconds(4)
  /// Namespaces that never leave Terminating; `*` is every one.
  package var stuckNamespaces: Set<String> = []
  /// How long a deleted pod takes to end, if its grace period is no shorter.
  package var podTermination: Duration = .seconds(2)
  /// How long the built-in controllers take to release a claim, to collect garbage or to orphan.
  package var collection: Duration = .milliseconds(100)
  /// How many changes a watch can look back on; beyond twice as many the oldest are forgotten.
  package var watchHistory = 1000
  /// How long a `continue` and a list of an exact revision stay good; nil: as long as the history reaches.
  package var continueLifetime: Duration?
  /// Whether a watch may ask for the present objects first (`sendInitialEvents`).
  package var sendsInitialEvents = true
  /// How often a watch that wants bookmarks gets one.
  package var bookmarkInterval: Duration = .seconds(60)
  /// Whether a request without a token is `system:anonymous`; otherwise it is answered 401.
  package var allowsAnonymous = true
  /// The most items of a list in one page, whatever the client asks for; nil: all.
  package var pageLimit: Int?
  /// Whether `/openapi/v3` and `/openapi/v2` are served.
  package var servesOpenAPI = true
  /// What `/version` tells as `gitVersion`.
  package var version = "v1.36.2"

  /// The server as it is by default.
  package init() {}
}
