package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
package import Timing

extension VeleroBackend {
  package func waitForNews(of awaited: Awaited, atMost limit: Duration) throws(Interruption) -> News {
    guard let reference = reference(of: awaited), let last = lastStates[reference], !last.isTerminal else {
      return .unavailable
    }
    let access = knownAccess(reference.context)
    var watched = reference
    watched.kind = access?.kind(reference.kind) ?? reference.kind
    return try waitForNews(of: watched, atMost: limit) { object in
      RunState(access?.read(object, as: reference.kind) ?? object) != last
    }
  }

  /// The object that stands for what is waited for, if it is known by now.
  private func reference(of awaited: Awaited) -> RunReference? {
    switch awaited {
    case .recoveryPoint(let id, _, let application):
      guard let place = ApplicationPlace(application), let point = PointPlace(id),
        let home = knownAccess(place.context)?.home(of: place.namespace)
      else { return nil }
      return RunReference(
        context: place.context, kind: Kinds.backup, namespace: home, name: point.name, uid: point.uid)
    case .operation(let id): return RunReference(id)
    }
  }

  /// How the service is reached, if that is known by now.
  private func knownAccess(_ context: String) -> Access? {
    settings.systemNamespace.map { .velero(namespace: $0) } ?? accesses[context]
  }
}
