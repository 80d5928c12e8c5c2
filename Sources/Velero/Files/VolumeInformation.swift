package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
package import StructuredValues
internal import Text
internal import Timing

/// What the file of a backup's volumes says of the claims of some namespaces.
///
/// An array of `{"pvcName", "pvcNamespace", "backupMethod", "snapshotDataMoved", "skipped", "skippedReason", "result", …}`
/// (Velero's `internal/volume`, `BackupVolumeInfo`); what has no claim is of no interest.
package struct VolumeInformation: Hashable {
  /// What became of the data of one claim.
  package enum Fate: Hashable {
    case held
    /// Why it is not in the backup, as a clause.
    case lacking(String)
    /// The file of a release that did not say how it ended.
    case notTold
  }

  /// By the names of claims.
  package var fates: [String: Fate] = [:]

  /// Reads a document; nil if it is another one.
  ///
  /// - Parameters:
  ///   - document: the file's.
  ///   - namespaces: those of the application.
  ///   - isMoved: whether data was to leave the cluster, so that a snapshot alone is not enough.
  package init?(_ document: StructuredValue, of namespaces: Set<String>, isMoved: Bool) {
    guard case .array(let entries) = document else { return nil }
    for entry in entries {
      guard case .object = entry else { return nil }
      guard let claim = entry["pvcName"]?.string, !claim.isEmpty,
        namespaces.contains(entry["pvcNamespace"]?.string ?? "")
      else { continue }
      // Where one way was skipped another may have been taken.
      let fate = Self.fate(entry, isMoved: isMoved)
      if fates[claim] == nil || fate == .held { fates[claim] = fate }
    }
  }

  private static func fate(_ entry: StructuredValue, isMoved: Bool) -> Fate {
    if entry["skipped"]?.bool == true {
      let reason = cleanLine(entry["skippedReason"]?.string ?? "", limit: 120)
      return .lacking(reason.isEmpty ? "skipped" : "skipped: \(reason)")
    }
    let method = entry["backupMethod"]?.string ?? ""
    switch entry["result"]?.string ?? "" {
    case "succeeded"
    where !isMoved || method == "PodVolumeBackup" || entry["snapshotDataMoved"]?.bool == true:
      return method.isEmpty ? .notTold : .held
    case "succeeded": return .lacking("its data did not leave the cluster")
    case "": return .notTold
    case let result: return .lacking(cleanLine(result, limit: 60))
    }
  }

  /// Whether the backup holds the data of every claim.
  ///
  /// - Parameter claims: those that there were; nil where nothing tells, and then nothing proves that it is whole.
  /// - Returns: the coverage; a claim that the file does not name is not in the backup.
  package func coverage(of claims: Set<String>?) -> Coverage {
    let all = claims ?? Set(fates.keys)
    var lacking: [String] = []
    var isTold = claims != nil
    for claim in all.sorted() {
      switch fates[claim] {
      case .held?: break
      case .lacking(let reason)?: lacking.append("\(claim) (\(reason))")
      case .notTold?: isTold = false
      case nil: lacking.append("\(claim) (not among its volumes)")
      }
    }
    if !lacking.isEmpty { return .partial(lacking: lacking) }
    return isTold ? .whole : .notTold
  }
}

extension VeleroBackend {
  /// Whether a complete backup holds the data of every claim, by its files, where its objects leave that open.
  ///
  /// - Returns: the coverage; nil where the files leave it open too, or cannot be had.
  /// - Throws: `.interrupted`.
  func coverageByFiles(
    of backup: KubernetesObject, in context: String
  ) throws(BackendError) -> Coverage? {
    let namespaces = Set(backup["spec", "includedNamespaces"]?.texts ?? [])
    guard let document = try read(.volumes, of: backup, in: context),
      let volumes = VolumeInformation(
        document, of: namespaces, isMoved: Self.kind(of: backup) == .backup)
    else { return nil }
    var claims = backup.annotations[Marking.inventory].map { Inventory($0).claims }
    if claims == nil, case .notTold = volumes.coverage(of: nil) {
      // Of another tool's, the claims that it would bring back are those that it has to hold the data of.
      claims = try read(.resources, of: backup, in: context).flatMap {
        Self.claims(in: $0, namespaces)
      }
    }
    let coverage = volumes.coverage(of: claims)
    return coverage == .notTold ? nil : coverage
  }

  /// The claims in the list of a backup's objects: `{"v1/PersistentVolumeClaim": ["shop/db", …], …}`; nil if it is none.
  private static func claims(in list: StructuredValue, _ namespaces: Set<String>) -> Set<String>? {
    guard case .object(let kinds) = list, !kinds.isEmpty else { return nil }
    let places = list["v1/PersistentVolumeClaim"]?.texts ?? []
    return Set(
      places.compactMap { place in
        let parts = place.split(separator: "/")
        return parts.count == 2 && namespaces.contains(String(parts[0])) ? String(parts[1]) : nil
      })
  }
}
