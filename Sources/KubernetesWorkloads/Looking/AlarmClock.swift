package import AppProtection
package import KubernetesAPI
package import Timing

// A watch on the object that is waited for: it wakes, and a read decides.
extension ClusterBackend {
  /// Waits for a change of one object.
  ///
  /// - Parameters:
  ///   - reference: the object.
  ///   - limit: how long to wait at most.
  ///   - isNews: whether a state of it is to be looked at.
  /// - Returns: how it ended; another object of that name is news.
  /// - Throws: a signal.
  package func waitForNews(
    of reference: RunReference, atMost limit: Duration, until isNews: (KubernetesObject) -> Bool
  ) throws(Interruption) -> News {
    guard let client = clusterConnections.connectedClient(reference.context) else { return .unavailable }
    let end = try client.wait(
      for: reference.kind, reference.name, in: reference.namespace, since: nil, upTo: limit,
      until: { object in object.uid != reference.uid || isNews(object) })
    switch end {
    case .news: return .some
    case .ended(let duration): return .none(after: duration)
    case .unavailable: return .unavailable
    }
  }
}
