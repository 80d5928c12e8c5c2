internal import ClusterSimulation
package import KubernetesSimulator
package import ServiceSimulation
internal import SimulatorSupport
package import Timing

/// The worked example on Trident protect, before it starts.
package struct TridentProtectSetup: ServiceSetup {
  package var behaviour = ServiceBehaviour()
  /// What the product does where its documentation leaves that open.
  package var settings = ProductSettings()
  private var faults: [OperationFault] = []
  private var refusals: (count: Int, reason: RefusalReason) = (0, .conflict)

  /// The example as it is.
  package init() {
    (behaviour.backup, behaviour.snapshot) = (.seconds(5), .seconds(3))
    (behaviour.clone, behaviour.cloneDiscovery, behaviour.restore) = (.seconds(4), .seconds(2), .seconds(4))
  }

  package var startTime: Timestamp { Timestamp(sinceEpoch: .seconds(1_669_203_462)) }
  package mutating func add(_ fault: OperationFault) { faults.append(fault) }
  package var operationFaults: [OperationFault] { faults }
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
    let switches: [WritableKeyPath<ProductSettings, Bool>] = [
      \.completesEarly, \.showsApplication, \.replacesClaims,
      \.failureLeavesSchedulesDisabled, \.blocks, \.copiesNamespaceAnnotations, \.refusesSecondRestore,
    ]
    for path in switches { settings[keyPath: path] = random.next() & 1 == 0 }
    behaviour.writesSmallStates = random.next() & 1 == 0
    settings.firstLook = random.next() & 1 == 0 ? .zero : .seconds(1)
    settings.cancelledState = ["Failed", "Error", "Removed"][Int(random.next() % 3)]
    behaviour.tellsTime = random.next() & 3 != 0
    behaviour.clockSkew = random.next() & 3 != 0 ? .zero : .seconds(Int(random.next() % 240)) - .seconds(120)
    behaviour.restoreLag = random.next() & 1 == 0 ? .zero : .seconds(3)
  }

  package mutating func drawRelease(_: inout Timing.SeededRandom) {}

  package func start() -> any SimulatedService {
    let start = WallTime(sinceEpoch: startTime.sinceEpoch)
    var world = KubernetesWorld(
      clusters: TridentProtectService.contexts, startTime: start + behaviour.clockSkew, settings: settings,
      seed: 42)
    world.settings.apply(behaviour)
    Self.fill(&world)
    for fault in faults {
      world.faults.append(RunFault(.init(fault.kind), nth: fault.nth, .init(fault.effect)))
    }
    var service = TridentProtectService(world, behaviour, start: start)
    service.refusals = refusals
    return service
  }

  private static func fill(_ world: inout KubernetesWorld) {
    let good = ["order-1001", "order-1002", "order-1003"]
    let production = "40516273-8495-4a6b-b7c8-d9eaf0011223"
    func content(_ version: String, _ rows: [String], broken: Bool = false) -> WorldContent {
      WorldContent(version: version, broken: broken, rows: rows)
    }
    world.addApplication(
      "magento-prod", in: ["magento-prod"], of: "ocp-prod",
      holding: content(
        "2.4.2-debian-10-r14", good + ["order-1004-after-the-upgrade", "order-1005-after-the-upgrade"],
        broken: true),
      uid: production)
    world.addCopy(
      .backup, named: "before-2-4-1-debian-10-r14", of: production,
      holding: content("2.3.7-debian-10-r9", ["order-1001"]), age: .seconds(2_678_400),
      uid: "61728394-a5b6-4c7d-98e9-f00112233444")
    world.addCopy(
      .backup, named: "before-2-4-2-debian-10-r14", of: production,
      holding: content("2.4.1-debian-10-r14", good),
      age: .seconds(93_600), uid: "62738495-a6b7-4c8d-99ea-fb0c12233445")
    world.addCopy(
      .snapshot, named: "nightly-0213", of: production, holding: content("2.4.1-debian-10-r14", good),
      age: .seconds(28_800), uid: "738495a6-b7c8-4d9e-aafb-0c1d23344556")
    let wordpress = "51627384-95a6-4b7c-88d9-eafb01122334"
    world.addApplication(
      "wordpress", in: ["wordpress"], of: "ocp-prod", holding: content("6.4.3", ["post-1", "post-2"]),
      uid: wordpress)
    world.addCopy(
      .backup, named: "wordpress-weekly", of: wordpress, holding: content("6.4.3", ["post-1"]),
      age: .seconds(345_600),
      uid: "6c738495-a6b7-4c8d-99ea-fb0c12233446")
    world.addApplication(
      "erp", in: ["erp-db", "erp-web"], of: "ocp-prod",
      holding: content("11.2.0", ["invoice-1", "invoice-2", "invoice-3"]),
      uid: "52637485-96a7-4b8c-88d9-eafb01122335")
    world.addApplication(
      "jenkins", in: ["jenkins"], of: "ocp-debug", holding: content("2.440.3", ["job-1"]),
      uid: "53647586-97a8-4b9c-88d9-eafb01122336")
  }
}

extension ProductSettings {
  /// Behaves as the shared words say, as far as it knows them.
  mutating func apply(_ behaviour: ServiceBehaviour) {
    (backup, snapshot, clone) = (behaviour.backup, behaviour.snapshot, behaviour.clone)
    (settling, restore, restoreLag) = (behaviour.cloneDiscovery, behaviour.restore, behaviour.restoreLag)
    deletion = behaviour.deletion
    tellsTime = behaviour.tellsTime
    deletionTakesCopies = behaviour.deletionTakesRecoveryPoints
    failedCloneLeavesContent = behaviour.failedCloneLeavesNamespace
    restoreKeepsAddress = behaviour.restoreKeepsAddress
    showsHookResults = behaviour.showsHookResults
    writesSmallStates = behaviour.writesSmallStates
  }
}
