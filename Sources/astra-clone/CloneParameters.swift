internal import AppProtection
internal import StepCommon

/// What `astra-clone` is asked.
struct CloneParameters {
  static let application = Parameter(
    "source-application", "PROD_APP_NAME", meaning: "the application to clone (name or id)")
  static let sourceCluster = Parameter(
    "source-cluster", "PROD_KUBERNETES_CLUSTER", meaning: "the source's cluster (name or id)",
    fallback: "the one that has an application of that name")
  static let clone = Parameter("clone-name", "DEBUG_APP_NAME", meaning: "the name of the clone")
  static let namespace = Parameter(
    "clone-namespace", "DEBUG_NAMESPACE", meaning: "the clone's namespace, which must not exist yet",
    fallback: "the clone's name")
  static let mapping = Parameter(
    "namespace-mapping", "DEBUG_NAMESPACE_MAPPING",
    meaning: "the clone's namespaces, for a source of several: each of the source's with its own")
  static let destinationCluster = Parameter(
    "destination-cluster", "DEBUG_KUBERNETES_CLUSTER", meaning: "the clone's cluster (name or id)",
    fallback: "the source's")
  // Not BACKUP_NAME and SNAPSHOT_NAME: those name what production goes back to, and a pipeline sets them for
  // all its stages.
  static let backup = Parameter(
    "use-existing-backup", "ASTRA_CLONE_BACKUP",
    meaning: "the backup to clone in place of the live application")
  static let snapshot = Parameter(
    "use-existing-snapshot", "ASTRA_CLONE_SNAPSHOT",
    meaning: "the snapshot to clone in place of the live application")
  static let storageClass = Parameter(
    "storage-class", "DEBUG_STORAGE_CLASS", meaning: "the storage class of all the clone's volumes",
    fallback: "each as in the source")

  var application: String
  var sourceCluster: String?
  var clone: String
  var namespace: String?
  var mapping: [CloneRequest.NamespaceMapping]?
  var destinationCluster: String?
  /// The recovery point to clone; nil for the live application.
  var point: (kind: RecoveryPoint.Kind, name: String)?
  var storageClass: String?
  var leftovers: Leftovers
  var acceptFailedHooks: Bool

  init(_ command: CloneCommand, _ reader: ParameterReader) throws(StepFailure) {
    application = try reader.required(Self.application, flag: command.sourceApplication)
    sourceCluster = try reader.text(Self.sourceCluster, flag: command.sourceCluster)
    guard let clone = try reader.label(Self.clone, flag: command.cloneName) else {
      throw .badParameter("\(Self.clone.title) is not set: give \(Self.clone.meaning)")
    }
    self.clone = clone
    namespace = try reader.label(Self.namespace, flag: command.cloneNamespace)
    mapping = try Self.mappings(try reader.text(Self.mapping, flag: command.namespaceMapping))
    destinationCluster = try reader.text(Self.destinationCluster, flag: command.destinationCluster)
    let backup = try reader.text(Self.backup, flag: command.useExistingBackup)
    let snapshot = try reader.text(Self.snapshot, flag: command.useExistingSnapshot)
    guard backup == nil || snapshot == nil else {
      throw .badParameter(
        "\(Self.backup.title) and \(Self.snapshot.title) are both set: give one of them, or neither")
    }
    point = backup.map { (.backup, $0) } ?? snapshot.map { (.snapshot, $0) }
    storageClass = try reader.text(Self.storageClass, flag: command.storageClass)
    leftovers = try Leftovers(command.leftovers, reader)
    acceptFailedHooks = try reader.truth(Common.acceptFailedHooks, flag: command.acceptFailedHooks)
  }

  /// Reads `shop=shop-debug,db=db-debug`.
  private static func mappings(_ text: String?) throws(StepFailure) -> [CloneRequest.NamespaceMapping]? {
    guard let text else { return nil }
    var mappings: [CloneRequest.NamespaceMapping] = []
    for entry in text.split(separator: ",") {
      let sides = entry.split(separator: "=", omittingEmptySubsequences: false).map { String($0).trimmed }
      guard sides.count == 2, !sides[0].isEmpty, let destination = ResourceName.label(for: sides[1]) else {
        throw .badParameter(
          "\(mapping.title) has \"\(entry)\": give pairs of the source's and the clone's namespace, as in "
            + "shop=shop-debug,db=db-debug")
      }
      mappings.append(.init(source: sides[0], destination: destination))
    }
    guard Set(mappings.map(\.source)).count == mappings.count,
      Set(mappings.map(\.destination)).count == mappings.count
    else {
      throw .badParameter("\(mapping.title) names one namespace twice: give each of them once")
    }
    return mappings
  }
}
