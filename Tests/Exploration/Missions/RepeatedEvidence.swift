internal import ServiceSimulation

// Missions in which evidence is secured again and again.
extension Mission {
  /// A server that says several times that production is not ready, while it shows it ready.
  static let repeatedEvidence: [Mission] =
    [("", .recoveryPointNotReady, 3, .waysOfRecognising), ("-busy", .applicationNotReady, 6, .waysOfAging)]
    .map {
      (name: String, reason: RefusalReason, count: Int, kinds: [String]) -> Mission in
      Mission(
        name: "restore-refused\(name)", stages: [restore], isVariant: true, contradictions: count,
        server: { $0.refuseRestores(count, because: reason) }, kinds: kinds)
    } + [
      // Refused three times for good, half an hour apart: each attempt secures what customers have written since.
      Mission(
        name: "restore-refused-again", stages: [Stage(program: .restore, before: [1])], isVariant: true,
        attempts: 5, contradictions: 2, server: { $0.refuseRestores(3, because: .conflict) },
        kinds: .waysOfRecognising)
    ]
}

extension GroundTruth {
  /// The beginning of the names of the snapshots that are evidence.
  private static let evidence = "evidence-"

  /// How many more snapshots of this run stand as evidence than there are restores that could have been begun with them.
  ///
  /// Where the server contradicted itself, the application may have been overwritten between any two of them; and so it
  /// may where its changes are never shown, or changes are shown that were none of its own.
  var surplusEvidence: Int {
    let behaviour = world.behaviour
    guard behaviour.showsModificationTime, !behaviour.operationsModifySource,
      behaviour.modificationEvery == .zero
    else { return 0 }
    let made = Set(changes.filter { $0.event == .created && $0.kind == .snapshot }.map(\.id))
    let left = world.recoveryPoints.count {
      made.contains($0.id) && $0.name.hasPrefix(Self.evidence) && $0.state == "completed"
    }
    let contradictions = mission.attempts > 2 ? 0 : mission.contradictions
    return left - max(1, restoresWithEvidence) - contradictions
  }

  /// How many restores of this run had a copy of what they would destroy.
  ///
  /// One that fails before it destroys anything leaves production as it was, where customers write on. Where that is seen
  /// the next one needs a copy of its own, and the copy of the one that failed stays all the same.
  private var restoresWithEvidence: Int {
    var (count, underWay) = (0, 0)
    for change in changes where change.id == WorkedExample.production {
      switch change.event {
      case .restoreBegan: (count, underWay) = (count + 1, underWay + 1)
      case .restoreFailed where underWay == 0: if world.capabilities.showsReplacedClaims { count += 1 }
      case .restoreFailed, .restoreFinished: underWay = max(0, underWay - 1)
      default: break
      }
    }
    return count
  }

  /// Whether something is evidence that a client has made, in this run or before it.
  func isOwnEvidence(_ entry: JournalEntry) -> Bool {
    entry.name.hasPrefix(Self.evidence)
      && journal.contains { $0.event == .created && $0.id == entry.id }
  }

  /// The evidence that clients have made, and that is there.
  var ownEvidence: [ServiceRecoveryPoint] {
    let made = Set(journal.filter { $0.event == .created && $0.kind == .snapshot }.map(\.id))
    return world.recoveryPoints.filter { made.contains($0.id) && $0.name.hasPrefix(Self.evidence) }
  }

  /// Whether the removal at that place of the journal is one of this run's own evidence, with a newer and complete one
  /// beside it.
  func isReplacedEvidence(_ entry: JournalEntry, at place: Int) -> Bool {
    let before = changes[..<place].filter { $0.kind == .snapshot }
    func made(_ id: String) -> Int? { before.firstIndex { $0.event == .created && $0.id == id } }
    guard entry.kind == .snapshot, entry.name.hasPrefix(Self.evidence), let own = made(entry.id) else {
      return false
    }
    return before.contains { other in
      other.event == .completed && other.id != entry.id && made(other.id).map { $0 > own } ?? false
        && !before.contains { $0.event == .deleted && $0.id == other.id }
    }
  }
}
