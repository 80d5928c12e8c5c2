package import AppProtection
package import Timing

/// What a step of this pipeline run asked for and learned, written beside its report before each change.
///
/// The second attempt of a killed step reads it, and so do the other steps of the run. A record of another run never
/// counts, nor does one that was not updated for long.
package struct RunRecord: Hashable, Sendable {
  package var step: String
  /// The pipeline run; nil if it has no name.
  package var run: String?
  package var operations: [Operation] = []
  /// When it was written last, by the backend's clock where that is known: `2026-11-23T10:00:00Z`.
  package var lastUpdate: String?
  /// Whether it replaces one that could not be read, so that it may not tell everything.
  package var isIncomplete: Bool?
  /// The last in-place restore of each application in the records of other runs that this one took the place of: not
  /// this run's, and yet they overwrote what was there before.
  package var formerRestores: [Operation]?
  /// The applications that were found by name, so that a later step of the run does not take another for one of them.
  package var subjects: [Subject]?

  /// An application that a name stood for.
  package struct Subject: Hashable, Sendable {
    package var name: String
    package var cluster: String
    package var id: String

    /// Remembers an application; nil for one whose cluster is not known.
    package init?(_ application: Application) {
      guard let cluster = application.clusterID?.text else { return nil }
      (name, id, self.cluster) = (application.name, application.id.text, cluster)
    }
  }

  /// One change that was, or was about to be, asked for.
  package struct Operation: Hashable, Sendable {
    package enum Kind: String, Sendable {
      case backup
      case snapshot
      case clone
      case evidence
      /// A copy of a live application that a clone is made from.
      case cloneSource
      case inPlaceRestore
      case cloneRemoval
      case backupRemoval
      case snapshotRemoval
      /// Of a copy by way of which a clone was made: a backup or a snapshot.
      case carrierRemoval
      /// Of a volume that an in-place restore has put aside.
      case volumeRemoval

      /// Whether something is removed: then its id is known from the start.
      package var isRemoval: Bool {
        [.cloneRemoval, .backupRemoval, .snapshotRemoval, .carrierRemoval, .volumeRemoval].contains(self)
      }
    }

    package enum Stage: String, Sendable {
      /// About to be asked for: it may or may not have reached the backend.
      case asked
      /// The backend accepted it.
      case accepted
      /// It was seen to finish well.
      case finished
      /// It was seen to end badly.
      case failed
      /// The backend said no: nothing was begun.
      case refused

      /// How far it has got: of two copies of one entry the further one counts.
      var rank: Int {
        switch self {
        case .asked: 0
        case .refused: 1
        case .accepted: 2
        case .failed: 3
        case .finished: 4
        }
      }
    }

    package var kind: Kind
    /// The application that it is about: the source of a clone, the target of a restore.
    package var application: String
    /// The name of what is made; empty for a restore.
    package var name: String
    /// The recovery point that it takes its content from, if it does; of a clone's removal, the copy that carried the clone.
    package var point: String?
    /// By the backend's clock, a whole second: `2026-11-23T10:00:00Z`.
    package var askedAt: String
    package var stage: Stage
    /// The id of what was made, once it is known.
    package var id: String?
    /// What the application looked like just before.
    package var before: ApplicationMarks?
    /// Where what is removed lay, for what is left of it: its cluster and its namespaces.
    package var place: Place?
    /// Whether it was seen under way, where nothing but that tells later that it was carried out; false if it was
    /// accepted and never shown.
    package var wasSeen: Bool?
    /// The ids of what bore that name just before it was asked for: what bears it since, and is none of these, is ours,
    /// whatever the clocks say.
    package var namesakes: [String]?
    /// When it was seen to have ended.
    package var endedAt: String?
    /// Which attempt of the run asked for it, where the CI system counts them: `2`.
    package var attempt: String?
    /// The copy of what the application held that an in-place restore was begun with.
    package var evidence: Copy?
    /// What the application looked like when an in-place restore was seen to have failed.
    package var after: ApplicationMarks?
    /// The changes that an in-place restore is made of, where it is made of several.
    package var changes: Changes?

    /// Makes an entry that is about to be asked for.
    package init(
      _ kind: Kind, application: Application.ID, name: String = "", point: RecoveryPoint.ID? = nil,
      askedAt: Timestamp, before: ApplicationMarks? = nil, namesakes: [String]? = nil
    ) {
      self.kind = kind
      self.application = application.text
      self.name = name
      self.point = point?.text
      self.askedAt = askedAt.text
      self.stage = .asked
      self.before = before
      self.namesakes = namesakes
    }

    /// Whether this is the same entry, whatever has become of it since.
    package func isSame(as other: Operation) -> Bool {
      isAlike(other) && askedAt == other.askedAt && (!kind.isRemoval || id == other.id)
    }

    /// Whether both ask for the same thing.
    package func isAlike(_ other: Operation) -> Bool {
      (kind, application, name, point) == (other.kind, other.application, other.name, other.point)
    }

    /// Whether it has begun changes, more than preparations, and has not ended well: the way on, and back, is in them alone.
    package var hasOpenChanges: Bool {
      guard let changes, ![.finished, .refused].contains(stage) else { return false }
      return changes.all.prefix(changes.begun).contains { !$0.isPreparation }
    }

    /// When it was asked for, by the backend's clock.
    package var askedTime: Timestamp? { Timestamp(askedAt) }

    /// When it was seen to have ended, or else was asked for.
    package var lastTime: Timestamp? { endedAt.flatMap { Timestamp($0) } ?? askedTime }

    /// This entry with what a copy of it knows besides: the one that is further on counts.
    package func merged(with copy: Operation) -> Operation {
      let (further, other) = copy.stage.rank > stage.rank ? (copy, self) : (self, copy)
      var merged = further
      merged.id = further.id ?? other.id
      merged.wasSeen = further.wasSeen ?? other.wasSeen
      merged.endedAt = further.endedAt ?? other.endedAt
      let begun = max(further.changes?.begun ?? 0, other.changes?.begun ?? 0)
      merged.changes?.begun = begun
      return merged
    }
  }

  /// The changes of an in-place restore, and how far it has got.
  package struct Changes: Hashable, Sendable {
    package var all: [RestoreChange]
    /// How many of them were asked for, or were about to be: all but the last of these were seen to be made.
    package var begun: Int
    /// The run that has begun them; nil if it has no name.
    package var run: String?

    /// Plans changes.
    package init(_ all: [RestoreChange], begun: Int = 0, run: String?) {
      (self.all, self.begun, self.run) = (all, begun, run)
    }
  }

  /// A complete copy of an application's state: a clone or a snapshot of it.
  package struct Copy: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable { case clone, snapshot }

    package var kind: Kind
    package var id: String
    package var name: String
    /// The name of the cluster that it is on, if that is known.
    package var cluster: String?

    /// Names a copy.
    package init(_ kind: Kind, id: String, name: String, cluster: String?) {
      (self.kind, self.id, self.name, self.cluster) = (kind, id, name, cluster)
    }

    package var description: String {
      "\(kind.rawValue) \"\(name)\" (\(cluster.map { "on cluster \"\($0)\"" } ?? "on no known cluster"), id \(id))"
    }
  }

  /// A cluster, and namespaces on it.
  package struct Place: Hashable, Sendable {
    package var cluster: String
    package var clusterName: String
    package var namespaces: [String]

    /// Names a place.
    package init(cluster: String, clusterName: String, namespaces: [String]) {
      (self.cluster, self.clusterName, self.namespaces) = (cluster, clusterName, namespaces)
    }
  }

  /// The time of its last update; without one, the time of its last request.
  package var lastUpdateTime: Timestamp? {
    (lastUpdate ?? operations.map(\.askedAt).max()).flatMap { Timestamp($0) }
  }

  /// The last in-place restore of each application that it knows of, and that was not refused; and those that have begun changes
  /// and not ended well.
  package var lastRestores: [Operation] {
    var last: [String: Operation] = [:]
    for operation in (formerRestores ?? []) + operations
    where operation.kind == .inPlaceRestore && operation.stage != .refused {
      last[operation.application] = operation
    }
    let open = ((formerRestores ?? []) + operations).filter { operation in
      operation.hasOpenChanges && last[operation.application] != operation
    }
    return open + last.values.ordered { $0.application < $1.application }
  }

  /// Makes an empty record of a run.
  package init(step: String, run: String?) {
    self.step = step
    self.run = run
  }
}
