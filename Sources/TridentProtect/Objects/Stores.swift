package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

// Where copies are kept: an AppVault, in the namespace of Trident protect itself. Tenants may not read it.
extension TridentProtectBackend {
  /// The vault that copies of the applications in a cluster go to.
  func vault(in context: String) throws(BackendError) -> String {
    if let store = settings.store { return store }
    let names: [String]
    switch try vaults(in: context) {
    case .told(let vaults): names = vaults.map(\.name)
    case .forbidden(let message):
      throw BackendError(
        .misconfigured, "the vaults of \(context) cannot be listed (\(message))",
        hint: "name the vault with ASTRA_STORE")
    case .notInstalled: throw .notInstalled(in: context, "find a vault")
    }
    guard names.count == 1 else {
      throw BackendError(
        .misconfigured,
        names.isEmpty
          ? "there is no vault in namespace \"\(settings.systemNamespace)\" of \(context)"
          : "there are \(names.count) vaults in \(context): \(names.joined(separator: ", "))",
        hint: names.isEmpty
          ? "make an AppVault there, or name the vault with ASTRA_STORE if this user only cannot see it"
          : "name the vault with ASTRA_STORE")
    }
    return names[0]
  }

  private func vaults(in context: String) throws(BackendError) -> LookResult<[KubernetesObject]> {
    try client(context).lookAtList(
      of: Kinds.vault, in: settings.systemNamespace, to: "list the vaults of \(context)")
  }

  /// The vault of another cluster that is the same place in object storage: found by its bucket, not by its name.
  func counterpart(
    of vault: String, in source: String, on destination: String
  ) throws(BackendError) -> String {
    if let store = settings.cloneStore { return store }
    let attempt = "find the vault of \(destination) that is \"\(vault)\" of \(source)"
    let own = try client(source).look(at: Kinds.vault, vault, in: settings.systemNamespace, to: attempt)
    guard case .told(let own?) = own, let bucket = Bucket(own),
      case .told(let others) = try vaults(in: destination)
    else {
      throw BackendError(
        .misconfigured, "cannot \(attempt): the vaults of both clusters have to be read for that",
        hint: "name the one on the clone's cluster with ASTRA_CLONE_STORE")
    }
    let same = others.filter { Bucket($0) == bucket }
    guard same.count == 1 else {
      throw BackendError(
        .misconfigured,
        same.isEmpty
          ? "no vault of \(destination) has the bucket of \"\(vault)\" of \(source) (\(bucket))"
          : "several vaults of \(destination) have the bucket of \"\(vault)\" of \(source): "
            + same.map(\.name).joined(separator: ", "),
        hint: same.isEmpty
          ? "make an AppVault for that bucket there" : "name one of them with ASTRA_CLONE_STORE")
    }
    return same[0].name
  }

  package func backupStore(of cluster: Cluster.ID) throws(BackendError) -> BackupStore? {
    guard case .told(let vaults) = try vaults(in: cluster.text) else { return nil }
    let wanted = settings.store
    guard let vault = wanted.map({ name in vaults.first { $0.name == name } }) ?? vaults.first else {
      return wanted.map { .lost(id: $0) } ?? BackupStore.none
    }
    let state = vault["status", "state"]?.string
    return .store(
      name: vault.name, state: state, isAvailable: state.map { $0.lowercased() == "available" })
  }
}

/// A place in object storage, as an AppVault configures it.
private struct Bucket: Hashable, CustomStringConvertible {
  var members: [String]

  init?(_ vault: KubernetesObject) {
    guard let configuration = vault["spec", "providerConfig"] else { return nil }
    for (provider, names) in [
      ("s3", ["endpoint", "bucketName"]), ("azure", ["accountName", "bucketName"]),
      ("gcp", ["projectID", "bucketName"]),
    ] {
      guard let place = configuration[provider] else { continue }
      members = names.map { place[$0]?.string ?? "" }
      guard members.last?.isEmpty == false else { return nil }
      // Two vaults of one bucket may keep their archives apart.
      members.append(vault["spec", "prefix"]?.string ?? "")
      return
    }
    return nil
  }

  var description: String { members.filter { !$0.isEmpty }.joined(separator: "/") }
}
