internal import SimulatorSupport

// What Velero says of an object is repeated where the user who asked for it may look.
extension KubernetesWorld {
  mutating func mirrorToNonAdmin(_ event: ObjectEvent, in cluster: Int) {
    guard velero?.settings.hasNonAdmin == true else { return }
    let (key, object) = (event.key, event.object)
    if key.resource == Self.veleroResource("deletebackuprequests") {
      return mirrorDeletion(event, in: cluster)
    }
    for kind in NonAdminKind.allCases {
      if kind.own == key.resource {
        if let own = nonAdminKey(kind, of: object) {
          if event.change == .deleted {
            noticeLoss(kind, of: own, in: cluster)
          } else {
            mirror(kind, object, to: own, in: cluster)
          }
        }
        if kind == .backup { mirrorQueue(in: cluster) }
      } else if kind.movers.contains(where: { Self.veleroResource($0.plural) == key.resource }),
        let name = object.label(kind.runLabel),
        let run = clusters[cluster].store.object(ObjectKey(kind.own, veleroNamespace, name)),
        let own = nonAdminKey(kind, of: run)
      {
        mirror(kind, run, to: own, in: cluster)
      }
    }
  }

  /// The user's object that one of Velero's was made for.
  private func nonAdminKey(_ kind: NonAdminKind, of object: JSON) -> ObjectKey? {
    guard let name = object.annotation("\(kind.origin)-name"),
      let namespace = object.annotation("\(kind.origin)-namespace")
    else { return nil }
    return ObjectKey(kind.resource, namespace, name)
  }

  private mutating func mirror(_ kind: NonAdminKind, _ object: JSON, to own: ObjectKey, in cluster: Int) {
    guard clusters[cluster].store.object(own) != nil else {
      return bringBack(kind, object, as: own, in: cluster)
    }
    let counts = kind.movers.map { member, plural in
      (member, count(plural, kind.runLabel, object.name ?? "", in: cluster))
    }
    clusters[cluster].store.update(own) { mine in
      // A restore's own `spec` is not repeated.
      if kind == .backup { mine[path: ["status", kind.counterpart, "spec"]] = object["spec"] }
      mine[path: ["status", kind.counterpart, "status"]] = object["status"] ?? [:]
      if mine.value(at: "status.phase")?.string == "BackingOff" {
        mine[path: ["status", "phase"]] = "Created"
      }
      for (member, counted) in counts { mine[path: ["status", member]] = counted }
    }
  }

  private func count(_ plural: String, _ label: String, _ name: String, in cluster: Int) -> JSON {
    let all = clusters[cluster].store.objects(Self.veleroResource(plural), in: veleroNamespace).filter {
      $0.label(label) == name
    }
    var counts: JSON = [:]
    if !all.isEmpty { counts["total"] = .integer(all.count) }
    for phase in [
      "New", "Accepted", "Prepared", "InProgress", "Canceling", "Canceled", "Failed", "Completed",
    ] {
      let number = all.count { ($0.value(at: "status.phase")?.string ?? "New") == phase }
      if number > 0 { counts["\(phase.prefix(1).lowercased())\(phase.dropFirst())"] = .integer(number) }
    }
    return counts
  }

  /// How many backups are to be worked on before each, itself among them; none once it has ended.
  private mutating func mirrorQueue(in cluster: Int) {
    let all = clusters[cluster].store.objects(Self.veleroResource("backups"), in: veleroNamespace)
    let open = all.filter { $0.value(at: "status.completionTimestamp") == nil }
      .sorted { (born[$0.uid ?? ""] ?? 0) < (born[$1.uid ?? ""] ?? 0) }
    for backup in all {
      guard let own = nonAdminKey(.backup, of: backup), clusters[cluster].store.object(own) != nil else {
        continue
      }
      let position = open.firstIndex { $0.uid == backup.uid }.map { $0 + 1 } ?? 0
      clusters[cluster].store.update(own) {
        $0[path: ["status", "queueInfo", "estimatedQueuePosition"]] = .integer(position)
      }
    }
  }

  private mutating func mirrorDeletion(_ event: ObjectEvent, in cluster: Int) {
    guard event.change != .deleted, let own = nonAdminKey(.backup, of: event.object),
      let status = event.object["status"]
    else { return }
    let place: JSON = [
      "name": .string(event.key.name), "namespace": .string(veleroNamespace), "status": status,
    ]
    clusters[cluster].store.update(own) { $0[path: ["status", "veleroDeleteBackupRequest"]] = place }
  }

  /// A backup that the bucket has and its user's namespace has not: its object is made anew, without what clients wrote on it.
  ///
  /// The controller does so every two minutes; here at once.
  private mutating func bringBack(
    _ kind: NonAdminKind, _ object: JSON, as own: ObjectKey, in cluster: Int
  ) {
    guard kind == .backup, object.value(at: "status.completionTimestamp") != nil, !object.isDeleted,
      object.value(at: "status.phase")?.string != "Deleting",
      clusters[cluster].store.object(ObjectKey("namespaces", nil, own.namespace ?? "")) != nil
    else { return }
    let id = object.label("\(kind.origin)-nacuuid") ?? ""
    var spec = object["spec"] ?? [:]
    spec["storageLocation"] = nil
    clusters[cluster].store.create(
      kind.resource,
      [
        "metadata": [
          "name": .string(own.name), "namespace": .string(own.namespace ?? ""),
          "labels": ["openshift.io/oadp-nab-synced-from-nacuuid": .string(id)],
          "finalizers": [.string(kind.finalizer)],
        ],
        "spec": ["backupSpec": spec],
        "status": [
          "phase": "Created",
          "veleroBackup": [
            "name": .string(object.name ?? ""), "nacuuid": .string(id), "namespace": .string(veleroNamespace),
            "spec": object["spec"] ?? [:], "status": object["status"] ?? [:],
          ],
        ],
      ])
  }
}
