package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

// What a request needs is read before it is written down: afterwards nothing lies between its record and itself but the
// request.
extension TridentProtectBackend {
  package func prepare(_ change: Change) throws(BackendError) {
    prepared = nil
    switch change {
    case .copy(let kind, let application):
      prepared = .copy(kind, application.id, try prepareCopy(of: application))
    case .clone(let request): prepared = .clone(request.name, try prepareClone(request))
    case .inPlaceRestore(let application, let point):
      prepared = .inPlaceRestore(application.id, point.id, try prepareRestore(of: application, from: point))
    }
  }

  /// What was read for a copy, or is read now; once, since it is true of that moment only.
  func takePrepared(
    _ kind: RecoveryPoint.Kind, of application: Application
  ) throws(BackendError) -> PreparedCopy {
    defer { prepared = nil }
    if case .copy(kind, application.id, let copy) = prepared { return copy }
    return try prepareCopy(of: application)
  }

  /// The same for a clone.
  func takePrepared(_ request: CloneRequest) throws(BackendError) -> PreparedClone {
    defer { prepared = nil }
    if case .clone(request.name, let clone) = prepared { return clone }
    return try prepareClone(request)
  }

  /// The same for an in-place restore.
  func takePrepared(
    restoreOf application: Application, from point: RecoveryPoint
  ) throws(BackendError) -> PreparedRestore {
    defer { prepared = nil }
    if case .inPlaceRestore(application.id, point.id, let restore) = prepared { return restore }
    return try prepareRestore(of: application, from: point)
  }
}

/// What was read for the change that is asked for next.
enum PreparedChange {
  case copy(RecoveryPoint.Kind, Application.ID, PreparedCopy)
  /// A clone, by its name.
  case clone(String, PreparedClone)
  case inPlaceRestore(Application.ID, RecoveryPoint.ID, PreparedRestore)
}

/// What a backup or a snapshot is made with.
struct PreparedCopy {
  var place: ApplicationPlace
  /// What the application holds; nil where it may not be seen.
  var content: ClusterContent?
  var vault: String
}

/// The restore that makes a clone.
struct PreparedClone {
  var kind: ResourceKind
  /// The namespace that its object goes into.
  var namespace: String
  var body: StructuredValue
}

/// An in-place restore.
struct PreparedRestore {
  var place: ApplicationPlace
  var kind: ResourceKind
  var name: String
  var body: StructuredValue
  /// The uids of those that there were before it.
  var earlier: Set<String>
}
