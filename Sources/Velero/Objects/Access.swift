package import KubernetesAPI
internal import KubernetesWorkloads
package import StructuredValues

/// By which kinds a user has Velero work in a cluster, and where their objects lie.
///
/// All that the two ways have apart is here. Everybody else asks for Velero's own kinds, and reads and writes their objects
/// as Velero has them.
package enum Access: Hashable, Sendable {
  /// Velero's own kinds, in its own namespace.
  case velero(namespace: String)
  /// OADP's non-admin kinds, each object in the namespace of the application that it is of: for users who have no rights in
  /// Velero's (github.com/migtools/oadp-non-admin, `api/v1alpha1`).
  case nonAdmin

  /// Why no clone can be made this way; nil where one can.
  package var cloneLimit: String? {
    switch self {
    case .velero: nil
    case .nonAdmin:
      "only OADP's non-admin kinds may be used here, and a NonAdminRestore goes into no other namespace than that of its "
        + "backup; it takes rights in Velero's own namespace (deploy/velero/clone.yaml)"
    }
  }

  /// Whether it is by the non-admin kinds.
  package var isNonAdmin: Bool { self == .nonAdmin }

  /// The namespace in which the objects for the application of a namespace lie.
  package func home(of namespace: String) -> String {
    switch self {
    case .velero(let home): home
    case .nonAdmin: namespace
    }
  }

  /// The kind that stands for one of Velero's.
  package func kind(_ own: ResourceKind) -> ResourceKind {
    isNonAdmin ? NonAdminForm.of(own)?.kind ?? own : own
  }

  /// An object as Velero's own one would be.
  ///
  /// - Parameters:
  ///   - object: as it was answered.
  ///   - own: Velero's kind that it stands for.
  /// - Returns: the same name, uid, namespace and marks, with `spec` and `status` of Velero's own object.
  package func read(_ object: KubernetesObject, as own: ResourceKind) -> KubernetesObject {
    guard isNonAdmin, let form = NonAdminForm.of(own) else { return object }
    return form.read(object)
  }

  /// What is to be sent for an object that is written as Velero has it.
  package func write(_ body: StructuredValue, as own: ResourceKind) -> StructuredValue {
    guard isNonAdmin, let form = NonAdminForm.of(own) else { return body }
    return form.write(body)
  }
}

/// How a non-admin kind holds what Velero's own kind has.
struct NonAdminForm {
  var kind: ResourceKind
  /// The member of `spec` that is Velero's `spec`.
  var spec: String
  /// The member of `status` that tells of Velero's own object: its `name`, `spec` and `status`.
  var counterpart: String

  static let group = "oadp.openshift.io"
  static let version = "v1alpha1"

  static let backup = Self("NonAdminBackup", spec: "backupSpec", counterpart: "veleroBackup")
  static let restore = Self("NonAdminRestore", spec: "restoreSpec", counterpart: "veleroRestore")
  static let location = Self(
    "NonAdminBackupStorageLocation", spec: "backupStorageLocationSpec",
    counterpart: "veleroBackupStorageLocation")

  private init(_ kind: String, spec: String, counterpart: String) {
    self.kind = ResourceKind(
      kind, plural: "\(kind.lowercased())s", group: Self.group, version: Self.version)
    (self.spec, self.counterpart) = (spec, counterpart)
  }

  /// The form of one of Velero's kinds; nil for those that users never see.
  static func of(_ own: ResourceKind) -> NonAdminForm? {
    switch own {
    case Kinds.backup: backup
    case Kinds.restore: restore
    case Kinds.location: location
    default: nil
    }
  }

  // MARK: - Writing

  /// Whatever names namespaces is left out: the controller sets it, and refuses a restore that has it.
  func write(_ body: StructuredValue) -> StructuredValue {
    let inner = (body["spec"] ?? .members([:])).without(["includedNamespaces", "namespaceMapping"])
    return body.with("spec", .object([.init(spec, inner)]))
  }

  // MARK: - Reading

  func read(_ object: KubernetesObject) -> KubernetesObject {
    let value = object.value.with("spec", specification(of: object)).with("status", status(of: object))
    return KubernetesObject(value) ?? object
  }

