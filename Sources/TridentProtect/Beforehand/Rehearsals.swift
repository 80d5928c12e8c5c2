package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

// What would be answered: each object is sent with `dryRun=All`, which the product's validators judge too.
extension TridentProtectBackend {
  package func rehearse(_ request: PlannedRequest) throws(BackendError) -> Rehearsal {
    switch request {
    case .copy(let kind, let name, let application):
      guard let place = ApplicationPlace(application.id) else { throw .noApplication(application.id) }
      return try rehearse { () throws(BackendError) in
        try tryOut(kind, named: name, of: application, in: place)
      }
    case .inPlaceRestore(let application, let point):
      guard let place = ApplicationPlace(application.id) else { throw .noApplication(application.id) }
      guard let archive = try archive(of: point) else { return .notTold("\(point.name) is gone") }
      return try rehearse { () throws(BackendError) in
        let kind = Kinds.inPlaceRestore(from: point.kind)
        let name = ResourceName.label(for: "\(application.name)-rehearsal") ?? application.name
        try tryOut(
          kind, restoreBody(kind, name, application, place, point, archive), in: place.namespace,
          of: place.context)
        try tryOut(.snapshot, named: name, of: application, in: place)
      }
    case .clone(let request): return try rehearse(request)
    }
  }

  private func rehearse(_ request: CloneRequest) throws(BackendError) -> Rehearsal {
    let application = request.application
    guard let source = ApplicationPlace(application.id) else { throw .noApplication(application.id) }
    guard case .afterMaking(let kind) = try plan(request) else { return .notTold(nil) }
    var point: RecoveryPoint?
    switch request.source {
    case .recoveryPoint(let known): point = known
    case .live:
      // The copy that is to carry it; for the restore itself any whole one will do, since nothing is restored.
      let copy = try rehearse { () throws(BackendError) in
        try tryOut(kind, named: request.name, of: application, in: source)
      }
      guard copy == .accepted else { return copy }
      point = try recoveryPoints(kind, of: application.id).last { $0.state == .completed }
    }
    guard let point, try archive(of: point) != nil else {
      return .notTold(
        "the restore into the clone can be tried only with a \(kind.rawValue), and there is none yet")
    }
    let home = request.namespaces.first?.destination ?? request.name
    guard try namespace(home, on: request.destinationCluster) != .absent else {
      return .notTold("the restore into the clone can be tried only where namespace \"\(home)\" is there")
    }
    return try rehearse { () throws(BackendError) in
      var carried = request
      carried.source = .recoveryPoint(point)
      let clone = try prepareClone(carried)
      try tryOut(
        clone.kind, clone.body, in: clone.namespace, of: request.destinationCluster.text)
    }
  }

  private func tryOut(
    _ kind: RecoveryPoint.Kind, named name: String, of application: Application, in place: ApplicationPlace
  ) throws(BackendError) {
    let copy = PreparedCopy(place: place, vault: try vault(in: place.context))
    try tryOut(
      Kinds.copy(kind), copyBody(kind, named: name, of: application, copy), in: place.namespace,
      of: place.context)
  }

  private func tryOut(
    _ kind: ResourceKind, _ body: StructuredValue, in namespace: String, of context: String
  ) throws(BackendError) {
    _ = try client(context).create(
      kind, body, in: namespace, dryRun: true, to: "try out a \(kind.kind) in namespace \"\(namespace)\"")
  }
}
