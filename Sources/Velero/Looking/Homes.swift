package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// Where Velero itself is in a cluster: its namespace holds all of its objects, its storage locations among them.
extension VeleroBackend {
  /// Where it usually is: by itself, and as OADP.
  static let usualHomes = ["velero", "openshift-adp"]

  /// The namespace that Velero is in: the one that was named, or the only one with a storage location.
  func home(_ context: String) throws(BackendError) -> String {
    if let known = settings.systemNamespace ?? homes[context] { return known }
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
    guard let home = found.first, found.count == 1 else {
      throw BackendError(
        found.isEmpty && refusal != nil ? .credentials : .misconfigured,
        found.isEmpty
          ? "cannot \(attempt): no backup storage location is to be seen\(refusal.map { " (\($0))" } ?? "")"
          : "cannot \(attempt): there are storage locations in \(found.sorted().joined(separator: ", "))",
        hint: "name the namespace with ASTRA_PRODUCT_NAMESPACE")
    }
    homes[context] = home
    return home
  }

  /// One of Velero's objects, by its name.
  func object(
    _ kind: ResourceKind, _ name: String, in context: String, to attempt: String
  ) throws(BackendError) -> KubernetesObject? {
    try client(context).get(kind, name, in: home(context), to: attempt)
  }

  /// Velero's objects of a kind.
  func objects(
    _ kind: ResourceKind, in context: String, labels: String? = nil, to attempt: String
  ) throws(BackendError) -> [KubernetesObject] {
    try client(context).list(kind, in: home(context), labels: labels, to: attempt)
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
  private func locations(in context: String) throws(BackendError) -> LookResult<[Location]> {
    let sight = try client(context).lookAtList(
      of: Kinds.location, in: home(context), to: "list the storage locations of \(context)")
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
  func writableLocation(in context: String, to attempt: String) throws(BackendError) -> String {
    let (name, location) = try location(in: context)
    if let objection = location?.objection {
      throw BackendError(
        .refused(.other), "cannot \(attempt): storage location \"\(name)\" of \(context) \(objection)",
        hint: "have it repaired, or name another one with ASTRA_STORE")
    }
    return name
  }

  /// A location by its name; nil if it may not be seen, or is not there.
  func location(_ name: String, in context: String) throws(BackendError) -> Location? {
    let sight = try client(context).look(
      at: Kinds.location, name, in: home(context), to: "look at storage location \"\(name)\"")
    guard case .told(let object?) = sight else { return nil }
    return Location(object)
  }

  /// The location of another cluster that is the same place in object storage: found by its bucket, not by its name.
  func counterpart(
    of name: String, in source: String, on destination: String
  ) throws(BackendError) -> String {
    if let store = settings.cloneStore { return store }
    let attempt = "find the storage location of \(destination) that is \"\(name)\" of \(source)"
    guard let own = try location(name, in: source), case .told(let others) = try locations(in: destination)
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
