import AstraClone
import AstraControlSimulation
import AstraSimulator
import SimulatedBackend
import SimulatorSupport
import StepTestSupport
import Testing

// The worked example at Astra Control.
extension Magento {
  /// The generation of the API that the simulated server speaks.
  static var generation: SimulatorSettings.APIGeneration {
    product.description == SimulatedProduct.olderAstraControl.description ? .v1 : .v2
  }

  /// The last part of the path of the applications.
  static var apps: String { generation == .v1 ? "managedApps" : "apps" }
  /// The path of the applications, and the one that an application's backups and snapshots are under.
  static var applications: String { generation == .v1 ? "k8s/v1/managedApps" : "k8s/v2/apps" }
  static var parents: String { generation == .v1 ? "k8s/v1/managedApps" : "k8s/v1/apps" }

  /// The scenario, with its settings changed.
  static func scenario(_ change: (inout Scenario) -> Void = { _ in }) throws -> Scenario {
    let setup = try #require(try product.setup() as? AstraControlSetup)
    var scenario = setup.scenario
    change(&scenario)
    return scenario
  }

  /// A harness on the scenario, with the settings changed.
  static func astraControl(
    run: String? = "jenkins-post-mortem-42", _ change: (inout SimulatorSettings) -> Void = { _ in }
  ) throws -> StepHarness {
    try StepHarness(scenario { change(&$0.settings) }, run: run)
  }
}

extension World {
  /// The clones of production, by name.
  var clones: [Application] { applications.filter { $0.sourceAppID != nil } }
  var productionContent: Content? { application(Magento.production)?.content }
  func points(named name: String) -> [RecoveryPoint] { points.filter { $0.name == name } }
  /// What nobody but the clients of the API changes: for "nothing was changed".
  var changes: Int { journal.count }
}

extension CleanupScene {
  /// A site with a clone that astra-clone made, looked at from another workspace a week later.
  static func astraControl(
    keepingRecord: Bool = false, _ change: (inout SimulatorSettings) -> Void = { _ in }
  ) throws -> StepHarness {
    let harness = try Magento.astraControl(change)
    try harness.run(CloneStep.self).expectSuccess()
    leave(harness, keepingRecord: keepingRecord)
    return harness
  }
}

extension StepHarness {
  /// Asks the server for something as a person would, with a client that is none of ours.
  @discardableResult
  func ask(_ method: String, _ path: String, _ body: JSON, type: String = "astra-app") -> String? {
    let world = site.world
    let response = site.world.handle(
      SimulatedRequest(
        method, "/accounts/\(world.scenario.account)/\(path)",
        headers: [
          ("Authorization", "Bearer \(world.token)"), ("Content-Type", "application/\(type)+json"),
        ], body: body.bytes))
    #expect((200..<300).contains(response.status), "\(String(decoding: response.body, as: UTF8.self))")
    return response.json?["id"]?.string
  }

  /// A person clones an application, and says what labels the clone has; returns its id once it is ready.
  func cloneByHand(
    _ source: String, from cluster: String = CleanupScene.clusterOfProduction, namespace: String,
    as name: String, to destination: String = CleanupScene.clusterOfDebug, labels: [(String, String)] = [],
    untilReady: Bool = true
  ) -> String {
    let shown = labels.map { label -> JSON in ["name": .string(label.0), "value": .string(label.1)] }
    let id = ask(
      "POST", "k8s/v2/apps",
      [
        "type": "application/astra-app", "version": "2.0", "name": .string(name),
        "clusterID": .string(destination), "sourceClusterID": .string(cluster),
        "sourceAppID": .string(source),
        "namespaceMapping": [["source": .string(namespace), "destination": .string("\(name)-by-hand")]],
        "metadata": ["labels": .array(shown)],
      ])
    if untilReady { site.pass(.seconds(60)) }
    return id ?? ""
  }
}
