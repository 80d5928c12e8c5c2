package import AppProtection
internal import KubernetesAPI
package import Timing

// A watch on the object that is waited for: it wakes, and a read decides.
extension TridentProtectBackend {
  package func waitForNews(of awaited: Awaited, atMost limit: Duration) throws(Interruption) -> News {
    guard let reference = reference(of: awaited), let last = lastStates[reference], !last.isTerminal,
      let client = connectedClient(reference.context)
    else { return .unavailable }
    let end = try client.wait(
      for: reference.kind, reference.name, in: reference.namespace, since: nil, upTo: limit,
      until: { object in object.uid != reference.uid || RunState(object) != last })
    switch end {
    case .news: return .some
    case .ended(let duration): return .none(after: duration)
    case .unavailable: return .unavailable
    }
  }

  /// The object that stands for what is waited for, if it is known by now.
  private func reference(of awaited: Awaited) -> RunReference? {
    switch awaited {
    case .recoveryPoint(let id, let kind, let application):
      guard let place = ApplicationPlace(application), let point = PointPlace(id) else { return nil }
      return RunReference(
        context: place.context, kind: Kinds.copy(kind), namespace: place.namespace, name: point.name,
        uid: point.uid)
    case .operation(let id): return RunReference(id)
    }
  }
}
