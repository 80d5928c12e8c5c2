package import AppProtection
package import StepCommon

/// What `astra-clone` is asked.
package struct CloneParameters {
  package static let application = Parameter(
    "source-application", "PROD_APP_NAME", meaning: "the application to clone (name or id)", isRequired: true)
  package static let sourceCluster = Parameter(
    "source-cluster", "PROD_KUBERNETES_CLUSTER", meaning: "the source's cluster (name or id)",
    fallback: "the one that has an application of that name")
  package static let clone = Parameter(
    "clone-name", "DEBUG_APP_NAME", meaning: "the name of the clone", isRequired: true)
  package static let namespace = Parameter(
    "clone-namespace", "DEBUG_NAMESPACE",
    meaning: "the clone's namespace, which must not exist yet, or be empty where the service can fill it",
    detail: "For a source with one namespace", fallback: "the clone's name")
  package static let mapping = Parameter(
    "namespace-mapping", "DEBUG_NAMESPACE_MAPPING",
    meaning: "the clone's namespaces for a source with several, each once: shop=shop-debug,db=db-debug")
  package static let destinationCluster = Parameter(
    "destination-cluster", "DEBUG_KUBERNETES_CLUSTER", meaning: "the clone's cluster (name or id)",
    fallback: "the source's")
  // Not BACKUP_NAME and SNAPSHOT_NAME: those name what production goes back to, and a pipeline sets them for
  // all its stages.
  package static let backup = Parameter(
    "use-existing-backup", "ASTRA_CLONE_BACKUP",
    meaning: "the backup to clone in place of the live application (name or id)")
  package static let snapshot = Parameter(
    "use-existing-snapshot", "ASTRA_CLONE_SNAPSHOT",
    meaning: "the snapshot to clone in place of the live application (name or id)",
    detail: "Onto the source's own cluster only")
  package static let storageClass = Parameter(
    "storage-class", "DEBUG_STORAGE_CLASS", meaning: "the storage class of all the clone's volumes",
    fallback: "each as in the source")
  package static let runHooks = Parameter(
    "run-hooks", "ASTRA_RUN_HOOKS",
    meaning: "run the source's execution hooks in the clone too",
    detail: "They may send mails or start jobs as production does. Some services always run them")

  package var application: String
  package var sourceCluster: String?
  package var clone: String
  package var namespace: String?
  package var mapping: [CloneRequest.NamespaceMapping]?
  package var destinationCluster: String?
  /// The recovery point to clone; nil for the live application.
  package var point: (kind: RecoveryPoint.Kind, name: String)?
  package var storageClass: String?
  package var leftovers: Leftovers
  package var acceptFailedHooks: Bool
  /// Whether the source's execution hooks run in the clone, where the service lets that be chosen.
  package var runsHooks = false

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
    point = try Self.point(
      backup: command.useExistingBackup, snapshot: command.useExistingSnapshot, reader)
    storageClass = try reader.text(Self.storageClass, flag: command.storageClass)
    leftovers = try Leftovers(command.leftovers, reader)
    acceptFailedHooks = try reader.truth(Common.acceptFailedHooks, flag: command.acceptFailedHooks)
    runsHooks = try reader.truth(Self.runHooks, flag: command.runHooks)
    try checkNames()
  }

  /// Refuses names that are none for a clone: those that mean something else, and namespaces of the system.
  private func checkNames() throws(StepFailure) {
    try ReservedName.check(clone, isCopy: false, from: Self.clone.title)
    let (title, namespaces) =
      if let mapping {
        (Self.mapping.title, mapping.map(\.destination))
      } else if let namespace {
        (Self.namespace.title, [namespace])
      } else {
        (Self.clone.title, [clone])
      }
    for namespace in namespaces {
      guard let owner = SystemNamespace.owner(of: namespace) else { continue }
      throw .badParameter(
        "\(title) names namespace \"\(namespace)\", which belongs to \(owner): give the clone a namespace of its own"
      )
    }
  }

  /// Which recovery point is wanted, by these flags and the variables behind them; nil for the live application.
  package static func point(
    backup: String?, snapshot: String?, _ reader: ParameterReader
  ) throws(StepFailure) -> (kind: RecoveryPoint.Kind, name: String)? {
    let backup = try reader.text(Self.backup, flag: backup)
    let snapshot = try reader.text(Self.snapshot, flag: snapshot)
    guard backup == nil || snapshot == nil else {
      throw .badParameter(
        "\(Self.backup.title) and \(Self.snapshot.title) are both set: give one of them, or neither")
    }
    return backup.map { (.backup, $0) } ?? snapshot.map { (.snapshot, $0) }
  }

  /// Gathers what another step has read for it.
  package init(
    application: String, sourceCluster: String?, clone: String, namespace: String?,
    mapping: [CloneRequest.NamespaceMapping]?, destinationCluster: String?, storageClass: String?,
    leftovers: Leftovers, acceptFailedHooks: Bool
  ) throws(StepFailure) {
    self.application = application
    self.sourceCluster = sourceCluster
    self.clone = clone
    self.namespace = namespace
    self.mapping = mapping
    self.destinationCluster = destinationCluster
    self.storageClass = storageClass
    self.leftovers = leftovers
    self.acceptFailedHooks = acceptFailedHooks
    try checkNames()
  }

  /// Reads `shop=shop-debug,db=db-debug`.
  package static func mappings(_ text: String?) throws(StepFailure) -> [CloneRequest.NamespaceMapping]? {
    guard let text else { return nil }
    var mappings: [CloneRequest.NamespaceMapping] = []
    for entry in text.split(separator: ",") {
      let sides = entry.split(separator: "=", omittingEmptySubsequences: false).map { String($0).trimmed }
      guard sides.count == 2, !sides[0].isEmpty, let destination = ResourceName.label(for: sides[1]) else {
        throw .badParameter(
          "\(mapping.title) has \"\(entry)\": give pairs of the source's and the clone's namespace, such as "
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
