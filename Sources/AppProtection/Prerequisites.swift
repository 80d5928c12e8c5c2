/// What can be known before anything is changed: whether the places, the stores and the application allow it.
///
/// Services differ in how much of this they tell. What one does not tell is nil, and never a guess.
package protocol PrerequisiteReader: AnyObject {
  /// How each cluster stands.
  func clusterStandings() throws(BackendError) -> [ClusterStanding]
  /// The storage classes of a cluster; nil if the backend does not tell.
  func storageClasses(on cluster: Cluster.ID) throws(BackendError) -> [StorageClass]?
  /// Where backups of the applications on a cluster go by themselves; nil if the backend does not tell.
  func backupStore(of cluster: Cluster.ID) throws(BackendError) -> BackupStore?
  /// What the backend itself says may be done with an application at present; nothing it does not tell.
  func hints(for application: Application.ID) throws(BackendError) -> [ProtectionOperation: Bool]
  /// The execution hooks of an application; nil if the backend does not tell.
  func executionHooks(of application: Application.ID) throws(BackendError) -> ExecutionHooks?
  /// What would answer a request that is planned; changes nothing.
  func rehearse(_ request: PlannedRequest) throws(BackendError) -> Rehearsal
  /// What keeps an application as it is described elsewhere, and would undo a restore of it, each with what suspends it;
  /// nil if the backend does not tell.
  func oversight(of application: Application) throws(BackendError) -> Oversight?
  /// What an application is reached by, which a clone of it on that cluster would claim too; nil if the backend does not
  /// tell.
  func fixedAddresses(of application: Application, forCloneOn destination: Cluster.ID)
    throws(BackendError) -> FixedAddresses?
  /// Whether a clone of the present application fits into what its namespaces may hold; nil if the backend does not tell.
  func room(for request: CloneRequest) throws(BackendError) -> RoomForClone?
}

extension PrerequisiteReader {
  package func rehearse(_: PlannedRequest) -> Rehearsal { .notTold(nil) }
  package func oversight(of _: Application) -> Oversight? { nil }
  package func fixedAddresses(of _: Application, forCloneOn _: Cluster.ID) -> FixedAddresses? { nil }
  package func room(for _: CloneRequest) -> RoomForClone? { nil }
}

/// What is going to be done, as far as that is known beforehand.
package struct PlannedWork: Sendable {
  package var operations: [ProtectionOperation]
  /// The application that it is done with; nil while it is not known.
  package var application: Application?
  /// Where a clone is to be; nil if there is to be none, or nobody knows by now.
  package var destination: (cluster: Cluster.ID, namespaces: [String])?
  /// The kind of the copy that is cloned; nil: the live application is.
  package var clonedKind: RecoveryPoint.Kind?
  /// The kind of the copy that is restored in place.
  package var restoredKind: RecoveryPoint.Kind

  /// Names operations.
  package init(
    _ operations: [ProtectionOperation], with application: Application? = nil,
    destination: (cluster: Cluster.ID, namespaces: [String])? = nil, clonedKind: RecoveryPoint.Kind? = nil,
    restoredKind: RecoveryPoint.Kind = .backup
  ) {
    (self.operations, self.application, self.destination) = (operations, application, destination)
    (self.clonedKind, self.restoredKind) = (clonedKind, restoredKind)
  }
}

/// One request that a step is going to make.
package enum PlannedRequest: Sendable {
  case copy(RecoveryPoint.Kind, named: String, of: Application)
  case clone(CloneRequest)
  case inPlaceRestore(of: Application, from: RecoveryPoint)
}

/// What a request would be answered.
package enum Rehearsal: Hashable, Sendable {
  case accepted
  /// It would be refused, in the service's words.
  case refused(String)
  /// The service does not tell; why, if there is more to say than that it never does.
  case notTold(String?)
}

/// A tool that keeps an application as it is described elsewhere.
package struct Overseer: Hashable, Sendable {
  /// What it is: `Argo CD application "shop"`.
  package var title: String
  /// What makes it let go for a while.
  package var remedy: String
  /// Its kind and name (`Shop/magento`), where the cluster does not show whether it was paused, so that only the user can say
  /// so; nil where it shows that it was not.
  package var unseenName: String?

  /// Names a tool.
  package init(title: String, remedy: String, unseenName: String? = nil) {
    (self.title, self.remedy, self.unseenName) = (title, remedy, unseenName)
  }
}

/// Who keeps an application as it is described elsewhere.
package struct Oversight: Hashable, Sendable {
  package var overseers: [Overseer] = []
  /// What may not be seen, as clauses: `whether …`.
  package var notTold: [String] = []

  /// Begins with nobody found.
  package init() {}
}

/// What can be done with an application.
package enum ProtectionOperation: String, Hashable, Sendable, CaseIterable {
  case backup
  case snapshot
  case clone
  case inPlaceRestore

  /// The operation for messages: `an in-place restore`.
  package var withArticle: String {
    self == .inPlaceRestore ? "an in-place restore" : "a \(rawValue)"
  }
}

/// A cluster as a place for applications and their copies; what the backend does not tell is nil.
package struct ClusterStanding: Sendable {
  package var id: Cluster.ID
  package var name: String
  /// Its own state, in the backend's word, and whether that means that it works.
  package var state: (word: String, isWorking: Bool)?
  /// Whether applications on it can be protected, in the backend's word.
  package var management: (word: String, isManaged: Bool)?
  /// How far what runs on it can be protected.
  package var protection: Protection?
  /// Why it is in these states, in the backend's words; often empty.
  package var problems: [String]
  package var makesSnapshots: Bool?
  /// Whether applications can be restored or cloned to it from elsewhere.
  package var acceptsRestores: Bool?
  /// The version of what provides its volumes and their snapshots.
  package var storageDriver: String?
  /// `openshift` and the like.
  package var distribution: String?
  package var version: String?
  /// Which version of the service is on it.
  package var service: ServiceVersion = .elsewhere

  /// Makes a standing of which nothing is known yet.
  package init(id: Cluster.ID, name: String) {
    self.id = id
    self.name = name
    problems = []
  }

  /// How far what runs on a cluster can be protected; a word that nobody knows yet keeps its own.
  package struct Protection: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    /// Wraps a word.
    package init(rawValue: String) {
      self.rawValue = rawValue
    }

    package static let full = Self(rawValue: "full")
    package static let partial = Self(rawValue: "partial")
    package static let atRisk = Self(rawValue: "atRisk")
  }
}

/// A storage class of a cluster.
package struct StorageClass: Sendable {
  package var name: String
  /// Whether volumes of it can be made and protected; nil if the backend does not tell.
  package var isUsable: Bool?
  /// Whether it is taken where none is named.
  package var isDefault: Bool

  /// Makes a storage class.
  package init(name: String, isUsable: Bool?, isDefault: Bool) {
    self.name = name
    self.isUsable = isUsable
    self.isDefault = isDefault
  }
}

/// Where backups go that name no place.
package enum BackupStore: Sendable {
  /// Nowhere: none is set.
  case none
  /// One is set, and is not there any more.
  case lost(id: String)
  /// Its name, its state in the backend's word, and whether that means that it can be written; nil is not told.
  case store(name: String, state: String?, isAvailable: Bool?)
}

/// What runs around the copies of an application.
package enum ExecutionHooks: Sendable {
  /// Their names; empty if there are none.
  case named([String])
  /// The backend runs none, whatever is defined.
  case switchedOff
}
