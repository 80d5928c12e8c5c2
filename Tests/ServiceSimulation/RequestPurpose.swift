/// What a request asks of a service, in words that every product shares.
package struct RequestPurpose: Hashable, Sendable {
  /// What is to be done.
  package enum Action: Sendable {
    case list, read, create, delete
    /// To restore an application in place.
    case restore
    /// Any other change.
    case change
  }

  /// What it is about.
  package enum Subject: Sendable {
    case application, backup, snapshot, namespace, cluster, store, other
    /// A file that a step does without where it does not come.
    case file
  }

  package var action: Action
  package var subject: Subject
  /// The id that the request names, or the condition of a list as the request writes it; nil if there is neither.
  package var names: String?
  /// The id of the application that a list or an item is of, if the request names it.
  package var owner: String?
  /// Whether it only asks who shares the namespaces of an application.
  package var isAboutNeighbours: Bool

  /// Makes a purpose.
  package init(
    _ action: Action, _ subject: Subject, names: String? = nil, owner: String? = nil,
    isAboutNeighbours: Bool = false
  ) {
    (self.action, self.subject, self.names, self.owner) = (action, subject, names, owner)
    self.isAboutNeighbours = isAboutNeighbours
  }

  /// Whether it asks for a change.
  package var isChange: Bool {
    switch action {
    case .list, .read: false
    case .create, .restore, .delete, .change: true
    }
  }
}
