package import AppProtection
package import KubernetesAPI
package import KubernetesWorkloads
package import RESTClient
package import Timing

/// Velero, as itself or as OADP: custom resources of `velero.io/v1` in a namespace of its own in each cluster (velero.io/docs,
/// "API types").
///
/// A cluster is a context of the kubeconfig. An application is a namespace, or what a label selector selects in it. Backups
/// and restores are objects with a phase; `Completed` says nothing of the data in volumes, so that is looked at.
package final class VeleroBackend: ClusterBackend {
  /// What it needs to know apart from the clusters themselves.
  package struct Settings {
    /// The context of those steps that name no cluster.
    package var usualContext: String
    /// The contexts that may be named.
    package var contexts: [String]
    /// The context that applications to clone are in; nil: the usual one.
    package var sourceContext: String?
    /// The context that a clone may be in, though no parameter of the step names it.
    package var cloneContext: String?
    /// Where applications, and clones, are looked for where a list of all namespaces is not allowed.
    package var applicationNamespaces: [String]
    package var cloneNamespaces: [String]
    /// Whether a parameter says in which namespaces clones are, and not only what they are called.
    package var saysWhereClonesAre = false
    /// The namespace that the service itself is in; nil looks for it.
    package var systemNamespace: String?
    /// The storage location that copies go to; nil takes the default one.
    package var store: String?
    /// The location on the clone's cluster, where it cannot be found by its bucket.
    package var cloneStore: String?
    /// What of its namespace an application is; nil: all of it.
    package var selector: LabelSelector?
    /// Whether backups read the files of volumes, instead of snapshots of them.
    package var readsFiles = false
    /// How long copies are kept; nil: as the service has it.
    package var timeToLive: Duration?
    /// What is written on everything that is made.
    package var signature: Signature
    /// Kinds whose absence and state prove nothing, after a clone or a restore.
    package var ignoredKinds = IgnoredKinds()

    /// Gathers the settings.
    package init(
      usualContext: String, contexts: [String], cloneContext: String? = nil,
      applicationNamespaces: [String] = [], cloneNamespaces: [String] = [],
      systemNamespace: String? = nil, store: String? = nil, cloneStore: String? = nil,
      signature: Signature = Signature()
    ) {
      (self.usualContext, self.contexts, self.cloneContext) = (usualContext, contexts, cloneContext)
      (self.applicationNamespaces, self.cloneNamespaces) = (applicationNamespaces, cloneNamespaces)
      self.systemNamespace = systemNamespace
      (self.store, self.cloneStore, self.signature) = (store, cloneStore, signature)
    }
  }

  let settings: Settings
  package let clusterConnections: ClusterConnections
  /// How the service was found to be reached, by context.
  var accesses: [String: Access] = [:]
  /// The phase in which each run was seen last: what the alarm clock compares with.
  var lastStates: [RunReference: RunState] = [:]
  /// When each copy was last seen to be there, and as what.
  var copiesSeen: [RecoveryPoint.ID: (at: Instant, point: RecoveryPoint)] = [:]
  /// The requests to delete backups that this step has made.
  var deletions: [RecoveryPoint.ID: RunReference] = [:]
  /// The coverage of copies that are complete, by the uids of their objects.
  var coverages: [String: Coverage] = [:]
  /// That a copy lacks data, as one look has shown it: an answer may be an old one, so another has to agree.
  var doubts: [String: Coverage] = [:]
  /// What backups hold, as they themselves say, by context and name.
  var inventories: [String: Inventory] = [:]
  /// The namespaces that backups hold, by context and name.
  var scopes: [String: [String]] = [:]
  /// The namespaces of applications, as they were seen last.
  var namespacesSeen: [Application.ID: NamespaceIdentity] = [:]
  /// The uids of namespaces that were seen to hold something.
  var occupied: Set<String> = []
  /// When namespaces were last seen to hold nothing, by their uids: it takes ten lists to see that.
  var seenEmpty: [String: Instant] = [:]
  /// What may be done in a whole cluster, by context, verb and kind.
  var clusterRights: [String: Bool] = [:]
  /// How often the bucket of copies is looked at, by context.
  var syncPeriods: [String: Duration] = [:]
  /// The way to files of object storage; nil where none is to be fetched.
  let files: FileDownload?
  /// What was fetched of them.
  var fetched = FetchedFiles()
  /// What was read for the change that is asked for next.
  var prepared: PreparedChange?

  /// Prepares; nothing is sent yet.
  ///
  /// - Parameters:
  ///   - settings: what it needs to know.
  ///   - time: the clock.
  ///   - files: the way to files of object storage; nil for a step that changes nothing, since each takes a request that
  ///     is an object.
  ///   - connect: opens the way to a cluster.
  package init(
    _ settings: Settings, time: any TimeSource, files: FileDownload? = nil,
    connect: @escaping ClusterConnections.Connect
  ) {
    self.settings = settings
    self.files = files
    clusterConnections = ClusterConnections(
      settings.contexts, usually: settings.usualContext, time: time, connect: connect)
  }

  package var name: String { "Velero" }
  package var applicationsAreNamespaces: Bool { true }
  package var signature: Signature { settings.signature }
  package var tellsMoreOfOnePoint: Bool { files != nil }
  package var ignoredKinds: IgnoredKinds { settings.ignoredKinds }
  /// What cannot be done in one of the clusters that were looked into so far.
  package var limits: [ProtectionOperation: String] {
    guard let limit = accesses.values.compactMap(\.cloneLimit).first else { return [:] }
    return [.clone: limit]
  }
  /// Its objects lie in its own namespace.
  package var productContents: [ResourceKind] { [] }
  package var contentSelector: String? { settings.selector?.text }
}
