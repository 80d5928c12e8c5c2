package import Timing

/// The service that does the work, in the fewest operations that the steps need.
///
/// Reads survive passing trouble by themselves and throw when it lasts. A change is asked for exactly once
/// per call: if its answer is lost the error is `.fateUnknown`, and the caller looks before it asks again.
package protocol Backend: PrerequisiteReader, StatusReader {
  /// What people call the service: `Velero`.
  var name: String { get }
  /// What it is and where, for messages: `Velero at k8s.example.com`, with more as more is known.
  var label: String { get }
  /// The service's own clock where it tells the time, else this machine's: for comparing with its timestamps.
  var currentTime: Timestamp { get }
  /// The service's own clock; nil while it has not told the time.
  var serverTime: Timestamp? { get }
  /// How long what is shown may lag behind the request that changes it.
  var longestLag: Duration { get }
  /// What the service cannot do at all, each with the reason as a clause: as far as is known by now, without a request.
  var limits: [ProtectionOperation: String] { get }
  /// Whether a clone may go into a namespace that is there already and holds nothing.
  var clonesIntoEmptyNamespaces: Bool { get }
  /// Whether an application is a namespace and nothing else: what a clone leaves in its namespace is one, then.
  var applicationsAreNamespaces: Bool { get }
  /// Whether the credentials allow what is planned, as far as that can be told by then. Asks for nothing of it.
  func permissions(for work: PlannedWork) throws(BackendError) -> Permissions

  /// Every application of exactly this name, on any cluster; empty if there is none.
  func applications(named name: String) throws(BackendError) -> [Application]
  /// Every application of that name or, if there is none and the text may be an id, the one of that id.
  func applications(matching text: String) throws(BackendError) -> [Application]
  /// Every application that there is to be seen.
  func applications() throws(BackendError) -> [Application]
  /// Names of the applications there are, for a message; at most `limit`, the most similar first.
  func applicationNames(like name: String, limit: Int) throws(BackendError) -> [String]
  /// The application, or nil if it is gone.
  func application(_ id: Application.ID) throws(BackendError) -> Application?
  /// The state of the application alone, whether what it holds works or not; nil if it is gone.
  func state(of id: Application.ID) throws(BackendError) -> Application.State?
  /// The ids of the applications on a cluster that have this name: for applications that do not tell theirs.
  func applicationIDs(named name: String, on cluster: Cluster.ID) throws(BackendError) -> [Application.ID]
  /// Every cluster of exactly this name; empty if there is none.
  func clusters(named name: String) throws(BackendError) -> [Cluster]
  /// All clusters.
  func clusters() throws(BackendError) -> [Cluster]
  /// How a namespace of a cluster stands.
  func namespace(_ name: String, on cluster: Cluster.ID) throws(BackendError) -> NamespaceStanding
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
  /// Whether any application has a recovery point of that name or id; false if the backend cannot tell.
  func existsElsewhere(_ kind: RecoveryPoint.Kind, _ nameOrID: String) throws(BackendError) -> Bool

  /// Reads what a request for a change needs, and keeps it for that request: whoever writes a request down first calls this
  /// before, so that nothing can go wrong between the record and the request. Asks for nothing.
  ///
  /// - Throws: what keeps the change from being made, as the request itself would.
  func prepare(_ change: Change) throws(BackendError)
  /// One look, as small as may be, at what a change was refused for as not ready: whether it is worth asking for again. True
  /// where nothing but the request itself tells.
  func seemsReady(for change: Change) throws(BackendError) -> Bool
  /// Asks for a backup or a snapshot; a service that takes no labels makes it without them.
  func create(_ kind: RecoveryPoint.Kind, named name: String, of application: Application, labels: [Label])
    throws(BackendError)
    -> RecoveryPoint
  /// How such a clone is made; throws if the backend can never make it. Asks it for nothing.
  func plan(_ request: CloneRequest) throws(BackendError) -> ClonePlan
  /// Asks for a clone; a service that takes no labels makes it without them.
  func start(_ request: CloneRequest) throws(BackendError) -> Operation
  /// The making of a clone that was found by its name.
  func cloning(of clone: Application) throws(BackendError) -> Operation
  /// One look at the making of a clone; nil if there is nothing of it.
  func cloning(_ id: Operation.ID) throws(BackendError) -> Operation?
  /// The recovery points that an application's content comes from, as far as the backend shows that: empty if it does
  /// not, and more than one where older marks stand beside newer ones.
  func shownOrigins(of application: Application) -> [RecoveryPoint.ID]
  /// Whether a live application is cloned by way of a copy of it, which stays when the clone is made.
  var clonesByCopies: Bool { get }
  /// Whether a look at one recovery point may tell whether it is whole where the list of all leaves that open.
  var tellsMoreOfOnePoint: Bool { get }
  /// The copy by way of which a clone of a live application was made; nil if there is none, or it is not told.
  func carrier(of clone: Application) -> RecoveryPoint.ID?

  /// What of the source works by itself in a clone, too, as clauses with what to do: jobs that mail, hooks.
  func cautions(of request: CloneRequest) throws(BackendError) -> [String]

  /// How it would restore an application in place. Asks it for nothing.
  func plan(restoreOf application: Application, from point: RecoveryPoint) throws(BackendError) -> RestorePlan
  /// What keeps an in-place restore by several changes from being begun. Asks it for nothing. With `passing` only what ends by
  /// itself is looked for, as while that is waited for.
  func objections(
    to changes: RestoreChanges, of application: Application, from point: RecoveryPoint, passing: Bool
  ) throws(BackendError) -> [RestoreObjection]
  /// The restore of several changes that has stopped an application and not started it again; nil where none is seen.
  func restoreThatStopped(_ application: Application) throws(BackendError) -> RestoreChanges.Holder?
  /// Makes one change of an in-place restore, or sees that it is made: asked again, it makes nothing twice.
  func perform(_ change: RestoreChange, of application: Application.ID) throws(BackendError)
    -> RestoreChangeState
  /// What a person does to go back to what the application held before such changes: nothing of it costs data.
  func wayBack(from changes: [RestoreChange], of application: Application.ID) -> RestoreWayBack
  /// Names what keeps the data of before such changes, as nouns.
  func keptData(of changes: [RestoreChange]) -> [String]
  /// Asks for an in-place restore; returns when it is accepted, long before it is done.
  func startInPlaceRestore(of application: Application, from point: RecoveryPoint) throws(BackendError)
  /// One look at an in-place restore; nil if the application is gone.
  func restoring(_ restore: InPlaceRestore) throws(BackendError) -> Operation?
  /// What is under way with an application, as it was seen just now; nil if the backend does not tell.
  func operations(on application: Application) throws(BackendError) -> [Operation]?
  /// Whether an application shows that an in-place restore was begun whose answer was lost.
  func showsBeginning(of restore: InPlaceRestore, on application: Application) throws(BackendError) -> Bool
  /// What an application shows of having been overwritten since marks of it were taken, or since a moment; where both are
  /// known, the moment counts only where the marks leave it open.
  func overwriteSigns(on application: Application, since marks: ApplicationMarks?, or moment: Timestamp?)
    -> OverwriteSigns
  /// Whether an application may hold what an in-place restore brought: nothing shows that it was overwritten since.
  func mayHold(_ restore: InPlaceRestore, _ application: Application) throws(BackendError) -> Bool
  /// Whether an application is as an in-place restore that failed has left it.
  ///
  /// - Parameters:
  ///   - application: as it was seen just now.
  ///   - restore: the restore.
  ///   - marks: those of the application when the restore was seen to have failed; nil if nobody saw that.
  /// - Returns: whether nothing shows that anybody has touched it since.
  func isUntouched(
    _ application: Application, sinceFailureOf restore: InPlaceRestore, _ marks: ApplicationMarks?
  ) -> Bool
  /// Waits until what is waited for may have changed, by the service's own word, which proves nothing: it is looked at then.
  ///
  /// - Parameters:
  ///   - awaited: what is waited for, as it was seen last.
  ///   - limit: how long to wait at most.
  /// - Returns: how it ended.
  /// - Throws: a signal.
  func waitForNews(of awaited: Awaited, atMost limit: Duration) throws(Interruption) -> News

  /// What stays behind where a backup or a snapshot is removed, as a sentence; nil if nothing does that is known of.
  func remains(of point: RecoveryPoint) throws(BackendError) -> String?
  /// What stays behind where an application is removed, each as a sentence, beside what runs in its namespaces.
  func remains(of application: Application) throws(BackendError) -> [String]
  /// Removes a backup or a snapshot.
  func delete(_ point: RecoveryPoint) throws(BackendError)
  /// Removes the backend's entry of an application; what runs on its cluster goes on running.
  func delete(_ application: Application) throws(BackendError)
  /// The volumes that in-place restores of an application have put aside; empty where they put none aside.
  func keptVolumes(of application: Application.ID) throws(BackendError) -> [KeptVolume]
  /// Removes one of them, with its data.
  func delete(_ volume: KeptVolume, of application: Application.ID) throws(BackendError)
  /// Whether the removal of an application takes several requests: one that shows `removed` after the first is to be asked
  /// for again.
  var removesInParts: Bool { get }
  /// Whether with a clone the namespaces go that were made for it and hold nothing else.
  var removesNamespaces: Bool { get }
}

