package import AppProtection
internal import KubernetesAPI

// Whether the credentials allow what is planned: each right is asked for by a review of access.
extension TridentProtectBackend {
  package func permissions(for work: PlannedWork) throws(BackendError) -> Permissions {
    // Which rights they are depends on where the application is.
    guard let application = work.application, let place = ApplicationPlace(application.id) else {
      return .allowed
    }
    var missing: [String] = []
    var unseen: [String] = []
    for right in try rights(for: work, application, place) {
      let allowed = try client(right.context).isAllowed(right.verb, right.kind, in: right.namespace)
      guard let allowed else { return .notTold }
      if allowed { continue }
      if right.isOptional { unseen.append(right.text) } else { missing.append(right.text) }
    }
    if !missing.isEmpty { return .missing(missing) }
    return unseen.isEmpty ? .allowed : .limited(unseen)
  }

  /// Each right that some operations need, once.
  private func rights(
    for work: PlannedWork, _ application: Application, _ place: ApplicationPlace
  ) throws(BackendError) -> [Right] {
    var rights = Rights(context: place.context, namespace: place.namespace)
    guard !work.operations.isEmpty else { return [] }
    rights.add(["get"], [Kinds.application])
    rights.add(["list"], Kinds.inPlaceRestores)
    for namespace in application.namespaces {
      rights.namespace = namespace
      rights.add(["list"], [.volumeClaim])
      rights.add(["list"], Self.shown, isOptional: true)
    }
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

  /// What is looked at to see whether something works.
  static let shown: [ResourceKind] = [.deployment, .statefulSet, .daemonSet, .service]
}

/// One thing that has to be allowed.
private struct Right: Hashable {
  var context: String
  var verb: String
  var kind: ResourceKind
  var namespace: String?
  /// Without it the work can be done, and less of it be seen.
  var isOptional: Bool

  /// `create backups.protect.trident.netapp.io in namespace magento-prod`.
  var text: String {
    "\(verb) \(kind.title)" + (namespace.map { " in namespace \($0)" } ?? " in the whole cluster")
  }
}

/// Rights that are gathered.
private struct Rights {
  var context: String
  var namespace: String?
  private(set) var all: [Right] = []

  init(context: String, namespace: String?) { (self.context, self.namespace) = (context, namespace) }

  mutating func add(_ verbs: [String], _ kinds: [ResourceKind], isOptional: Bool = false) {
    for kind in kinds {
      for verb in verbs {
        let right = Right(
          context: context, verb: verb, kind: kind, namespace: namespace, isOptional: isOptional)
        if !all.contains(right) { all.append(right) }
      }
    }
  }

  /// What a clone needs where it is to be.
  mutating func addClone(
    _ destination: (cluster: Cluster.ID, namespaces: [String]), from cloned: RecoveryPoint.Kind?,
    of source: ApplicationPlace, _ backend: TridentProtectBackend
  ) throws(BackendError) {
    let isLocal = try backend.areSame(Cluster.ID(source.context), destination.cluster)
    context = destination.cluster.text
    namespace = destination.namespaces.first
    add(["create", "get"], [Kinds.restore(from: cloned ?? (isLocal ? .snapshot : .backup))])
    add(["get"], [Kinds.application])
    add(["list"], [Kinds.hookRun], isOptional: true)
    for name in destination.namespaces {
      namespace = name
      add(["list"], [.volumeClaim])
      add(["list"], TridentProtectBackend.shown, isOptional: true)
      add(["get"], [.namespace], isOptional: true)
      // A namespace that is not there has to be made, and marked as made.
      let standing = try backend.namespace(name, on: destination.cluster)
      if standing == .absent { add(["patch"], [.namespace]) }
      namespace = nil
      if standing == .absent { add(["create"], [.namespace]) }
    }
    namespace = nil
    add(["list"], [.storageClass], isOptional: true)
    guard !isLocal, backend.settings.cloneStore == nil else { return }
    namespace = backend.settings.systemNamespace
    add(["list"], [Kinds.vault])
    context = source.context
    add(["get"], [Kinds.vault])
  }
}
