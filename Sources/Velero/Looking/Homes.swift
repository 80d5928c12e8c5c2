package import AppProtection
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

/// Where backups are kept: a BackupStorageLocation.
struct Location {
  var name: String
  /// Its place in object storage: provider, address, bucket, prefix.
  var bucket: [String]
  var phase: String?
  var message: String
  var isDefault: Bool
  var isReadOnly: Bool
  /// How often backups of the bucket become objects.
  var syncPeriod: Duration

  init(_ object: KubernetesObject) {
    let spec = object["spec"]
    name = object.name
    let storage = spec?["objectStorage"]
    let addresses = ["s3Url", "storageAccount", "resourceGroup"].map { spec?["config"]?[$0]?.string ?? "" }
    bucket =
      [spec?["provider"]?.string?.split(separator: "/").last.map { String($0) } ?? ""] + addresses
      + ["bucket", "prefix"].map { storage?[$0]?.string ?? "" }
    phase = object["status", "phase"]?.string
    message = object["status", "message"]?.string ?? ""
    isDefault = spec?["default"]?.bool == true
    isReadOnly = spec?["accessMode"]?.string == "ReadOnly"
    // One minute, unless the location or the server says otherwise.
    let period = spec?["backupSyncPeriod"]?.string.flatMap { try? Duration(age: $0) }
    syncPeriod = max(period ?? .seconds(60), .seconds(60))
  }

  /// Why nothing can be written there, as a clause; nil if nothing speaks against it.
  var objection: String? {
    if isReadOnly { return "is read-only" }
    guard let phase, phase != "Available" else { return nil }
    return "is \(phase)\(message.isEmpty ? "" : " (\(message))")"
  }
}

// Storage locations.
extension VeleroBackend {
  /// All locations of a cluster: a list that users of the non-admin kinds do not have.
  private func locations(in context: String) throws(BackendError) -> LookResult<[Location]> {
    guard case .velero(let home) = try access(context) else {
      return .forbidden("the non-admin kinds show no default location")
    }
    let sight = try client(context).lookAtList(
      of: Kinds.location, in: home, to: "list the storage locations of \(context)")
    return switch sight {
    case .told(let objects): .told(objects.map { Location($0) })
    case .forbidden(let reason): .forbidden(reason)
    case .notInstalled: .notInstalled
    }
  }

  /// The location that copies of the applications in a cluster go to: the one that was named, the default one, or the only
  /// one; nil where only its name is known.
  func location(in context: String) throws(BackendError) -> (name: String, location: Location?) {
    let all: [Location]
    switch try locations(in: context) {
    case .told(let found): all = found
    case .forbidden(let reason):
      if let store = settings.store { return (store, nil) }
      throw BackendError(
        .misconfigured, "the storage locations of \(context) cannot be listed (\(reason))",
        hint: "name the location with ASTRA_STORE")
    case .notInstalled: throw .notInstalled(in: context, "find a storage location")
    }
    let names = all.map(\.name).sorted().joined(separator: ", ")
    if let store = settings.store {
      guard let named = all.first(where: { $0.name == store }) else {
        throw BackendError(
          .misconfigured, "there is no storage location \"\(store)\" in \(context)",
          hint: all.isEmpty ? "make one" : "name one of these with ASTRA_STORE: \(names)")
      }
      return (store, named)
    }
    guard let one = all.first(where: \.isDefault) ?? (all.count == 1 ? all[0] : nil) else {
      throw BackendError(
        .misconfigured,
        all.isEmpty
          ? "there is no storage location in \(context)"
          : "no storage location of \(context) is the default one",
        hint: all.isEmpty ? "make a BackupStorageLocation" : "name one of these with ASTRA_STORE: \(names)")
    }
    return (one.name, one)
  }

  /// The location that copies go to, of which nothing is known that keeps them from being written.
  ///
  /// - Returns: its name; nil for the default one where only the service knows which that is.
  func writableLocation(
    in context: String, of namespace: String, to attempt: String
  ) throws(BackendError) -> String? {
    let (name, location): (String, Location?)
    if try access(context, for: [namespace]).isNonAdmin {
      guard let store = settings.store else { return nil }
      (name, location) = (store, try self.location(store, in: context, of: namespace))
    } else {
      (name, location) = try self.location(in: context)
    }
    if let objection = location?.objection {
      throw BackendError(
        .refused(.other), "cannot \(attempt): storage location \"\(name)\" of \(context) \(objection)",
        hint: "have it repaired, or name another one with ASTRA_STORE")
    }
    return name
  }

  /// A location by its name; nil if it may not be seen, or is not there, or if only the service knows which one it is.
  func location(
    _ name: String, in context: String, of namespace: String
  ) throws(BackendError) -> Location? {
    guard !name.isEmpty else { return nil }
    let access = try access(context, for: [namespace])
    let sight = try client(context).look(
      at: access.kind(Kinds.location), name, in: access.home(of: namespace),
      to: "look at storage location \"\(name)\"")
    guard case .told(let object?) = sight else { return nil }
    return Location(access.read(object, as: Kinds.location))
  }

  /// The location of another cluster that is the same place in object storage: found by its bucket, not by its name.
  func counterpart(
    of name: String, in source: String, of namespace: String, on destination: String
  ) throws(BackendError) -> String {
    if let store = settings.cloneStore { return store }
    let attempt = "find the storage location of \(destination) that is \"\(name)\" of \(source)"
    guard let own = try location(name, in: source, of: namespace),
      case .told(let others) = try locations(in: destination)
    else {
      throw BackendError(
        .misconfigured, "cannot \(attempt): the locations of both clusters have to be read for that",
        hint: "name the one on the clone's cluster with ASTRA_CLONE_STORE")
    }
    let same = others.filter { $0.bucket == own.bucket }
    guard let one = same.first, same.count == 1 else {
      throw BackendError(
        .misconfigured,
        same.isEmpty
          ? "no storage location of \(destination) has the bucket of \"\(name)\" of \(source) "
            + "(\(own.bucket.filter { !$0.isEmpty }.joined(separator: "/")))"
          : "several storage locations of \(destination) have the bucket of \"\(name)\" of \(source): "
            + same.map(\.name).joined(separator: ", "),
        hint: same.isEmpty
          ? "make a BackupStorageLocation for that bucket there (it may be read-only)"
          : "name one of them with ASTRA_CLONE_STORE")
    }
    return one.name
  }

  package func backupStore(of cluster: Cluster.ID) throws(BackendError) -> BackupStore? {
    guard case .told(let all) = try locations(in: cluster.text) else { return nil }
    let wanted = settings.store
    let found =
      wanted.map { name in all.first { $0.name == name } }
      ?? all.first(where: \.isDefault) ?? (all.count == 1 ? all[0] : nil)
    guard let found else { return wanted.map { .lost(id: $0) } ?? BackupStore.none }
    return .store(
      name: found.name, state: found.isReadOnly ? "read-only" : found.phase,
      isAvailable: found.isReadOnly ? false : found.phase.map { $0 == "Available" })
  }
}
