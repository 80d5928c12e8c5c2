internal import AppProtection
internal import StepCommon
internal import Timing

/// What `astra-cleanup` is asked.
struct CleanupParameters {
  static let application = Parameter(
    "source-application", "PROD_APP_NAME",
    meaning: "the application whose clone, backups, evidence or old volumes are removed (name or id)",
    isRequired: true)
  static let sourceCluster = Parameter(
    "source-cluster", "PROD_KUBERNETES_CLUSTER", meaning: "the application's cluster (name or id)",
    fallback: "the one that has an application of that name")
  // The variables that name the clone are set in every stage of a pipeline, so they alone remove nothing.
  static let removeClone = Parameter(
    "remove-clone", "ASTRA_REMOVE_CLONE",
    meaning: "remove the clone that astra-clone made of the application",
    detail: "Without it the parameters of clones do not count")
  static let clone = Parameter(
    "clone-name", "DEBUG_APP_NAME", meaning: "the clone to remove (name or id), unless --older-than chooses",
    detail: "Required with --remove-clone")
  static let destinationCluster = Parameter(
    "destination-cluster", "DEBUG_KUBERNETES_CLUSTER", meaning: "the clone's cluster (name or id)",
    detail: "With --older-than, the only one that is looked at", fallback: "any cluster")
  static let olderThan = Parameter(
    "older-than", "ASTRA_CLEANUP_OLDER_THAN",
    meaning:
      "remove all clones of the application that astra-clone provably made at least this long ago (7d, 36h)",
    detail: "DEBUG_APP_NAME then does not count")
  static let withRecoveryPoints = Parameter(
    "with-recovery-points", "ASTRA_CLEANUP_RECOVERY_POINTS",
    meaning: "remove the clone's own backups and snapshots first",
    detail: "Without it a clone that has any is refused")
  static let record = Parameter(
    "record", "ASTRA_CLEANUP_RECORD",
    meaning:
      "the record of the run that made the clone (astra-clone.json), as proof where the server keeps no labels"
  )
  static let keepBackups = Parameter(
    "keep-backups", "ASTRA_KEEP_BACKUPS",
    meaning:
      "keep this many (at least 1) of the newest good backups that match the pattern, and remove older ones that match"
  )
  static let backupPattern = Parameter(
    "backup-pattern", "ASTRA_BACKUP_PATTERN",
    meaning: "the names of the backups that pipelines made, with * and ?, as in before-*",
    detail: "It begins with three characters that stand for themselves, and is made a label like the names")

  static let evidenceOlderThan = Parameter(
    "evidence-older-than", "ASTRA_CLEANUP_EVIDENCE_OLDER_THAN",
    meaning:
      "remove the snapshots that astra-restore provably made of the application as evidence this long ago or longer (7d)"
  )

  static let volumesOlderThan = Parameter(
    "kept-volumes-older-than", "ASTRA_CLEANUP_VOLUMES_OLDER_THAN",
    meaning:
      "remove the volumes that restores in place put aside this long ago or longer (7d), with their data",
    detail: "Only where the restore provably ended well")

  /// Which clones are to go.
  enum Clones {
    /// The one of that name or id.
    case named(String)
    /// All that are provably ours and at least that old.
    case olderThan(Duration)
  }

  var application: String
  var sourceCluster: String?
  /// Nil where no clone is to be removed.
  var clones: Clones?
  var destinationCluster: String?
  var withRecoveryPoints: Bool
  var record: String?
  /// Nil where no evidence is to be removed.
  var evidenceAge: Duration?
  /// Nil where no volume is to be removed.
  var volumeAge: Duration?
  /// Nil where no backup is to be removed.
  var retention: (keep: Int, pattern: NamePattern)?

  init(_ command: CleanupCommand, _ reader: ParameterReader) throws(StepFailure) {
    application = try reader.required(Self.application, flag: command.sourceApplication)
    sourceCluster = try reader.text(Self.sourceCluster, flag: command.sourceCluster)
    destinationCluster = try reader.text(Self.destinationCluster, flag: command.destinationCluster)
    withRecoveryPoints = try reader.truth(Self.withRecoveryPoints, flag: command.withRecoveryPoints)
    record = try reader.text(Self.record, flag: command.record)
    clones = try Self.clones(command, reader)
    retention = try Self.retention(command, reader)
    evidenceAge = try Self.age(Self.evidenceOlderThan, command.evidenceOlderThan, reader)
    volumeAge = try Self.age(Self.volumesOlderThan, command.keptVolumesOlderThan, reader)
    guard clones != nil || retention != nil || evidenceAge != nil || volumeAge != nil else {
      throw .badParameter(
        "there is nothing to do: give \(Self.removeClone.title), \(Self.keepBackups.title), "
          + "\(Self.evidenceOlderThan.title), \(Self.volumesOlderThan.title), or several")
    }
  }

  private static func clones(
    _ command: CleanupCommand, _ reader: ParameterReader
  ) throws(StepFailure) -> Clones? {
    let age = try age(olderThan, command.olderThan, reader)
    let name = try reader.text(clone, flag: command.cloneName)
    guard try reader.truth(removeClone, flag: command.removeClone) else {
      guard age == nil else {
        throw .badParameter(
          "\(olderThan.title) is set, but \(removeClone.title) is not: give both, or neither")
      }
      return nil
    }
    if let age {
      guard command.cloneName == nil else {
        throw .badParameter("--\(clone.flag) and \(olderThan.title) are both set: give one of them")
      }
      return .olderThan(age)
    }
    guard let name else {
      throw .badParameter("\(clone.title) is not set: give \(clone.meaning)")
    }
    guard ResourceName.label(for: name) != nil else {
      throw .badParameter(
        "\(clone.title) is \"\(name)\", which leaves no name: give at least one letter a-z or digit 0-9")
    }
    return .named(name)
  }

  private static func age(
    _ parameter: Parameter, _ flag: String?, _ reader: ParameterReader
  ) throws(StepFailure) -> Duration? {
    guard let text = try reader.text(parameter, flag: flag) else { return nil }
    do throws(DurationTextError) {
      return try Duration(age: text)
    } catch {
      throw .badParameter("\(parameter.title) is \"\(text)\": it \(error.reason)")
    }
  }

  private static func retention(
    _ command: CleanupCommand, _ reader: ParameterReader
  ) throws(StepFailure) -> (keep: Int, pattern: NamePattern)? {
    let number = try reader.text(keepBackups, flag: command.keepBackups)
    let text = try reader.text(backupPattern, flag: command.backupPattern)
    let pattern = try text.map { text throws(StepFailure) in
      guard let pattern = NamePattern(text) else {
        throw .badParameter(
          "\(backupPattern.title) is \"\(text)\": give a pattern of letters, digits, dashes, * and ? that begins with "
            + "at least three characters of the names, such as before-*")
      }
      return pattern
    }
    guard let number else { return nil }
    guard let keep = Int(number), (1...10_000).contains(keep) else {
      throw .badParameter("\(keepBackups.title) is \"\(number)\": give a whole number from 1 to 10000")
    }
    guard let pattern else {
      throw .badParameter(
        "\(backupPattern.title) is not set, and \(keepBackups.title) needs it: give \(backupPattern.meaning)")
    }
    return (keep, pattern)
  }
}
