internal import SimulatorSupport

/// What the controllers of a cluster do one way or another, where a world has them: pods come and go with their workloads,
/// and claims are bound to volumes that outlive them or not.
package struct PlatformSettings: Equatable, Sendable {
  /// How long a pod takes until it is ready, once its claims are bound and filled.
  package var podStart: Duration = .seconds(1)
  /// How long a claim takes until it is bound.
  package var binding: Duration = .milliseconds(500)
  /// What the storage classes of the start say becomes of a volume whose claim goes: `Delete` or `Retain`.
  package var reclaimPolicy = "Delete"
  /// Whether the storage classes of the start bind a claim when a pod wants it, and not before.
  package var bindsOnFirstUse = false
  /// Claims that are never bound, by name.
  package var leavesUnbound: Set<String> = []
  /// Whether pods never become ready.
  package var podsStayPending = false

  /// Controllers that do nothing unusual.
  package init() {}
}

/// The controllers of a world's clusters: what they will do, and what they wait for.
struct Platform: Sendable {
  /// Something that one of them will do.
  struct Task: Sendable {
    enum Kind: Sendable { case bind, startPod }

    var due: Duration
    var kind: Kind
    var cluster: Int
    var key: ObjectKey
    var uid: String?
  }

  var settings = PlatformSettings()
  /// In the order in which they fall due.
  var tasks: [Task] = []
  /// The uids of claims that are not bound yet, since somebody brings their volume.
  var withheld: Set<String> = []
  /// Deployments none of whose pods is ready.
  var down: Set<ObjectKey> = []
  /// The uids of claims whose data is still being written: their pods wait.
  var unfilled: Set<String> = []
  /// What the volume of a claim will hold that is not made yet, by the claim's uid.
  var contents: [String: [String]] = [:]
  /// What snapshots of volumes hold, by their handles.
  var snapshots: [String: [String]] = [:]
  /// How many volumes there have been.
  var volumeCount = 0
  /// How many ports of nodes have been given to services.
  var portCount = 0
}

extension KubernetesWorld {
  /// What the controllers of the clusters see of a change.
  mutating func reactAsPlatform(to event: ObjectEvent, in cluster: Int) {
    let (key, object) = (event.key, event.object)
    let isThere = event.change != .deleted
    switch key.resource {
    case "deployments.apps": if isThere { reconcileDeployment(key, in: cluster) }
    case "replicasets.apps", "statefulsets.apps":
      if event.change == .added { findDeployment(of: object, in: cluster) }
      if isThere { reconcileReplicas(key, in: cluster) }
    case "pods": reactToPod(event, in: cluster)
    case "persistentvolumeclaims": reactToClaim(event, in: cluster)
    case "persistentvolumes": reactToVolume(event, in: cluster)
    case "services": if event.change == .added { equipService(key, object, in: cluster) }
    default: break
    }
  }

  /// When one of the controllers does something next.
  var nextPlatformChange: Duration? { platform?.tasks.first?.due }

  /// Does what has fallen due.
  mutating func performPlatformTasks() {
    while let task = platform?.tasks.first, task.due <= now {
      platform?.tasks.removeFirst()
      perform(task)
      catchUp()
    }
  }

  mutating func schedule(
    _ kind: Platform.Task.Kind, _ key: ObjectKey, in cluster: Int, after delay: Duration
  ) {
    guard platform != nil, let uid = clusters[cluster].store.object(key)?.uid else { return }
    guard platform?.tasks.contains(where: { $0.kind == kind && $0.uid == uid }) == false else { return }
    let task = Platform.Task(due: now + delay, kind: kind, cluster: cluster, key: key, uid: uid)
    let place = platform?.tasks.firstIndex { $0.due > task.due } ?? platform?.tasks.count ?? 0
    platform?.tasks.insert(task, at: place)
  }

  private mutating func perform(_ task: Platform.Task) {
    guard let object = clusters[task.cluster].store.object(task.key), object.uid == task.uid else { return }
    switch task.kind {
    case .bind: bind(task.key, object, in: task.cluster)
    case .startPod: startPod(task.key, object, in: task.cluster)
    }
  }

  /// Lets all that has been asked for in some namespaces happen at once: nobody sees a release come up.
  mutating func settlePlatform(_ namespaces: [String], in cluster: Int) {
    catchUp()
    // Binding lets pods start, and a started pod changes its workload.
    while let index = platform?.tasks.firstIndex(where: {
      $0.cluster == cluster && namespaces.contains($0.key.namespace ?? "")
    }), let task = platform?.tasks.remove(at: index) {
      perform(task)
      catchUp()
    }
  }

  /// Gives a service an address, and its ports those of the nodes, as its type wants it.
  mutating func equipService(_ key: ObjectKey, _ service: JSON, in cluster: Int) {
    let type = service.value(at: "spec.type")?.string ?? "ClusterIP"
    guard ["LoadBalancer", "NodePort"].contains(type) else { return }
    var ports = service.value(at: "spec.ports")?.array ?? []
    for index in ports.indices where ports[index]["nodePort"] == nil {
      platform?.portCount += 1
      ports[index]["nodePort"] = .integer(30_000 + (platform?.portCount ?? 0))
    }
    let address = type == "LoadBalancer" && address(of: service) == nil ? newAddress() : nil
    clusters[cluster].store.update(key) {
      $0[path: ["spec", "ports"]] = .array(ports)
      if let address { $0[path: ["status", "loadBalancer"]] = ["ingress": [["ip": .string(address)]]] }
    }
  }

  func isTerminating(_ namespace: String?, in cluster: Int) -> Bool {
    guard let namespace else { return false }
    return clusters[cluster].store.object(ObjectKey("namespaces", nil, namespace))?.isDeleted ?? true
  }
}
