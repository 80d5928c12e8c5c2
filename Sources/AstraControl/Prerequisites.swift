package import AppProtection
internal import HTTPTransport
internal import StructuredValues
internal import RESTClient
internal import Timing

// What can be known before a change: clusters, clouds, buckets, storage classes, links and execution hooks.
//
// Only `topology/v1/clusters` has to be there; where a server has not got one of the other collections, or leaves a
// field out, it does not tell.
extension AstraControlBackend {
  package func clusterStandings() throws(BackendError) -> [ClusterStanding] {
    try all(in: "/topology/v1/clusters", to: "list the clusters", { ClusterStanding($0) })
  }

  package func storageClasses(on cluster: Cluster.ID) throws(BackendError) -> [StorageClass]? {
    try optional(
      "/topology/v1/clusters/\(PercentEncoding.encode(cluster.text))/storageClasses",
      to: "list the storage classes of cluster \(cluster)", { StorageClass($0) })
  }

  package func backupStore(of cluster: Cluster.ID) throws(BackendError) -> BackupStore? {
    let path = "/topology/v1/clusters/\(PercentEncoding.encode(cluster.text))"
    guard let place = try client.resource(path, to: "read cluster \(cluster)", { $0["id"] == nil ? nil : $0 })
    else {
      return nil
    }
    // A cluster may have a bucket of its own; else its cloud's counts.
    if let bucket = place["defaultBucketID"]?.text { return try bucketStore(bucket) }
    guard let cloud = place["cloudID"]?.text else { return nil }
    let found = try client.resource(
      "/topology/v1/clouds/\(PercentEncoding.encode(cloud))", to: "read cloud \(cloud)",
      { $0["id"] == nil ? nil : $0 })
    guard let found else { return nil }
    guard let bucket = found["defaultBucketID"]?.text else { return BackupStore.none }
    return try bucketStore(bucket)
  }

  private func bucketStore(_ id: String) throws(BackendError) -> BackupStore {
    let found = try client.resource(
      "/topology/v1/buckets/\(PercentEncoding.encode(id))", to: "read bucket \(id)",
      { $0["id"] == nil ? nil : $0 })
    guard let found else { return .lost(id: id) }
    let state = found["state"]?.text
    // A bucket that has just been added is being looked at; whether it is good is not known then.
    let isAvailable: Bool? =
      switch state {
      case "available": true
      case "failed", "removed": false
      default: nil
      }
    return .store(name: found["name"]?.text ?? id, state: state, isAvailable: isAvailable)
  }

  package func hints(for application: Application.ID) throws(BackendError) -> [ProtectionOperation: Bool] {
    let resource = try client.resource(
      generation.path(of: application), to: "read application \(application)", { $0["id"] == nil ? nil : $0 })
    var hints: [ProtectionOperation: Bool] = [:]
    for link in resource?["links"]?.elements ?? [] {
      // Version 2.2: an operation is allowed when its verb is in the list; without the list nothing is told.
      guard let (operation, verb) = link["title"]?.text.flatMap({ Self.linkTitles[$0] }),
        case .array(let allowed)? = link["hints"]?["allow"]
      else { continue }
      let isAllowed = allowed.contains { $0.text?.uppercased() == verb }
      // A backup has a link for each of its two ways; one that is open is enough.
      hints[operation] = isAllowed || hints[operation] == true
    }
    return hints
  }

  /// The titles of an application's links, with the verb that each asks for.
  private static let linkTitles: [String: (ProtectionOperation, String)] = [
    "disruptiveBackup": (.backup, "POST"), "nonDisruptiveBackup": (.backup, "POST"),
    "snapshot": (.snapshot, "POST"), "clone": (.clone, "POST"), "inPlaceRestore": (.inPlaceRestore, "PUT"),
  ]

  package func executionHooks(of application: Application.ID) throws(BackendError) -> ExecutionHooks? {
    let path = "\(generation.parent(of: application))/executionHooks"
    let listing = try client.collect(
      path, to: "list the execution hooks of application \(application)",
      { $0["name"]?.text ?? $0["id"]?.text })
    switch listing {
    case .items(let names): return .named(names)
    // The feature has to be switched on since 23.10.
    case .rejected(let problem) where problem.number == 168: return .switchedOff
    case .absent: return nil
    case .rejected(let problem): throw .brokenContract(problem, path, "list the execution hooks")
    }
  }

  /// Reads a whole collection; nil if the server has not got it.
  private func optional<Value>(
    _ path: String, to attempt: String, _ decode: (StructuredValue) -> Value?
  ) throws(BackendError) -> [Value]? {
    switch try client.collect(path, to: attempt, decode) {
    case .items(let items): items
    case .absent: nil
    case .rejected(let problem): throw .brokenContract(problem, path, attempt)
    }
  }
}

extension ClusterStanding {
  /// Reads `application/astra-cluster` 1.0-1.7.
  init?(_ resource: StructuredValue) {
    guard let id = resource["id"]?.text, let name = resource["name"]?.text else { return nil }
    self.init(id: Cluster.ID(id), name: name)
    if let word = resource["state"]?.text, word != "unknown" { state = (word, word == "running") }
    if let word = resource["managedState"]?.text { management = (word, word == "managed") }
    protection = resource["protectionState"]?.text.map { Protection(rawValue: $0) }
    problems = ["stateUnready", "managedStateUnready"].flatMap {
      resource[$0]?.elements.compactMap(\.text) ?? []
    }
    problems += ["managedStateDetails", "protectionStateDetails"].flatMap { details(of: resource[$0]) }
    makesSnapshots = resource["snapshotSupported"]?.truth
    acceptsRestores = resource["restoreTargetSupported"]?.truth
    storageDriver = resource["tridentVersion"]?.text
    distribution = resource["clusterType"]?.text
    version = resource["clusterVersion"]?.text
  }
}

extension StorageClass {
  /// Reads `application/astra-storageClass` 1.0-1.1.
  init?(_ resource: StructuredValue) {
    guard let name = resource["name"]?.text else { return nil }
    let isUsable: Bool? =
      switch resource["available"]?.text {
      case "available", "eligible": true
      case "ineligible": false
      default: nil
      }
    self.init(name: name, isUsable: isUsable, isDefault: resource["isDefault"]?.truth ?? false)
  }
}
