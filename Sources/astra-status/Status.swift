internal import AppProtection
internal import StepCommon
internal import Timing

/// What was seen, before anybody lays it out.
struct Status {
  /// By the clock that ages are told by.
  var observedAt = Timestamp(sinceEpoch: .zero)
  /// Whether all applications are shown, each in short.
  var isOfAll = false
  var applications: [ApplicationStatus] = []
  /// What may not be seen, or is not told, as nouns.
  var notTold: [String] = []

  /// Adds applications, in the order in which people look for them.
  mutating func add(_ found: [Application], _ history: RunHistory) {
    let sorted = found.ordered {
      ($0.name, $0.clusterName ?? "", $0.id.text) < ($1.name, $1.clusterName ?? "", $1.id.text)
    }
    applications += sorted.map {
      ApplicationStatus($0, run: $0.run ?? history.nameOfRun(thatMade: $0.id.text))
    }
  }

  /// Gives each application those of others that are clones of it, on whatever cluster.
  mutating func addClones(among all: [Application], _ history: RunHistory) {
    let bySource = Dictionary(grouping: all.filter { $0.sourceID != nil }) { $0.sourceID }
    for index in applications.indices {
      let id = applications[index].application.id
      applications[index].clones = (bySource[id] ?? []).filter { $0.id != id }
        .ordered { ($0.name, $0.id.text) < ($1.name, $1.id.text) }
        .map { CloneStatus(application: $0, run: $0.run ?? history.nameOfRun(thatMade: $0.id.text)) }
    }
  }

  /// How old something is; nil if that is not known.
  func age(_ made: Timestamp?) -> Duration? { made.map { max(.zero, observedAt - $0) } }
}

/// An application with all that belongs to it.
struct ApplicationStatus {
  var application: Application
  var run: String?
  var clones: [CloneStatus] = []
  /// Nil: not told.
  var points: [PointStatus]?
  var operations: [OperationStatus] = []
  /// Nil: not told.
  var evidence: [EvidenceStatus]?
  /// The restore that has stopped it; nil: none, or it was not looked for.
  var holder: RestoreChanges.Holder?

  init(_ application: Application, run: String?) { (self.application, self.run) = (application, run) }

  /// The in-place restore that its state tells of, if it does.
  var shownRestore: OperationStatus? {
    guard application.state == .restoring else { return nil }
    return OperationStatus(
      id: application.id.text, kind: "inPlaceRestore", name: application.name,
      state: application.state.rawValue)
  }

  /// Gathers what is under way with it: restores, copies, clones.
  mutating func gatherOperations(_ restores: [OperationStatus]) {
    operations = restores
    for point in (points ?? []).map(\.point) where point.state != .completed && !point.state.isDead {
      operations.append(OperationStatus(point))
    }
    for clone in clones where clone.application.state.isBeingMade {
      let made = clone.application
      operations.append(
        OperationStatus(
          id: made.id.text, kind: "clone", name: made.name, state: made.state.rawValue,
          beganAt: made.createdAt))
    }
  }
}

/// A clone.
struct CloneStatus {
  var application: Application
  var run: String?
  /// The addresses that its cluster has given it; nil: not told.
  var addresses: [String]?
}

/// A recovery point, and what a restore would make of it.
struct PointStatus {
  var point: RecoveryPoint
  var run: String?
  /// Why a restore would refuse it, by the restore's own words; nil: it would take it.
  var refusal: String?
  /// Why `latest` passes over it; nil: it may be the one.
  var passedOver: String?
  /// Whether it is the one that `latest` means.
  var isLatest = false
}

/// Something under way.
struct OperationStatus {
  var id: String
  /// `backup`, `snapshot`, `clone` or `inPlaceRestore`.
  var kind: String
  var name: String
  var state: String
  var beganAt: Timestamp?
  /// Nil: not told.
  var progress: Progress?
}

extension OperationStatus {
  /// A copy in the making.
  init(_ point: RecoveryPoint) {
    self.init(
      id: point.id.text, kind: point.kind.rawValue, name: point.name, state: point.state.rawValue,
      beganAt: point.createdAt,
      progress: point.progress)
  }

  /// An in-place restore of an application.
  init(_ operation: Operation, _ application: Application) {
    let state =
      switch operation.state {
      case .running(let phrase): phrase
      case .blocked(let reason): "blocked: \(reason)"
      case .succeeded: "succeeded"
      case .partial(let reason), .failed(let reason): reason
      }
    self.init(id: operation.id.text, kind: "inPlaceRestore", name: application.name, state: state)
  }
}

extension OperationStatus {
  /// An in-place restore that has stopped an application, and that nobody goes on with as far as is seen.
  init(_ holder: RestoreChanges.Holder, _ application: Application) {
    self.init(
      id: holder.restore, kind: "inPlaceRestore", name: application.name,
      state: "stopped, not ended")
  }
}

/// Something that a step made and that astra-cleanup may remove.
struct EvidenceStatus {
  var id: String
  /// `snapshot` or `clone`.
  var kind: String
  var name: String
  var createdAt: Timestamp?
  var verdict: Verdict

  enum Verdict: Hashable {
    case couldBeRemoved
    /// Why astra-cleanup would leave it, as a clause.
    case stays(String)
    /// Why that is not known.
    case notTold(String)
  }
}
