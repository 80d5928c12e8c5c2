package import SimulatorSupport

// What others than the steps do, and what goes wrong.
extension KubernetesWorld {
  /// Makes a namespace, with something in it.
  package mutating func addNamespace(_ name: String, of cluster: String) -> Bool {
    guard let index = index(ofCluster: cluster) else { return false }
    clusters[index].store.create("namespaces", ["metadata": ["name": .string(name)]])
    clusters[index].store.create(
      "configmaps",
      ["metadata": ["name": "leftover", "namespace": .string(name)], "data": ["of": "somebody"]])
    catchUp()
    record(.manipulated, .namespace, id: cluster, name: name, related: "added")
    return true
  }

  /// Makes a namespace with nothing in it.
  package mutating func addEmptyNamespace(_ name: String, of cluster: String) -> Bool {
    guard let index = index(ofCluster: cluster) else { return false }
    clusters[index].store.create("namespaces", ["metadata": ["name": .string(name)]])
    catchUp()
    return true
  }

  /// Removes a namespace with all that is in it.
  package mutating func removeNamespace(_ name: String, of cluster: String) -> Bool {
    guard let index = index(ofCluster: cluster), hasNamespace(name, in: index) else { return false }
    clusters[index].store.delete(ObjectKey("namespaces", nil, name))
    catchUp()
    record(.manipulated, .namespace, id: cluster, name: name, related: "removed")
    return true
  }

  /// Changes what an application holds, as a release or its customers do.
  @discardableResult
  package mutating func change(
    _ uid: String, as event: Happening.Event, _ change: (inout WorldContent) -> Void
  ) -> Bool {
    guard let view = applications.first(where: { $0.uid == uid || $0.objectUID == uid }),
      let cluster = index(ofCluster: view.cluster), let home = view.namespaces.first,
      var content = view.content
    else { return false }
    change(&content)
    guard set(content, in: home, of: cluster) else { return false }
    catchUp()
    record(event, .application, id: uid, name: view.name)
    return true
  }

  /// Removes what bears a uid, at once and with nobody asked.
  package mutating func removeByOthers(_ uid: String) -> Bool {
    isCollecting = true
    defer { isCollecting = false }
    guard velero == nil else { return removeVeleroObject(uid) }
    for index in clusters.indices {
      for plural in ["applications", "backups", "snapshots", "snapshotrestores", "backuprestores"] {
        let resource = Self.resource(plural)
        for object in clusters[index].store.objects(resource)
        where object.uid == uid || makers[object.uid ?? ""] == uid {
          let name = object.name ?? ""
          record(
            .manipulated, plural == "backups" ? .backup : plural == "snapshots" ? .snapshot : .application,
            id: uid, name: name, related: "removed")
          runs.removeAll { $0.uid == object.uid || $0.application == object.uid }
          clusters[index].store.remove(key(resource, object))
          if plural == "applications" { removeWhatRan(of: object, in: index) }
          catchUp()
          return true
        }
      }
    }
    return false
  }

  /// Somebody removes the workloads of an application; its volumes stay.
  package mutating func removeWorkloads(of uid: String) {
    guard let view = applications.first(where: { $0.uid == uid || $0.objectUID == uid }),
      let cluster = index(ofCluster: view.cluster)
    else { return }
    for namespace in view.namespaces {
      for workload in clusters[cluster].store.objects("deployments.apps", in: namespace) {
        clusters[cluster].store.remove(key("deployments.apps", workload))
      }
    }
    catchUp()
    record(.workloadsRemoved, .application, id: uid, name: view.name)
  }

  private mutating func removeWhatRan(of application: JSON, in cluster: Int) {
    for namespace in namespaces(of: application) {
      for resource in Self.kept {
        for object in clusters[cluster].store.objects(resource, in: namespace) {
          clusters[cluster].store.remove(key(resource, object))
        }
      }
    }
  }

  /// Another client makes an object; returns its uid, nil if that is refused.
  package mutating func makeByOthers(
    _ plural: String, named name: String, in namespace: String, of cluster: String, spec: JSON
  ) -> String? {
    guard let index = index(ofCluster: cluster) else { return nil }
    let made = clusters[index].store.create(
      Self.resource(plural),
      ["metadata": ["name": .string(name), "namespace": .string(namespace)], "spec": spec])
    catchUp()
    return made?.uid
  }

