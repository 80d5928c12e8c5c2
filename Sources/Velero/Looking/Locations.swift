package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

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
  var objection: String? { isReadOnly ? "is read-only" : absence }

  /// Why nothing can be read there, as a clause; nil if nothing speaks against it, as with a phase that nobody knows.
  var absence: String? {
    guard phase == "Unavailable" else { return nil }
    return "is Unavailable\(message.isEmpty ? "" : " (\(message))")"
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
      isAvailable: found.objection != nil ? false : found.phase == "Available" ? true : nil)
  }
}
