package import AppProtection
package import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

/// The movement of the data of one volume into a backup or out of it: a DataUpload or PodVolumeBackup, a DataDownload or
/// PodVolumeRestore (velero.io/docs, "CSI Snapshot Data Movement", "File System Backup").
package struct Movement: Hashable {
  /// The claim; nil where the object does not name it.
  package var claim: String?
  /// The claim's uid; nil where the object does not say it.
  package var claimUID: String?
  /// Whether it is of a claim that it does not name, and of no volume of a pod's own.
  package var isNameless: Bool
  /// Its namespace.
  package var namespace: String?
  package var phase: String
  package var message: String
  package var bytesDone: Int?
  package var bytesTotal: Int?

  /// Reads an object.
  package init(_ object: KubernetesObject) {
    let spec = object["spec"]
    claim =
      spec?["sourcePVC"]?.string ?? spec?["targetVolume"]?["pvc"]?.string ?? object.annotations[Names.claim]
    claimUID = object.labels[Names.claimUID]
    isNameless = claim == nil && claimUID != nil
    namespace =
      spec?["sourceNamespace"]?.string ?? spec?["targetVolume"]?["namespace"]?.string
      ?? spec?["pod"]?["namespace"]?.string
    phase = object["status", "phase"]?.string ?? ""
    message = object["status", "message"]?.string ?? ""
    bytesDone = object["status", "progress", "bytesDone"]?.integer
    bytesTotal = object["status", "progress", "totalBytes"]?.integer
  }

  /// One that is only counted, as being in a phase.
  init(counted phase: String) {
    claimUID = nil
    (claim, isNameless, self.phase, message) = (nil, true, phase, "")
  }

  package var isDone: Bool { phase == "Completed" }
  /// Whether it has ended, and not well.
  package var isLost: Bool { ["Failed", "Canceled"].contains(phase) }

  /// What has become of it, for messages: `volume claim "db": Failed (no space left)`.
  var clause: String {
    "\(claim.map { "volume claim \"\($0)\"" } ?? "a volume"): \(phase)\(message.isEmpty ? "" : " (\(message))")"
  }
}

// Those of one backup: a label of theirs says its name, and no label is longer than 63 characters. Of a longer name it says
// the first 57, and six of its hash (Velero's `pkg/label`, `GetValidName`).
extension Movement {
  /// By what those of a backup are listed; nil for one with a longer name, for which all have to be.
  static func selector(ofBackup name: String) -> String? {
    name.utf8.count > longestLabel ? nil : "\(Names.backup)=\(name)"
  }

  /// Those of a backup, among all by what their label says.
  static func of(backup name: String, among all: [String: [Movement]]) -> [Movement] {
    guard name.utf8.count > longestLabel else { return all[name] ?? [] }
    let begin = name.prefix(longestLabel - 6)
    return all.filter { $0.key.utf8.count == longestLabel && $0.key.hasPrefix(begin) }.flatMap(\.value)
  }

  private static var longestLabel: Int { 63 }
}

/// What a backup says of the data of volumes, as counts in its status.
package struct VolumeCounts: Hashable {
  /// Snapshots that are there, of CSI drivers and of others.
  package var snapshots: Int
  /// How many were begun.
  package var attempted: Int
  /// Movements of data that have ended well, and those that have not.
  package var moved: Int
  package var notMoved: Int
  /// Volumes whose files were read, those of pods among them that are no claim's; nil where that is not counted.
  package var files: Int?

  /// Reads a backup.
  package init(_ backup: KubernetesObject) {
    func number(_ name: String) -> Int { backup["status", name]?.integer ?? 0 }
    snapshots = number("csiVolumeSnapshotsCompleted") + number("volumeSnapshotsCompleted")
    attempted = number("csiVolumeSnapshotsAttempted") + number("volumeSnapshotsAttempted")
    moved = number("backupItemOperationsCompleted")
    notMoved = number("backupItemOperationsFailed")
    // Users of the non-admin kinds may see no movement, only these counts; where a file moves no data there are none.
    guard let read = backup["status", "fileSystemPodVolumeBackups"] else { return }
    let uploads = backup["status", "dataMoverDataUploads"]
    func count(_ names: String..., in counts: StructuredValue?) -> Int {
      names.reduce(0) { $0 + (counts?[$1]?.integer ?? 0) }
    }
    files = count("completed", in: read)
    moved = max(moved, count("completed", in: uploads))
    notMoved = max(notMoved, count("failed", "canceled", in: uploads)) + count("failed", in: read)
  }
}

extension Coverage {
  /// Whether a backup that is complete holds the data of every claim.
  ///
  /// A claim without data comes back empty, and the restore calls itself completed all the same.
  ///
  /// - Parameters:
  ///   - claims: those that the application had when the backup was asked for; nil where nothing tells.
  ///   - movements: the movements of data into it; nil where they may not be seen.
  ///   - counts: what its status counts.
  ///   - isMoved: whether the data of snapshots was to be moved.
  ///   - leaves: whether data was to leave the cluster, in whatever way, so that a snapshot alone is not enough.
  /// - Returns: the coverage.
  package static func of(
    claims: Set<String>?, movements: [Movement]?, counts: VolumeCounts, isMoved: Bool, leaves: Bool
  ) -> Coverage {
    let lost = (movements ?? []).filter { !$0.isDone }
    if !lost.isEmpty { return .partial(lacking: lost.map { $0.claim ?? "a volume without a name" }.sorted()) }
    let missed = max(0, counts.attempted - counts.snapshots) + counts.notMoved
    if missed > 0 { return .partial(lacking: ["\(missed) of the volumes whose copy was begun"]) }
    guard let claims else { return .notTold }
    let named = Set((movements ?? []).compactMap(\.claim))
    let open = claims.subtracting(named).sorted()
    guard !open.isEmpty else { return .whole }
    // What is not named by an object may still be counted: snapshots have no objects, and movements need not keep theirs.
    let counted = isMoved ? counts.moved : leaves ? 0 : counts.snapshots
    // Without a look at the movements, only the counts speak; files that are read are in none of them.
    guard let movements else {
      if counted >= claims.count { return .whole }
      // Where every way is counted, too few are too few. That files of so many volumes were read is no proof: pods have
      // volumes that are no claims'.
      guard let files = counts.files, counted + files < claims.count else { return .notTold }
      let lacking = claims.sorted().joined(separator: ", ")
      return .partial(
        lacking: [counted + files == 0 ? lacking : "\(claims.count - counted - files) of \(lacking)"])
    }
    let unnamed = movements.count(where: \.isNameless) + (isMoved && !movements.isEmpty ? 0 : counted)
    if unnamed >= open.count { return .whole }
    return .partial(
      lacking: unnamed == 0 ? open : ["\(open.count - unnamed) of \(open.joined(separator: ", "))"])
  }
}