  /// Where a copy lies, and in which vault; nil while that is not told.
  package func archivePath(of uid: String) -> (path: String, vault: String)? {
    for index in clusters.indices {
      for plural in ["backups", "snapshots"] {
        guard
          let object = clusters[index].store.objects(Self.resource(plural)).first(where: { $0.uid == uid }),
          let path = object.value(at: "status.appArchivePath")?.string,
          let vault = object.value(at: "spec.appVaultRef")?.string
        else { continue }
        return (path, vault)
      }
    }
    return nil
  }

  /// Shows a copy or a restore in any state, and ends what was under way with it.
  package mutating func setState(_ state: String, of uid: String) -> Bool {
    guard velero == nil else { return setVeleroPhase(state, of: uid) }
    for index in clusters.indices {
      for plural in ["backups", "snapshots", "snapshotrestores", "backuprestores"] {
        let resource = Self.resource(plural)
        guard let object = clusters[index].store.objects(resource).first(where: { $0.uid == uid }) else {
          continue
        }
        runs.removeAll { $0.uid == uid }
        clusters[index].store.update(key(resource, object)) {
          $0[path: ["status", "state"]] = .string(state)
        }
        catchUp()
        record(
          .manipulated, plural == "backups" ? .backup : plural == "snapshots" ? .snapshot : .clone, id: uid,
          name: object.name ?? "", related: state)
        return true
      }
    }
    return false
  }

  /// Shows an application in a state that only in-place restores give it.
  ///
  /// It is `restoring` and `failed` by a restore of others, and `ready` by the removal of those that say otherwise.
  ///
  /// - Returns: false if it is no application.
  package mutating func setApplicationState(_ state: String, of uid: String) -> Bool {
    guard velero == nil else { return setVeleroApplicationState(state, of: uid) }
    guard let (cluster, object) = application(uid: uid) else { return false }
    let resource = Self.resource("backupinplacerestores")
    switch state {
    case "ready":
      for plural in ["backupinplacerestores", "snapshotinplacerestores"] {
        for restore in clusters[cluster].store.objects(Self.resource(plural), in: object.namespace)
        where applicationUID(of: restore, in: cluster) == uid {
          let isEnded = restore.value(at: "status.state")?.string?.lowercased() == "completed"
          guard !isEnded else { continue }
          runs.removeAll { $0.uid == restore.uid }
          clusters[cluster].store.remove(key(Self.resource(plural), restore))
        }
      }
      bringUp(namespaces(of: object), in: cluster)
    case "restoring", "failed":
      clusters[cluster].store.create(
        resource,
        [
          "metadata": [
            "name": .string("by-others-\(journal.count)"), "namespace": .string(object.namespace ?? ""),
          ],
          "spec": [
            "appVaultRef": .string("vault-\(clusters[cluster].name)"),
            "appArchivePath": .string("\(object.name ?? "")_\(uid)/backups/of-others"),
          ],
          "status": [
            "state": .string(state == "restoring" ? "Running" : "Failed"), "error": "as it was set",
            "completionTimestamp": state == "failed" ? .string(clusters[cluster].store.timestamp) : .null,
          ],
        ])
    default: return false
    }
    catchUp()
    record(.manipulated, .application, id: uid, name: object.name ?? "", related: state)
    return true
  }

  // MARK: - Faults

  /// Lets the next run of a kind go wrong.
  package mutating func disturbNext(_ kind: Run.Kind, _ effect: RunFault.Effect) {
    faults.append(RunFault(kind, nth: begun[kind, default: 0] + 1, effect))
  }

  private func runIndex(_ uid: String) -> Int? {
    runs.firstIndex {
      $0.kind != .deletion && ($0.uid == uid || $0.kind == .restore && $0.application == uid)
    }
  }

  /// Lets the run under way on an object fail now; false if there is none.
  package mutating func failRun(of uid: String) -> Bool {
    guard let index = runIndex(uid) else { return false }
    fail(runAt: index, "the controller gave up")
    catchUp()
    return true
  }

  /// Lets the run under way on an object end well now; false if there is none.
  package mutating func completeRun(of uid: String) -> Bool {
    guard let index = runIndex(uid) else { return false }
    let number = runs[index].number
    runs[index].isStalled = false
    runs[index].effect = nil
    while let index = runs.firstIndex(where: { $0.number == number }) {
      if runs[index].stages[runs[index].stage].role == .lock {
        runs[index].stages[runs[index].stage].role = .detour
      }
      runs[index].stages[runs[index].stage].length = now - runs[index].stageBegan
      endStage(ofRunAt: index)
    }
    catchUp()
    return true
  }

  /// Lets the run under way on an object stand still for ever; false if there is none.
  package mutating func stallRun(of uid: String) -> Bool {
    guard let index = runIndex(uid) else { return false }
    runs[index].isStalled = true
    return true
  }
}
