internal import AstraSimulator

// Missions in which evidence is secured again and again.
extension Mission {
  /// A server that says six times that production is not ready, while it shows it ready.
  static let pileUps: [Mission] = [("", 111), ("-busy", 112)].map { name, problem in
    Mission(
      name: "restore-refused\(name)", stages: [restore], isVariant: true, contradictions: 6,
      server: { scenario in
        scenario.responseFaults.append(
          ResponseFault(
            "PUT", "k8s/v2/apps/{id}", count: 6, status: 409, contentType: "application/problem+json",
            body: """
              {"type":"https://astra.netapp.io/problems/\(problem)","title":"Not ready","detail":"Not now.",\
              "status":"409","correlationID":"00000000-0000-4000-8000-000000000000"}
              """))
      }, kinds: FaultKind.waysOfRecognising)
  }
}

extension Truth {
  /// The beginning of the names of the snapshots that are evidence.
  private static let evidence = "evidence-"

  /// How many more snapshots of this run stand as evidence than there are restores that could have been begun with them.
  var surplusEvidence: Int {
    let made = Set(news.filter { $0.event == .created && $0.kind == .snapshot }.map(\.id))
    let left = world.points.count {
      made.contains($0.id) && $0.name.hasPrefix(Self.evidence) && $0.state == "completed"
    }
    return left - max(1, news.count { $0.event == .restoreBegan })
  }

  /// Whether the removal at that place of the journal is one of this run's own evidence, with a newer and complete one
  /// beside it.
  func isReplacedEvidence(_ entry: JournalEntry, at place: Int) -> Bool {
    let before = news[..<place].filter { $0.kind == .snapshot }
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
