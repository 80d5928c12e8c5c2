package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
package import Timing

extension VeleroBackend {
  package func waitForNews(of awaited: Awaited, atMost limit: Duration) throws(Interruption) -> News {
    guard let reference = reference(of: awaited), let last = lastStates[reference], !last.isTerminal else {
      return .unavailable
    }
    return try waitForNews(of: reference, atMost: limit) { RunState($0) != last }
  }

  /// The object that stands for what is waited for, if it is known by now.
  private func reference(of awaited: Awaited) -> RunReference? {
    switch awaited {
    case .recoveryPoint(let id, _, let application):
      guard let place = ApplicationPlace(application), let point = PointPlace(id),
        let home = settings.systemNamespace ?? homes[place.context]
      else { return nil }
      return RunReference(
        context: place.context, kind: Kinds.backup, namespace: home, name: point.name, uid: point.uid)
    case .operation(let id): return RunReference(id)
    }
  }
}
