/// What `astra-status` asks beside what the other steps ask: for many applications at once, and for what only people want to
/// know.
///
/// What a backend does not tell is nil, or named as such, and never a guess.
package protocol StatusReader: AnyObject {
  /// Every application that there is to be seen, in no request per application.
  func overview() throws(BackendError) -> ApplicationOverview
  /// The applications that are shown to be clones of an application, in a number of requests that does not grow with that
  /// of the applications.
  func clones(of application: Application) throws(BackendError) -> ApplicationOverview
  /// The recovery points of one kind of some applications, in no request per application; nil if the backend tells them of
  /// one application only, or does not let them be listed.
  func recoveryPoints(
    _ kind: RecoveryPoint.Kind, ofAll applications: [Application]
  ) throws(BackendError) -> [Application.ID: [RecoveryPoint]]?
  /// The addresses that a cluster has given to an application: IP addresses and host names; nil if the backend does not
  /// tell.
  func addresses(of application: Application) throws(BackendError) -> [String]?
}

extension StatusReader {
  package func recoveryPoints(
    _: RecoveryPoint.Kind, ofAll _: [Application]
  ) -> [Application.ID: [RecoveryPoint]]? { nil }
  package func addresses(of _: Application) -> [String]? { nil }
}

/// Applications, and what of them may not be seen.
package struct ApplicationOverview: Sendable {
  package var applications: [Application]
  /// What may not be seen, as nouns: `the clones in namespaces other than shop-debug`.
  package var notTold: [String]
  /// Where nobody has looked and clones may be all the same, as nouns: no parameter says in which namespaces they are.
  package var unseenClones: [String] = []
  /// The namespaces that were looked into one by one, where not all may be seen.
  package var namespaces: Set<String> = []
  /// The restores of several changes that have stopped some of them, as far as that was seen.
  package var holders: [Application.ID: RestoreChanges.Holder] = [:]

  /// Gathers them.
  package init(_ applications: [Application], notTold: [String] = []) {
    (self.applications, self.notTold) = (applications, notTold)
  }
}
