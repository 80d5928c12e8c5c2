internal import SimulatorSupport

// How clouds, clusters, namespaces and the rest of an application's surroundings are shown by the API.

extension World {
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
    let names = namespaceTable.indices(ownedBy: cluster.id).map { JSON.string(namespaceTable[$0].name) }
    let inUse = applicationTable.contains(ownedBy: cluster.id)
    let cloudName = clouds.first { $0.id == cluster.cloud }?.name ?? ""
    var members: [JSON.Member] = [
      .init("type", asManaged ? "application/astra-managedCluster" : "application/astra-cluster"),
      .init("version", "1.5"), .init("id", .string(cluster.id)), .init("name", .string(cluster.name)),
      .init("state", .string(cluster.state)), .init("stateUnready", []),
      .init("managedState", .string(cluster.managedState)), .init("managedStateUnready", []),
    ]
    if cluster.isManaged { members.append(.init("managedTimestamp", timestamp(.zero))) }
    if settings.prerequisitesShown {
      members += [
        .init("protectionState", .string(cluster.protectionState)), .init("protectionStateDetails", []),
        .init("restoreTargetSupported", truth(cluster.restoreTargetSupported)),
        .init("snapshotSupported", truth(cluster.snapshotClass && cluster.isEligible)),
        .init("cloudID", .string(cluster.cloud)),
      ]
      if !cluster.tridentVersion.isEmpty {
        members.append(.init("tridentVersion", .string(cluster.tridentVersion)))
      }
    }
    members += [
      .init("inUse", truth(inUse)), .init("clusterType", .string(cluster.clusterType)),
      .init("clusterVersion", .string(cluster.version)),
      .init("clusterVersionString", .string("v\(cluster.version).0")), .init("namespaces", .array(names)),
    ]
    if let main = cluster.storageClasses.first {
      members.append(.init("defaultStorageClass", .string(main.id)))
    }
    members += [
      .init("isMultizonal", truth(false)), .init("tridentManagedStateAllowed", ["unmanaged"]),
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
      .init("provisioner", "csi.trident.netapp.io"), .init("allowVolumeExpansion", truth(true)),
      .init("reclaimPolicy", "Delete"),
      .init("volumeBindingMode", "Immediate"),
    ]
    if settings.prerequisitesShown { members.append(.init("available", .string(storageClass.availability))) }
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

  /// `application/astra-executionHook`: each of an application's hooks.
  func hooks(of app: Application) -> [JSON] {
    app.hooks.map { name in
      let id = uuidShaped(fingerprint(Array("\(app.id)/\(name)".utf8)))
      return [
        "type": "application/astra-executionHook", "version": "1.3", "id": .string(id),
        "name": .string(name), "hookType": "custom", "action": "backup", "stage": "pre",
        "hookSourceID": .string(uuidShaped(fingerprint(Array(name.utf8)))), "appID": .string(app.id),
        "matchingCriteria": [], "metadata": metadata(created: app.created, modified: app.created),
      ]
    }
  }

  /// `application/astra-appAsset`: a deployment in each namespace of the application and a pod of it, which has a new
  /// name each time.
  ///
  /// A recovery point holds what there was; an application may have lost some of it since, and have got more.
  func assets(_ app: Application, in point: RecoveryPoint? = nil) -> [JSON] {
    let era = point.map { $0.id } ?? "\(app.id)/\(app.restoredFrom.count)"
    return app.namespaces.flatMap { namespace in
      let pod = "\(app.workload)-\(fingerprint(Array("\(era)/\(namespace)".utf8)).prefix(5))"
      var assets = [("apps", "Deployment", app.workload), ("", "Pod", pod)]
      if point == nil {
        assets += app.strayAssets.map { ("", "ConfigMap", $0) }
        assets.removeAll { app.lostAssets.contains($0.2) }
      }
      return assets.map { asset($0, $1, $2, in: namespace, of: app) }
    }
  }

  private func asset(
    _ group: String, _ kind: String, _ name: String, in namespace: String, of app: Application
  ) -> JSON {
    let uuid = uuidShaped(fingerprint(Array("\(app.id)/\(namespace)/\(kind)/\(name)".utf8)))
    return [
      "type": "application/astra-appAsset", "version": "1.1", "id": .string(uuid),
      "assetType": .string(kind), "creationTimestamp": timestamp(app.created),
      "GVK": ["group": .string(group), "version": "v1", "kind": .string(kind)],
      "assetID": .string(uuid), "labels": [["name": "app", "value": .string(app.name)]],
      "assetName": .string(name), "namespace": .string(namespace),
      "metadata": metadata(created: app.created, modified: app.modified, byServer: true),
    ]
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
