internal import SimulatorSupport

// Workloads and their pods, where a world has them.
extension KubernetesWorld {
  /// A Deployment has one ReplicaSet, whose name follows from its template.
  mutating func reconcileDeployment(_ key: ObjectKey, in cluster: Int) {
    guard let deployment = clusters[cluster].store.object(key), !deployment.isDeleted,
      !isTerminating(key.namespace, in: cluster)
    else { return }
    let template = deployment.value(at: "spec.template") ?? [:]
    let hash = Self.hash(ofTemplate: template)
    let setKey = ObjectKey("replicasets.apps", key.namespace, "\(key.name)-\(hash)")
    let replicas = JSON.integer(deployment.value(at: "spec.replicas")?.integer ?? 1)
    let owner = Self.controllerReference(deployment, "apps/v1", "Deployment")
    removeOtherSets(of: deployment, but: setKey, in: cluster)
    if clusters[cluster].store.object(setKey) == nil {
      var labelled = template
      labelled[path: ["metadata", "labels", "pod-template-hash"]] = .string(hash)
      clusters[cluster].store.create(
        "replicasets.apps",
        [
          "metadata": [
            "name": .string(setKey.name), "namespace": .string(key.namespace ?? ""),
            "labels": labelled[path: ["metadata", "labels"]] ?? [:], "ownerReferences": [owner],
          ],
          "spec": [
            "replicas": replicas,
            "selector": ["matchLabels": labelled[path: ["metadata", "labels"]] ?? [:]],
            "template": labelled,
          ],
        ])
    } else {
      clusters[cluster].store.update(setKey) {
        $0[path: ["spec", "replicas"]] = replicas
        if $0.owners.isEmpty { $0[path: ["metadata", "ownerReferences"]] = [owner] }
      }
    }
    showDeployment(key, setKey, in: cluster)
  }

  /// A Deployment has its own ReplicaSets of before go, and those that nobody owns and that bear its labels.
  private mutating func removeOtherSets(of deployment: JSON, but wanted: ObjectKey, in cluster: Int) {
    for set in clusters[cluster].store.objects("replicasets.apps", in: wanted.namespace)
    where set.name != wanted.name {
      let isOwn = set.owners.contains { $0["uid"]?.string == deployment.uid }
      guard isOwn || set.owners.isEmpty && Self.selects(deployment, set) else { continue }
      for pod in clusters[cluster].store.objects("pods", in: wanted.namespace)
      where pod.owners.isEmpty && Self.selects(set, pod) {
        clusters[cluster].store.delete(key("pods", pod))
      }
      clusters[cluster].store.delete(key("replicasets.apps", set))
    }
  }

  /// Whether an object bears the labels that a workload looks for.
  private static func selects(_ workload: JSON, _ object: JSON) -> Bool {
    let wanted = workload.value(at: "spec.selector.matchLabels")?.members ?? []
    return !wanted.isEmpty && wanted.allSatisfy { object.label($0.name) == $0.value.string }
  }

  /// A ReplicaSet that nobody owns is a Deployment's, if there is one that looks for its labels.
  mutating func findDeployment(of set: JSON, in cluster: Int) {
    guard set.owners.isEmpty else { return }
    for deployment in clusters[cluster].store.objects("deployments.apps", in: set.namespace)
    where Self.selects(deployment, set) {
      reconcileDeployment(key("deployments.apps", deployment), in: cluster)
    }
  }

  /// What the name of a Deployment's ReplicaSet ends in.
  static func hash(ofTemplate template: JSON) -> String {
    String(fingerprint(template.sorted.bytes).prefix(10))
  }

  private mutating func showDeployment(_ key: ObjectKey, _ setKey: ObjectKey, in cluster: Int) {
    let status = clusters[cluster].store.object(setKey)?["status"]
    let isDown = platform?.down.contains(key) == true
    clusters[cluster].store.update(key) {
      var shown: JSON = ["observedGeneration": $0.value(at: "metadata.generation") ?? 1]
      for name in ["replicas", "readyReplicas", "availableReplicas"] {
        if let count = status?[name] { shown[name] = isDown && name != "replicas" ? 0 : count }
      }
      if let count = status?["replicas"] { shown["updatedReplicas"] = count }
      // As many as the usual strategy of updates leaves: three of four, and one of one.
      let wanted = $0.value(at: "spec.replicas")?.integer ?? 1
      let isUp = (shown["availableReplicas"]?.integer ?? 0) >= wanted - wanted / 4
      shown["conditions"] = [
        [
          "type": "Available", "status": isUp ? "True" : "False",
          "reason": isUp ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        ]
      ]
      $0["status"] = shown
    }
  }

