internal import SimulatorSupport

// What a restore does with each object of a backup.
extension KubernetesWorld {
  mutating func restoreItems(ofRunAt index: Int, _ stored: StoredBackup) {
    let run = runs[index]
    guard let object = clusters[run.cluster].store.object(run.key), var work = run.velero else { return }
    var restoration = Restoration(run: run, spec: object["spec"] ?? [:], stored: stored, work: work)
    restoration.modifiers =
      resourceModifiers(restoration.spec.value(at: "resourceModifier.name")?.string ?? "", in: run.cluster)
      ?? []
    prepareNamespaces(&restoration)
    registerApplication(restoration)
    let items = stored.archive.items.filter { restoration.wants($0, clusters[run.cluster].store.kinds) }
    restoration.work.itemCount = items.count
    for item in items { restore(item, &restoration) }
    work = restoration.work
    apply(run.effect == .losesData ? nil : run.effect, to: &work)
    runHooksOfRestore(&work, restoration)
    if let warnings = velero?.settings.restoreWarnings, !warnings.isEmpty { work.warnings[""] = warnings }
    runs[index].velero = work
    makeMovers(ofRunAt: index, items)
    if work.fillings.contains(where: { $0.copy.method == .dataMovement }) { addMovement(toRunAt: index) }
    showProgress(ofRunAt: index, part: max(1, work.itemCount))
  }

  /// A restore while it goes through the objects.
  struct Restoration {
    let run: Run
    let spec: JSON
    let stored: StoredBackup
    var work: VeleroWork
    var modifiers: [JSON] = []
    /// The pods that it has made.
    var pods: [JSON] = []

    init(run: Run, spec: JSON, stored: StoredBackup, work: VeleroWork) {
      (self.run, self.spec, self.stored, self.work) = (run, spec, stored, work)
    }

    /// Whether an object is to be restored.
    func wants(_ item: Archive.Item, _ kinds: KindTable) -> Bool {
      guard let kind = kinds[item.resource], item.resource != "namespaces",
        item.resource != "persistentvolumes"
      else { return false }
      let filter = ResourceFilter(spec)
      return filter.has(kind) && work.mapping[item.namespace] != nil && filter.selects(item.object)
    }
  }

  // MARK: - Namespaces

  private mutating func prepareNamespaces(_ restoration: inout Restoration) {
    let cluster = restoration.run.cluster
    for (source, destination) in restoration.work.mapping.sorted(by: { $0.key < $1.key }) {
      let key = ObjectKey("namespaces", nil, destination)
      if let present = clusters[cluster].store.object(key) {
        if present.isDeleted {
          restoration.work.errors[destination, default: []].append(
            "timed out waiting for terminating namespace \(destination) to disappear before restoring")
          restoration.work.mapping[source] = nil
        }
        continue
      }
      let original = restoration.stored.archive.items.first {
        $0.resource == "namespaces" && $0.object.name == source
      }
      var metadata: JSON = ["name": .string(destination)]
      for member in ["labels", "annotations"] {
        let value = original?.object[path: ["metadata", member]]
        if let value {
          metadata[member] = .object(
            (value.members ?? []).filter { $0.name != "kubernetes.io/metadata.name" })
        }
      }
      clusters[cluster].store.create("namespaces", ["metadata": metadata])
    }
  }

  /// Where nothing was, an application is now.
  private mutating func registerApplication(_ restoration: Restoration) {
    let run = restoration.run
    guard run.kind == .clone,
      let home = restoration.work.mapping.sorted(by: { $0.key < $1.key }).first?.value,
      let namespace = clusters[run.cluster].store.object(ObjectKey("namespaces", nil, home)),
      let uid = namespace.uid,
      velero?.applications.contains(where: { $0.uid == uid && $0.cluster == run.cluster }) == false
    else { return }
    makers[uid] = run.uid
    velero?.applications.append(
      VeleroApplication(
        name: home, cluster: run.cluster, namespaces: Array(Set(restoration.work.mapping.values)).sorted(),
        uid: uid, maker: run.uid, source: restoration.stored.application))
  }

  // MARK: - Objects

  private mutating func restore(_ item: Archive.Item, _ restoration: inout Restoration) {
    let cluster = restoration.run.cluster
    guard let namespace = restoration.work.mapping[item.namespace], let name = item.object.name,
      velero?.settings.forgets.contains(name) == false
    else { return }
    if ["Succeeded", "Failed"].contains(item.object.value(at: "status.phase")?.string),
      item.resource == "pods"
    {
      return
    }
    var object = Self.cleaned(item.object)
    object[path: ["metadata", "namespace"]] = .string(namespace)
    object[path: ["metadata", "labels", "velero.io/backup-name"]] = .string(
      Self.labelValue(of: restoration.work.backupName))
    object[path: ["metadata", "labels", "velero.io/restore-name"]] = .string(
      Self.labelValue(of: restoration.run.key.name))
    var copy: VolumeCopy?
    switch item.resource {
    case "persistentvolumeclaims":
      copy = prepareClaim(&object, item, &restoration)
    case "services": prepareService(&object, restoration)
    case "pods": object[path: ["spec", "nodeName"]] = nil
    default: break
    }
    object = modified(object, item, restoration)
    let key = ObjectKey(item.resource, namespace, name)
    if let present = clusters[cluster].store.object(key) {
      return meet(present, key, object, &restoration)
    }
    if let refusal = refusal(of: object, item, in: cluster) {
      restoration.work.errors[namespace, default: []].append(
        "error restoring \(item.resource)/\(namespace)/\(name): \(refusal)")
      return
    }
    if item.resource == "pods" { object["status"] = ["phase": "Pending"] }
    guard let made = clusters[cluster].store.create(item.resource, object) else { return }
    if item.resource == "pods" { restoration.pods.append(made) }
    if let copy, let uid = made.uid { expect(copy, key, uid, &restoration) }
  }

