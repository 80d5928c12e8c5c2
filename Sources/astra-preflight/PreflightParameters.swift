internal import AppProtection
internal import AstraClone
internal import AstraRestore
internal import StepCommon
internal import Timing

/// Whether the application is meant to have execution hooks.
enum HookExpectation: String, CaseIterable {
  case present
  case absent
}

/// What `astra-preflight` is asked: which steps it is to look ahead for, and what these are asked.
struct PreflightParameters {
  static let steps = Parameter(
    "steps", "ASTRA_STEPS",
    meaning:
      "the steps to check for: backup, snapshot, clone, restore, verify, cleanup, with spaces or commas between",
    fallback: "clone restore")
  static let application = Parameter(
    "application", "PROD_APP_NAME", meaning: "the application that the steps work on (name or id)",
    isRequired: true)
  static let cluster = Parameter(
    "cluster", "PROD_KUBERNETES_CLUSTER", meaning: "the application's cluster (name or id)",
    fallback: "the one that has an application of that name")
  static let backup = Parameter(
    "backup-name", "BACKUP_NAME", meaning: "the name of the backup that astra-backup will make",
    fallback: "the name of the pipeline run")
  static let snapshot = Parameter(
    "snapshot-name", "SNAPSHOT_NAME", meaning: "the name of the snapshot that astra-snapshot will make",
    fallback: "the name of the pipeline run")
  static let maxAge = Parameter(
    "max-age", "ASTRA_MAX_BACKUP_AGE",
    meaning: "how old the recovery point to restore from may be (36h, 7d)", detail: "At most ten years",
    fallback: "any age")
  static let expectHooks = Parameter(
    "expect-hooks", "ASTRA_EXPECT_HOOKS",
    meaning: "whether the application must have execution hooks (present) or must have none (absent)",
    fallback: "either will do")

  static let acceptSharedAddresses = Parameter(
    "accept-shared-addresses", "ASTRA_ACCEPT_SHARED_ADDRESSES",
    meaning: "accept that a clone on the application's cluster claims its host names and fixed addresses, too"
  )

  /// The steps that can be looked ahead for.
  static let plannable: [StepName] = [.backup, .snapshot, .clone, .restore, .verify, .cleanup]

  var steps: Set<StepName>
  var application: String
  var cluster: String?
  /// What `astra-clone` is asked, if it is among the steps.
  var clone: CloneParameters?
  /// What `astra-restore` is asked, if it is among the steps.
  var restore: RestoreParameters?
  /// The copies that the steps will make, by their kind.
  var copies: [(kind: RecoveryPoint.Kind, name: String)] = []
  var leftovers: Leftovers
  var maxAge: Duration?
  var expectedHooks: HookExpectation?
  /// Whether a clone may claim what the application is reached by.
  var acceptsSharedAddresses: Bool

  init(_ command: PreflightCommand, _ reader: ParameterReader, _ settings: Settings) throws(StepFailure) {
    steps = try Self.steps(try reader.text(Self.steps, flag: command.steps))
    application = try reader.required(Self.application, flag: command.application)
    cluster = try reader.text(Self.cluster, flag: command.cluster)
    leftovers = try Leftovers(command.leftovers, reader)
    acceptsSharedAddresses = try reader.truth(
      Self.acceptSharedAddresses, flag: command.acceptSharedAddresses)
    let acceptFailedHooks = try reader.truth(Common.acceptFailedHooks, flag: command.acceptFailedHooks)
    if steps.contains(.backup) {
      copies.append((.backup, try reader.name(Self.backup, flag: command.backupName, orRunOf: settings)))
    }
    if steps.contains(.snapshot) {
      copies.append(
        (.snapshot, try reader.name(Self.snapshot, flag: command.snapshotName, orRunOf: settings)))
    }
    maxAge = try Self.age(try reader.text(Self.maxAge, flag: command.maxAge))
    if try reader.text(Self.expectHooks, flag: command.expectHooks) != nil {
      expectedHooks = try reader.choice(Self.expectHooks, flag: command.expectHooks, default: .present)
    }
    if steps.contains(.clone) { clone = try clone(command, reader, acceptFailedHooks) }
    if steps.contains(.restore) {
      let (kind, choice) = try RestoreParameters.choice(
        backup: command.useBackup, snapshot: command.useSnapshot, before: command.before, reader)
      restore = RestoreParameters(
        application: application, cluster: cluster, kind: kind, choice: choice,
        acceptFailedHooks: acceptFailedHooks)
      restore?.agreement = try RestoreAgreement(
        replace: command.replaceVolumes, pausedOwners: command.pausedOwners, reader)
    }
    try refuseTwoSubjects(command, reader)
  }