extension Backend {
  package var clonesIntoEmptyNamespaces: Bool { false }
  package var applicationsAreNamespaces: Bool { false }
  package var removesInParts: Bool { false }
  package var removesNamespaces: Bool { false }
  package var clonesByCopies: Bool { false }
  package var tellsMoreOfOnePoint: Bool { false }
  package func carrier(of _: Application) -> RecoveryPoint.ID? { nil }

  package func prepare(_: Change) {}
  package func seemsReady(for _: Change) throws(BackendError) -> Bool { true }

  package func cautions(of _: CloneRequest) -> [String] { [] }
  package func objections(
    to _: RestoreChanges, of _: Application, from _: RecoveryPoint, passing _: Bool
  ) throws(BackendError) -> [RestoreObjection] { [] }
  package func restoreThatStopped(_: Application) -> RestoreChanges.Holder? { nil }
  package func perform(
    _ change: RestoreChange, of _: Application.ID
  ) throws(BackendError) -> RestoreChangeState {
    throw BackendError(
      .misconfigured, "\(name) does not restore in place by changes such as \"\(change.id)\"")
  }
  package func wayBack(from _: [RestoreChange], of _: Application.ID) -> RestoreWayBack { RestoreWayBack() }
  package func keptData(of _: [RestoreChange]) -> [String] { [] }
  package func keptVolumes(of _: Application.ID) throws(BackendError) -> [KeptVolume] { [] }
  package func delete(_ volume: KeptVolume, of _: Application.ID) throws(BackendError) {
    throw BackendError(
      .misconfigured, "\(name) puts no volumes aside, so that it cannot remove \"\(volume.name)\"")
  }

  package func overview() throws(BackendError) -> ApplicationOverview {
    ApplicationOverview(try applications())
  }
  package func clones(of application: Application) throws(BackendError) -> ApplicationOverview {
    ApplicationOverview(try applications().filter { $0.sourceID == application.id })
  }

  package func state(of id: Application.ID) throws(BackendError) -> Application.State? {
    try application(id)?.state
  }

  package func remains(of _: RecoveryPoint) -> String? { nil }
  package func remains(of _: Application) -> [String] { [] }

  package func waitForNews(of _: Awaited, atMost _: Duration) -> News { .unavailable }

  /// Asks for a backup or a snapshot without labels.
  package func create(_ kind: RecoveryPoint.Kind, named name: String, of application: Application)
    throws(BackendError)
    -> RecoveryPoint
  {
    try create(kind, named: name, of: application, labels: [])
  }
}

/// A change that is about to be asked for.
package enum Change: Sendable {
  /// A backup or a snapshot.
  case copy(RecoveryPoint.Kind, of: Application)
  case clone(CloneRequest)
  case inPlaceRestore(of: Application, from: RecoveryPoint)
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
  /// Whether the source's execution hooks run in the clone, where the service lets that be chosen.
  package var runsHooks = false

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