  /// An object without what a server and controllers have given it.
  private static func cleaned(_ object: JSON) -> JSON {
    var metadata: JSON = ["name": .string(object.name ?? "")]
    for member in ["labels", "annotations"] {
      if let value = object["metadata"]?[member] { metadata[member] = value }
    }
    var members = (object.members ?? []).filter { !["metadata", "status"].contains($0.name) }
    members.append(.init("metadata", metadata))
    return .object(members)
  }

  private func prepareService(_ object: inout JSON, _ restoration: Restoration) {
    object[path: ["spec", "clusterIP"]] = nil
    guard restoration.spec["preserveNodePorts"]?.bool != true else { return }
    object[path: ["spec", "ports"]] = .array(
      (object.value(at: "spec.ports")?.array ?? []).map { port in
        var port = port
        port["nodePort"] = nil
        return port
      })
  }

  /// Why a server does not take an object: a port of the nodes is another's.
  private func refusal(of object: JSON, _ item: Archive.Item, in cluster: Int) -> String? {
    guard item.resource == "services" else { return nil }
    func ports(_ service: JSON) -> [Int] {
      (service.value(at: "spec.ports")?.array ?? []).compactMap { $0["nodePort"]?.integer }
    }
    let taken = clusters[cluster].store.objects("services").flatMap { ports($0) }
    guard let clash = ports(object).first(where: { taken.contains($0) }) else { return nil }
    return
      "Service \"\(object.name ?? "")\" is invalid: spec.ports[0].nodePort: Invalid value: \(clash): provided port is "
      + "already allocated"
  }

  /// What is there already is left alone, or made like the backup's; never the data of a claim.
  private mutating func meet(
    _ present: JSON, _ key: ObjectKey, _ object: JSON, _ restoration: inout Restoration
  ) {
    let cluster = restoration.run.cluster
    let kind = clusters[cluster].store.kinds[key.resource]?.kind ?? ""
    var own = Self.cleaned(present)
    own[path: ["metadata", "namespace"]] = .string(key.namespace ?? "")
    for name in ["velero.io/backup-name", "velero.io/restore-name"] {
      own[path: ["metadata", "labels", name]] = object[path: ["metadata", "labels", name]]
    }
    let isUpdate = restoration.spec["existingResourcePolicy"]?.string == "update"
    guard !own.isSame(as: object) else {
      if isUpdate { relabel(key, object, in: cluster) }
      return
    }
    guard isUpdate else {
      restoration.work.warnings[key.namespace ?? "", default: []].append(
        "could not restore, \(kind):\(key.name) already exists. Warning: the in-cluster version is different than the "
          + "backed-up version")
      return
    }
    let isUnchangeable = velero?.settings.unchangeable.contains(key.name) == true
    if ["persistentvolumeclaims", "pods"].contains(key.resource) || isUnchangeable {
      // Most of what they say cannot be changed: their labels are.
      restoration.work.warnings[key.namespace ?? "", default: []].append(
        "could not restore, \(kind) \"\(key.name)\" already exists: spec is immutable after creation")
      return relabel(key, object, in: cluster)
    }
    clusters[cluster].store.update(key) {
      for member in ["labels", "annotations"] {
        $0[path: ["metadata", member]] = object[path: ["metadata", member]]
      }
      for member in object.members ?? []
      where !["apiVersion", "kind", "metadata", "status"].contains(member.name) {
        $0[member.name] = member.value
      }
    }
    if key.resource == "services", let service = clusters[cluster].store.object(key) {
      equipService(key, service, in: cluster)
    }
  }

  private mutating func relabel(_ key: ObjectKey, _ object: JSON, in cluster: Int) {
    clusters[cluster].store.update(key) {
      for name in ["velero.io/backup-name", "velero.io/restore-name"] {
        $0[path: ["metadata", "labels", name]] = object[path: ["metadata", "labels", name]]
      }
    }
  }

  // MARK: - Hooks

  /// The hooks of the spec and, for pods that it does not name, those that they carry.
  private func runHooksOfRestore(_ work: inout VeleroWork, _ restoration: Restoration) {
    for pod in restoration.pods {
      if pod.annotation("post.hook.restore.velero.io/command") != nil {
        work.hooksAttempted += 1
        continue
      }
      let source = restoration.work.mapping.first { $0.value == pod.namespace }?.key ?? ""
      for hook in restoration.spec.value(at: "hooks.resources")?.array ?? [] {
        let filter = ResourceFilter(hook)
        guard filter.has(namespace: source), filter.selects(pod) else { continue }
        work.hooksAttempted += (hook["postHooks"]?.array ?? []).filter { $0["exec"] != nil }.count
      }
    }
    guard restoration.run.effect == .hooksFail, velero?.settings.failedRestoreHooksCount == false else {
      return
    }
    // The failure is counted, and nothing else says so.
    work.errors = work.errors.mapValues { $0.filter { !$0.hasPrefix("hook failed") } }.filter {
      !$0.value.isEmpty
    }
  }

  private mutating func makeMovers(ofRunAt index: Int, _ items: [Archive.Item]) {
    let run = runs[index]
    guard var work = run.velero else { return }
    for place in work.fillings.indices where work.fillings[place].copy.method != .snapshot {
      let pod = items.first {
        $0.resource == "pods" && Self.claimNames(of: $0.object).contains(work.fillings[place].claim.name)
      }
      makeMover(of: &work.fillings[place], run, pod: pod?.object.name ?? "")
    }
    runs[index].velero?.fillings = work.fillings
  }
}
