package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads

// Whether the credentials allow what is planned: each right is asked for by a review of access.
extension TridentProtectBackend {
  package func permissions(for work: PlannedWork) throws(BackendError) -> Permissions {
    // Which rights they are depends on where the application is.
    guard let application = work.application, let place = ApplicationPlace(application.id) else {
      return .allowed
    }
    return try permissions(try rights(for: work, application, place))
  }

  /// Each right that some operations need, once.
  private func rights(
    for work: PlannedWork, _ application: Application, _ place: ApplicationPlace
  ) throws(BackendError) -> [Right] {
    var rights = Rights(context: place.context, namespace: place.namespace)
    guard !work.operations.isEmpty else { return [] }
    rights.add(["get"], [Kinds.application])
    rights.add(["list"], Kinds.inPlaceRestores)
    rights.addLook(into: application.namespaces)
    rights.namespace = place.namespace
    var made: Set<RecoveryPoint.Kind> = []
    if work.operations.contains(.backup) { made.insert(.backup) }
    if work.operations.contains(.snapshot) || work.operations.contains(.inPlaceRestore) {
      made.insert(.snapshot)
    }
    if work.operations.contains(.clone) {
      let isLocal = try work.destination.map { destination throws(BackendError) in
        try areSame(Cluster.ID(place.context), destination.cluster)
      }
      if let kind = work.clonedKind {
        rights.add(["get", "list"], [Kinds.copy(kind)])
      } else {
        made.insert(isLocal == false ? .backup : .snapshot)
      }
    }
    for kind in RecoveryPoint.Kind.allCases where made.contains(kind) {
      rights.add(["create", "get", "list"], [Kinds.copy(kind)])
    }
    if work.operations.contains(.inPlaceRestore) {
      rights.add(["create", "get"], [Kinds.inPlaceRestore(from: work.restoredKind)])
      rights.add(["get", "list"], [Kinds.copy(work.restoredKind)])
      rights.add(["list"], [Kinds.hookRun, Kinds.schedule], isOptional: true)
    }
    if settings.store == nil, !made.isEmpty {
      rights.namespace = settings.systemNamespace
      rights.add(["list"], [Kinds.vault])
    }
    if let destination = work.destination, work.operations.contains(.clone) {
      try rights.addClone(destination, from: work.clonedKind, of: place, self)
    }
    return rights.all
  }
}

extension Rights {
  /// What a clone needs where it is to be.
  fileprivate mutating func addClone(
    _ destination: (cluster: Cluster.ID, namespaces: [String]), from cloned: RecoveryPoint.Kind?,
    of source: ApplicationPlace, _ backend: TridentProtectBackend
  ) throws(BackendError) {
    let isLocal = try backend.areSame(Cluster.ID(source.context), destination.cluster)
    context = destination.cluster.text
    namespace = destination.namespaces.first
    add(["create", "get"], [Kinds.restore(from: cloned ?? (isLocal ? .snapshot : .backup))])
    add(["get"], [Kinds.application])
    add(["list"], [Kinds.hookRun], isOptional: true)
    try addFilling(destination, backend)
    guard !isLocal, backend.settings.cloneStore == nil else { return }
    namespace = backend.settings.systemNamespace
    add(["list"], [Kinds.vault])
    context = source.context
    add(["get"], [Kinds.vault])
  }
}
