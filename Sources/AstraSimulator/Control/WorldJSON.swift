package import SimulatorSupport

// The whole world as JSON, for checkers and for people.

extension World {
  /// Everything that a checker needs, from the outside of the API; the token is not in it.
  package var json: JSON {
    [
      "now": .number(now.inSeconds), "serverTime": .string(serverTime.text()),
      "account": .string(scenario.account), "applications": .array(applications.map { json(of: $0) }),
      "workloads": .array(workloads.map { json(of: $0) }),
      "backups": .array(points.filter { $0.kind == .backup }.map { json(of: $0) }),
      "snapshots": .array(points.filter { $0.kind == .snapshot }.map { json(of: $0) }),
      "namespaces": .object(
        clusters.map { cluster in
          .init(
            cluster.name,
            .array(namespaceTable.indices(ownedBy: cluster.id).map { .string(namespaceTable[$0].name) }))
        }), "operations": .array(operations.map(\.json)), "tally": tally.json,
      "journal": .array(journal.map(\.json)),
      "requests": requestsJSON,
    ]
  }

  /// What the world holds, without the log of requests and the clock: equal before and after if nothing changed.
  package var contents: JSON {
    let kept = ["applications", "workloads", "backups", "snapshots", "namespaces", "operations"]
    return .object((json.members ?? []).filter { kept.contains($0.name) })
  }

  private func json(of app: Application) -> JSON {
    let names = app.namespaces.isEmpty ? app.pendingNamespaces : app.namespaces
    return [
      "id": .string(app.id), "name": .string(app.name),
      "cluster": .string(cluster(app.cluster)?.name ?? ""),
      "namespaces": .array(names.map(JSON.string)),
      "state": .string(app.state), "content": app.content?.json ?? .null, "address": .string(app.address),
      "sourceAppID": app.sourceAppID.map(JSON.string) ?? .null,
      "backupID": app.backupID.map(JSON.string) ?? .null,
      "snapshotID": app.snapshotID.map(JSON.string) ?? .null,
      "restoredFrom": .array(app.restoredFrom.map(JSON.string)), "created": .number(app.created.inSeconds),
    ]
  }

  private func json(of workload: Workload) -> JSON {
    [
      "name": .string(workload.name), "cluster": .string(cluster(workload.cluster)?.name ?? ""),
      "namespaces": .array(workload.namespaces.map(JSON.string)), "content": workload.content?.json ?? .null,
      "address": .string(workload.address),
    ]
  }

  private func json(of point: RecoveryPoint) -> JSON {
    [
      "id": .string(point.id), "name": .string(point.name), "application": .string(point.application),
      "state": .string(point.state), "hookState": point.hookState.map(JSON.string) ?? .null,
      "content": point.content?.json ?? .null, "created": .number(point.created.inSeconds),
    ]
  }
}

extension World {
  /// The identifier of every cluster, by its name.
  package var clusterIDs: [String: String] {
    Dictionary(clusters.map { ($0.name, $0.id) }) { first, _ in first }
  }
}
