package import AppProtection
package import KubernetesAPI

/// One thing that has to be allowed.
package struct Right: Hashable {
  package var context: String
  package var verb: String
  package var kind: ResourceKind
  package var namespace: String?
  /// Without it the work can be done, and less of it be seen.
  package var isOptional: Bool

  /// `create deployments.apps in namespace magento-prod`.
  package var text: String {
    "\(verb) \(kind.title)" + (namespace.map { " in namespace \($0)" } ?? " in the whole cluster")
  }
}

/// Rights that are gathered, each once.
package struct Rights {
  /// Where those that are added next are needed; nil is the whole cluster.
  package var context: String
  package var namespace: String?
  package private(set) var all: [Right] = []

  /// Begins with none.
  package init(context: String, namespace: String?) { (self.context, self.namespace) = (context, namespace) }

  /// Adds rights.
  package mutating func add(_ verbs: [String], _ kinds: [ResourceKind], isOptional: Bool = false) {
    for kind in kinds {
      for verb in verbs {
        let right = Right(
          context: context, verb: verb, kind: kind, namespace: namespace, isOptional: isOptional)
        if !all.contains(right) { all.append(right) }
      }
    }
  }

  /// Adds what it takes to look into an application.
  package mutating func addLook(into namespaces: [String]) {
    for name in namespaces {
      namespace = name
      add(["list"], [.volumeClaim])
      add(["list"], ClusterContent.shown, isOptional: true)
    }
  }

  /// Adds what it takes to fill the namespaces of a clone: one that is not there has to be made, and marked as made.
  package mutating func addFilling(
    _ destination: (cluster: Cluster.ID, namespaces: [String]), _ backend: some ClusterBackend
  ) throws(BackendError) {
    for name in destination.namespaces {
      addLook(into: [name])
      namespace = name
      add(["get"], [.namespace], isOptional: true)
      let standing = try backend.namespace(name, on: destination.cluster)
      if standing == .absent { add(["patch"], [.namespace]) }
      namespace = nil
      if standing == .absent { add(["create"], [.namespace]) }
    }
    namespace = nil
    add(["list"], [.storageClass], isOptional: true)
  }
}

extension ClusterBackend {
  /// Whether rights are there: each is asked for by a review of access.
  package func permissions(_ rights: [Right]) throws(BackendError) -> Permissions {
    var missing: [String] = []
    var unseen: [String] = []
    for right in rights {
      let allowed = try client(right.context).isAllowed(right.verb, right.kind, in: right.namespace)
      guard let allowed else { return .notTold }
      if allowed { continue }
      if right.isOptional { unseen.append(right.text) } else { missing.append(right.text) }
    }
    if !missing.isEmpty { return .missing(missing) }
    return unseen.isEmpty ? .allowed : .limited(unseen)
  }

  /// What trying something out amounts to: only what the service itself says counts as a refusal.
  package func rehearse(_ attempt: () throws(BackendError) -> Void) throws(BackendError) -> Rehearsal {
    do throws(BackendError) {
      try attempt()
      return .accepted
    } catch {
      switch error.kind {
      case .refused, .misconfigured:
        return .refused(error.message + (error.hint.map { " (\($0))" } ?? ""))
      case .unreachable, .brokenContract, .fateUnknown, .credentials: return .notTold(error.message)
      case .interrupted, .deadline, .untrusted: throw error
      }
    }
  }
}
