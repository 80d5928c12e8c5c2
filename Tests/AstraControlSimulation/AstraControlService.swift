package import AstraSimulator
package import ServiceSimulation
internal import SimulatorSupport
internal import Timing

/// Astra Control, of any release, as a simulated service.
package struct AstraControlService: SimulatedService {
  /// The simulator's own world, for tests that are about Astra Control.
  package var world: World

  /// Takes a world as it stands.
  package init(_ world: World) { self.world = world }

  package var behaviour: ServiceBehaviour {
    get { world.settings.behaviour }
    set { world.settings.behaviour = newValue }
  }

  package var capabilities: ServiceCapabilities {
    let isOlder = world.settings.apiGeneration == .v1
    return ServiceCapabilities(mapsNamespaces: !isOlder, datesModifications: !isOlder)
  }

  package var environment: [String: String] {
    var environment = world.scenario.environment
    environment["ASTRA_FQDN"] = "astra.example.com"
    environment["ASTRA_INSTANCE_ID"] = world.scenario.account
    environment["ASTRA_API_TOKEN"] = world.token
    return environment
  }

  package var credential: String { world.token }

  package mutating func respond(to request: ServiceRequest) -> ServiceResponse {
    ServiceResponse(world.handle(SimulatedRequest(request)))
  }

  package func frontPage(at address: String) -> ServiceSimulation.FrontPage? {
    world.frontPage(at: address).map { FrontPage(status: $0.status, html: $0.html) }
  }

  package mutating func advance(to moment: Duration) { world.advance(to: moment) }
}

// MARK: - What it holds

extension AstraControlService {
  package var applications: [ServiceApplication] { world.applications.map { ServiceApplication($0) } }
  package var recoveryPoints: [ServiceRecoveryPoint] { world.points.map { ServiceRecoveryPoint($0) } }

  package var operations: [ServiceOperation] {
    world.operations.map { ServiceOperation(kind: OperationKind($0.kind), subject: $0.subject) }
  }

  package func application(_ key: String) -> ServiceApplication? {
    world.application(key).map { ServiceApplication($0) }
  }

  package func recoveryPoint(_ key: String) -> ServiceRecoveryPoint? {
    world.point(key).map { ServiceRecoveryPoint($0) }
  }

  package func clusterID(named name: String) -> String? { world.clusterIDs[name] }

  package func hasNamespace(_ name: String, onCluster cluster: String) -> Bool {
    world.holdsNamespace(name, onCluster: cluster)
  }

  package func acceptsClones(onCluster cluster: String) -> Bool { world.acceptsClones(cluster: cluster) }

  package func canStoreBackups(ofCluster cluster: String) -> Bool {
    world.hasWritableBucket(cluster: cluster)
  }

  package var journalCount: Int { world.journal.count }

  package func journal(from index: Int) -> [ServiceSimulation.JournalEntry] {
    world.journal.dropFirst(index).map { ServiceSimulation.JournalEntry($0) }
  }

  package var tally: ServiceSimulation.Tally { ServiceSimulation.Tally(world.tally) }

  package func operationsBegun(_ kind: OperationKind) -> Int { world.started(Operation.Kind(kind)) }
}

// MARK: - Situations and faults

extension AstraControlService {
  package mutating func add(_ seed: ServiceSimulation.ApplicationSeed) -> String? {
    world.addApplication(AstraSimulator.ApplicationSeed(seed))
  }

  package mutating func add(
    _ seed: ServiceSimulation.RecoveryPointSeed, _ kind: RecoveryPointKind, of application: String
  ) -> String? {
    let seed = AstraSimulator.RecoveryPointSeed(seed)
    return switch kind {
    case .backup: world.addBackup(seed, of: application)
    case .snapshot: world.addSnapshot(seed, of: application)
    }
  }

  package mutating func addNamespace(_ name: String, onCluster cluster: String) -> Bool {
    world.addNamespace(name, onCluster: cluster)
  }

  package mutating func removeNamespace(_ name: String, onCluster cluster: String) -> Bool {
    world.removeNamespace(name, onCluster: cluster)
  }

  package mutating func setState(_ state: String, of key: String) -> Bool {
    world.setState(state, of: key)
  }

  package mutating func deploy(
    version: String, broken: Bool, rows: [String]?, to application: String
  ) -> Bool {
    world.deploy(version: version, broken: broken, rows: rows, to: application)
  }

  package mutating func addRows(_ rows: [String], to application: String) -> Bool {
    world.addRows(rows, to: application)
  }

  package mutating func changeResources(
    of application: String, losing lost: Set<String>, gaining gained: [String]
  ) -> Bool {
    world.changeAssets(of: application, losing: lost, gaining: gained)
  }

  package mutating func removeByOthers(_ key: String) -> Bool { world.removeByOthers(key) }

  package mutating func restoreByOthers(_ application: String, from recoveryPoint: String) {
    let isOlder = world.settings.apiGeneration == .v1
    let type = isOlder ? "application/astra-managedApp" : "application/astra-app"
    ask(
      "PUT", "\(isOlder ? "k8s/v1/managedApps" : "k8s/v2/apps")/\(application)", type: "\(type)+json",
      [
        "type": .string(type), "version": isOlder ? "1.2" : "2.0", "backupID": .string(recoveryPoint),
      ])
  }

  package mutating func backUpByOthers(_ application: String, as name: String) -> String? {
    let parent = world.settings.apiGeneration == .v1 ? "managedApps" : "apps"
    return ask(
      "POST", "k8s/v1/\(parent)/\(application)/appBackups", type: "application/astra-appBackup+json",
      ["type": "application/astra-appBackup", "version": "1.0", "name": .string(name)])
  }

  package mutating func cloneByOthers(
    _ application: String, as name: String, onCluster cluster: String
  ) -> String? {
    guard let source = world.application(application) else { return nil }
    let mapping = source.namespaces.map { namespace -> JSON in
      ["source": .string(namespace), "destination": .string("\(name)-by-hand")]
    }
    return ask(
      "POST", "k8s/v2/apps", type: "application/astra-app+json",
      [
        "type": "application/astra-app", "version": "2.0", "name": .string(name),
        "clusterID": .string(world.clusterIDs[cluster] ?? cluster),
        "sourceClusterID": .string(source.cluster),
        "sourceAppID": .string(source.id), "namespaceMapping": .array(mapping),
        "metadata": ["labels": []],
      ])
  }

  /// Asks for something as a client that is none of ours; returns the id of what was made, nil if it was refused.
  @discardableResult
  private mutating func ask(_ method: String, _ path: String, type: String, _ body: JSON) -> String? {
    let response = world.handle(
      SimulatedRequest(
        method, "/accounts/\(world.scenario.account)/\(path)",
        headers: [
          ("Authorization", "Bearer \(world.token)"), ("Content-Type", type), ("ForceUpdate", "true"),
        ], body: body.bytes))
    return response.json?["id"]?.string
  }

  package mutating func changeCredential(_ credential: String) { world.changeToken(credential) }

  package mutating func disturbNext(_ kind: OperationKind, _ effect: OperationEffect) {
    world.disturbNext(Operation.Kind(kind), AstraSimulator.OperationFault.Effect(effect))
  }

  package mutating func failOperation(of key: String) -> Bool { world.failOperation(of: key) }
  package mutating func completeOperation(of key: String) -> Bool { world.completeOperation(of: key) }
  package mutating func stallOperation(of key: String) -> Bool { world.stallOperation(of: key) }
}
