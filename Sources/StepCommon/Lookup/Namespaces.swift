package import AppProtection
internal import Timing

/// Whose a namespace is, as far as that can be told.
package enum NamespaceOwner: Sendable {
  /// The cluster's own: Kubernetes', its distribution's, the storage's.
  case system(String)
  case application(Application)
  /// No application that the token sees spans it.
  case nobodyKnown
  case notTold
}

// Whose namespaces are, and who shares them.
extension Lookup {
  /// Whose a namespace of a cluster is that stands so; asked only where one stands in the way.
  package func owner(
    of namespace: String, _ standing: NamespaceStanding, on cluster: Cluster.ID
  ) throws(StepFailure) -> NamespaceOwner {
    if let owner = SystemNamespace.owner(of: namespace) { return .system(owner) }
    if case .occupied(let system?) = standing { return .system(system) }
    do throws(BackendError) {
      let owner = try backend.applications().first { other in
        other.namespaces.contains(namespace) && other.state != .removed
          && (other.clusterID == nil || other.clusterID == cluster)
      }
      return owner.map { .application($0) } ?? .nobodyKnown
    } catch {
      // The refusal that follows explains it better.
      if case .interrupted = error.kind { throw StepFailure(error) }
      return .notTold
    }
  }

  /// The command that removes a namespace, which cannot be run without saying on which cluster.
  package static func deletionCommand(_ namespace: String, on cluster: String) -> String {
    "kubectl --context <context of cluster \(cluster)> delete namespace \(namespace)"
  }

  /// Warns of the other applications in the namespaces of one that is to be restored or cloned.
  ///
  /// - Parameters:
  ///   - application: the one.
  ///   - consequence: what becomes of what others have there, as a clause.
  package func warnOfNeighbours(of application: Application, _ consequence: String) {
    let neighbours: [Application]?
    do throws(BackendError) {
      neighbours = try backend.neighbours(of: application)
    } catch {
      // The step can go on without the answer; if something is wrong, the next request shows it too.
      log.info(
        "the backend does not tell who shares the namespaces of \"\(application.name)\" (\(error.message))")
      return
    }
    guard let neighbours else {
      log.info("the backend does not tell who shares the namespaces of \"\(application.name)\"")
      return
    }
    for other in neighbours {
      let shared = other.namespaces.filter { application.namespaces.contains($0) }.sorted()
      let place = "namespace \(shared.map { "\"\($0)\"" }.joined(separator: ", "))"
      log.warning(
        "application \"\(other.name)\" (\(other.whereabouts)) shares \(place) with \"\(application.name)\": \(consequence)"
      )
      facts.noteAlso("sharedWith", "\(other.name) (\(other.whereabouts)): \(place)")
    }
  }
}
