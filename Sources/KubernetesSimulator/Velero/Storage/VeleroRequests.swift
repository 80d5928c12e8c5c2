internal import SimulatorSupport

// Requests for files of the bucket and for the server's version, and the files themselves.
extension KubernetesWorld {
  private static let bucketPath = "/_bucket/"

  mutating func answerRequest(_ key: ObjectKey, _ object: JSON, in cluster: Int) {
    if key.resource == Self.veleroResource("serverstatusrequests") {
      answerStatus(key, in: cluster)
    } else {
      answerDownload(key, object, in: cluster)
    }
  }

  private mutating func answerStatus(_ key: ObjectKey, in cluster: Int) {
    let version = velero?.settings.version ?? ""
    let moment = moment(in: cluster)
    clusters[cluster].store.update(key) {
      $0["status"] = [
        "phase": "Processed", "processedTimestamp": moment,
        "serverVersion": .string(version.isEmpty ? "" : "v\(version)"),
        "plugins": [
          ["name": "velero.io/aws", "kind": "ObjectStore"],
          ["name": "velero.io/csi-pvc-backupper", "kind": "BackupItemActionV2"],
          ["name": "velero.io/change-storage-class", "kind": "RestoreItemAction"],
        ],
      ]
    }
    velero?.requestsToGo.append((now + .seconds(60), cluster, key))
  }

  private mutating func answerDownload(_ key: ObjectKey, _ object: JSON, in cluster: Int) {
    guard let velero, velero.settings.downloads != .never else { return }
    let kind = object.value(at: "spec.target.kind")?.string ?? ""
    let name = object.value(at: "spec.target.name")?.string ?? ""
    let isOfRestore = kind.hasPrefix("Restore")
    let owner = clusters[cluster].store.object(veleroKey(isOfRestore ? "restores" : "backups", name))
    // What is asked for by a name that nobody has stays New until it goes.
    guard let owner,
      isOfRestore
        ? clusters[cluster].store.object(
          veleroKey("backups", owner.value(at: "spec.backupName")?.string ?? "")) != nil : true
    else { return }
    let base = velero.settings.downloads == .unreachable ? "https://minio.invalid:9000" : velero.downloadBase
    let expires = now + .seconds(600)
    let path =
      "\(cluster)/\(isOfRestore ? "restores" : "backups")/\(name)/\(kind).gz?X-Amz-Expires=600&until="
      + "\(Int(expires.components.seconds))"
    let expiration = moment(in: cluster, after: .seconds(600))
    clusters[cluster].store.update(key) {
      $0["status"] = [
        "phase": "Processed", "downloadURL": .string("\(base)\(Self.bucketPath)\(path)"),
        "expiration": expiration,
      ]
    }
    self.velero?.requestsToGo.append((expires + .seconds(60), cluster, key))
  }

  /// What the bucket answers to a request for one of its files; nil: it is none.
  func answerFromBucket(_ request: SimulatedRequest) -> SimulatedResponse? {
    guard let velero, request.target.hasPrefix(Self.bucketPath) else { return nil }
    let parts = request.target.dropFirst(Self.bucketPath.count).split(separator: "?", maxSplits: 1)
    let path = (parts.first ?? "").split(separator: "/").map { String($0) }
    let until = parts.dropFirst().first?.split(separator: "=").last.flatMap { Int($0) } ?? 0
    guard request.method == "GET" else { return Self.refusal(403, "SignatureDoesNotMatch") }
    guard velero.settings.downloads != .expired, now < .seconds(until) else {
      return Self.refusal(403, "AccessDenied")
    }
    guard !velero.settings.locationsAreUnavailable else { return Self.refusal(503, "ServiceUnavailable") }
    guard velero.settings.downloads != .missing, path.count == 4, let cluster = Int(path[0]),
      clusters.indices.contains(cluster), let file = file(path[1], path[2], path[3], in: cluster)
    else { return Self.refusal(404, "NoSuchKey") }
    return SimulatedResponse(
      status: 200, headers: [("Content-Type", "application/x-gzip")], body: gzip(file.bytes))
  }

