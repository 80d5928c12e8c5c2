package import Timing

/// The service that does the work, in the fewest operations that the steps need.
///
/// Reads survive passing trouble by themselves and throw when it lasts. A change is asked for exactly once
/// per call: if its answer is lost the error is `.fateUnknown`, and the caller looks before it asks again.
package protocol Backend: PrerequisiteReader {
  /// What it is and where, for messages: `Astra Control at astra.example.com`, with more as more is known.
  var label: String { get }
  /// The service's own clock where it tells the time, else this machine's: for comparing with its timestamps.
  var currentTime: Timestamp { get }
  /// The service's own clock; nil while it has not told the time.
  var serverTime: Timestamp? { get }

  /// Every application of exactly this name, on any cluster; empty if there is none.
  func applications(named name: String) throws(BackendError) -> [Application]
  /// Every application of the account.
  func applications() throws(BackendError) -> [Application]
  /// Names of the applications there are, for a message; at most `limit`, the most similar first.
  func applicationNames(like name: String, limit: Int) throws(BackendError) -> [String]
  /// The application, or nil if it is gone.
  func application(_ id: Application.ID) throws(BackendError) -> Application?
  /// The ids of the applications on a cluster that have this name: for applications that do not tell theirs.
  func applicationIDs(named name: String, on cluster: Cluster.ID) throws(BackendError) -> [Application.ID]
  /// Every cluster of exactly this name; empty if there is none.
  func clusters(named name: String) throws(BackendError) -> [Cluster]
  /// All clusters.
  func clusters() throws(BackendError) -> [Cluster]
  /// Whether a namespace exists on a cluster; nil if the backend does not tell.
  func namespaceExists(_ name: String, on cluster: Cluster.ID) throws(BackendError) -> Bool?

  /// Whose a namespace is that belongs to the cluster's own machinery; nil if it does not, or the backend does not tell.
  func systemType(ofNamespace name: String, on cluster: Cluster.ID) throws(BackendError) -> String?
  /// The other applications of its cluster that share a namespace with an application; nil if the backend does not
  /// tell. In a number of requests that does not grow with that of the applications.
  func neighbours(of application: Application) throws(BackendError) -> [Application]?

  /// All recovery points of one kind of an application.
  func recoveryPoints(_ kind: RecoveryPoint.Kind, of application: Application.ID) throws(BackendError)
    -> [RecoveryPoint]
  /// The recovery point as it is now, or nil if it is gone.
  func recoveryPoint(_ id: RecoveryPoint.ID, _ kind: RecoveryPoint.Kind, of application: Application.ID)
    throws(BackendError) -> RecoveryPoint?
  /// The Kubernetes resources that an application has now, or that a recovery point of it holds; nil if the backend
  /// does not tell.
  func assets(of application: Application.ID, in point: RecoveryPoint?) throws(BackendError) -> [Asset]?
  /// Whether some application of the account has a recovery point of that name or id; false if the backend
  /// cannot tell.
  func existsElsewhere(_ kind: RecoveryPoint.Kind, _ nameOrID: String) throws(BackendError) -> Bool

  /// Asks for a backup or a snapshot; a service that takes no labels makes it without them.
  func create(_ kind: RecoveryPoint.Kind, named name: String, of application: Application, labels: [Label])
    throws(BackendError)
    -> RecoveryPoint
  /// Throws if the backend can never make such a clone; asks it for nothing.
  func check(_ request: CloneRequest) throws(BackendError)
  /// Asks for a clone; a service that takes no labels makes it without them.
  func createClone(_ request: CloneRequest) throws(BackendError) -> Application
  /// Asks for an in-place restore; returns when it is accepted, long before it is done.
  func restoreInPlace(_ application: Application, from point: RecoveryPoint) throws(BackendError)
  /// Removes a backup or a snapshot.
  func delete(_ point: RecoveryPoint) throws(BackendError)
  /// Removes an application from the backend's books.
  func delete(_ application: Application) throws(BackendError)
}

extension Backend {
  /// Asks for a backup or a snapshot without labels.
  package func create(_ kind: RecoveryPoint.Kind, named name: String, of application: Application)
    throws(BackendError)
    -> RecoveryPoint
  {
    try create(kind, named: name, of: application, labels: [])
  }
}

/// What to clone, and where to.
package struct CloneRequest: Sendable {
  /// Where the clone's content comes from.
  package enum Source: Sendable {
    /// The application as it is now.
    case live
    case recoveryPoint(RecoveryPoint)
  }

  /// One namespace of the source and the one its content goes to.
  package struct NamespaceMapping: Hashable, Sendable {
    package var source: String
    package var destination: String

    /// Makes a mapping.
    package init(source: String, destination: String) {
      self.source = source
      self.destination = destination
    }
  }

  package var name: String
  package var application: Application
  /// The source's cluster.
  package var sourceCluster: Cluster.ID
  package var destinationCluster: Cluster.ID
  package var source: Source
  package var namespaces: [NamespaceMapping]
  /// The storage class of every volume of the clone; nil keeps each as it is.
  package var storageClass: String?
  /// What is to be written on the clone's entry.
  package var labels: [Label]
  /// What people call the clone's cluster, if that is known.
  package var destinationName: String?

  /// Makes a request.
  package init(
    name: String, application: Application, sourceCluster: Cluster.ID, destinationCluster: Cluster.ID,
    source: Source, namespaces: [NamespaceMapping], storageClass: String? = nil, labels: [Label] = [],
    destinationName: String? = nil
  ) {
    self.name = name
    self.application = application
    self.sourceCluster = sourceCluster
    self.destinationCluster = destinationCluster
    self.source = source
    self.namespaces = namespaces
    self.storageClass = storageClass
    self.labels = labels
    self.destinationName = destinationName
  }
}
