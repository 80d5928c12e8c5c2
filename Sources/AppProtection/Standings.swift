/// How a namespace of a cluster stands.
package enum NamespaceStanding: Hashable, Sendable {
  /// The backend does not tell.
  case notTold
  case absent
  /// It is being removed, and takes along what is made in it now.
  case terminating
  /// It is there, and holds nothing.
  case empty
  /// It is there, and holds something, or may; which part of the cluster's own machinery it belongs to, if to any.
  case occupied(system: String?)

  /// Whether it is there; nil if that is not told.
  package var exists: Bool? {
    switch self {
    case .notTold: nil
    case .absent: false
    case .terminating, .empty, .occupied: true
    }
  }
}

/// Whether the credentials allow what is to be done.
package enum Permissions: Hashable, Sendable {
  /// The backend does not tell before it is asked to do it.
  case notTold
  case allowed
  /// It can be done, but this may not be seen, in the backend's words: `list storageclasses`.
  case limited([String])
  /// What is not allowed, in the backend's words: `create backups in namespace shop`.
  case missing([String])
}
