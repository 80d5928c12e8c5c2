package import AppProtection
package import KubernetesAPI
package import Timing

/// Whether a namespace goes with its clone.
package enum NamespaceFate {
  case goes(KubernetesObject)
  case stays(String, because: String)

  /// Whether it goes, and has that name.
  package func isOf(_ name: String) -> Bool {
    if case .goes(let namespace) = self { namespace.name == name } else { false }
  }

  /// What stays behind, as a sentence; nil if nothing does.
  package var remains: String? {
    if case .stays(let name, let reason) = self { "namespace \"\(name)\" stays: \(reason)" } else { nil }
  }
}

extension ClusterBackend {
  /// What becomes of the namespaces of a clone: one goes that was made for it, by the mark that holds its own uid, and that
  /// holds nothing but what the clone has brought.
  ///
  /// - Parameters:
  ///   - application: the clone.
  ///   - context: its cluster.
  ///   - end: when the restore ended that made it; nil if that is not told.
  ///   - isProducts: whether an object of the service's own is the clone's; nil for any other object.
  /// - Returns: what becomes of each that is there.
  /// - Throws: trouble that lasts.
  package func fates(
    of application: Application, in context: String, restoredAt end: Timestamp?,
    isProducts: (KubernetesObject, ResourceKind) -> Bool? = { _, _ in nil }
  ) throws(BackendError) -> [NamespaceFate] {
    var fates: [NamespaceFate] = []
    for name in application.namespaces {
      let found = try client(context).look(
        at: .namespace, name, in: nil, to: "look at namespace \"\(name)\"")
      guard case .told(let namespace) = found else {
        fates.append(.stays(name, because: "it may not be seen"))
        continue
      }
      guard let namespace, namespace.deletionTimestamp == nil else { continue }
      if namespace.annotations[Marking.made(namespace.uid)] != application.name {
        fates.append(.stays(name, because: "it was not made for the clone"))
      } else if let other = try foreignContent(of: name, in: context, restoredAt: end, isProducts) {
        fates.append(.stays(name, because: other))
      } else {
        fates.append(.goes(namespace))
      }
    }
    return fates
  }

  /// What a namespace holds that a clone has not brought, as a clause; nil if nothing.
  ///
  /// What was made after the restore, and belongs to no other object, is somebody else's; so is a volume claim that belongs to
  /// what nobody here knows, such as an operator's database that somebody has put there since.
  private func foreignContent(
    of namespace: String, in context: String, restoredAt end: Timestamp?,
    _ isProducts: (KubernetesObject, ResourceKind) -> Bool?
  ) throws(BackendError) -> String? {
    guard let end else { return "when the restore ended is not told, nor so whose what it holds is" }
    var young: [KubernetesObject] = []
    var known: Set<String> = []
    // A snapshot that somebody has made there goes with its namespace, and its data with it.
    for kind in contents + [.volumeSnapshot] {
      let sight = try client(context).lookAtList(
        of: kind, in: namespace, to: "look what is in namespace \"\(namespace)\"")
      let objects: [KubernetesObject]
      switch sight {
      case .told(let found): objects = found
      case .notInstalled: continue
      case .forbidden: return "what it holds may not be seen (\(kind.title))"
      }
      let foreign = objects.first { object in
        if isProvided(object, kind) { return false }
        if let isOwn = isProducts(object, kind) { return !isOwn }
        guard let made = object.creationTimestamp, made - end > longestLag else { return false }
        return object.owners.isEmpty
      }
      if let foreign { return "it holds \(kind.kind) \"\(foreign.name)\", which the clone has not brought" }
      known.formUnion(objects.map(\.uid))
      guard kind == .volumeClaim else { continue }
      young = objects.filter { object in
        isProducts(object, kind) != true
          && object.creationTimestamp.map { $0 - end > longestLag } ?? false
      }
    }
    let foreign = young.first { claim in claim.owners.allSatisfy { !known.contains($0.uid) } }
    return foreign.map {
      "it holds \(ResourceKind.volumeClaim.kind) \"\($0.name)\", which the clone has not brought"
    }
  }
}
