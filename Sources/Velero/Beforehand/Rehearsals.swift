package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

// What would be answered: each object is sent with `dryRun=All`. Velero itself judges only what it then works on, so its
// schema, the rules of access and webhooks are asked.
extension VeleroBackend {
  package func rehearse(_ request: PlannedRequest) throws(BackendError) -> Rehearsal {
    switch request {
    case .copy(let kind, let name, let application):
      return try rehearse { () throws(BackendError) in try tryOut(kind, named: name, of: application) }
    case .clone(let request): return try rehearse(request)
    case .inPlaceRestore: return .notTold("an in-place restore is several changes")
    }
  }

  private func rehearse(_ request: CloneRequest) throws(BackendError) -> Rehearsal {
    let application = request.application
    guard case .afterMaking(let kind) = try plan(request) else { return .notTold(nil) }
    var point: RecoveryPoint?
    switch request.source {
    case .recoveryPoint(let known): point = known
    case .live:
      // The copy that is to carry it; for the restore itself any whole one will do, since nothing is restored.
      let copy = try rehearse { () throws(BackendError) in
        try tryOut(kind, named: request.name, of: application)
      }
      guard copy == .accepted else { return copy }
      point = try recoveryPoints(kind, of: application.id).last { $0.state == .completed }
    }
    guard let point else {
      return .notTold(
        "the restore into the clone can be tried only with a \(kind.rawValue), and there is none yet")
    }
    let home = request.namespaces.first?.destination ?? request.name
    let context = request.destinationCluster.text
    let sight = try client(context).look(
      at: .namespace, home, in: nil, to: "try out the clone \"\(request.name)\"")
    var carried = request
    carried.source = .recoveryPoint(point)
    let clone: PreparedClone
    do throws(BackendError) {
      clone = try prepareClone(carried)
    } catch {
      // What has to come by synchronisation is waited for when it is needed.
      guard error.kind == .refused(.notReady) else {
        return try rehearse { () throws(BackendError) in throw error }
      }
      return .notTold(error.message)
    }
    return try rehearse { () throws(BackendError) in
      // It lies in Velero's namespace: the one that it fills need not be there yet.
      guard case .told(let known) = sight, let namespace = known ?? Self.stand(for: home) else { return }
      let name = Names.restore(request.name, into: namespace.uid, after: clone.earlier)
      _ = try create(
        Kinds.restore, cloneBody(carried, clone, named: name, into: namespace, from: point.id, nil),
        in: context, of: namespace.name, dryRun: true,
        to: "try out a Restore in namespace \"\(clone.home)\"")
    }
  }

  /// What stands for a namespace that is to be made.
  private static func stand(for name: String) -> KubernetesObject? {
    KubernetesObject(
      .members(["metadata": .members(["name": .string(name), "uid": .string("to-be-made")])]))
  }

  private func tryOut(
    _ kind: RecoveryPoint.Kind, named name: String, of application: Application
  ) throws(BackendError) {
    let copy = try prepareCopy(kind, of: application)
    try checkIsEvidence(copy, named: name, Self.attempt(kind, application))
    _ = try create(
      Kinds.backup, copyBody(kind, named: name, of: application, copy), in: copy.place.context,
      of: copy.place.namespace, dryRun: true, to: "try out a Backup in namespace \"\(copy.home)\"")
  }
}
