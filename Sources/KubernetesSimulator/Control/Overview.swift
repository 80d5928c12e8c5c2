internal import SimulatorSupport

// What the page for people shows, in the same shape as that of Astra Control's simulator.

extension KubernetesWorld {
  /// What there is and what happens, no more of each kind than the query wants.
  func overview(_ query: OverviewQuery) -> JSON {
    let applications = applications
    let names = Dictionary(
      applications.flatMap { app in [app.uid, app.objectUID ?? ""].map { ($0, app.name) } }
    ) { first, _ in first }
    // The last that came first.
    let copies = Array(copies.reversed())
    let copyNames = Dictionary(copies.map { ($0.uid, $0.name) }) { first, _ in first }
    func name(_ uid: String) -> String { names[uid] ?? copyNames[uid] ?? uid }
    return [
      "service": .string("Kubernetes with \(velero == nil ? "Trident protect" : "Velero")"),
      "now": .number(now.inSeconds),
      "serverTime": .string(serverTime.text()),
      "applications": query.part(
        applications,
        fit: { app in
          query.fits(app.name, app.uid, app.state, app.cluster) || app.namespaces.contains { query.fits($0) }
        }, { overview($0) }),
      "recoveryPoints": query.part(
        copies, fit: { query.fits($0.name, $0.uid, $0.state, name($0.application)) },
        { overview($0, of: name($0.application)) }),
      "operations": query.part(
        runs, fit: { query.fits(name($0.application), name($0.uid), $0.kind.rawValue) },
        { overview($0, name) }),
      "faults": faultOverview, "requests": .integer(clusters.map(\.requests.count).reduce(0, +)),
      "lastRequests": controlState.requestLog.json,
      "journal": .array(journal.suffix(query.limit).map(\.json)),
    ]
  }

  private var serverTime: WallTime { clusters[0].store.startTime + now }

  private func overview(_ app: ApplicationView) -> JSON {
    let cluster = index(ofCluster: app.cluster) ?? 0
    let service = app.namespaces.first.flatMap {
      clusters[cluster].store.objects("services", in: $0).first
    }
    return [
      "id": .string(app.uid), "name": .string(app.name), "cluster": .string(app.cluster),
      "namespaces": .array(app.namespaces.map { .string($0) }), "state": .string(app.state),
      "content": app.content?.overview ?? .null, "address": .string(app.address),
      "pageStatus": service.flatMap { page(of: $0, in: cluster) }.map { .integer($0.status) } ?? .null,
    ]
  }

  private func overview(_ copy: CopyView, of application: String) -> JSON {
    let age = copy.created.map { serverTime.sinceEpoch - $0.sinceEpoch }
    return [
      "id": .string(copy.uid), "kind": .string(copy.kind.rawValue), "name": .string(copy.name),
      "application": .string(application), "state": .string(copy.state),
      "hookState": copy.hooksFailed.map { .string($0 ? "failed" : "success") } ?? .null,
      "ageSeconds": age.map { .number($0.inSeconds) } ?? .null, "content": copy.content?.overview ?? .null,
    ]
  }

  private func overview(_ run: Run, _ name: (String) -> String) -> JSON {
    var json = json(of: run)
    json.append("name", .string(run.kind == .restore ? name(run.application) : name(run.uid)))
    json.append("applicationName", .string(name(run.application)))
    json.append("progress", .number(run.progress(at: now)))
    return json
  }

  /// The faults that are still to come, and what else can be switched.
  private var faultOverview: JSON {
    let operationFaults = faults.filter { $0.nth > begun[$0.kind, default: 0] }
    let responseFaults = controlState.responseFaults.filter { $0.count - $0.fault.nth < $0.fault.count - 1 }
    return [
      "kinds": .array(Run.Kind.allCases.map { .string($0.rawValue) }),
      "effects": .array(effects.map { .string($0.rawValue) }),
      "operations": .array(operationFaults.map(\.json)),
      "responses": .array(responseFaults.map(\.fault.json)),
      "tokenIsRevoked": .bool(controlState.ownTokens != nil),
      "switches": .array(
        switches.map { name, setting, isOn in
          [
            "name": .string(name), "isOn": .bool(isOn), "on": .object([.init(setting, true)]),
            "off": .object([.init(setting, false)]),
          ]
        }),
    ]
  }

  /// What can go wrong with a run.
  private var effects: [RunFault.Effect] {
    RunFault.Effect.allCases.filter { velero != nil || !$0.isVelerosOwn }
  }

  /// What is wrong with the product itself, as long as it is switched on: in words, by its setting, and whether it is.
  private var switches: [(name: String, setting: String, isOn: Bool)] {
    if let settings = velero?.settings {
      return [
        ("the server is away", "serverIsAway", settings.serverIsAway),
        ("the object storage cannot be reached", "locationsAreUnavailable", settings.locationsAreUnavailable),
        ("pods do not become ready", "podsStayPending", settings.platform.podsStayPending),
        ("deletions of backups never end", "deletionHangs", settings.deletionHangs),
      ]
    }
    return [
      ("the controller is away", "controllerIsAway", settings.controllerIsAway),
      ("the object storage cannot be reached", "vaultsAreUnavailable", settings.vaultsAreUnavailable),
      ("the webhooks are down", "webhooksAreDown", settings.webhooksAreDown),
      ("the webhooks do not answer", "webhooksHang", settings.webhooksHang),
    ]
  }
}

extension Run {
  /// How much of it is done at a time, from 0 to 1, as if every second were worth the same.
  func progress(at now: Duration) -> Double {
    let done = stages[..<stage].map(\.length).reduce(.zero, +)
    let all = stages.map(\.length).reduce(.zero, +)
    let present = min(max(now - stageBegan, .zero), stages[stage].length)
    return all > .zero ? (done + present) / all : 1
  }
}

extension WorldContent {
  /// The content with no more than its last rows.
  var overview: JSON {
    [
      "version": .string(version), "broken": .bool(broken), "rows": .integer(rows.count),
      "lastRows": .array(rows.suffix(3).map { .string($0) }),
    ]
  }
}