  /// Whether the copy to restore from is one that an earlier stage of the pipeline has yet to make.
  var restoresFromFutureCopy: Bool {
    guard let restore, case .named(let name) = restore.choice else { return false }
    return copies.contains { $0.kind == restore.kind && $0.name == ResourceName.label(for: name) }
  }

  private func clone(
    _ command: PreflightCommand, _ reader: ParameterReader, _ acceptFailedHooks: Bool
  ) throws(StepFailure) -> CloneParameters {
    guard let name = try reader.label(CloneParameters.clone, flag: command.cloneName) else {
      throw .badParameter("\(CloneParameters.clone.title) is not set: give \(CloneParameters.clone.meaning)")
    }
    var clone = try CloneParameters(
      application: application, sourceCluster: cluster, clone: name,
      namespace: try reader.label(CloneParameters.namespace, flag: command.cloneNamespace),
      mapping: try CloneParameters.mappings(
        try reader.text(CloneParameters.mapping, flag: command.namespaceMapping)),
      destinationCluster: try reader.text(
        CloneParameters.destinationCluster, flag: command.destinationCluster),
      storageClass: try reader.text(CloneParameters.storageClass, flag: command.storageClass),
      leftovers: leftovers, acceptFailedHooks: acceptFailedHooks)
    clone.point = try CloneParameters.point(
      backup: command.useExistingBackup, snapshot: command.useExistingSnapshot, reader)
    return clone
  }

  /// Refuses variables by which two of the steps would work on different applications: one preflight looks at one.
  private func refuseTwoSubjects(
    _ command: PreflightCommand, _ reader: ParameterReader
  ) throws(StepFailure) {
    let others = [
      ("ASTRA_APP_NAME", Self.application, application, [StepName.backup, .snapshot]),
      ("ASTRA_CLUSTER", Self.cluster, cluster ?? "", [.backup, .snapshot, .restore]),
    ]
    for (variable, parameter, value, readers) in others {
      guard let other = reader.variable(variable)?.trimmed, !other.isEmpty, other != value,
        let step = readers.first(where: { steps.contains($0) })
      else { continue }
      throw .badParameter(
        "\(variable) is \"\(other)\" and \(parameter.title) is \"\(value)\": \(step.program) would take the "
          + "first; set both to the same value, or run one preflight for each")
    }
  }

  private static func steps(_ text: String?) throws(StepFailure) -> Set<StepName> {
    guard let text else { return [.clone, .restore] }
    var steps: Set<StepName> = []
    for word in text.lowercased().split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\t" }) {
      guard let step = Self.plannable.first(where: { $0.rawValue == word }) else {
        throw .badParameter(
          "\(Self.steps.title) has \"\(word)\": give one or more of "
            + Self.plannable.map(\.rawValue).joined(separator: ", "))
      }
      steps.insert(step)
    }
    guard !steps.isEmpty else {
      throw .badParameter("\(Self.steps.title) is \"\(text)\", which names no step: give at least one")
    }
    return steps
  }

  private static func age(_ text: String?) throws(StepFailure) -> Duration? {
    guard let text else { return nil }
    do throws(DurationTextError) {
      return try Duration(age: text)
    } catch {
      throw .badParameter("\(maxAge.title) is \"\(text)\": it \(error.reason)")
    }
  }
}
