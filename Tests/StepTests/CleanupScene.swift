import AstraClone
import AstraSimulator
import SimulatedBackend
import StepCommon
import StepReport
import Testing
import Timing

/// A site a week after a post-mortem: the clone is there, and the workspace that made it is not.
enum CleanupScene {
  static let clusterOfDebug = "2d3e4f50-6172-4839-84a5-b6c7d8e9f001"
  static let clusterOfProduction = "1c2d3e4f-5061-4728-8394-a5b6c7d8e9f0"
  static let wordpress = "51627384-95a6-4b7c-88d9-eafb01122334"
  static let olderBackup = "61728394-a5b6-4c7d-98e9-f00112233444"
  static let pattern = "upgrade-prod-*"

  /// A site with a clone that astra-clone made, looked at from another workspace a week later.
  static func harness(
    keepingRecord: Bool = false, _ change: (inout AstraSimulator.Settings) -> Void = { _ in }
  ) throws -> StepHarness {
    let harness = try Magento.harness(change)
    try harness.run(CloneStep.self).expectSuccess()
    leave(harness, keepingRecord: keepingRecord)
    return harness
  }

  /// Lets a week pass, and begins another run in another workspace.
  static func leave(_ harness: StepHarness, keepingRecord: Bool = false) {
    harness.site.pass(.seconds(7 * 86_400))
    if !keepingRecord { harness.files.contents = [:] }
    harness.environment["BUILD_TAG"] = "jenkins-cleanup-7"
  }
}

extension StepHarness {
  /// Asks the server for something as a person would, with a client that is none of ours.
  @discardableResult
  func ask(
    _ method: String, _ path: String, _ body: JSON, type: String = "astra-app",
    headers: [(String, String)] = []
  ) -> String? {
    let world = site.world
    let response = site.world.handle(
      SimulatedRequest(
        method, "/accounts/\(world.scenario.account)/\(path)",
        headers: [
          ("Authorization", "Bearer \(world.token)"), ("Content-Type", "application/\(type)+json"),
        ] + headers, body: body.bytes))
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

  /// A person restores an application in place from a backup of it.
  func restoreByHand(_ application: String, from backup: String) {
    let (type, version) = Magento.generation == .v1 ? ("astra-managedApp", "1.2") : ("astra-app", "2.0")
    ask(
      "PUT", "\(Magento.applications)/\(application)",
      [
        "type": .string("application/\(type)"), "version": .string(version), "backupID": .string(backup),
      ], type: type, headers: [("ForceUpdate", "true")])
  }

  /// A person asks for a backup of an application.
  func backUpByHand(_ application: String, as name: String, untilDone: Bool = true) {
    ask(
      "POST", "k8s/v1/apps/\(application)/appBackups",
      ["type": "application/astra-appBackup", "version": "1.0", "name": .string(name)],
      type: "astra-appBackup")
    if untilDone { site.pass(.seconds(60)) } else { site.pass(.seconds(2)) }
  }

  /// The clone that astra-clone made.
  var madeClone: String { site.world.clones.first { $0.name == "magento-debug" }?.id ?? "" }
}

/// Everything of a world that a cleanup could remove or spoil.
struct Holdings: Equatable {
  var applications: [String]
  var points: [String]
  var deletions: Int
  var changes: Int

  init(_ world: World) {
    applications = world.applications.map { "\($0.id) \($0.name) \($0.state)" }
    points = world.points.map { "\($0.id) \($0.name) \($0.state)" }
    (deletions, changes) = (world.tally.deletions, world.changes)
  }
}
