// How each object is shown by the API (reference: NetApp's OpenAPI document 24.02 and published server output).

/// The UUID that stands for the server itself in `createdBy`.
let nobody = "00000000-0000-0000-0000-000000000000"

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
    let creator = settings.createdBySystem ? "system" : byServer ? nobody : userID
    return [
      "labels": settings.labelsNull && labels.isEmpty ? .null : .array(shown),
      "creationTimestamp": timestamp(created), "modificationTimestamp": timestamp(modified),
      "createdBy": .string(creator),
    ]
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

  private func protectionState(_ app: Application) -> String {
    points.contains { $0.application == app.id && $0.state == "completed" } ? "partial" : "none"
  }

  private func links(_ app: Application) -> JSON {
    let root = "/accounts/\(scenario.account)"
    let item = "\(root)/k8s/v2/apps/\(app.id)"
    let children = "\(root)/k8s/v1/apps/\(app.id)"
    let isReady = app.state == "ready"
    func link(_ title: String, _ href: String, _ type: String, _ verb: JSON) -> JSON {
      [
        "rel": "related", "href": .string(href), "type": .string("application/astra-\(type)"),
        "title": .string(title), "hints": ["allow": isReady ? [verb] : [], "permissions": []],
      ]
    }
    let canonical = "\(root)/topology/v2/managedClusters/\(app.cluster)/apps/\(app.id)"
    return [
      ["rel": "canonical", "href": .string(canonical)],
      link("nonDisruptiveBackup", "\(children)/appBackups", "appBackup", "POST"),
      link("snapshot", "\(children)/appSnaps", "appSnap", "POST"),
      link("clone", "\(root)/k8s/v2/apps", "app", "POST"), link("inPlaceRestore", item, "app", "PUT"),
    ]
  }

  // MARK: Backups and snapshots

  /// `application/astra-appBackup` or `application/astra-appSnap`.
  func resource(_ point: Point) -> JSON {
    let isBackup = point.kind == .backup
    var members: [JSON.Member] = [
      .init("type", isBackup ? "application/astra-appBackup" : "application/astra-appSnap"),
      .init("version", isBackup ? "1.2" : "1.3"), .init("id", .string(point.id)),
      .init("name", .string(point.name)),
    ]
    if let bucket = point.bucket { members.append(.init("bucketID", .string(bucket))) }
    if let snapshot = point.snapshot { members.append(.init("snapshotID", .string(snapshot))) }
    if !isBackup, point.state == "completed" {
      members.append(.init("snapshotAppAsset", .string(point.asset)))
      members.append(.init("snapshotCreationTimestamp", timestamp(point.modified)))
    }
    let reasons = settings.failureTexts ? point.reasons : []
    members.append(.init("state", .string(point.state)))
    members.append(.init("stateUnready", .array(reasons.map(JSON.string))))
    members.append(
      .init("stateDetails", details(reasons.map { StateDetail(title: "Not completed", detail: $0) })))
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

  private func addProgress(of point: Point, to members: inout [JSON.Member]) {
    guard settings.percentDoneShown else { return }
    let total = 805_306_368
    var done = point.state == "completed" ? 1.0 : 0
    if let operation = operations.first(where: { $0.subject == point.id }), point.state == "running" {
      let length = operation.stages[operation.stage].length
      done = length > .zero ? min(0.99, (now - operation.stageBegan) / length) : 0
    }
    guard point.state == "completed" || point.state == "running" else { return }
    members.append(.init("totalBytes", .integer(total)))
    members.append(.init("bytesDone", .integer(Int(Double(total) * done))))
    members.append(.init("percentDone", .integer(Int(100 * done))))
  }

  // MARK: Topology

  /// `application/astra-cloud`.
  func resource(_ cloud: Cloud) -> JSON {
    var members: [JSON.Member] = [
      .init("type", "application/astra-cloud"), .init("version", "1.1"), .init("id", .string(cloud.id)),
      .init("name", .string(cloud.name)), .init("state", "running"), .init("stateUnready", []),
      .init("cloudType", .string(cloud.cloudType)),
    ]
    if let bucket = cloud.defaultBucket { members.append(.init("defaultBucketID", .string(bucket))) }
    members.append(.init("metadata", metadata(created: .zero, modified: .zero)))
    return .object(members)
  }

  /// `application/astra-cluster`, or `application/astra-managedCluster`.
  func resource(_ cluster: Cluster, asManaged: Bool) -> JSON {
    let names = namespaces.filter { $0.cluster == cluster.id }.map { JSON.string($0.name) }
    let inUse = applications.contains { $0.cluster == cluster.id }
    let cloudName = clouds.first { $0.id == cluster.cloud }?.name ?? ""
    var members: [JSON.Member] = [
      .init("type", asManaged ? "application/astra-managedCluster" : "application/astra-cluster"),
      .init("version", "1.5"), .init("id", .string(cluster.id)), .init("name", .string(cluster.name)),
      .init("state", "running"), .init("stateUnready", []),
      .init("managedState", cluster.isManaged ? "managed" : "unmanaged"), .init("managedStateUnready", []),
    ]
    if cluster.isManaged { members.append(.init("managedTimestamp", timestamp(.zero))) }
    members += [
      .init("protectionState", "full"), .init("protectionStateDetails", []),
      .init("restoreTargetSupported", truth(cluster.restoreTargetSupported)),
      .init("snapshotSupported", truth(cluster.snapshotClass && cluster.isEligible)),
      .init("inUse", truth(inUse)), .init("clusterType", .string(cluster.clusterType)),
      .init("clusterVersion", .string(cluster.version)),
      .init("clusterVersionString", .string("v\(cluster.version).0")), .init("namespaces", .array(names)),
    ]
    if let main = cluster.storageClasses.first {
      members.append(.init("defaultStorageClass", .string(main.id)))
    }
    members += [
      .init("cloudID", .string(cluster.cloud)), .init("isMultizonal", truth(false)),
      .init("tridentManagedStateAllowed", ["unmanaged"]), .init("tridentVersion", "23.7.0"),
      .init(
        "metadata",
        metadata(
          created: .zero, modified: .zero,
          labels: [
            Mapping(source: "astra.netapp.io/labels/read-only/cloudName", destination: cloudName)
          ], byServer: true)),
    ]
    return .object(members)
  }

  /// `application/astra-namespace`.
  func resource(_ namespace: Namespace) -> JSON {
    var members: [JSON.Member] = [
      .init("type", "application/astra-namespace"), .init("version", "1.1"),
      .init("id", .string(namespace.id)), .init("links", []), .init("name", .string(namespace.name)),
      .init("namespaceState", "discovered"), .init("namespaceStateDetails", []),
      .init(
        "kubernetesLabels",
        [["name": "kubernetes.io/metadata.name", "value": .string(namespace.name)]]),
      .init("kubernetesUID", .string(namespace.kubernetesUID)),
      .init("clusterID", .string(namespace.cluster)),
    ]
    let systemTypes = ["kube-system": "kubernetes", "default": "kubernetes", "trident": "netapp"]
    if let type = systemTypes[namespace.name] { members.append(.init("systemType", .string(type))) }
    members.append(
      .init(
        "metadata", metadata(created: namespace.created, modified: namespace.created, byServer: true)))
    return .object(members)
  }

  /// `application/astra-storageClass`.
  func resource(_ storageClass: StorageClass, isDefault: Bool) -> JSON {
    var members: [JSON.Member] = [
      .init("type", "application/astra-storageClass"), .init("version", "1.1"),
      .init("id", .string(storageClass.id)), .init("name", .string(storageClass.name)),
      .init("provisioner", "csi.trident.netapp.io"), .init("available", "eligible"),
      .init("allowVolumeExpansion", truth(true)), .init("reclaimPolicy", "Delete"),
      .init("volumeBindingMode", "Immediate"),
    ]
    if isDefault { members.append(.init("isDefault", truth(true))) }
    members.append(.init("metadata", metadata(created: .zero, modified: .zero, byServer: true)))
    return .object(members)
  }

  /// `application/astra-bucket`.
  func resource(_ bucket: Bucket) -> JSON {
    [
      "type": "application/astra-bucket", "version": "1.2", "id": .string(bucket.id),
      "name": .string(bucket.name), "credentialID": .string(bucket.credential),
      "state": .string(bucket.state), "stateDetails": [], "provider": .string(bucket.provider),
      "bucketParameters": [
        "s3": ["serverURL": "s3.simulator.example", "bucketName": .string(bucket.name)]
      ],
      "metadata": metadata(created: .zero, modified: .zero),
    ]
  }

  /// `application/astra-appAsset`: one deployment in each namespace of the application.
  func assets(_ app: Application) -> [JSON] {
    app.namespaces.map { namespace in
      let id = fingerprint(Array("\(app.id)/\(namespace)".utf8))
      let uuid = uuidShaped(id)
      return [
        "type": "application/astra-appAsset", "version": "1.1", "id": .string(uuid),
        "assetType": "Deployment", "creationTimestamp": timestamp(app.created),
        "GVK": ["group": "apps", "version": "v1", "kind": "Deployment"],
        "assetID": .string(uuid), "labels": [["name": "app", "value": .string(app.name)]],
        "assetName": .string(app.name), "namespace": .string(namespace),
        "metadata": metadata(created: app.created, modified: app.modified, byServer: true),
      ]
    }
  }

  /// `application/astra-notification`.
  func resource(_ notification: Notification, number: Int) -> JSON {
    [
      "type": "application/astra-notification", "version": "1.3", "id": .string(notification.id),
      "name": .string(notification.name), "sequenceCount": .integer(number),
      "summary": .string(notification.summary), "eventTime": timestamp(notification.time),
      "source": "simulator", "resourceID": .string(notification.resource),
      "additionalResourceIDs": [.string(notification.application)],
      "resourceType": .string(notification.resourceType),
      "correlationID": .string(uuidShaped(fingerprint(Array(notification.id.utf8)))),
      "severity": .string(notification.severity), "class": "user",
      "description": .string(notification.description), "destinations": ["notification"],
      "accountID": .string(scenario.account),
      "metadata": metadata(created: notification.time, modified: notification.time, byServer: true),
    ]
  }
}

/// 32 hexadecimal digits in the form of a version 5 UUID.
func uuidShaped(_ digits: String) -> String {
  let text = Array(digits)
  let groups = [text[0..<8], text[8..<12], ["5"] + text[13..<16], ["a"] + text[17..<20], text[20..<32]]
  return groups.map { String($0) }.joined(separator: "-")
}
