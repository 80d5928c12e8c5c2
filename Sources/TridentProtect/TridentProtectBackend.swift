package import AppProtection
package import KubernetesAPI
package import KubernetesWorkloads
package import Timing

/// NetApp Trident protect: custom resources of `protect.trident.netapp.io/v1` in each cluster (Trident documentation,
/// "Trident protect").
///
/// A cluster is a context of the kubeconfig. Operations are objects: a backup, a snapshot, a restore into other namespaces
/// (a clone) and a restore in place each have one, with a state.
package final class TridentProtectBackend: ClusterBackend {
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
    /// Whether a parameter says in which namespaces clones are, and not only what they are called.
    package var saysWhereClonesAre = false
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

  let settings: Settings
  package let clusterConnections: ClusterConnections
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
  package init(
    _ settings: Settings, time: any TimeSource, connect: @escaping ClusterConnections.Connect
  ) {
    self.settings = settings
    clusterConnections = ClusterConnections(
      settings.contexts, usually: settings.usualContext, time: time, connect: connect)
  }

  package var name: String { "Trident protect" }
  package var signature: Signature { settings.signature }
  package var ignoredKinds: IgnoredKinds { settings.ignoredKinds }
  package var productContents: [ResourceKind] { [Kinds.application] + Kinds.restores }
  package var removesInParts: Bool { true }
}
