package import AppProtection
package import KubernetesAPI
package import Timing

/// NetApp Trident protect: custom resources of `protect.trident.netapp.io/v1` in each cluster (Trident documentation,
/// "Trident protect").
///
/// A cluster is a context of the kubeconfig. Operations are objects: a backup, a snapshot, a restore into other namespaces
/// (a clone) and a restore in place each have one, with a state.
package final class TridentProtectBackend: Backend {
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
    /// Where the application to look for is; nil looks everywhere.
    package var applicationNamespace: String?
    /// Where clones are looked for where a list of all namespaces is not allowed.
    package var cloneNamespaces: [String]
    /// The namespace that Trident protect itself is in, with its vaults.
    package var systemNamespace: String
    /// The vault that copies go to; nil takes the only one there is.
    package var store: String?
    /// The vault on the clone's cluster, where it cannot be found by its bucket.
    package var cloneStore: String?
    /// What is written on everything that is made.
    package var signature: Signature
    /// Kinds whose absence and state prove nothing, after a clone or a restore.
    package var ignoredKinds = IgnoredKinds()

    /// Gathers the settings.
    package init(
      usualContext: String, contexts: [String], cloneContext: String? = nil,
      applicationNamespace: String? = nil,
      cloneNamespaces: [String] = [], systemNamespace: String = "trident-protect", store: String? = nil,
      cloneStore: String? = nil, signature: Signature = Signature()
    ) {
      (self.usualContext, self.contexts, self.cloneContext) = (usualContext, contexts, cloneContext)
      (self.applicationNamespace, self.cloneNamespaces) = (applicationNamespace, cloneNamespaces)
      (self.systemNamespace, self.store, self.cloneStore) = (systemNamespace, store, cloneStore)
      self.signature = signature
    }
  }

  /// Opens the way to the cluster of a context.
  package typealias Connect = (_ context: String) throws(BackendError) -> ClusterConnection

  let settings: Settings
  private let connect: Connect
  private let time: any TimeSource
  private var connections: [String: ClusterConnection] = [:]
  /// The contexts that the step has named so far, in order.
  private(set) var named: [String] = []
  /// Namespaces that the step is going to clone into, by context.
  var destinations: [String: [String]] = [:]
  /// The state in which each run was seen last, by its path: what the alarm clock compares with.
  var lastStates: [RunReference: RunState] = [:]
  /// When each copy was last seen to be there.
  var copiesSeen: [RecoveryPoint.ID: Instant] = [:]
  /// The objects that in-place restores were found to have.
  var restoreObjects: [InPlaceRestoreKey: RunReference] = [:]
  /// What copies hold, as they themselves say.
  var inventories: [RecoveryPoint.ID: Inventory] = [:]
  /// The uids of applications, as they were seen last.
  var applicationUIDs: [Application.ID: String] = [:]
  /// The uids of applications that no restore has made.
  var originals: Set<String> = []
  /// The clones whose applications this step has asked to remove.
  var begunRemovals: Set<Application.ID> = []
  /// What was read for the change that is asked for next.
  var prepared: PreparedChange?

  /// Prepares; nothing is sent yet.
  package init(_ settings: Settings, time: any TimeSource, connect: @escaping Connect) {
    (self.settings, self.time, self.connect) = (settings, time, connect)
  }

  package var name: String { "Trident protect" }
  package var label: String {
    let places = searched.map { context in connections[context].map { "\($0.server) (\(context))" } ?? context
    }
    return "\(name) at \(places.joined(separator: " and "))"
  }
  package var currentTime: Timestamp { serverTime ?? time.wallTime }
  package var serverTime: Timestamp? {
    searched.lazy.compactMap { self.connections[$0]?.client.serverTime }.first
  }
  /// An API server answers from a cache only where it is asked to; its replicas agree within seconds.
  package var longestLag: Duration { .seconds(30) }
  package var limits: [ProtectionOperation: String] { [:] }
  package var clonesIntoEmptyNamespaces: Bool { true }
  package var removesInParts: Bool { true }
  package var clonesByCopies: Bool { true }
  var now: Instant { time.now }

  /// The contexts in which applications are looked for: those that the step has named, or the usual one.
  var searched: [String] { named.isEmpty ? [settings.usualContext] : named }

  /// The same, from now on: where the usual one was looked in, it stays one of those that are.
  func contextsToSearch() -> [String] {
    if named.isEmpty { named = [settings.usualContext] }
    return named
  }

  /// The way to the cluster of a context; opened when it is first needed.
  func connection(_ context: String) throws(BackendError) -> ClusterConnection {
    if let known = connections[context] { return known }
    let connection = try connect(context)
    connections[context] = connection
    return connection
  }

  /// The client of a context.
  func client(_ context: String) throws(BackendError) -> KubernetesClient { try connection(context).client }

  /// The client of a context that was used before.
  func connectedClient(_ context: String) -> KubernetesClient? { connections[context]?.client }

  func client(of cluster: Cluster.ID) throws(BackendError) -> KubernetesClient { try client(cluster.text) }
}

// MARK: - Clusters

extension TridentProtectBackend {
  package func clusters(named name: String) throws(BackendError) -> [Cluster] {
    guard settings.contexts.contains(name) else { return [] }
    if !named.contains(name) { named.append(name) }
    return [cluster(name)]
  }

  package func clusters() -> [Cluster] { settings.contexts.map { cluster($0) } }

  func cluster(_ context: String) -> Cluster { Cluster(id: Cluster.ID(context), name: context) }

  /// Whether two contexts lead to the same server.
  func areSame(_ one: Cluster.ID, _ other: Cluster.ID) throws(BackendError) -> Bool {
    if one == other { return true }
    return try connection(one.text).server == connection(other.text).server
  }
}

/// The way to one cluster.
package struct ClusterConnection {
  package var client: KubernetesClient
  /// Where its API server is, for messages; two of the same place are one cluster.
  package var server: String
  /// The namespace that its context or its service account names.
  package var namespace: String?

  /// Names the way.
  package init(client: KubernetesClient, server: String, namespace: String? = nil) {
    (self.client, self.server, self.namespace) = (client, server, namespace)
  }
}

/// What is written on everything that the steps make: whose it is, and of which run.
package struct Signature: Sendable {
  /// The pipeline run, as a label's value; nil: it has no name.
  package var run: String?
  /// The page of the build; nil: there is none.
  package var build: String?

  /// Names a run.
  package init(run: String? = nil, build: String? = nil) { (self.run, self.build) = (run, build) }
}
