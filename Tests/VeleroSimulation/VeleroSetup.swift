internal import ClusterSimulation
package import KubernetesSimulator
package import ServiceSimulation
internal import SimulatorSupport
package import Timing

/// The worked example on Velero, before it starts.
package struct VeleroSetup: ServiceSetup {
  package var behaviour = ServiceBehaviour()
  /// What Velero does where its documentation leaves that open.
  package var settings = VeleroSettings()
  /// Whether production has a Deployment that came after the copies were made, and which none of them has.
  package var hasNewWorker = false
  private var faults: [OperationFault] = []

  /// The example as it is.
  package init() {
    (behaviour.backup, behaviour.snapshot) = (.seconds(5), .seconds(3))
    (behaviour.clone, behaviour.cloneDiscovery, behaviour.restore) = (.seconds(4), .seconds(2), .seconds(4))
  }

  package var startTime: Timestamp { Timestamp(sinceEpoch: .seconds(1_795_000_000)) }
  package mutating func add(_ fault: OperationFault) { faults.append(fault) }
  package var operationFaults: [OperationFault] { faults }
  /// How many in-place restores are refused, and how.
  private var refusals: (count: Int, reason: RefusalReason) = (0, .conflict)

  package mutating func refuseRestores(_ count: Int, because reason: RefusalReason) {
    refusals = (count, reason)
  }
  package mutating func useOlderRelease() {}

  package mutating func halveLengths() {
    let durations: [WritableKeyPath<ServiceBehaviour, Duration>] = [
      \.backup, \.snapshot, \.clone, \.cloneDiscovery, \.restore, \.deletion,
    ]
    for duration in durations { behaviour[keyPath: duration] /= 2 }
  }

  package mutating func drawBehaviour(_ random: inout Timing.SeededRandom) {
    let switches: [WritableKeyPath<VeleroSettings, Bool>] = [
      \.completesEarly, \.queues, \.showsProgress, \.isOADP, \.failedCloneLeavesContent,
    ]
    for path in switches { settings[keyPath: path] = random.next() & 1 == 0 }
    settings.firstLook = random.next() & 1 == 0 ? .zero : .seconds(1)
    behaviour.tellsTime = random.next() & 3 != 0
    behaviour.clockSkew = random.next() & 3 != 0 ? .zero : .seconds(Int(random.next() % 240)) - .seconds(120)
  }

  package mutating func drawRelease(_ random: inout Timing.SeededRandom) {
    settings.version = ["1.14.1", "1.16.2", "1.18.2"][Int(random.next() % 3)]
  }

  package func start() -> any SimulatedService {
    let start = WallTime(sinceEpoch: startTime.sinceEpoch)
    var settings = settings
    settings.apply(behaviour)
    var world = KubernetesWorld(
      clusters: VeleroService.contexts, startTime: start + behaviour.clockSkew, velero: settings, seed: 42)
    Self.fill(&world)
    if hasNewWorker { Self.addWorker(&world) }
    for fault in faults {
      world.faults.append(RunFault(.init(fault.kind), nth: fault.nth, .init(fault.effect)))
    }
    var service = VeleroService(world, behaviour, start: start)
    service.refusals = refusals
    return service
  }

  private static func addWorker(_ world: inout KubernetesWorld) {
    let labels: JSON = ["app": "magento-prod-worker"]
    world.clusters[0].store.create(
      "deployments.apps",
      [
        "metadata": ["name": "magento-prod-worker", "namespace": "magento-prod", "labels": labels],
        "spec": [
          "replicas": 2, "selector": ["matchLabels": labels],
          "template": [
            "metadata": ["labels": labels],
            "spec": ["containers": [["name": "worker", "image": "worker:1"]]],
          ],
        ],
      ])
  }

  private static func fill(_ world: inout KubernetesWorld) {
    let good = ["order-1001", "order-1002", "order-1003"]
    func content(_ version: String, _ rows: [String], broken: Bool = false) -> WorldContent {
      WorldContent(version: version, broken: broken, rows: rows)
    }
    let production = world.addOldApplication(
      "magento-prod", of: "ocp-prod",
      holding: content(
        "2.4.2-debian-10-r14", good + ["order-1004-after-the-upgrade", "order-1005-after-the-upgrade"],
        broken: true),
      uid: "40516273-8495-4a6b-b7c8-d9eaf0011223")
    world.addOwnCopy(
      .backup, named: "before-2-4-1-debian-10-r14", of: production,
      holding: content("2.3.7-debian-10-r9", ["order-1001"]), age: .seconds(2_505_600),
      uid: "61728394-a5b6-4c7d-98e9-f00112233444")
    world.addOwnCopy(
      .backup, named: "before-2-4-2-debian-10-r14", of: production,
      holding: content("2.4.1-debian-10-r14", good), age: .seconds(93_600),
      uid: "62738495-a6b7-4c8d-99ea-fb0c12233445")
    world.addOwnCopy(
      .snapshot, named: "nightly-0213", of: production, holding: content("2.4.1-debian-10-r14", good),
      age: .seconds(28_800), uid: "738495a6-b7c8-4d9e-aafb-0c1d23344556")
    let wordpress = world.addOldApplication(
      "wordpress", of: "ocp-prod", holding: content("6.4.3", ["post-1", "post-2"]),
      uid: "51627384-95a6-4b7c-88d9-eafb01122334")
    world.addOwnCopy(
      .backup, named: "wordpress-weekly", of: wordpress, holding: content("6.4.3", ["post-1"]),
      age: .seconds(345_600), uid: "6c738495-a6b7-4c8d-99ea-fb0c12233446")
    _ = world.addOldApplication(
      "jenkins", of: "ocp-debug", holding: content("2.440.3", ["job-1"]),
      uid: "53647586-97a8-4b9c-88d9-eafb01122336")
  }
}

