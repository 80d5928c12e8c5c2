package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import Timing

// How clones go: with their namespaces, where those were made for them and hold nothing else.
extension VeleroBackend {
  package func delete(_ application: Application) throws(BackendError) {
    guard let place = ApplicationPlace(application.id) else { throw .noApplication(application.id) }
    let attempt = "remove application \"\(application.name)\""
    let restore = try restore(of: place)
    guard restore != nil || application.sourceID != nil else {
      throw BackendError(
        .refused(.other),
        "cannot \(attempt): namespace \"\(place.namespace)\" is no clone that the steps made")
    }
    let fates = try fates(of: application, place, restore)
    // The clone is its namespace: without that nothing of it would go but the record of what it is.
    for case .notTold(let name, let reason) in fates {
      throw BackendError(
        .credentials, "cannot \(attempt): whether namespace \"\(name)\" may go is not known: \(reason)",
        hint: "give the rights of deploy/velero/cleanup.yaml in that namespace, and run the step again")
    }
    let client = try client(place.context)
    var goes = false
    for case .goes(let namespace) in fates {
      goes = true
      try client.delete(.namespace, namespace.name, in: nil, uid: namespace.uid, to: attempt)
    }
    // A namespace that stays is no clone any more without its restore, which otherwise tells what was.
    if !goes {
      guard let restore else {
        let reasons = fates.compactMap(\.remains).joined(separator: "; ")
        guard !reasons.isEmpty else { return }
        throw BackendError(
          .refused(.other), "cannot \(attempt): the restore that made it is gone, and \(reasons)",
          hint: "leave the namespace as it is, and ask whoever put that there")
      }
      try client.delete(
        Kinds.restore, restore.reference.name, in: restore.reference.namespace, uid: restore.reference.uid,
        to: attempt)
    }
  }

  package func remains(of application: Application) throws(BackendError) -> [String] {
    guard let place = ApplicationPlace(application.id), application.sourceID != nil else { return [] }
    return try fates(of: application, place, try restore(of: place)).compactMap(\.remains)
  }

  /// The restore that an id of a clone names.
  private func restore(of place: ApplicationPlace) throws(BackendError) -> RestoreView? {
    try restores(in: place.context, to: "look for the restore that made \"\(place.name)\"")
      .first { $0.reference.uid == place.uid }
  }

  /// What becomes of the namespace of a clone: what Velero brings bears the restore's name.
  private func fates(
    of application: Application, _ place: ApplicationPlace, _ restore: RestoreView?
  ) throws(BackendError) -> [NamespaceFate] {
    // Somebody may have restored something else there.
    let all = try restores(in: place.context, to: "look for the restores into \"\(place.name)\"")
    var own = Set(all.filter { $0.object.labels[Marking.managedBy] == Marking.tool }.map(\.runName))
    if restore == nil,
      case .told(let namespace?) = try client(place.context).look(
        at: .namespace, place.namespace, in: nil, to: "look for the restore that made \"\(place.name)\"")
    {
      // One that is gone has left its name.
      own.formUnion((0..<50).map { Names.restore(application.name, into: namespace.uid, after: $0) })
    }
    return try fates(
      of: application, in: place.context, restoredAt: restore?.completedAt ?? Timestamp.unknown,
      isProducts: { object, _ in object.labels[Names.restore].map(own.contains) })
  }
}
