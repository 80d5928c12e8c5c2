package import AppProtection
internal import KubernetesAPI

extension ApplicationOverview {
  /// Notes which namespaces of a cluster were looked into one by one, and that applications may be in others.
  ///
  /// - Parameters:
  ///   - seen: the namespaces of which it is known what they hold, or that they are not there.
  ///   - context: the cluster.
  ///   - mayBeClones: whether nothing says in which namespaces clones are.
  package mutating func addOthers(than seen: [String], of context: String, mayBeClones: Bool) {
    let others = "the applications in other namespaces of \(context) than \(seen.joined(separator: ", "))"
    notTold.append(others)
    if mayBeClones { unseenClones.append(others) }
    namespaces.formUnion(seen)
  }
}

extension ClusterBackend {
  /// Whether a cluster says that a namespace is not there: the rights to look into it go with it.
  package func isAbsent(_ namespace: String, in context: String) throws(BackendError) -> Bool {
    let sight = try client(context).look(
      at: .namespace, namespace, in: nil, to: "see whether namespace \"\(namespace)\" is there")
    return if case .told(nil) = sight { true } else { false }
  }
}
