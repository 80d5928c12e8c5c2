package import SimulatorSupport

// What tests and demos set up in a world with Velero, and what others than the steps do there.
extension KubernetesWorld {
  /// Adds an application that holds something, in namespaces of its own; its uid is that of the first.
  mutating func addVeleroApplication(
    _ name: String, in namespaces: [String], of cluster: Int, holding content: WorldContent, uid: String?,
    madeFrom source: String?
  ) -> String? {
    guard let home = namespaces.first,
      velero?.applications.contains(where: { $0.cluster == cluster && $0.namespaces.contains(home) }) == false
    else { return nil }
    for namespace in namespaces where !hasNamespace(namespace, in: cluster) {
      // It was there before any backup of it.
      let made = clusters[cluster].store.startTime + .seconds(-400 * 86_400)
      var metadata: JSON = ["name": .string(namespace), "creationTimestamp": .string(made.text())]
      if let uid, namespace == home { metadata["uid"] = .string(uid) }
      clusters[cluster].store.create("namespaces", ["metadata": metadata])
    }
    if self.content(in: home, of: cluster) == nil { install(name, in: home, of: cluster, holding: content) }
    catchUp()
    guard let made = clusters[cluster].store.object(ObjectKey("namespaces", nil, home))?.uid else {
      return nil
    }
    if born[made] == nil { born[made] = born.count + 1 }
    velero?.applications.append(
      VeleroApplication(
        name: name, cluster: cluster, namespaces: namespaces, uid: made, maker: source, source: nil))
    if let source { makers[made] = source }
    return made
  }

  /// Adds a copy of an application as it would be after an age: the data of a backup is in the bucket, that of a
  /// snapshot in the storage.
  mutating func addVeleroCopy(
    _ kind: Run.Kind, named name: String, of application: String, holding content: WorldContent?,
    phase: String,
    hooksFailed: Bool, age: Duration, uid: String?, schedule: String?, annotations: JSON
  ) -> String? {
    guard let owner = velero?.applications.first(where: { $0.uid == application }),
      let location = location(Self.locationName, in: owner.cluster)
    else { return nil }
    let cluster = owner.cluster
    let store = clusters[cluster].store
    let made = store.startTime + (store.now - age)
    let ttl = velero?.settings.defaultTTL ?? .zero
    let isUsable = ["Completed", "PartiallyFailed"].contains(phase)
    var labels: JSON = ["velero.io/storage-location": .string(Self.locationName)]
    if let schedule { labels["velero.io/schedule-name"] = .string(schedule) }
    var spec: JSON = [
      "includedNamespaces": .array(owner.namespaces.map { .string($0) }), "ttl": .string(Self.text(ttl)),
      "storageLocation": .string(Self.locationName), "snapshotMoveData": .bool(kind == .backup),
      "defaultVolumesToFsBackup": false,
      "csiSnapshotTimeout": "10m0s", "itemOperationTimeout": "4h0m0s", "hooks": [:], "metadata": [:],
    ]
    spec["volumeGroupSnapshotLabelKey"] = "velero.io/volume-group"
    var archive = Archive()
    archive.items = items(spec, owner.namespaces, in: cluster)
    if let content { archive = rolledOut(self.archive(archive, holding: content)) }
    var errors: [String: [String]] = [:]
    var copies = volumeCopies(archive, spec, in: cluster, &errors)
    for place in copies.indices {
      if let content { copies[place].rows = content.rows }
      copies[place].handle = fingerprint(Array("\(name)/\(copies[place].path)".utf8))
      if copies[place].method == .snapshot { platform?.snapshots[copies[place].handle] = copies[place].rows }
    }
    let total = JSON.integer(archive.items.count)
    var status: JSON = [
      "version": 1, "formatVersion": "1.1.0", "phase": .string(phase), "startTimestamp": .string(made.text()),
      "expiration": .string((made + ttl).text()),
      "hookStatus": hooksFailed ? ["hooksAttempted": 1, "hooksFailed": 1] : [:],
    ]
    if !["New", "Queued", "InProgress"].contains(phase) {
      status["completionTimestamp"] = .string((made + .seconds(30)).text())
    }
    if isUsable {
      status["progress"] = ["itemsBackedUp": total, "totalItems": total]
      status["backupItemOperationsAttempted"] = .integer(copies.count)
      status["backupItemOperationsCompleted"] = .integer(copies.filter(\.hasData).count)
    }
    if isUsable, kind == .snapshot {
      status["csiVolumeSnapshotsAttempted"] = .integer(copies.count)
      status["csiVolumeSnapshotsCompleted"] = .integer(copies.filter(\.hasData).count)
    }
    if phase == "PartiallyFailed" { status["errors"] = 1 }
    if phase == "Failed" { status["failureReason"] = "the server lost the connection to the storage" }
    var metadata: JSON = [
      "name": .string(name), "namespace": .string(veleroNamespace), "labels": labels,
      "creationTimestamp": .string(made.text()),
    ]
    if let uid { metadata["uid"] = .string(uid) }
    if annotations != [:] { metadata["annotations"] = annotations }
    let object = clusters[cluster].store.create(
      Self.veleroResource("backups"), ["metadata": metadata, "spec": spec, "status": status])
    guard let object else { return nil }
    if isUsable {
      velero?.buckets[Self.bucket(of: location), default: [:]][name] = StoredBackup(
        object: object, cluster: cluster, application: application, archive: archive, volumes: copies,
        results: ["errors": [:], "warnings": [:]])
    }
    catchUp()
    // What is seen in one cluster is seen in the others that share the bucket.
    for other in clusters.indices where other != cluster { synchronize(in: other) }
    return object.uid
  }

