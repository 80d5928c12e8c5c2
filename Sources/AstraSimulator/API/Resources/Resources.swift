internal import SimulatorSupport

// How each object is shown by the API (reference: NetApp's OpenAPI document 24.02 and published server output).

/// The UUID that stands for the server itself in `createdBy`.
let nilUUID = "00000000-0000-0000-0000-000000000000"

/// The transitions between two states.
private let knownTransitions: JSON = [
  ["from": "pending", "to": ["discovering", "failed"]],
  ["from": "discovering", "to": ["ready", "failed"]],
  ["from": "ready", "to": ["discovering", "restoring", "unavailable", "failed"]],
  ["from": "unavailable", "to": ["ready", "restoring"]],
  ["from": "provisioning", "to": ["discovering", "failed"]],
  ["from": "restoring", "to": ["discovering", "failed"]],
]

/// The transitions as real servers return them: those from nowhere have no `from`.
private let allTransitions: JSON = .array(
  [["to": ["pending"]], ["to": ["provisioning"]]] + (knownTransitions.array ?? []))

extension World {
  func timestamp(_ time: Duration) -> JSON {
    .string(wallTime(at: time).text(fraction: settings.fractionalTimestamps))
  }

  /// A truth value, which the API mostly writes as a string.
  func truth(_ value: Bool) -> JSON {
    settings.booleansAsStrings ? .string(value ? "true" : "false") : .bool(value)
  }

  func metadata(
    created: Duration, modified: Duration, labels: [Mapping] = [], byServer: Bool = false
  ) -> JSON {
    let shown = labels.map { label -> JSON in
      ["name": .string(label.source), "value": .string(label.destination)]
    }
    let creator = settings.createdBySystem ? "system" : byServer ? nilUUID : userID
    var members: [JSON.Member] = [
      .init("labels", settings.labelsNull && labels.isEmpty ? .null : .array(shown)),
      .init("creationTimestamp", timestamp(created)),
    ]
    if settings.modificationTimestampShown {
      members.append(.init("modificationTimestamp", timestamp(modified)))
    }
    return .object(members + [.init("createdBy", .string(creator))])
  }

  // MARK: Applications

  /// `application/astra-app`.
  func resource(_ app: Application) -> JSON {
    let cluster = cluster(app.cluster)
    var members: [JSON.Member] = [
      .init("type", "application/astra-app"), .init("version", "2.2"), .init("id", .string(app.id)),
      .init("links", settings.links ? links(app) : []), .init("name", .string(app.name)),
      .init("namespaceScopedResources", scopes(app)), .init("clusterScopedResources", []),
      .init("lastResourceCollectionTimestamp", timestamp(app.collected)),
      .init("state", .string(app.state)),
      .init("stateTransitions", settings.transitionsWithoutFrom ? allTransitions : knownTransitions),
      .init("stateDetails", settings.failureTexts ? details(app.stateDetails) : []),
      .init("protectionState", .string(protectionState(app))), .init("protectionStateDetails", []),
      .init("namespaces", .array(app.namespaces.map(JSON.string))),
      .init(
        "namespaceMapping",
        .array(
          app.mapping.map { ["source": .string($0.source), "destination": .string($0.destination)] })),
    ]
    if let cluster, !settings.clusterOnlyWhenReady || app.state == "ready" {
      members.append(.init("clusterName", .string(cluster.name)))
      members.append(.init("clusterID", .string(cluster.id)))
      members.append(.init("clusterType", .string(cluster.clusterType)))
    }
    let optional: [(String, String?)] = [
      ("sourceAppID", app.sourceAppID), ("sourceClusterID", app.sourceCluster),
      ("sourceClusterName", app.sourceCluster.flatMap { self.cluster($0)?.name }),
      ("backupID", app.backupID), ("snapshotID", app.snapshotID),
    ]
    for case (let name, let value?) in optional { members.append(.init(name, .string(value))) }
    members.append(
      .init("metadata", metadata(created: app.created, modified: app.modified, labels: app.labels)))
    return .object(members)
  }

  private func scopes(_ app: Application) -> JSON {
    let names = app.namespaces.isEmpty ? app.pendingNamespaces : app.namespaces
    return .array(names.map { ["namespace": .string($0), "labelSelectors": []] })
  }