  private static func refusal(_ status: Int, _ code: String) -> SimulatedResponse {
    let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>\(code)</Code></Error>"
    return SimulatedResponse(
      status: status, headers: [("Content-Type", "application/xml")], body: Array(body.utf8))
  }

  private func file(_ what: String, _ name: String, _ file: String, in cluster: Int) -> JSON? {
    let kind = file.replacing(".gz", with: "")
    if what == "restores" {
      guard kind == "RestoreResults",
        let uid = clusters[cluster].store.object(veleroKey("restores", name))?.uid
      else { return nil }
      return velero?.files["\(cluster)/restores/\(uid)"]
    }
    guard let stored = storedBackup(name, in: cluster) else { return nil }
    switch kind {
    case "BackupResults": return stored.results
    case "BackupVolumeInfos": return .array(stored.volumes.map { Self.volumeInfo($0) })
    case "BackupResourceList": return Self.resourceList(stored)
    default: return nil
    }
  }

  private static func resourceList(_ stored: StoredBackup) -> JSON {
    var list: [String: [JSON]] = [:]
    for item in stored.archive.items {
      let kind = "\(item.object["apiVersion"]?.string ?? "v1")/\(item.object["kind"]?.string ?? "")"
      let name = (item.namespace.isEmpty ? "" : "\(item.namespace)/") + (item.object.name ?? "")
      list[kind, default: []].append(.string(name))
    }
    return .object(list.sorted { $0.key < $1.key }.map { .init($0.key, .array($0.value)) })
  }

  /// What a backup has of a claim, as its file of volumes says it.
  private static func volumeInfo(_ copy: VolumeCopy) -> JSON {
    var info: JSON = [
      "pvcName": .string(copy.claim), "pvcNamespace": .string(copy.namespace), "pvName": .string(copy.volume),
      "snapshotDataMoved": .bool(copy.method == .dataMovement),
      "preserveLocalSnapshot": .bool(copy.method == .snapshot),
      "skipped": .bool(copy.method == .none),
    ]
    if let reason = copy.skippedReason { info["skippedReason"] = .string(reason) }
    guard copy.method != .none else { return info }
    info["backupMethod"] = copy.method == .fileSystem ? "PodVolumeBackup" : "CSISnapshot"
    info["result"] = copy.isFailed ? "failed" : "succeeded"
    let size = JSON.integer(copy.size)
    switch copy.method {
    case .fileSystem:
      info["pvbInfo"] = [
        "snapshotHandle": .string(copy.handle), "size": size, "uploaderType": "kopia",
        "volumeName": .string(copy.mount ?? ""), "podName": .string(copy.pod?.name ?? ""),
        "podNamespace": .string(copy.namespace), "nodeName": "node-1",
        // Members of this spelling have no name of their own in Velero's source.
        "Phase": .string(copy.isFailed ? "Failed" : "Completed"),
      ]
    case .dataMovement:
      info["snapshotDataMovementInfo"] = [
        "dataMover": "velero", "uploaderType": "kopia", "snapshotHandle": .string(copy.handle),
        "operationID": "", "size": size, "Phase": .string(copy.isFailed ? "Failed" : "Completed"),
      ]
    default:
      info["csiSnapshotInfo"] = [
        "snapshotHandle": .string(copy.handle), "size": size, "driver": .string(driver),
        "vscName": .string("snapcontent-\(copy.claim)"), "ReadyToUse": true,
      ]
    }
    return info
  }
}

/// A gzip file of stored blocks (RFC 1952, RFC 1951 3.2.4).
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
  var rest = bytes[...]
  repeat {
    let block = rest.prefix(65_535)
    rest = rest.dropFirst(block.count)
    let length = UInt16(block.count)
    file.append(rest.isEmpty ? 1 : 0)
    for value in [length, ~length] { file += [UInt8(value & 0xFF), UInt8(value >> 8)] }
    file += block
  } while !rest.isEmpty
  for value in [checksum(bytes), UInt32(truncatingIfNeeded: bytes.count)] {
    file += (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  return file
}

/// CRC-32 as gzip wants it (RFC 1952, 8).
private func checksum(_ bytes: [UInt8]) -> UInt32 {
  var sum: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    sum ^= UInt32(byte)
    for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
  }
  return ~sum
}
