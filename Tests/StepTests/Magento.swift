import AstraControlSimulation
import AstraSimulator
import SimulatedBackend
import StepCommon
import StepReport
import Testing
import Timing

import struct Foundation.Data
import class Foundation.FileManager
import struct Foundation.URL

/// The worked example: `Fixtures/scenarios/magento.json`.
enum Magento {
  static let production = "40516273-8495-4a6b-b7c8-d9eaf0011223"
  static let goodBackup = "upgrade-prod-2-4-1-debian-10-r14"
  static let goodBackupID = "62738495-a6b7-4c8d-99ea-fb0c12233445"
  static let goodVersion = "2.4.1-debian-10-r14"
  static let goodRows = ["order-1001", "order-1002", "order-1003"]
  static let brokenVersion = "2.4.2-debian-10-r14"
  static let brokenRows = goodRows + ["order-1004-after-the-upgrade", "order-1005-after-the-upgrade"]

  /// The generation of the API that the simulated server speaks: a suite with the trait `eachGeneration` runs on both.
  @TaskLocal static var generation = SimulatorSettings.APIGeneration.v2

  /// The last part of the path of the applications.
  static var apps: String { generation == .v1 ? "managedApps" : "apps" }
  /// The path of the applications, and the one that an application's backups and snapshots are under.
  static var applications: String { generation == .v1 ? "k8s/v1/managedApps" : "k8s/v2/apps" }
  static var parents: String { generation == .v1 ? "k8s/v1/managedApps" : "k8s/v1/apps" }

  /// The scenario, with its settings changed.
  static func scenario(_ change: (inout Scenario) -> Void = { _ in }) throws -> Scenario {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appending(path: "Fixtures/scenarios/magento.json")
    var scenario = try Scenario(file: Array(try Data(contentsOf: file)))
    if generation == .v1 { scenario.settings.beOlder() }
    change(&scenario)
    return scenario
  }

  /// A harness on the scenario, with the settings changed.
  static func harness(
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

extension StepHarness.Result {
  /// Checks that the step refused or failed as it should, and that its report says the same.
  func expect(
    _ code: ExitCode, saying words: String..., nature: String = "error",
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(self.code == code, "\(standardError)", sourceLocation: location)
    #expect(!report.claimsSuccess, "the report claims success", sourceLocation: location)
    #expect(report.problem?.outcome == nature, "\(standardError)", sourceLocation: location)
    #expect(report.problem?.message == message, sourceLocation: location)
    for word in words {
      #expect(message.contains(word), "\"\(message)\" does not say \"\(word)\"", sourceLocation: location)
    }
    #expect(!message.contains("\n") && message.count > 20, sourceLocation: location)
  }

  /// Checks that the step succeeded and that its report says the same.
  func expectSuccess(at location: SourceLocation = #_sourceLocation) {
    #expect(code == .success, "\(standardError)", sourceLocation: location)
    #expect(report.claimsSuccess, "\(standardError)", sourceLocation: location)
  }
}
