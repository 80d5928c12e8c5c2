internal import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// By which kinds Velero is reached in a cluster, and where: its own namespace holds all of its objects, its storage locations
// among them; of users who may not use that the objects lie beside their application.
extension VeleroBackend {
  /// Where it usually is: by itself, and as OADP.
  static let usualHomes = ["velero", "openshift-adp"]

  /// How Velero is reached in a cluster: in the namespace that was named, or in the only one with a storage location; where
  /// none of these may be seen, by OADP's non-admin kinds, if they are installed and may be used.
  ///
  /// - Parameters:
  ///   - context: the cluster.
  ///   - namespaces: those of the applications that it is about, beside those that the settings name.
  /// - Returns: the way, which is found once.
  /// - Throws: `.credentials` where nothing may be used, `.misconfigured` where nothing is to be seen or too much is.
  func access(_ context: String, for namespaces: [String] = []) throws(BackendError) -> Access {
    if let home = settings.systemNamespace { return .velero(namespace: home) }
    if let known = accesses[context] { return known }
    let attempt = "find the namespace of Velero in \(context)"
    let client = try client(context)
    var found: Set<String> = []
    var refusal: String?
    for name: String? in Self.usualHomes + [nil] where found.isEmpty || name != nil {
      switch try client.lookAtList(of: Kinds.location, in: name, to: attempt) {
      case .told(let locations): found.formUnion(locations.compactMap(\.namespace))
      case .forbidden(let reason): refusal = reason
      case .notInstalled: throw .notInstalled(in: context, attempt)
      }
    }
    if found.isEmpty, let refusal {
      guard try mayUseNonAdminKinds(context, in: namespaces) else {
        throw BackendError(
          .credentials,
          "cannot \(attempt): no backup storage location is to be seen (\(refusal)), and OADP's non-admin kinds are not "
            + "installed, or may not be listed in the application's namespace",
          hint: "name the namespace with ASTRA_PRODUCT_NAMESPACE")
      }
      accesses[context] = .nonAdmin
      return .nonAdmin
    }
    guard let home = found.first, found.count == 1 else {
      throw BackendError(
        .misconfigured,
        found.isEmpty
          ? "cannot \(attempt): no backup storage location is to be seen"
          : "cannot \(attempt): there are storage locations in \(found.sorted().joined(separator: ", "))",
        hint: "name the namespace with ASTRA_PRODUCT_NAMESPACE")
    }
    accesses[context] = .velero(namespace: home)
    return .velero(namespace: home)
  }

  /// Whether OADP's non-admin kinds are there, and backups of theirs may be listed in one of some namespaces or of those that
  /// the settings name.
  private func mayUseNonAdminKinds(
    _ context: String, in namespaces: [String]
  ) throws(BackendError) -> Bool {
    let client = try client(context)
    let kind = NonAdminForm.backup.kind
    let installed = try client.kinds(of: kind.group, version: kind.version) ?? []
    guard installed.contains(kind.kind) else { return false }
    for name in namespaces + knownNamespaces(in: context)
    where try client.isAllowed("list", kind, in: name) == true { return true }
    return false
  }

  /// The namespace that the objects lie in which are for the application of a namespace.
  func home(_ context: String, of namespace: String) throws(BackendError) -> String {
    try access(context, for: [namespace]).home(of: namespace)
  }

  /// One object of a kind of Velero's, by its name, as Velero has it.
  ///
  /// - Parameters:
  ///   - kind: Velero's own kind.
  ///   - name: its name.
  ///   - context: the cluster.
  ///   - namespace: the application's, or the one that the object itself lies in.
  ///   - attempt: what it is for.
  /// - Returns: the object; nil if it is not there.
  /// - Throws: as `KubernetesClient.get`.
  func object(
    _ kind: ResourceKind, _ name: String, in context: String, of namespace: String, to attempt: String
  ) throws(BackendError) -> KubernetesObject? {
    let access = try access(context, for: [namespace])
    return try client(context).get(
      access.kind(kind), name, in: access.home(of: namespace), to: attempt
    ).map { access.read($0, as: kind) }
  }

  /// The objects of a kind of Velero's, as Velero has them.
  ///
  /// - Parameters:
  ///   - kind: Velero's own kind.
  ///   - context: the cluster.
  ///   - namespaces: those of the applications that it is about; nil: of all that are known.
  ///   - attempt: what it is for.
  /// - Returns: the objects; of the namespaces that are known and not named here, only where they may be listed.
  /// - Throws: as `KubernetesClient.list`.
  func objects(
    _ kind: ResourceKind, in context: String, of namespaces: [String]? = nil, to attempt: String
  ) throws(BackendError) -> [KubernetesObject] {
    let client = try client(context)
    switch try access(context, for: namespaces ?? []) {
    case .velero(let home): return try client.list(kind, in: home, to: attempt)
    case .nonAdmin:
      var found: [KubernetesObject] = []
      for name in namespaces ?? knownNamespaces(in: context) {
        if namespaces != nil {
          found += try client.list(Access.nonAdmin.kind(kind), in: name, to: attempt)
        } else if case .told(let objects) = try client.lookAtList(
          of: Access.nonAdmin.kind(kind), in: name, to: attempt)
        {
          found += objects
        }
      }
      return found.map { Access.nonAdmin.read($0, as: kind) }
    }
  }

  /// The objects of a kind of Velero's that are known, as Velero has them; nil where they may not be listed.
  func visibleObjects(
    _ kind: ResourceKind, in context: String, to attempt: String
  ) throws(BackendError) -> [KubernetesObject]? {
    guard case .velero(let home) = try access(context) else {
      return try objects(kind, in: context, to: attempt)
    }
    guard case .told(let objects) = try client(context).lookAtList(of: kind, in: home, to: attempt) else {
      return nil
    }
    return objects
  }

  /// Makes an object of a kind of Velero's, which is written as Velero has it.
  ///
  /// - Parameters:
  ///   - kind: Velero's own kind.
  ///   - body: what is sent; its own namespace is where it goes.
  ///   - context: the cluster.
  ///   - namespace: the application's.
  ///   - dryRun: whether it is only tried.
  ///   - attempt: what it is for.
  /// - Returns: the object as Velero has it.
  /// - Throws: as `KubernetesClient.create`.
  func create(
    _ kind: ResourceKind, _ body: StructuredValue, in context: String, of namespace: String,
    dryRun: Bool = false, to attempt: String
  ) throws(BackendError) -> KubernetesObject {
    let access = try access(context, for: [namespace])
    let made = try client(context).create(
      access.kind(kind), access.write(body, as: kind), in: access.home(of: namespace), dryRun: dryRun,
      to: attempt)
    return access.read(made, as: kind)
  }
}

extension BackendError {
  /// The kinds of Velero are not there.
  static func notInstalled(in context: String, _ attempt: String) -> BackendError {
    BackendError(
      .misconfigured, "cannot \(attempt): Velero is not installed in the cluster of \(context)",
      hint: "name another context, or another service with ASTRA_BACKEND")
  }
}
