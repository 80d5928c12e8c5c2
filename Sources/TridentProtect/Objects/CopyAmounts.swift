internal import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

// How far a copy is, how large it is, and which volumes it holds, as its status says: `progress.volumeBackups[]` of a Backup
// and `restoreSize`, `volumeSnapshots[]` of a Snapshot, `volumeInfos[]` of both.
extension KubernetesObject {
  private var volumes: [StructuredValue] { self["status", "progress", "volumeBackups"]?.elements ?? [] }

  /// How many of a backup's bytes and volumes are copied; nil while neither is told.
  var copyProgress: Progress? {
    let volumes = volumes
    guard !volumes.isEmpty else { return nil }
    let moved = volumes.compactMap { $0["progress"] }
    func sum(_ member: String) -> Double? {
      let amounts = moved.compactMap { volume -> Double? in
        guard case .number(let bytes)? = volume[member], bytes >= 0 else { return nil }
        return bytes
      }
      return amounts.isEmpty ? nil : amounts.reduce(0, +)
    }
    let (done, total) = (sum("bytesCompleted"), sum("bytesTotal"))
    var progress = Progress(
      bytesDone: done.flatMap { Int(exactly: $0.rounded()) },
      bytesTotal: total.flatMap { Int(exactly: $0.rounded()) },
      itemsDone: volumes.count { $0["volumeBackupCompleted"]?.bool == true }, itemsTotal: volumes.count)
    if let total, total > 0 { progress.percent = min(100, 100 * (done ?? 0) / total) }
    return progress
  }

  /// The bytes of a copy that is complete; nil where they are not told of every volume.
  func copySize(_ kind: RecoveryPoint.Kind) -> Int? {
    if kind == .snapshot { return self["status", "restoreSize"]?.integer.flatMap { $0 > 0 ? $0 : nil } }
    let totals = volumes.map { $0["progress"]?["bytesTotal"]?.integer }
    guard !totals.isEmpty, !totals.contains(nil) else { return nil }
    return totals.compactMap { $0 }.reduce(0, +)
  }

  /// Which volumes a copy holds that is complete.
  ///
  /// Of a backup each volume has a flag. A snapshot lists what it has of volumes beside the volumes themselves.
  func coverage(_ kind: RecoveryPoint.Kind) -> Coverage {
    let infos = self["status", "volumeInfos"]?.elements ?? []
    if kind == .snapshot {
      let count = (self["status", "volumeSnapshots"]?.elements ?? []).count
      guard count > 0, !infos.isEmpty else { return .notTold }
      return count >= infos.count
        ? .whole : .partial(lacking: ["\(infos.count - count) of \(infos.count) volumes"])
    }
    guard !volumes.isEmpty else { return .notTold }
    let lacking = volumes.filter { $0["volumeBackupCompleted"]?.bool != true }.map { volume in
      let uid = volume["pvcUid"]?.string
      let info = infos.first { uid != nil && $0["pvcUID"]?.string == uid }
      return info?["pvcName"]?.string ?? uid ?? "a volume without a name"
    }
    return lacking.isEmpty ? .whole : .partial(lacking: lacking.sorted())
  }
}