  /// As many pods as a ReplicaSet or a StatefulSet wants.
  mutating func reconcileReplicas(_ key: ObjectKey, in cluster: Int) {
    guard let set = clusters[cluster].store.object(key), !set.isDeleted,
      !isTerminating(key.namespace, in: cluster)
    else { return }
    let isStateful = key.resource == "statefulsets.apps"
    let owner = Self.controllerReference(set, "apps/v1", isStateful ? "StatefulSet" : "ReplicaSet")
    adoptPods(set, key, owner, in: cluster)
    let wanted = set.value(at: "spec.replicas")?.integer ?? 1
    let pods = self.pods(of: set, in: cluster)
    for pod in pods.sorted(by: { ($0.name ?? "") < ($1.name ?? "") }).dropFirst(wanted) {
      if let kind = clusters[cluster].store.kinds["pods"] {
        clusters[cluster].store.markDeleted(self.key("pods", pod), kind, grace: 30)
      }
    }
    if isStateful {
      let names = Set(clusters[cluster].store.objects("pods", in: key.namespace).compactMap(\.name))
      for number in 0..<max(0, wanted) where !names.contains("\(key.name)-\(number)") {
        makeClaims(of: set, number, in: cluster)
        makePod(of: set, owner, named: "\(key.name)-\(number)", in: cluster)
      }
    } else {
      for _ in 0..<max(0, wanted - pods.count) { makePod(of: set, owner, named: nil, in: cluster) }
    }
    showReplicas(key, in: cluster)
  }

  /// Pods without an owner that bear a set's labels become its own, as after a restore.
  private mutating func adoptPods(_ set: JSON, _ key: ObjectKey, _ owner: JSON, in cluster: Int) {
    for pod in clusters[cluster].store.objects("pods", in: key.namespace)
    where pod.owners.isEmpty && Self.selects(set, pod) {
      clusters[cluster].store.update(self.key("pods", pod)) {
        $0[path: ["metadata", "ownerReferences"]] = [owner]
      }
    }
  }

  private func pods(of set: JSON, in cluster: Int) -> [JSON] {
    clusters[cluster].store.objects("pods", in: set.namespace).filter { pod in
      !pod.isDeleted && pod.owners.contains { $0["uid"]?.string == set.uid }
    }
  }

  private mutating func showReplicas(_ key: ObjectKey, in cluster: Int) {
    guard let set = clusters[cluster].store.object(key) else { return }
    let pods = pods(of: set, in: cluster)
    let ready = pods.filter { $0.value(at: "status.phase")?.string == "Running" }.count
    clusters[cluster].store.update(key) {
      var shown: JSON = ["observedGeneration": $0.value(at: "metadata.generation") ?? 1]
      shown["replicas"] = .integer(pods.count)
      if ready > 0 {
        shown["readyReplicas"] = .integer(ready)
        shown["availableReplicas"] = .integer(ready)
      }
      $0["status"] = shown
    }
    let owner = set.owners.first { $0["kind"]?.string == "Deployment" }?["name"]?.string
    if let owner { showDeployment(ObjectKey("deployments.apps", key.namespace, owner), key, in: cluster) }
  }

  private mutating func makePod(of set: JSON, _ owner: JSON, named name: String?, in cluster: Int) {
    var metadata: JSON = ["namespace": .string(set.namespace ?? ""), "ownerReferences": [owner]]
    metadata[name == nil ? "generateName" : "name"] = .string(name ?? "\(set.name ?? "")-")
    for member in ["labels", "annotations"] {
      if let value = set[path: ["spec", "template", "metadata", member]] { metadata[member] = value }
    }
    var spec = set.value(at: "spec.template.spec") ?? [:]
    if let name { spec["volumes"] = .array(Self.volumes(of: set, forPod: name)) }
    spec["nodeName"] = "node-1"
    clusters[cluster].store.create(
      "pods", ["metadata": metadata, "spec": spec, "status": ["phase": "Pending"]])
  }

