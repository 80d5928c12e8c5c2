import AppProtection
import Timing

/// A backend for a service that is no Astra Control: it makes a live clone from a snapshot, and what it need not tell it
/// does not tell.
final class ToyBackend: Backend {
  let name = "Toy"
  let label = "Toy on the shelf"
  let longestLag = Duration.seconds(5)
  let toy: ToyService
  var limits: [ProtectionOperation: String] { toy.limits }

  init(_ toy: ToyService) { self.toy = toy }

  /// Every request begins here: time has passed, and something may be wrong with the way.
  private func read<Value>(_ answer: (ToyService) -> Value) throws(BackendError) -> Value {
    toy.settle()
    switch toy.disturbance {
    case .unreachable: throw BackendError(.unreachable, "cannot reach the toy")
    case .credentialsRefused: throw BackendError(.credentials, "the toy does not know you")
    default: return answer(toy)
    }
  }

  private func change<Value>(
    _ carryOut: (ToyService) throws(BackendError) -> Value
  ) throws(BackendError) -> Value {
    try read { _ in }
    let result = toy.disturbance == .requestLost ? nil : try carryOut(toy)
    if let result, toy.disturbance != .answerLost { return result }
    toy.disturbance = nil
    throw BackendError(.fateUnknown, "the toy says nothing")
  }

  // MARK: Looking

  var currentTime: Timestamp { toy.time.wallTime }
  var serverTime: Timestamp? { nil }
  func applications() throws(BackendError) -> [Application] { try read(\.applications) }
  func applications(named name: String) throws(BackendError) -> [Application] {
    try applications().filter { $0.name == name }
  }
  func applications(matching text: String) throws(BackendError) -> [Application] {
    try applications().filter { $0.name == text || $0.id.text == text }
  }
  func applicationNames(like _: String, limit: Int) throws(BackendError) -> [String] {
    try applications().prefix(limit).map(\.name)
  }
  func application(_ id: Application.ID) throws(BackendError) -> Application? {
    try applications().first { $0.id == id }
  }
  func applicationIDs(named name: String, on _: Cluster.ID) throws(BackendError) -> [Application.ID] {
    try applications(named: name).map(\.id)
  }
  func clusters() throws(BackendError) -> [Cluster] { try read { [$0.cluster] } }
  func clusters(named name: String) throws(BackendError) -> [Cluster] {
    try clusters().filter { $0.name == name }
  }
  func clusterStandings() throws(BackendError) -> [ClusterStanding] {
    try clusters().map { ClusterStanding(id: $0.id, name: $0.name) }
  }
  func recoveryPoints(
    _ kind: RecoveryPoint.Kind, of owner: Application.ID
  ) throws(BackendError) -> [RecoveryPoint] {
    try read(\.points).filter { $0.kind == kind && $0.applicationID == owner }
  }
  func recoveryPoint(
    _ id: RecoveryPoint.ID, _ kind: RecoveryPoint.Kind, of owner: Application.ID
  ) throws(BackendError) -> RecoveryPoint? { try recoveryPoints(kind, of: owner).first { $0.id == id } }

  // MARK: What is not told

  func namespace(_ name: String, on _: Cluster.ID) -> NamespaceStanding { toy.namespaces[name] ?? .notTold }
  func permissions(for _: PlannedWork) -> Permissions { toy.permissions }
  func neighbours(of _: Application) -> [Application]? { nil }
  func assets(of _: Application.ID, in _: RecoveryPoint?) -> [Asset]? { nil }
  func existsElsewhere(_: RecoveryPoint.Kind, _: String) -> Bool { false }
  func shownOrigins(of _: Application) -> [RecoveryPoint.ID] { [] }
  func operations(on _: Application) -> [Operation]? { nil }
  func storageClasses(on _: Cluster.ID) -> [StorageClass]? { nil }
  func backupStore(of _: Cluster.ID) -> BackupStore? { nil }
  func hints(for _: Application.ID) -> [ProtectionOperation: Bool] { [:] }
  func executionHooks(of _: Application.ID) -> ExecutionHooks? { nil }