  /// An archive whose ReplicaSets and pods are those that its Deployments would have.
  private func rolledOut(_ archive: Archive) -> Archive {
    var archive = archive
    for deployment in archive.items where deployment.resource == "deployments.apps" {
      let template = deployment.object.value(at: "spec.template") ?? [:]
      let hash = Self.hash(ofTemplate: template)
      for index in archive.items.indices {
        let item = archive.items[index]
        guard ["replicasets.apps", "pods"].contains(item.resource), item.namespace == deployment.namespace,
          let old = item.object.label("pod-template-hash"),
          item.object.name?.hasPrefix("\(deployment.object.name ?? "")-\(old)") == true
        else { continue }
        var object = item.object
        object[path: ["metadata", "name"]] = .string((object.name ?? "").replacing(old, with: hash))
        object[path: ["metadata", "labels", "pod-template-hash"]] = .string(hash)
        if item.resource == "pods" {
          object[path: ["spec", "containers"]] = template.value(at: "spec.containers")
        } else {
          var labelled = template
          labelled[path: ["metadata", "labels", "pod-template-hash"]] = .string(hash)
          object[path: ["spec", "template"]] = labelled
          object[path: ["spec", "selector", "matchLabels", "pod-template-hash"]] = .string(hash)
        }
        archive.items[index].object = object
      }
    }
    return archive
  }

  /// Removes what bears a uid, at once and with nobody asked.
  mutating func removeVeleroObject(_ uid: String) -> Bool {
    if let application = velero?.applications.first(where: { $0.uid == uid || $0.maker == uid }) {
      for namespace in application.namespaces {
        for key in clusters[application.cluster].store.keys(in: namespace) {
          clusters[application.cluster].store.remove(key)
        }
        clusters[application.cluster].store.remove(ObjectKey("namespaces", nil, namespace))
      }
      velero?.applications.removeAll { $0.uid == application.uid }
      runs.removeAll { $0.application == application.uid || $0.uid == application.maker }
      record(.manipulated, .application, id: uid, name: application.name, related: "removed")
      catchUp()
      return true
    }
    for index in clusters.indices {
      for plural in ["backups", "restores"] {
        let resource = Self.veleroResource(plural)
        guard let object = clusters[index].store.objects(resource).first(where: { $0.uid == uid }) else {
          continue
        }
        record(
          .manipulated, plural == "backups" ? journalKind(Self.copyKind(of: object)) : .application, id: uid,
          name: object.name ?? "", related: "removed")
        runs.removeAll { $0.uid == uid }
        // The bucket forgets it too: otherwise it came back within a minute.
        for bucket in velero?.buckets.keys.sorted() ?? [] where plural == "backups" {
          velero?.buckets[bucket]?[object.name ?? ""] = nil
        }
        clusters[index].store.remove(key(resource, object))
        catchUp()
        startWaiting(in: index)
        return true
      }
    }
    return false
  }

