internal import SimulatorSupport

/// What a copy holds: the objects of some namespaces, and the data of their claims.
package struct Archive: Equatable, Sendable {
  /// One object as it was, without what a server gives it.
  struct Item: Equatable, Sendable {
    var resource: String
    var namespace: String
    var object: JSON
  }

  var items: [Item] = []
  /// The rows of each claim, by namespace and name.
  var rows: [String: [String]] = [:]
}

extension KubernetesWorld {
  /// The resources that an application is made of.
  static let kept = [
    "persistentvolumeclaims", "configmaps", "serviceaccounts", "services", "deployments.apps",
    "statefulsets.apps",
    "ingresses.networking.k8s.io",
  ]

  /// Copies what some namespaces hold now.
  func capture(_ namespaces: [String], in cluster: Int) -> Archive {
    var archive = Archive()
    for namespace in namespaces {
      for resource in Self.kept {
        for object in clusters[cluster].store.objects(resource, in: namespace) where !Self.isProvided(object)
        {
          archive.items.append(
            Archive.Item(resource: resource, namespace: namespace, object: Self.bare(object)))
          if resource == "persistentvolumeclaims" {
            archive.rows["\(namespace)/\(object.name ?? "")"] = rows(of: object, in: cluster) ?? []
          }
        }
      }
    }
    return archive
  }

  /// Whether a cluster puts it into every namespace.
  private static func isProvided(_ object: JSON) -> Bool {
    ["kube-root-ca.crt", "default"].contains(object.name)
  }

  /// An object without what a server and controllers have given it.
  private static func bare(_ object: JSON) -> JSON {
    var bare: JSON = ["metadata": ["name": .string(object.name ?? "")]]
    if let labels = object["metadata"]?["labels"] { bare[path: ["metadata", "labels"]] = labels }
    if let annotations = object["metadata"]?["annotations"] {
      bare[path: ["metadata", "annotations"]] = annotations
    }
    for member in ["spec", "data"] { bare[member] = object[member] }
    return bare
  }

  /// Puts what an archive holds into a namespace, where nothing of that name is there; nothing of it works yet.
  mutating func unpack(
    _ archive: Archive, into mapping: [String: String], in cluster: Int,
    storageClasses: [String: String] = [:]
  ) {
    for item in archive.items {
      guard let namespace = mapping[item.namespace], let name = item.object.name,
        !settings.forgets.contains(name)
      else { continue }
      var object = item.object
      object[path: ["metadata", "namespace"]] = .string(namespace)
      switch item.resource {
      case "persistentvolumeclaims":
        let old = object[path: ["spec", "storageClassName"]]?.string ?? ""
        if let new = storageClasses[old] { object[path: ["spec", "storageClassName"]] = .string(new) }
        object["status"] = ["phase": "Pending"]
      case "services":
        object["status"] = ["loadBalancer": [:]]
      case "deployments.apps", "statefulsets.apps":
        object["status"] = ["observedGeneration": 1, "replicas": 1]
      default: break
      }
      let made = clusters[cluster].store.create(item.resource, object)
      if item.resource == "persistentvolumeclaims", let uid = made?.uid {
        volumes[uid] = archive.rows["\(item.namespace)/\(name)"] ?? []
      }
    }
  }

  /// Lets what is in some namespaces come up: claims are bound, pods are available, services have addresses.
  mutating func bringUp(_ namespaces: [String], in cluster: Int, addresses: [String: String] = [:]) {
    guard platform == nil else { return settlePlatform(namespaces, in: cluster) }
    for namespace in namespaces {
      for object in clusters[cluster].store.objects("persistentvolumeclaims", in: namespace)
      where !settings.leavesUnbound.contains(object.name ?? "") {
        clusters[cluster].store.update(key("persistentvolumeclaims", object)) {
          $0[path: ["status", "phase"]] = "Bound"
        }
      }
      for resource in ["deployments.apps", "statefulsets.apps"] {
        for object in clusters[cluster].store.objects(resource, in: namespace) {
          let wanted = object.value(at: "spec.replicas")?.integer ?? 1
          clusters[cluster].store.update(key(resource, object)) {
            $0["status"] = [
              "observedGeneration": object.value(at: "metadata.generation") ?? 1,
              "replicas": .integer(wanted),
              "readyReplicas": .integer(wanted), "availableReplicas": .integer(wanted),
            ]
          }
        }
      }
      for object in clusters[cluster].store.objects("services", in: namespace) {
        guard object.value(at: "spec.type")?.string == "LoadBalancer", address(of: object) == nil else {
          continue
        }
        let address = addresses["\(namespace)/\(object.name ?? "")"] ?? newAddress()
        clusters[cluster].store.update(key("services", object)) {
          $0[path: ["status", "loadBalancer"]] = ["ingress": [["ip": .string(address)]]]
        }
      }
    }
  }

  func key(_ resource: String, _ object: JSON) -> ObjectKey {
    ObjectKey(resource, object.namespace, object.name ?? "")
  }

  /// The address of a service; nil while it has none.
  func address(of service: JSON) -> String? {
    service[path: ["status", "loadBalancer"]]?["ingress"]?[0]?["ip"]?.string
  }
}