extension VeleroSettings {
  /// Behaves as the shared words say, as far as it knows them.
  mutating func apply(_ behaviour: ServiceBehaviour) {
    (backup, snapshot) = (behaviour.backup, behaviour.snapshot)
    (restore, inPlaceRestore) = (behaviour.clone, behaviour.restore)
    deletion = behaviour.deletion
    tellsTime = behaviour.tellsTime
    failedCloneLeavesContent = behaviour.failedCloneLeavesNamespace
  }
}

extension KubernetesWorld {
  /// Adds an application in a namespace of its name; returns its uid.
  package mutating func addOldApplication(
    _ name: String, of context: String, holding content: WorldContent, uid: String
  ) -> String {
    addApplication(name, in: [name], of: context, holding: content, uid: uid) ?? uid
  }

  /// Adds a copy as a step of an earlier pipeline has made it; returns its uid.
  @discardableResult
  package mutating func addOwnCopy(
    _ kind: Run.Kind, named name: String, of application: String, holding content: WorldContent? = nil,
    state: String = "Completed", hooksFailed: Bool = false, age: Duration = .seconds(86_400),
    uid: String? = nil, schedule: String? = nil
  ) -> String? {
    let view = applications.first { $0.uid == application || $0.objectUID == application }
    guard let view, let owner = view.objectUID else { return nil }
    let made = addCopy(
      kind, named: "\(view.name)-\(name)", of: owner, holding: content, state: state,
      hooksFailed: hooksFailed, age: age, uid: uid, schedule: schedule)
    guard let made, let index = clusters.firstIndex(where: { $0.name == view.cluster }) else { return nil }
    let claims = clusters[index].store.objects("persistentvolumeclaims", in: view.namespace).compactMap(
      \.name)
    let backups = "backups.velero.io"
    guard let object = clusters[index].store.objects(backups).first(where: { $0.uid == made }) else {
      return nil
    }
    clusters[index].store.update(ObjectKey(backups, object.namespace, object.name ?? "")) { object in
      object[path: ["metadata", "labels", "app.kubernetes.io/managed-by"]] = "astra-steps"
      object[path: ["metadata", "annotations"]] = [
        "astra-steps/name": .string(name), "astra-steps/namespace-uid": .string(owner),
        "astra-steps/inventory": .string(
          "claims=\(claims.sorted().joined(separator: ","));workloads=;services="),
      ]
    }
    return made
  }
}
