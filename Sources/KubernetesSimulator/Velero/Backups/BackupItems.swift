internal import SimulatorSupport

// What a backup holds: the objects of its namespaces, and what it has of their claims.
extension KubernetesWorld {
  /// The order in which Velero goes through kinds; those that are not named come after, by name.
  private static let order = [
    "namespaces", "persistentvolumes", "persistentvolumeclaims", "secrets", "configmaps", "serviceaccounts",
    "limitranges", "pods", "replicasets.apps",
  ]
  /// Kinds that no backup has.
  private static let left = [
    "nodes", "events", "persistentvolumes", "namespaces", "customresourcedefinitions.apiextensions.k8s.io",
    "volumesnapshots.snapshot.storage.k8s.io", "volumesnapshotcontents.snapshot.storage.k8s.io",
    "volumesnapshotclasses.snapshot.storage.k8s.io", "storageclasses.storage.k8s.io",
  ]

  /// The namespaces that a backup is of.
  func namespaces(ofBackup object: JSON, in cluster: Int) -> [String] {
    let filter = ResourceFilter(object["spec"] ?? [:])
    return clusters[cluster].store.objects("namespaces").filter {
      filter.has(namespace: $0.name ?? "") && $0.label("velero.io/exclude-from-backup") != "true"
    }.compactMap(\.name)
  }

  /// The application that a backup is of: the one with the first of its namespaces.
  func application(ofBackup object: JSON, in cluster: Int) -> VeleroApplication? {
    let names = (object.value(at: "spec.includedNamespaces")?.array ?? []).compactMap(\.string)
    return velero?.applications.last { application in
      application.cluster == cluster && application.namespaces.contains { names.contains($0) }
    }
  }

  /// The objects of some namespaces that a backup takes, in the order in which it takes them.
  func items(_ spec: JSON, _ namespaces: [String], in cluster: Int) -> [Archive.Item] {
    let filter = ResourceFilter(spec)
    let store = clusters[cluster].store
    var items: [Archive.Item] = []
    for name in namespaces {
      if let object = store.object(ObjectKey("namespaces", nil, name)) {
        items.append(Archive.Item(resource: "namespaces", namespace: "", object: object))
      }
    }
    let kinds = store.kinds.all.filter {
      $0.isNamespaced && !Self.left.contains($0.resource) && filter.has($0)
        && $0.group != Self.veleroGroup && $0.group != Self.oadpGroup
    }.sorted { (Self.rank($0), $0.resource) < (Self.rank($1), $1.resource) }
    for kind in kinds {
      for namespace in namespaces {
        for object in store.objects(kind.resource, in: namespace)
        where !object.isDeleted && filter.selects(object) {
          if kind.resource == "persistentvolumeclaims", filter.clusterResources != false,
            let name = object.value(at: "spec.volumeName")?.string,
            let volume = store.object(ObjectKey("persistentvolumes", nil, name))
          {
            items.append(Archive.Item(resource: "persistentvolumes", namespace: "", object: volume))
          }
          items.append(Archive.Item(resource: kind.resource, namespace: namespace, object: object))
        }
      }
    }
    return items
  }

  private static func rank(_ kind: KindDefinition) -> Int {
    order.firstIndex(of: kind.resource) ?? order.count
  }

  // MARK: - What it has of claims

  /// How the data of each claim gets into a backup, if it does.
  func volumeCopies(
    _ archive: Archive, _ spec: JSON, in cluster: Int, _ errors: inout [String: [String]]
  ) -> [VolumeCopy] {
    var copies: [VolumeCopy] = []
    for item in archive.items where item.resource == "persistentvolumeclaims" {
      let claim = item.object
      var copy = VolumeCopy(
        namespace: item.namespace, claim: claim.name ?? "", claimUID: claim.uid ?? "",
        volume: claim.value(at: "spec.volumeName")?.string ?? "", method: .none,
        rows: rows(of: claim, in: cluster) ?? [], handle: "")
      if let pod = mounting(claim.name ?? "", item.namespace, in: cluster) {
        copy.pod = pod
        copy.mount =
          (pod.value(at: "spec.volumes")?.array ?? []).first {
            $0.value(at: "persistentVolumeClaim.claimName")?.string == claim.name
          }?["name"]?.string
      }
      choose(&copy, spec, &errors)
      copies.append(copy)
    }
    return copies
  }

  private func choose(_ copy: inout VolumeCopy, _ spec: JSON, _ errors: inout [String: [String]]) {
    guard let settings = velero?.settings else { return }
    func skip(_ reason: String) { copy.skippedReason = reason }
    if settings.withoutData.contains(copy.claim) {
      return skip("not satisfied with any data protection method")
    }
    if isReadAsFiles(copy, spec) {
      guard settings.hasNodeAgent else {
        errors[copy.namespace, default: []].append(
          "error backing up pod volume \(copy.mount ?? ""): daemonset pod not found in running state in node node-1"
        )
        return
      }
      copy.method = .fileSystem
    } else if spec["snapshotVolumes"]?.bool == false {
      return skip("the volume is not snapshotted as the backup says so")
    } else if !settings.usesCSI {
      return skip("no applicable volumesnapshotter found")
    } else if !settings.hasSnapshotClass {
      if settings.missingSnapshotClassFails {
        errors[copy.namespace, default: []].append(
          "error executing custom action (groupResource=persistentvolumeclaims, namespace=\(copy.namespace), "
            + "name=\(copy.claim)): failed to get VolumeSnapshotClass for driver \(Self.driver)")
      }
      return skip("no VolumeSnapshotClass for the driver")
    } else {
      copy.method = spec["snapshotMoveData"]?.bool == true ? .dataMovement : .snapshot
    }
    copy.isFailed = settings.failingData.contains(copy.claim)
  }

  /// Whether the volume of a claim is read through its pod: by default, or since the pod says so.
  private func isReadAsFiles(_ copy: VolumeCopy, _ spec: JSON) -> Bool {
    guard let pod = copy.pod, let mount = copy.mount else { return false }
    func list(_ name: String) -> [String] {
      (pod.annotation("backup.velero.io/\(name)") ?? "").split(separator: ",").map { $0.trimmed }
    }
    if list("backup-volumes-excludes").contains(mount) { return false }
    return spec["defaultVolumesToFsBackup"]?.bool == true || list("backup-volumes").contains(mount)
  }

  private func mounting(_ claim: String, _ namespace: String, in cluster: Int) -> JSON? {
    clusters[cluster].store.objects("pods", in: namespace).first {
      !$0.isDeleted && $0.value(at: "status.phase")?.string == "Running"
        && Self.claimNames(of: $0).contains(claim)
    }
  }
}
