internal import SimulatorSupport

// What the page for people shows: small, however large the world is.

extension World {
  /// What there is and what happens, no more of each kind than the query wants.
  func overview(_ query: OverviewQuery) -> JSON {
    let generation = settings.apiGeneration == .both ? "both generations" : settings.apiGeneration.rawValue
    let applications = applicationTable.indices
    // The last that came first.
    let points = Array(pointTable.indices.reversed())
    return [
      "service": .string("Astra Control, \(generation)"), "now": .number(now.inSeconds),
      "serverTime": .string(serverTime.text()),
      "applications": query.part(
        applications, fit: { fits(applicationTable[$0], query) }, { overview(applicationTable[$0]) }),
      "recoveryPoints": query.part(
        points, fit: { fits(pointTable[$0], query) }, { overview(pointTable[$0]) }),
      "operations": query.part(
        operations, fit: { query.fits(name(of: $0.subject), $0.kind.rawValue) }, { overview($0) }),
      "faults": faultOverview, "requests": .integer(requestCount), "lastRequests": requestLog.json,
      "journal": .array(journal.suffix(query.limit).map(\.json)),
    ]
  }

  private func fits(_ app: Application, _ query: OverviewQuery) -> Bool {
    query.fits(app.name, app.id, app.state, cluster(app.cluster)?.name ?? "")
      || app.namespaces.contains { query.fits($0) }
  }

  private func fits(_ point: RecoveryPoint, _ query: OverviewQuery) -> Bool {
    query.fits(point.name, point.id, point.state, applicationTable[id: point.application]?.name ?? "")
  }

  /// The name of an application, backup or snapshot.
  private func name(of id: String) -> String {
    applicationTable[id: id]?.name ?? pointTable[id: id]?.name ?? id
  }

  private func overview(_ app: Application) -> JSON {
    let names = app.namespaces.isEmpty ? app.pendingNamespaces : app.namespaces
    return [
      "id": .string(app.id), "name": .string(app.name), "cluster": .string(cluster(app.cluster)?.name ?? ""),
      "namespaces": .array(names.map(JSON.string)), "state": .string(app.state),
      "content": app.content?.overview ?? .null, "address": .string(app.address),
      "pageStatus": .integer(frontPage(of: app).status),
    ]
  }

  private func overview(_ point: RecoveryPoint) -> JSON {
    [
      "id": .string(point.id), "kind": .string(point.kind.rawValue), "name": .string(point.name),
      "application": .string(applicationTable[id: point.application]?.name ?? ""),
      "state": .string(point.state), "hookState": point.hookState.map(JSON.string) ?? .null,
      "ageSeconds": .number((now - point.created).inSeconds), "content": point.content?.overview ?? .null,
    ]
  }

  private func overview(_ operation: Operation) -> JSON {
    var json = operation.json
    json.append("name", .string(name(of: operation.subject)))
    json.append("applicationName", .string(name(of: operation.application)))
    json.append("progress", .number(operation.progress(at: now)))
    return json
  }

  /// The faults that are still to come, and what else can be switched.
  private var faultOverview: JSON {
    let operationFaults = operationFaults.filter { $0.nth > started($0.kind) }
    let responseFaults = responseFaults.filter { fault in
      requestCount(concerning: fault) - fault.nth < fault.count - 1
    }
    return [
      "kinds": .array(Operation.Kind.allCases.map { .string($0.rawValue) }),
      "effects": .array(OperationFault.Effect.allCases.map { .string($0.rawValue) }),
      "operations": .array(operationFaults.map(\.json)), "responses": .array(responseFaults.map(\.json)),
      "tokenIsRevoked": .bool(token != scenario.token),
      "switches": [
        [
          "name": "the licence has expired", "isOn": .bool(settings.licence == .expired),
          "on": ["licence": "expired"], "off": ["licence": "valid"],
        ]
      ],
    ]
  }
}

extension Operation {
  /// How much of it is done at a time, from 0 to 1, as if every second were worth the same.
  func progress(at now: Duration) -> Double {
    let done = stages[..<stage].map(\.length).reduce(.zero, +)
    let all = stages.map(\.length).reduce(.zero, +)
    let present = min(max(now - stageBegan, .zero), stages[stage].length)
    return all > .zero ? (done + present) / all : 1
  }
}

extension Content {
  /// The content with no more than its last rows.
  var overview: JSON {
    [
      "version": .string(version), "broken": .bool(broken), "rows": .integer(rows.count),
      "lastRows": .array(rows.suffix(3).map(JSON.string)),
    ]
  }
}
