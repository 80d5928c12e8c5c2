package import SimulatorSupport

// The whole world as JSON, for checkers and for people; the same shape as that of Astra Control's simulator.

extension KubernetesWorld {
  /// Everything that a checker needs, from the outside of the API; no token is in it.
  package var json: JSON {
    let copies = copies
    return [
      "now": .number(now.inSeconds),
      "serverTime": .string((clusters[0].store.startTime + now).text()),
      "applications": .array(applications.map { json(of: $0) }),
      "backups": .array(copies.filter { $0.kind == .backup }.map { json(of: $0) }),
      "snapshots": .array(copies.filter { $0.kind == .snapshot }.map { json(of: $0) }),
      "namespaces": .object(
        clusters.map { cluster in
          .init(
            cluster.name,
            .array(cluster.store.objects("namespaces").compactMap { $0.name.map { .string($0) } }))
        }), "operations": .array(runs.map { json(of: $0) }), "tally": tallyJSON,
      "journal": .array(journal.map(\.json)), "requests": requestsJSON,
    ]
  }

  private func json(of application: ApplicationView) -> JSON {
    let restores = journal.filter {
      $0.event == .restoreFinished && ($0.id == application.uid || $0.id == application.objectUID)
    }
    return [
      "id": .string(application.uid), "name": .string(application.name),
      "cluster": .string(application.cluster),
      "namespaces": .array(application.namespaces.map { .string($0) }), "state": .string(application.state),
      "content": application.content?.json ?? .null, "address": .string(application.address),
      "sourceAppID": application.source.map { .string($0) } ?? .null, "backupID": .null, "snapshotID": .null,
      "restoredFrom": .array(restores.map { .string($0.related ?? "") }),
    ]
  }

  private func json(of copy: CopyView) -> JSON {
    [
      "id": .string(copy.uid), "name": .string(copy.name), "application": .string(copy.application),
      "state": .string(copy.state),
      "hookState": copy.hooksFailed.map { .string($0 ? "failed" : "success") } ?? .null,
      "content": copy.content?.json ?? .null,
    ]
  }

  func json(of run: Run) -> JSON {
    [
      "number": .integer(run.number), "kind": .string(run.kind.rawValue),
      "subject": .string(run.kind == .restore ? run.application : run.uid),
      "application": .string(run.application),
      "state": run.stages[run.stage].state.map { .string($0) } ?? .null, "stalled": .bool(run.isStalled),
    ]
  }

  /// Nobody defines applications here but with the scenario.
  private var tallyJSON: JSON {
    [
      "applicationsDefined": 0, "backupsCreated": .integer(tally.backupsCreated),
      "snapshotsCreated": .integer(tally.snapshotsCreated), "clonesCreated": .integer(tally.clonesCreated),
      "deletions": .integer(tally.deletions), "restoresRequested": .integer(tally.restoresRequested),
      "restoresBegun": .integer(tally.restoresBegun), "restoresFinished": .integer(tally.restoresFinished),
    ]
  }

  /// How often each thing was asked for, as `CLUSTER: VERB RESOURCE`.
  private var requestsJSON: JSON {
    var counts: [String: Int] = [:]
    for cluster in clusters {
      for request in cluster.requests {
        counts["\(cluster.name): \(request.verb) \(request.resource)", default: 0] += 1
      }
    }
    let sorted = counts.sorted { $0.key < $1.key }
    return [
      "total": .integer(clusters.map(\.requests.count).reduce(0, +)),
      "counts": .object(sorted.map { .init($0.key, .integer($0.value)) }),
    ]
  }
}

extension Happening {
  /// The entry as it is shown.
  var json: JSON {
    [
      "at": .number(at.inSeconds), "event": .string(event.rawValue), "kind": .string(kind.rawValue),
      "id": .string(id), "name": .string(name), "related": related.map { .string($0) } ?? .null,
    ]
  }
}

/// The journal, each entry a line of JSON as soon as it happens; it never ends.
struct JournalStream: ResponseStream {
  private var told = 0

  mutating func next(of source: any StreamSource) -> [UInt8]? {
    guard let world = source as? KubernetesWorld else { return nil }
    let news = world.journal.dropFirst(told)
    told = world.journal.count
    return news.flatMap { $0.json.bytes + Array("\n".utf8) }
  }
}

/// A watch of one of a world's clusters, which reads from the world.
struct WatchOfCluster: ResponseStream {
  private var watch: any ResponseStream
  private let cluster: Int

  init(_ watch: any ResponseStream, of cluster: Int) { (self.watch, self.cluster) = (watch, cluster) }

  mutating func next(of source: any StreamSource) -> [UInt8]? {
    guard let world = source as? KubernetesWorld else { return nil }
    return watch.next(of: world.clusters[cluster])
  }

  var due: Duration? { watch.due }
}