  private func details(_ details: [StateDetail]) -> JSON {
    .array(
      details.map {
        [
          "type": "https://astra.netapp.io/problems/0", "title": .string($0.title),
          "detail": .string($0.detail),
        ]
      })
  }

  func protectionState(_ app: Application) -> String {
    pointTable.contains(ownedBy: app.id) { $0.state == "completed" } ? "partial" : "none"
  }

  private func links(_ app: Application) -> JSON {
    let root = "/accounts/\(scenario.account)"
    let item = "\(root)/k8s/v2/apps/\(app.id)"
    let children = "\(root)/k8s/v1/apps/\(app.id)"
    let isReady = app.state == "ready"
    let takesSnapshots = app.supportsSnapshots && cluster(app.cluster)?.snapshotClass == true
    func link(
      _ title: String, _ href: String, _ type: String, _ verb: JSON, if isSupported: Bool = true
    ) -> JSON {
      [
        "rel": "related", "href": .string(href), "type": .string("application/astra-\(type)"),
        "title": .string(title), "hints": ["allow": isReady && isSupported ? [verb] : [], "permissions": []],
      ]
    }
    let canonical = "\(root)/topology/v2/managedClusters/\(app.cluster)/apps/\(app.id)"
    return [
      ["rel": "canonical", "href": .string(canonical)],
      link("nonDisruptiveBackup", "\(children)/appBackups", "appBackup", "POST"),
      link("snapshot", "\(children)/appSnaps", "appSnap", "POST", if: takesSnapshots),
      link("clone", "\(root)/k8s/v2/apps", "app", "POST", if: app.supportsClones),
      link("inPlaceRestore", item, "app", "PUT"),
    ]
  }

  // MARK: Backups and snapshots

  /// `application/astra-appBackup` or `application/astra-appSnap`.
  func resource(_ point: RecoveryPoint, asOlder: Bool = false) -> JSON {
    let isBackup = point.kind == .backup
    var members: [JSON.Member] = [
      .init("type", isBackup ? "application/astra-appBackup" : "application/astra-appSnap"),
      .init("version", asOlder ? "1.0" : isBackup ? "1.2" : "1.3"), .init("id", .string(point.id)),
      .init("name", .string(point.name)),
    ]
    if let bucket = point.bucket { members.append(.init("bucketID", .string(bucket))) }
    if let snapshot = point.snapshot { members.append(.init("snapshotID", .string(snapshot))) }
    if let schedule = point.schedule { members.append(.init("scheduleID", .string(schedule))) }
    if !isBackup, point.state == "completed" {
      members.append(.init("snapshotAppAsset", .string(point.asset)))
      members.append(.init("snapshotCreationTimestamp", timestamp(point.modified)))
    }
    let reasons = settings.failureTexts ? point.reasons : []
    members.append(.init("state", .string(point.state)))
    members.append(.init("stateUnready", .array(reasons.map(JSON.string))))
    if !asOlder {
      members.append(
        .init("stateDetails", details(reasons.map { StateDetail(title: "Not completed", detail: $0) })))
    }
    if settings.hookStateShown, let hooks = point.hookState {
      members.append(.init("hookState", .string(hooks)))
      let failures =
        hooks == "failed" ? [StateDetail(title: "Hook failed", detail: "A hook exited with status 1")] : []
      members.append(.init("hookStateDetails", details(failures)))
    }
    if isBackup { addProgress(of: point, to: &members) }
    members.append(
      .init("metadata", metadata(created: point.created, modified: point.modified, labels: point.labels)))
    return .object(members)
  }

  private func addProgress(of point: RecoveryPoint, to members: inout [JSON.Member]) {
    guard settings.percentDoneShown else { return }
    let total = 805_306_368
    var done = point.state == "completed" ? 1.0 : 0
    if point.state == "running", let operation = operations.first(where: { $0.subject == point.id }) {
      let length = operation.stages[operation.stage].length
      done = length > .zero ? min(0.99, (now - operation.stageBegan) / length) : 0
    }
    guard point.state == "completed" || point.state == "running" else { return }
    members.append(.init("totalBytes", .integer(total)))
    members.append(.init("bytesDone", .integer(Int(Double(total) * done))))
    members.append(.init("percentDone", .integer(Int(100 * done))))
  }
}
