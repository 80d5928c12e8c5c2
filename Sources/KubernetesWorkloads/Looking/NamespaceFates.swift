package import AppProtection
package import KubernetesAPI
package import Timing

/// Whether a namespace goes with its clone.
package enum NamespaceFate {
  case goes(KubernetesObject)
  case stays(String, because: String)
  /// What it holds may not all be seen.
  case notTold(String, because: String)

  /// Whether it goes, and has that name.
  package func isOf(_ name: String) -> Bool {
    if case .goes(let namespace) = self { namespace.name == name } else { false }
  }

  /// What stays behind, as a sentence; nil if nothing does.
  package var remains: String? {
    switch self {
    case .goes: nil
    case .stays(let name, let reason), .notTold(let name, let reason):
      "namespace \"\(name)\" stays: \(reason)"
    }
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
        fates.append(.notTold(name, because: "it may not be seen"))
        continue
      }
      guard let namespace, namespace.deletionTimestamp == nil else { continue }
      if namespace.annotations[Marking.made(namespace.uid)] != application.name {
        fates.append(.stays(name, because: "it was not made for the clone"))
      } else {
        let fate = try fate(byContentOf: name, in: context, restoredAt: end, isProducts)
        fates.append(fate ?? .goes(namespace))
      }
    }
    return fates
  }

  /// Why a namespace stays for what it holds; nil if a clone has brought all of it.
  ///
  /// What was made after the restore, and belongs to no other object, is somebody else's; so is a volume claim that belongs to
  /// what nobody here knows, such as an operator's database that somebody has put there since.
  private func fate(
    byContentOf namespace: String, in context: String, restoredAt end: Timestamp?,
    _ isProducts: (KubernetesObject, ResourceKind) -> Bool?
  ) throws(BackendError) -> NamespaceFate? {
    guard let end else {
      return .stays(
        namespace, because: "when the restore ended is not told, nor so whose what it holds is")
    }
    func foreign(_ object: KubernetesObject, _ kind: ResourceKind) -> NamespaceFate {
      .stays(
        namespace, because: "it holds \(kind.kind) \"\(object.name)\", which the clone has not brought")
    }
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
      case .forbidden:
        return .notTold(namespace, because: "what it holds may not be seen (\(kind.title))")
      }
      let first = objects.first { object in
        if isProvided(object, kind) { return false }
        if let isOwn = isProducts(object, kind) { return !isOwn }
        guard let made = object.creationTimestamp, made - end > longestLag else { return false }
        return object.owners.isEmpty
      }
      if let first { return foreign(first, kind) }
      known.formUnion(objects.map(\.uid))
      guard kind == .volumeClaim else { continue }
      young = objects.filter { object in
        isProducts(object, kind) != true
          && object.creationTimestamp.map { $0 - end > longestLag } ?? false
      }
    }
    return young.first { claim in claim.owners.allSatisfy { !known.contains($0.uid) } }
      .map { foreign($0, .volumeClaim) }
  }
}
