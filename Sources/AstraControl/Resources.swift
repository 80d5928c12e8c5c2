internal import AppProtection
internal import StructuredValues
internal import Timing

// Readers of the API's resources. Only `id`, `name` and `state` have to be there; null counts as absent and
// unknown fields are passed over, because real servers leave out, null and add fields.

extension Application {
  /// Reads what the application's resource has in both generations, and the namespaces of the current one.
  init?(_ resource: StructuredValue) {
    guard let id = resource["id"]?.text, let name = resource["name"]?.text,
      let state = resource["state"]?.text
    else { return nil }
    let discovered = resource["namespaces"]?.elements.compactMap(\.text) ?? []
    let defined = resource["namespaceScopedResources"]?.elements.compactMap { $0["namespace"]?.text } ?? []
    let metadata = resource["metadata"]
    self.init(
      id: ID(id), name: name, state: State(rawValue: state),
      problems: stateProblems(of: resource),
      clusterID: resource["clusterID"]?.text.map { Cluster.ID($0) },
      clusterName: resource["clusterName"]?.text,
      // A new application shows what it is defined to span before it has been looked through.
      namespaces: discovered.isEmpty ? defined : discovered,
      sourceID: resource["sourceAppID"]?.text.map { ID($0) },
      createdAt: metadata?["creationTimestamp"]?.text.flatMap { Timestamp($0) },
      labels: readLabels(in: metadata))
  }
}

extension RecoveryPoint {
  /// Reads `application/astra-appBackup` 1.0-1.2 or `application/astra-appSnap` 1.0-1.3.
  ///
  /// Neither names its application, so that comes from the path.
  init?(_ resource: StructuredValue, kind: Kind, of application: Application.ID) {
    guard let id = resource["id"]?.text, let name = resource["name"]?.text,
      let state = resource["state"]?.text
    else { return nil }
    let hooks: Hooks =
      switch resource["hookState"]?.text {
      case "failed": .failed(details(of: resource["hookStateDetails"]))
      case "success": .succeeded
      default: .notReported
      }
    // The entry is made when the copy is asked for; the copy's own time may be that of an older snapshot.
    let taken = resource["backupCreationTimestamp"] ?? resource["snapshotCreationTimestamp"]
    let created = resource["metadata"]?["creationTimestamp"]?.text ?? taken?.text
    self.init(
      id: ID(id), kind: kind, name: name, applicationID: application, state: State(rawValue: state),
      hooks: hooks, problems: stateProblems(of: resource), createdAt: created.flatMap { Timestamp($0) },
      isScheduled: resource["scheduleID"]?.text != nil,
      labels: readLabels(in: resource["metadata"]))
    // A backup's alone: snapshots have neither.
    let percent = resource["percentDone"]?.number
    let (done, total) = (bytes(resource["bytesDone"]), bytes(resource["totalBytes"]))
    if percent != nil || done != nil || total != nil {
      progress = Progress(percent: percent, bytesDone: done, bytesTotal: total)
    }
    // Zero is what a server shows that has not counted yet.
    if self.state == .completed, let total, total > 0 { sizeBytes = total }
  }
}

extension Cluster {
  /// The members that are read.
  static let members = ["id", "name", "restoreTargetSupported"]

  /// Reads `application/astra-cluster` 1.0-1.7.
  init?(_ resource: StructuredValue) {
    guard let id = resource["id"]?.text, let name = resource["name"]?.text else { return nil }
    self.init(
      id: ID(id), name: name,
      acceptsRestores: resource["restoreTargetSupported"]?.truth)
  }
}

extension Asset {
  /// Reads `application/astra-appAsset` 1.0-1.1.
  init?(_ resource: StructuredValue) {
    guard let name = resource["assetName"]?.text,
      let kind = resource["GVK"]?["kind"]?.text ?? resource["assetType"]?.text
    else { return nil }
    self.init(
      group: resource["GVK"]?["group"]?.text ?? "", kind: kind, name: name,
      namespace: resource["namespace"]?.text)
  }
}

/// The reasons for a state: `stateUnready` (texts) and `stateDetails` (title and detail).
private func stateProblems(of resource: StructuredValue) -> [String] {
  (resource["stateUnready"]?.elements.compactMap(\.text) ?? []) + details(of: resource["stateDetails"])
}

/// A number of bytes.
private func bytes(_ value: StructuredValue?) -> Int? {
  value?.number.flatMap { $0 >= 0 ? Int(exactly: $0.rounded()) : nil }
}

/// What clients have written on an entry, by its metadata.
private func readLabels(in metadata: StructuredValue?) -> [Label] {
  (metadata?["labels"]?.elements ?? []).compactMap { label in
    label["name"]?.text.map { Label($0, label["value"]?.text ?? "") }
  }
}

/// Title and detail of each reason in a list of them.
func details(of list: StructuredValue?) -> [String] {
  (list?.elements ?? []).compactMap { entry in
    let parts = [entry["title"]?.text, entry["detail"]?.text].compactMap { $0 }
    return parts.isEmpty ? entry.text : parts.joined(separator: ": ")
  }
}