  /// What Velero was told, once it was; else what the user has written.
  private func specification(of object: KubernetesObject) -> StructuredValue {
    let asked = object["spec", spec] ?? .members([:])
    var told = object["status", counterpart, "spec"] ?? asked
    // The user's names of a location and a backup, and not those that they have in Velero's namespace.
    for name in ["storageLocation", "backupName"] { told = told.with(name, asked[name]) }
    if kind != Self.location.kind {
      told = told.with("includedNamespaces", .array([object.namespace.map { .string($0) } ?? .null]))
    }
    for name in ["excludedResources", "excludedNamespaceScopedResources"] {
      guard let left = told[name]?.texts.filter({ !Self.alwaysLeftOut.contains($0) }) else { continue }
      told = told.with(name, left.isEmpty ? nil : .array(left.map { .string($0) }))
    }
    return told
  }

  /// What the controller leaves out of each backup, which no application has.
  private static let alwaysLeftOut: Set<String> = [
    "nonadminbackups", "nonadminrestores", "nonadminbackupstoragelocations", "securitycontextconstraints",
    "clusterroles", "clusterrolebindings", "priorityclasses", "customresourcedefinitions",
    "virtualmachineclusterinstancetypes", "virtualmachineclusterpreferences",
  ]

  /// Velero's status as it is repeated here or, while Velero has no object, what the controller's phase amounts to.
  private func status(of object: KubernetesObject) -> StructuredValue {
    var status = object["status", counterpart, "status"] ?? .members([:])
    switch object["status", "phase"]?.string ?? "" {
    case "Created": status = queued(status, object)
    case "", "New": status = status.with("phase", .string("New"))
    case "BackingOff": status = status.refused(by: object)
    // Deleting, and whatever nobody knows.
    case let phase: status = status.with("phase", .string(phase))
    }
    if object["spec", "deleteBackup"]?.bool == true { status = status.with("phase", .string("Deleting")) }
    for name in Self.counts { status = status.with(name, object["status", name]) }
    status = status.with(Self.removal, object["status", Self.removal]?["status"])
    return status.with(Self.runName, object["status", counterpart, "name"])
  }

  /// The controller counts the object itself, so that the first in the queue has 1.
  private func queued(_ status: StructuredValue, _ object: KubernetesObject) -> StructuredValue {
    guard kind == Self.backup.kind, ["", "New"].contains(status["phase"]?.string ?? ""),
      let position = object["status", "queueInfo", "estimatedQueuePosition"]?.integer, position > 1
    else { return status }
    return status.with("phase", .string("Queued")).with("queuePosition", .number(Double(position - 1)))
  }

  /// Where the name of Velero's own object stands in a status that was read: what it brings bears that name in a label.
  static let runName = "veleroName"

  /// Where the status of a DeleteBackupRequest stands, of an object and in a status that was read.
  static let removal = "veleroDeleteBackupRequest"

  /// The members of `status` that count what moves data.
  private static let counts = [
    "dataMoverDataUploads", "fileSystemPodVolumeBackups", "dataMoverDataDownloads",
    "fileSystemPodVolumeRestores",
  ]
}

extension StructuredValue {
  /// A status of what the controller has refused, or of what it has lost.
  ///
  /// It goes on with neither: its reason ends the work on an object until that is changed.
  fileprivate func refused(by object: KubernetesObject) -> StructuredValue {
    let conditions = object["status", "conditions"]?.elements ?? []
    let refusals = conditions.filter { $0["status"]?.string == "False" }
    let messages = refusals.compactMap { $0["message"]?.string ?? $0["reason"]?.string }
    if refusals.contains(where: { $0["reason"]?.string?.hasSuffix("NotFound") == true }) {
      return with("phase", .string("Failed")).with(
        "failureReason", .string(messages.joined(separator: "; ")))
    }
    return with("phase", .string("FailedValidation")).with(
      "validationErrors", .array(messages.map { .string($0) }))
  }

  /// An object with another member; nil takes it away.
  fileprivate func with(_ name: String, _ value: StructuredValue?) -> StructuredValue {
    guard case .object(let members) = self else { return self }
    return .object(members.filter { $0.name != name } + (value.map { [.init(name, $0)] } ?? []))
  }

  fileprivate func without(_ names: [String]) -> StructuredValue {
    guard case .object(let members) = self else { return self }
    return .object(members.filter { !names.contains($0.name) })
  }
}

extension KubernetesObject {
  /// What Velero itself calls a backup or a restore: what belongs to it bears that name in a label.
  var runName: String { self["status", NonAdminForm.runName]?.string ?? name }
}
