internal import SimulatorSupport

/// What an application or a copy of it holds: the release that runs and the rows of its database.
package struct WorldContent: Equatable, Sendable {
  package var version: String
  package var broken: Bool
  package var rows: [String]

  /// Makes a content.
  package init(version: String, broken: Bool, rows: [String]) {
    (self.version, self.broken, self.rows) = (version, broken, rows)
  }
}

extension KubernetesWorld {
  private static let brokenMark = "simulator/broken"

  /// Fills a namespace with an application that holds something, all of it up.
  mutating func install(_ name: String, in namespace: String, of cluster: Int, holding content: WorldContent)
  {
    let labels: JSON = ["app": .string(name)]
    var podSpec: JSON = ["containers": [["name": "web", "image": .string("\(name):\(content.version)")]]]
    if platform != nil {
      // Where there are pods, they use the claim.
      podSpec["volumes"] = [
        ["name": "data", "persistentVolumeClaim": ["claimName": .string("\(name)-db")]]
      ]
    }
    let objects: [(String, JSON)] = [
      ("configmaps", ["metadata": ["name": .string("\(name)-config")], "data": ["theme": "plain"]]),
      (
        "persistentvolumeclaims",
        [
          "metadata": ["name": .string("\(name)-db"), "labels": labels],
          "spec": [
            "accessModes": ["ReadWriteOnce"], "storageClassName": "ontap-san",
            "resources": ["requests": ["storage": "8Gi"]],
          ],
        ]
      ),
      (
        "deployments.apps",
        [
          "metadata": ["name": .string(name), "labels": labels],
          "spec": [
            "replicas": 1, "selector": ["matchLabels": labels],
            "template": ["metadata": ["labels": labels], "spec": podSpec],
          ],
        ]
      ),
      (
        "services",
        [
          "metadata": ["name": .string(name), "labels": labels],
          "spec": ["type": "LoadBalancer", "selector": labels, "ports": [["port": 80]]],
        ]
      ),
    ]
    for (resource, object) in objects {
      var object = object
      object[path: ["metadata", "namespace"]] = .string(namespace)
      clusters[cluster].store.create(resource, object)
    }
    if platform != nil { settlePlatform([namespace], in: cluster) }
    set(content, in: namespace, of: cluster)
    bringUp([namespace], in: cluster)
  }

  /// Changes what an application holds; false if there is none.
  @discardableResult
  mutating func set(_ content: WorldContent, in namespace: String, of cluster: Int) -> Bool {
    guard let deployment = clusters[cluster].store.objects("deployments.apps", in: namespace).first else {
      return false
    }
    let name = deployment.name ?? ""
    clusters[cluster].store.update(key("deployments.apps", deployment)) {
      $0[path: ["metadata", "annotations", Self.brokenMark]] = content.broken ? "true" : nil
      $0[path: ["spec", "template", "spec", "containers"]] = [
        ["name": "web", "image": .string("\(name):\(content.version)")]
      ]
      $0[path: ["status", "observedGeneration"]] = $0.value(at: "metadata.generation")
    }
    // The release that came has been rolled out.
    clusters[cluster].store.update(key("deployments.apps", deployment)) {
      $0[path: ["status", "observedGeneration"]] = $0.value(at: "metadata.generation")
    }
    var claim = clusters[cluster].store.objects("persistentvolumeclaims", in: namespace).first
    if claim == nil {
      // Whoever repairs what a failed restore has left behind begins with a new volume.
      claim = clusters[cluster].store.create(
        "persistentvolumeclaims",
        [
          "metadata": ["name": .string("\(name)-db"), "namespace": .string(namespace)],
          "spec": ["storageClassName": "ontap-san"],
          "status": ["phase": platform == nil ? "Bound" : "Pending"],
        ])
    }
    if platform != nil {
      // Nor do they wait for data that nobody brings any more: what they write has a volume.
      if let waiting = claim, let uid = waiting.uid, platform?.withheld.remove(uid) != nil {
        schedule(.bind, key("persistentvolumeclaims", waiting), in: cluster, after: .zero)
      }
      settlePlatform([namespace], in: cluster)
      claim = clusters[cluster].store.objects("persistentvolumeclaims", in: namespace).first
    }
    if let claim { volumes[volumeKey(of: claim, in: cluster)] = content.rows }
    return true
  }

  /// What a namespace holds; nil while it has nothing that runs.
  func content(in namespace: String, of cluster: Int) -> WorldContent? {
    let store = clusters[cluster].store
    guard let deployment = store.objects("deployments.apps", in: namespace).first else { return nil }
    let claim = store.objects("persistentvolumeclaims", in: namespace).first
    return content(deployment, rows: claim.flatMap { rows(of: $0, in: cluster) })
  }

  /// What an archive holds.
  func content(of archive: Archive) -> WorldContent? {
    guard let deployment = archive.items.first(where: { $0.resource == "deployments.apps" }) else {
      return nil
    }
    return content(deployment.object, rows: archive.rows.sorted { $0.key < $1.key }.first?.value)
  }

  private func content(_ deployment: JSON, rows: [String]?) -> WorldContent {
    let image =
      deployment[path: ["spec", "template", "spec", "containers"]]?[0]?["image"]?.string ?? ""
    let version = image.firstIndex(of: ":").map { String(image[image.index(after: $0)...]) } ?? ""
    return WorldContent(
      version: version, broken: deployment.annotation(Self.brokenMark) == "true", rows: rows ?? [])
  }

  /// An archive that holds this instead of what it holds.
  func archive(_ archive: Archive, holding content: WorldContent) -> Archive {
    var changed = archive
    for index in changed.items.indices where changed.items[index].resource == "deployments.apps" {
      let name = changed.items[index].object.name ?? ""
      changed.items[index].object[path: ["metadata", "annotations", Self.brokenMark]] =
        content.broken ? "true" : nil
      changed.items[index].object[path: ["spec", "template", "spec", "containers"]] = [
        ["name": "web", "image": .string("\(name):\(content.version)")]
      ]
    }
    for key in changed.rows.keys { changed.rows[key] = content.rows }
    return changed
  }

  /// What a service's page answers at an address; nil where none is.
  package func page(at address: String) -> (status: Int, name: String, content: WorldContent?)? {
    for index in clusters.indices {
      let store = clusters[index].store
      for service in store.objects("services") where self.address(of: service) == address {
        if let page = page(of: service, in: index) { return page }
      }
    }
    return nil
  }

  /// What a service's page answers; nil: the service is in no namespace.
  func page(of service: JSON, in cluster: Int) -> (status: Int, name: String, content: WorldContent?)? {
    guard let namespace = service.namespace else { return nil }
    let store = clusters[cluster].store
    let deployment = store.objects("deployments.apps", in: namespace).first
    let isUp = (deployment?.value(at: "status.availableReplicas")?.integer ?? 0) > 0
    let claims = store.objects("persistentvolumeclaims", in: namespace)
    let areBound = claims.allSatisfy { $0.value(at: "status.phase")?.string == "Bound" }
    guard isUp, areBound, let content = content(in: namespace, of: cluster) else {
      return (503, service.name ?? "", nil)
    }
    return (content.broken ? 500 : 200, service.name ?? "", content)
  }
}