  // MARK: Changing

  func create(
    _ kind: RecoveryPoint.Kind, named name: String, of owner: Application, labels _: [Label]
  ) throws(BackendError) -> RecoveryPoint {
    try change { toy throws(BackendError) in try toy.make(kind, named: name, of: owner.id) }
  }
  func plan(_ request: CloneRequest) -> ClonePlan {
    if case .live = request.source { .afterMaking(.snapshot) } else { .direct }
  }
  func start(_ request: CloneRequest) throws(BackendError) -> Operation {
    try change { toy throws(BackendError) in
      guard case .recoveryPoint(let point) = request.source else {
        throw BackendError(.refused(.notReady), "the toy clones nothing but snapshots and backups")
      }
      return try toy.clone(
        request.application.id, as: request.name, in: request.namespaces.map(\.destination), from: point.id)
    }
  }
  func cloning(of clone: Application) throws(BackendError) -> Operation {
    try cloning(Operation.ID("clone \(clone.id)"))
      ?? Operation(id: Operation.ID("none"), kind: .clone, state: .failed("is no clone"))
  }
  func cloning(_ id: Operation.ID) throws(BackendError) -> Operation? {
    try operation { $0 == id }.map { operation in
      var operation = operation
      operation.application = toy.applications.first { "clone \($0.id)" == id.text }
      return operation
    }
  }
  func plan(restoreOf _: Application, from _: RecoveryPoint) -> RestorePlan { toy.restorePlan }
  func perform(
    _ change: RestoreChange, of application: Application.ID
  ) throws(BackendError) -> RestoreChangeState {
    try self.change { toy throws(BackendError) in
      guard !toy.changesMade.contains(change.id) else { return .made }
      if let reason = toy.changesThatFail[change.id] { return .failed(reason) }
      if let point = change.details["point"] { try toy.restore(application, from: RecoveryPoint.ID(point)) }
      toy.changesMade.append(change.id)
      return .waiting("just begun")
    }
  }
  func wayBack(from changes: [RestoreChange], of _: Application.ID) -> RestoreWayBack {
    RestoreWayBack(data: changes.map { "toy undo \($0.id)" })
  }
  func startInPlaceRestore(of application: Application, from point: RecoveryPoint) throws(BackendError) {
    try change { toy throws(BackendError) in try toy.restore(application.id, from: point.id) }
  }
  func restoring(_ restore: InPlaceRestore) throws(BackendError) -> Operation? {
    guard try application(restore.application) != nil else { return nil }
    let id = "restore \(restore.before.restores + 1) of \(restore.application)"
    return try operation { $0.text == id }
  }
  func showsBeginning(of restore: InPlaceRestore, on _: Application) throws(BackendError) -> Bool {
    try restoring(restore)?.points == [restore.point]
  }
  func overwriteSigns(
    on application: Application, since marks: ApplicationMarks?, or _: Timestamp?
  ) -> OverwriteSigns {
    marks.map { $0.restores == application.restores ? .unchanged : .overwritten } ?? .notExcluded
  }
  func mayHold(_ restore: InPlaceRestore, _ application: Application) -> Bool {
    application.restores == restore.before.restores + 1
  }
  func isUntouched(
    _ application: Application, sinceFailureOf restore: InPlaceRestore, _: ApplicationMarks?
  ) -> Bool { mayHold(restore, application) }
  func delete(_ point: RecoveryPoint) throws(BackendError) {
    try change { toy in toy.points.removeAll { $0.id == point.id } }
  }
  func delete(_ application: Application) throws(BackendError) {
    try change { toy in toy.applications.removeAll { $0.id == application.id } }
  }
  private func operation(_ isIt: (Operation.ID) -> Bool) throws(BackendError) -> Operation? {
    try read { $0.works.last { isIt($0.operation.id) }?.operation }
  }
}