  /// The volumes of a StatefulSet's pod: those of its template, and the claims made for it.
  private static func volumes(of set: JSON, forPod name: String) -> [JSON] {
    let own = set.value(at: "spec.volumeClaimTemplates")?.array ?? []
    return (set.value(at: "spec.template.spec.volumes")?.array ?? [])
      + own.compactMap(\.name).map {
        ["name": .string($0), "persistentVolumeClaim": ["claimName": .string("\($0)-\(name)")]]
      }
  }

  private mutating func makeClaims(of set: JSON, _ number: Int, in cluster: Int) {
    for template in set.value(at: "spec.volumeClaimTemplates")?.array ?? [] {
      let name = "\(template.name ?? "")-\(set.name ?? "")-\(number)"
      clusters[cluster].store.create(
        "persistentvolumeclaims",
        [
          "metadata": ["name": .string(name), "namespace": .string(set.namespace ?? "")],
          "spec": template["spec"] ?? [:],
        ])
    }
  }

  // MARK: - Pods

  mutating func reactToPod(_ event: ObjectEvent, in cluster: Int) {
    let pod = event.object
    if event.change == .added {
      // A claim may have waited for somebody who wants it.
      for name in Self.claimNames(of: pod) {
        schedule(
          .bind, ObjectKey("persistentvolumeclaims", event.key.namespace, name), in: cluster,
          after: platform?.settings.binding ?? .zero)
      }
      schedule(.startPod, event.key, in: cluster, after: platform?.settings.podStart ?? .zero)
    }
    for owner in pod.owners {
      switch owner["kind"]?.string {
      case "ReplicaSet":
        reconcileReplicas(
          ObjectKey("replicasets.apps", event.key.namespace, owner["name"]?.string ?? ""), in: cluster)
      case "StatefulSet":
        reconcileReplicas(
          ObjectKey("statefulsets.apps", event.key.namespace, owner["name"]?.string ?? ""), in: cluster)
      default: break
      }
    }
  }

  /// The claims that a pod mounts, by name.
  static func claimNames(of pod: JSON) -> [String] {
    (pod.value(at: "spec.volumes")?.array ?? []).compactMap {
      $0.value(at: "persistentVolumeClaim.claimName")?.string
    }
  }

  /// A pod is ready if all that it mounts is there; otherwise it goes on waiting.
  mutating func startPod(_ key: ObjectKey, _ pod: JSON, in cluster: Int) {
    guard !pod.isDeleted, pod.value(at: "status.phase")?.string != "Running",
      platform?.settings.podsStayPending != true
    else { return }
    for name in Self.claimNames(of: pod) {
      let claim = clusters[cluster].store.object(
        ObjectKey("persistentvolumeclaims", key.namespace, name))
      guard let claim, claim.value(at: "status.phase")?.string == "Bound", let uid = claim.uid,
        platform?.unfilled.contains(uid) == false, volumes[volumeKey(of: claim, in: cluster)] != nil
      else { return }
    }
    clusters[cluster].store.update(key) {
      if $0[path: ["spec", "nodeName"]] == nil { $0[path: ["spec", "nodeName"]] = "node-1" }
      $0["status"] = [
        "phase": "Running", "conditions": [["type": "Ready", "status": "True"]],
        "containerStatuses": .array(
          (pod.value(at: "spec.containers")?.array ?? []).map {
            [
              "name": $0["name"] ?? "", "image": $0["image"] ?? "", "imageID": "", "ready": true,
              "restartCount": 0, "started": true,
            ]
          }),
      ]
    }
  }

  /// Whoever waits for a claim looks again.
  mutating func wakePods(for claim: String?, in namespace: String?, of cluster: Int) {
    for pod in clusters[cluster].store.objects("pods", in: namespace)
    where pod.value(at: "status.phase")?.string != "Running"
      && Self.claimNames(of: pod).contains(claim ?? "")
    {
      schedule(.startPod, key("pods", pod), in: cluster, after: platform?.settings.podStart ?? .zero)
    }
  }

  private static func controllerReference(_ owner: JSON, _ version: String, _ kind: String) -> JSON {
    [
      "apiVersion": .string(version), "kind": .string(kind), "name": .string(owner.name ?? ""),
      "uid": .string(owner.uid ?? ""), "controller": true, "blockOwnerDeletion": true,
    ]
  }
}
