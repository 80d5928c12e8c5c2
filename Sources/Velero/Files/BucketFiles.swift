internal import AppProtection
internal import Gzip
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import RESTClient
internal import StructuredValues
internal import Timing

/// A file that Velero leaves in object storage beside a backup (velero.io/docs, "DownloadRequest").
enum BucketFile: String {
  /// The texts of errors and warnings.
  case backupResults = "BackupResults"
  case restoreResults = "RestoreResults"
  /// What became of each volume (1.13 and newer).
  case volumes = "BackupVolumeInfos"
  /// The names of all objects.
  case resources = "BackupResourceList"
}

/// What is known of the files of object storage, and whether they can be had at all.
struct FetchedFiles {
  /// What was read, by file and the uid of what it is of; nil where it was tried in vain.
  var documents: [String: StructuredValue?] = [:]
  /// The clusters whose files do not come, so that no more time is lost with them.
  var outOfReach: Set<String> = []
  /// The `caCert` of the locations of each cluster, as base64 of PEM.
  var authorities: [String: [String]] = [:]
  /// What went wrong with runs, as a clause, by the uids of their objects.
  var reasons: [String: String] = [:]
  /// The uids of those whose movements of data were looked at for it.
  var looked: Set<String> = []
}

// Files of object storage are fetched as a courtesy: whatever keeps one from coming, a step goes on as if there were none.
extension VeleroBackend {
  /// How long a file may take at most, its request and all pauses included.
  private static var fileTime: Duration { .seconds(20) }
  /// How much time has to be left, so that none is lost that an end is waited for with.
  private static var leastTime: Duration { .seconds(60) }
  /// How many files a step fetches at most.
  private static var mostFiles: Int { 10 }
  /// The pauses between the looks at a request, which may stay `New` for ever.
  private static var filePauses: [Duration] {
    [.zero, .milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8)]
  }
  /// What a file may hold: 4 MiB, some ten thousand errors or five thousand volumes.
  private static var fileBytes: Int { 4 << 20 }

  /// What a file holds, which is fetched once; nil where it cannot be had, for whatever reason.
  ///
  /// - Parameters:
  ///   - file: which one.
  ///   - owner: the backup or restore that it is of, which has ended.
  ///   - context: the cluster whose server is asked for it.
  /// - Returns: its document.
  /// - Throws: `.interrupted`, and nothing else.
  func read(
    _ file: BucketFile, of owner: KubernetesObject, in context: String
  ) throws(BackendError) -> StructuredValue? {
    let key = "\(file.rawValue)/\(owner.uid)"
    if let known = fetched.documents[key] { return known }
    // Whoever has only the non-admin kinds may ask for none.
    guard let files, let home = owner.namespace, accesses[context] != .nonAdmin,
      !fetched.outOfReach.contains(context), fetched.documents.count < Self.mostFiles,
      let client = clusterConnections.connectedClient(context), client.timeLeft > Self.leastTime
    else { return nil }
    fetched.documents[key] = .some(nil)
    var isHandedOut = false
    do throws(BackendError) {
      let bytes = try client.within(Self.fileTime) { () throws(BackendError) in
        let address = try address(of: file, owner, client, home)
        isHandedOut = true
        let authorities = address.hasPrefix("http:") ? [] : try authorities(client, context, home)
        return try files.fetch(address, trusting: authorities, within: client.timeLeft)
      }
      let document = Self.document(bytes)
      fetched.documents[key] = document
      return document
    } catch {
      switch error.kind {
      case .interrupted: throw error
      // It is not there, or not any more; others may be.
      case .refused(.notFound) where isHandedOut: break
      default: fetched.outOfReach.insert(context)
      }
      return nil
    }
  }

  /// Has the server sign an address for a file; its request goes by itself when that expires.
  private func address(
    of file: BucketFile, _ owner: KubernetesObject, _ client: KubernetesClient, _ home: String
  ) throws(BackendError) -> String {
    let attempt = "have \(file.rawValue) of \"\(owner.name)\" handed out"
    // Another attempt at another time needs another one: the address of an earlier one may have expired.
    let name =
      "\(owner.name.prefix(200))-\(ResourceName.hash("\(file.rawValue)/\(owner.uid)/\(currentTime.text)"))"
    var request = try client.create(
      Kinds.downloadRequest,
      .members([
        "metadata": Marking.metadata(
          name: name, namespace: home, purpose: "download", annotations: [:], settings.signature),
        "spec": .members([
          "target": .members(["kind": .string(file.rawValue), "name": .string(owner.name)])
        ]),
      ]), in: home, to: attempt)
    for pause in Self.filePauses {
      try client.pause(pause)
      guard let seen = try client.get(Kinds.downloadRequest, name, in: home, to: attempt) else { break }
      request = seen
      if let address = request["status", "downloadURL"]?.string, !address.isEmpty { return address }
      if request["status", "phase"]?.string == "Failed" { break }
    }
    throw BackendError(.unreachable, "cannot \(attempt): no address was given for it")
  }

  /// The certificates that the locations of a cluster name for their object storage; none where they may not be seen.
  private func authorities(
    _ client: KubernetesClient, _ context: String, _ home: String
  ) throws(BackendError) -> [String] {
    if let known = fetched.authorities[context] { return known }
    let sight = try client.lookAtList(
      of: Kinds.location, in: home, to: "see which certificates object storage has")
    guard case .told(let locations) = sight else { return [] }
    let authorities = locations.compactMap { $0["spec", "objectStorage"]?["caCert"]?.string }
    fetched.authorities[context] = authorities
    return authorities
  }

  /// What a file holds; nil if it is no gzip file of JSON.
  private static func document(_ bytes: [UInt8]) -> StructuredValue? {
    guard let unpacked = try? gunzip(bytes, atMost: fileBytes) else { return nil }
    return StructuredValue(parsing: unpacked)
  }
}
