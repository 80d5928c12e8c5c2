package import AppProtection
package import StepCommon
package import Timing

/// What `astra-restore` is asked.
package struct RestoreParameters {
  package static let application = Parameter(
    "application-name", "PROD_APP_NAME", meaning: "the application to restore (name or id)", isRequired: true)
  package static let cluster = Parameter(
    "cluster", "ASTRA_CLUSTER", "PROD_KUBERNETES_CLUSTER", meaning: "the application's cluster (name or id)",
    fallback: "the one that has an application of that name")
  package static let backup = Parameter(
    "use-backup", "BACKUP_NAME", meaning: "the backup to restore from: its name, its id, or the word latest")
  package static let snapshot = Parameter(
    "use-snapshot", "SNAPSHOT_NAME",
    meaning: "the snapshot to restore from: its name, its id, or the word latest")
  package static let before = Parameter(
    "before", "ASTRA_RESTORE_BEFORE",
    meaning: "a time with its zone: latest then means the newest one made before it (2026-11-23T10:00:00Z)")
  package static let evidence = Parameter(
    "evidence-clone", "DEBUG_APP_NAME",
    meaning: "the clone of this pipeline run that holds the state to be overwritten",
    fallback: "none, and a snapshot is made first")
  package static let discard = Parameter(
    "discard-present-state", "ASTRA_DISCARD_PRESENT_STATE",
    meaning: "restore even if no copy of the present state exists")
  package static let replace = Parameter(
    "replace-volumes", "ASTRA_REPLACE_VOLUMES",
    meaning:
      "restore in place also where that takes several changes: the application is stopped, and its volumes are put aside and replaced"
  )
  package static let pausedOwners = Parameter(
    "paused-owners", "ASTRA_PAUSED_OWNERS",
    meaning:
      "the owners of the application that you have paused for this restore: kind and name as the message has them, with commas or blanks between (Shop/magento)",
    detail: "Only for those whose pause the cluster does not show, such as operators",
    fallback: "none, and such an owner keeps the restore from being begun")
  package static let yes = Parameter(
    "yes",
    meaning:
      "do not ask for the application's name first, as the step does of a person at a terminal outside of any CI"
  )

  /// Which recovery point to go back to.
  package enum Choice: Sendable {
    case named(String)
    /// The newest that fits, and was made before that time if one is given.
    case latest(before: Timestamp?)

    /// Its name, or the word for the newest.
    var word: String {
      switch self {
      case .named(let name): name
      case .latest: ReservedName.latest
      }
    }
  }

  package var application: String
  package var cluster: String?
  package var kind: RecoveryPoint.Kind
  package var choice: Choice
  package var evidence: String?
  package var discardPresentState: Bool
  /// What the user has agreed to, where a restore takes several changes.
  package var agreement = RestoreAgreement()
  /// Whether nobody is to be asked first.
  package var isConfirmed = true
  package var acceptFailedHooks: Bool

  init(_ command: RestoreCommand, _ reader: ParameterReader) throws(StepFailure) {
    application = try reader.required(Self.application, flag: command.applicationName)
    cluster = try reader.text(Self.cluster, flag: command.cluster)
    (kind, choice) = try Self.choice(
      backup: command.useBackup, snapshot: command.useSnapshot, before: command.before, reader)
    evidence = try reader.label(Self.evidence, flag: command.evidenceClone)
    discardPresentState = try reader.truth(Self.discard, flag: command.discardPresentState)
    agreement = try RestoreAgreement(
      replace: command.replaceVolumes, pausedOwners: command.pausedOwners, reader)
    acceptFailedHooks = try reader.truth(Common.acceptFailedHooks, flag: command.acceptFailedHooks)
    isConfirmed = command.yes
  }

  /// Gathers what another step has read for it; such a step restores nothing.
  package init(
    application: String, cluster: String?, kind: RecoveryPoint.Kind, choice: Choice, acceptFailedHooks: Bool
  ) {
    self.application = application
    self.cluster = cluster
    self.kind = kind
    self.choice = choice
    self.acceptFailedHooks = acceptFailedHooks
    discardPresentState = false
  }

  /// Which recovery point is wanted, by these flags and the variables behind them.
  package static func choice(
    backup: String?, snapshot: String?, before: String?, _ reader: ParameterReader
  ) throws(StepFailure) -> (RecoveryPoint.Kind, Choice) {
    let (kind, name) = try point((backup, snapshot), reader)
    let before = try reader.timestamp(Self.before, flag: before)
    if name == ReservedName.latest {
      return (kind, .latest(before: before))
    } else if before == nil {
      return (kind, .named(name))
    } else {
      throw .badParameter(
        "\(Self.before.title) is set, but the \(kind.rawValue) to restore from is \"\(name)\", not latest: give latest, or no time"
      )
    }
  }

  /// A flag for one kind overrides the variable of the other.
  private static func point(
    _ flags: (String?, String?), _ reader: ParameterReader
  ) throws(StepFailure) -> (RecoveryPoint.Kind, String) {
    let readBackup = flags.0 != nil || flags.1 == nil
    let readSnapshot = flags.1 != nil || flags.0 == nil
    let backup = readBackup ? try reader.text(Self.backup, flag: flags.0) : nil
    let snapshot = readSnapshot ? try reader.text(Self.snapshot, flag: flags.1) : nil
    switch (backup, snapshot) {
    case (let name?, nil): return (.backup, name)
    case (nil, let name?): return (.snapshot, name)
    case (nil, nil):
      throw .badParameter(
        "neither \(Self.backup.title) nor \(Self.snapshot.title) is set: name the recovery point to restore from, or say latest"
      )
    case (.some, .some):
      throw .badParameter("\(Self.backup.title) and \(Self.snapshot.title) are both set: give one of them")
    }
  }
}

/// What a user agrees to, where a restore in place takes several changes.
package struct RestoreAgreement: Sendable {
  /// Whether volumes may be put aside, where the backend cannot restore into them.
  package var replacesVolumes = false
  /// The owners of whom the user says that they are paused.
  package var pausedOwners: Set<String> = []

  /// Agrees to nothing.
  init() {}

  /// Reads these flags and the variables behind them.
  package init(replace: Bool, pausedOwners: String?, _ reader: ParameterReader) throws(StepFailure) {
    replacesVolumes = try reader.truth(RestoreParameters.replace, flag: replace)
    let names = try reader.text(RestoreParameters.pausedOwners, flag: pausedOwners) ?? ""
    self.pausedOwners = Set(names.split { ", \t\n".contains($0) }.map { String($0) })
  }

  /// What removes an objection, with the parameter by which an owner is told to be paused where the cluster does not show it.
  package static func remedy(_ remedy: String, pausing owner: String?) -> String {
    guard let owner else { return remedy }
    return "\(remedy); once it is paused, say so with --\(RestoreParameters.pausedOwners.flag) \(owner)"
  }
}