  /// Shows a backup or a restore in any phase, and ends what was under way with it.
  mutating func setVeleroPhase(_ phase: String, of uid: String) -> Bool {
    for index in clusters.indices {
      for plural in ["backups", "restores"] {
        let resource = Self.veleroResource(plural)
        guard let object = clusters[index].store.objects(resource).first(where: { $0.uid == uid }) else {
          continue
        }
        runs.removeAll { $0.uid == uid }
        clusters[index].store.update(key(resource, object)) {
          $0[path: ["status", "phase"]] = .string(phase)
        }
        if plural == "backups",
          let location = location(object.value(at: "spec.storageLocation")?.string ?? "", in: index)
        {
          velero?.buckets[Self.bucket(of: location)]?[object.name ?? ""]?.object.set(
            "status.phase", .string(phase))
        }
        catchUp()
        record(
          .manipulated, plural == "backups" ? journalKind(Self.copyKind(of: object)) : .clone, id: uid,
          name: object.name ?? "", related: phase)
        startWaiting(in: index)
        return true
      }
    }
    return false
  }

  /// Shows an application as restored well, being restored or restored badly, by the restores that say so.
  mutating func setVeleroApplicationState(_ state: String, of uid: String) -> Bool {
    guard let application = velero?.applications.first(where: { $0.uid == uid || $0.maker == uid }) else {
      return false
    }
    let (cluster, resource) = (application.cluster, Self.veleroResource("restores"))
    switch state {
    case "ready":
      for restore in clusters[cluster].store.objects(resource, in: veleroNamespace) {
        guard !Set(targets(ofRestore: restore, in: cluster)).isDisjoint(with: application.namespaces),
          restore.value(at: "status.phase")?.string != "Completed"
        else { continue }
        runs.removeAll { $0.uid == restore.uid }
        clusters[cluster].store.remove(key(resource, restore))
      }
      settlePlatform(application.namespaces, in: cluster)
    case "restoring", "failed":
      clusters[cluster].store.create(
        resource,
        [
          "metadata": [
            "name": .string("by-others-\(journal.count)"), "namespace": .string(veleroNamespace),
          ],
          "spec": [
            "backupName": "of-others",
            "includedNamespaces": .array(application.namespaces.map { .string($0) }),
          ],
          "status": [
            "phase": state == "restoring" ? "InProgress" : "Failed", "startTimestamp": moment(in: cluster),
            "failureReason": state == "failed" ? "as it was set" : .null,
          ],
        ])
    default: return false
    }
    catchUp()
    record(.manipulated, .application, id: uid, name: application.name, related: state)
    return true
  }

  /// Another client makes an object of Velero; returns its uid, nil if its name is taken.
  package mutating func makeVeleroObject(
    _ plural: String, named name: String, of cluster: String, spec: JSON
  ) -> String? {
    guard let index = index(ofCluster: cluster), velero != nil else { return nil }
    let made = clusters[index].store.create(
      Self.veleroResource(plural),
      ["metadata": ["name": .string(name), "namespace": .string(veleroNamespace)], "spec": spec])
    catchUp()
    return made?.uid
  }

  /// Another client restores an application in place from a backup: it stops it, deletes its claims and makes a Restore.
  ///
  /// - Returns: the uid of the Restore; nil if there is no such application.
  @discardableResult
  package mutating func restoreInPlaceByOthers(_ application: String, from backup: String) -> String? {
    guard let own = velero?.applications.first(where: { $0.uid == application || $0.maker == application })
    else { return nil }
    for namespace in own.namespaces {
      for resource in ["deployments.apps", "statefulsets.apps"] {
        for workload in clusters[own.cluster].store.objects(resource, in: namespace) {
          clusters[own.cluster].store.update(key(resource, workload)) { $0[path: ["spec", "replicas"]] = 0 }
        }
      }
      catchUp()
      for resource in ["pods", "persistentvolumeclaims"] {
        for object in clusters[own.cluster].store.objects(resource, in: namespace) {
          clusters[own.cluster].store.remove(key(resource, object))
        }
      }
      catchUp()
    }
    return makeVeleroObject(
      "restores", named: "by-hand-\(journal.count)", of: clusters[own.cluster].name,
      spec: [
        "backupName": .string(backup), "existingResourcePolicy": "update",
        "includedNamespaces": .array(own.namespaces.map { .string($0) }),
      ])
  }

  /// Changes how Velero behaves, and takes that back after a time; nil: never.
  package mutating func veleroTrouble(for length: Duration?, _ change: (inout VeleroSettings) -> Void) {
    if let length { veleroSettingsToCome = (now + length, veleroSettings) }
    var changed = veleroSettings
    change(&changed)
    veleroSettings = changed
  }
}
