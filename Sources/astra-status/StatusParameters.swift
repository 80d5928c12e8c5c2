internal import StepCommon
internal import Timing

/// What `astra-status` is asked.
struct StatusParameters {
  static let application = Parameter(
    "application", "ASTRA_APP_NAME", "PROD_APP_NAME", meaning: "the application to show (name or id)",
    fallback: "all applications, in short")
  static let cluster = Parameter(
    "cluster", "ASTRA_CLUSTER", "PROD_KUBERNETES_CLUSTER",
    meaning: "the application's cluster (name or id). Of all applications, those on it are shown",
    fallback: "any cluster")
  static let all = Parameter(
    "all", "ASTRA_STATUS_ALL", meaning: "show all applications, whichever a variable names")
  // That of astra-restore: where it is set for it, what is shown is what it would do.
  static let replace = Parameter(
    "replace-volumes", "ASTRA_REPLACE_VOLUMES",
    meaning:
      "say of recovery points that a restore would take them, as astra-restore does, where that takes several changes"
  )
  // Those of astra-cleanup, likewise.
  static let olderThan = Parameter(
    "older-than", "ASTRA_CLEANUP_OLDER_THAN",
    meaning: "say of clones that are younger than this (7d, 36h) that they are too young to be removed")
  static let withRecoveryPoints = Parameter(
    "with-recovery-points", "ASTRA_CLEANUP_RECOVERY_POINTS",
    meaning:
      "say of clones with recovery points of their own that they could be removed, as astra-cleanup does")
  static let evidenceOlderThan = Parameter(
    "evidence-older-than", "ASTRA_CLEANUP_EVIDENCE_OLDER_THAN",
    meaning: "say of evidence snapshots that are younger than this (7d) that they are too young to be removed"
  )

  /// Nil: all of them.
  var application: String?
  var cluster: String?
  var acceptFailedHooks: Bool
  var replacesVolumes: Bool
  /// How old a clone has to be.
  var cloneAge: Duration?
  var withRecoveryPoints: Bool
  /// How old an evidence snapshot has to be.
  var evidenceAge: Duration

  init(_ command: StatusCommand, _ reader: ParameterReader) throws(StepFailure) {
    let isOfAll = try reader.truth(Self.all, flag: command.all)
    if command.all, command.application != nil {
      throw .badParameter(
        "--\(Self.all.flag) and --\(Self.application.flag) contradict each other: give one of them")
    }
    let named = try reader.text(Self.application, flag: command.application)
    // A flag counts before a variable, also one of another parameter.
    application = isOfAll && command.application == nil ? nil : named
    cluster = try reader.text(Self.cluster, flag: command.cluster)
    acceptFailedHooks = try reader.truth(Common.acceptFailedHooks, flag: command.acceptFailedHooks)
    replacesVolumes = try reader.truth(Self.replace, flag: command.replaceVolumes)
    cloneAge = try Self.age(Self.olderThan, command.olderThan, reader)
    withRecoveryPoints = try reader.truth(Self.withRecoveryPoints, flag: command.withRecoveryPoints)
    evidenceAge = try Self.age(Self.evidenceOlderThan, command.evidenceOlderThan, reader) ?? .zero
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
}
