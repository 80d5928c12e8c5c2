package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads

// What a request needs is read before it is written down: afterwards nothing lies between its record and itself but the
// request.
extension VeleroBackend {
  package func prepare(_ change: Change) throws(BackendError) {
    prepared = nil
    switch change {
    case .copy(let kind, let application):
      prepared = .copy(kind, application.id, try prepareCopy(kind, of: application))
    case .clone(let request): prepared = .clone(request.name, try prepareClone(request))
    case .inPlaceRestore: break
    }
  }

  /// What was read for a copy, or is read now; once, since it is true of that moment only.
  func takePrepared(
    _ kind: RecoveryPoint.Kind, of application: Application
  ) throws(BackendError) -> PreparedCopy {
    defer { prepared = nil }
    if case .copy(kind, application.id, let copy) = prepared { return copy }
    return try prepareCopy(kind, of: application)
  }

  /// The same for a clone.
  func takePrepared(_ request: CloneRequest) throws(BackendError) -> PreparedClone {
    defer { prepared = nil }
    if case .clone(request.name, let clone) = prepared { return clone }
    return try prepareClone(request)
  }
}

/// What was read for the change that is asked for next.
enum PreparedChange {
  case copy(RecoveryPoint.Kind, Application.ID, PreparedCopy)
  /// A clone, by its name.
  case clone(String, PreparedClone)
}

/// What a backup or a snapshot is made with.
struct PreparedCopy {
  var place: ApplicationPlace
  /// The namespace that its object lies in.
  var home: String
  var namespaceUID: String
  /// What the application holds; nil where it may not be seen.
  var content: ClusterContent?
  /// The storage location; nil: the service's default one.
  var location: String?
  /// The restore in place of this run that has stopped it; nil if none has.
  var holder: RestoreChanges.Holder?
}

/// The restore that makes a clone.
struct PreparedClone {
  /// Velero's namespace on the clone's cluster.
  var home: String
  /// The backup there.
  var backup: String
  /// How many restores have made a clone of that name.
  var earlier: Int
  /// The storage classes of the source's claims, where they are to be others.
  var storageClasses: Set<String>
}
