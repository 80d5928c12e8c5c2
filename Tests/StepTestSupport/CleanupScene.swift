internal import Files
internal import AstraClone
package import ServiceSimulation
package import SimulatedBackend
internal import StepReport
internal import Testing

/// A site a week after a post-mortem: the clone is there, and the workspace that made it is not.
package enum CleanupScene {
  package static let clusterOfDebug = "2d3e4f50-6172-4839-84a5-b6c7d8e9f001"
  package static let clusterOfProduction = "1c2d3e4f-5061-4728-8394-a5b6c7d8e9f0"
  package static let wordpress = "51627384-95a6-4b7c-88d9-eafb01122334"
  package static let olderBackup = "61728394-a5b6-4c7d-98e9-f00112233444"
  package static let pattern = "before-*"

  /// A site with a clone that astra-clone made, looked at from another workspace a week later.
  package static func harness(
    keepingRecord: Bool = false, _ change: (inout ServiceBehaviour) -> Void = { _ in }
  ) throws -> StepHarness {
    let harness = try Magento.harness(change)
    try harness.run(CloneStep.self).expectSuccess()
    leave(harness, keepingRecord: keepingRecord)
    return harness
  }

  /// Lets a week pass, and begins another run in another workspace.
  package static func leave(_ harness: StepHarness, keepingRecord: Bool = false) {
    harness.site.pass(.seconds(7 * 86_400))
    if !keepingRecord { harness.files.contents = [:] }
    harness.environment["BUILD_TAG"] = "jenkins-cleanup-7"
  }
}

extension StepHarness {
  /// A person clones an application; returns the clone's id once it is ready.
  package func cloneByHand(_ source: String, as name: String) -> String {
    let id = site.service.cloneByOthers(source, as: name, onCluster: CleanupScene.clusterOfDebug)
    #expect(id != nil, "the clone is refused")
    site.pass(.seconds(60))
    return id ?? ""
  }

  /// A person asks for a backup of an application.
  package func backUpByHand(_ application: String, as name: String, untilDone: Bool = true) {
    let id = site.service.backUpByOthers(application, as: name)
    #expect(id != nil, "the backup is refused")
    if untilDone { site.pass(.seconds(60)) } else { site.pass(.seconds(2)) }
  }

  /// The clone that astra-clone made.
  package var madeClone: String { site.service.clones.first { $0.name == "magento-debug" }?.id ?? "" }
}

/// Everything at a service that a cleanup could remove or spoil.
package struct Holdings: Equatable {
  package var applications: [String]
  package var recoveryPoints: [String]
  package var deletions: Int
  package var changes: Int

  /// Takes stock.
  package init(_ service: any SimulatedService) {
    applications = service.applications.map { "\($0.id) \($0.name) \($0.state)" }
    recoveryPoints = service.recoveryPoints.map { "\($0.id) \($0.name) \($0.state)" }
    (deletions, changes) = (service.tally.deletions, service.changes)
  }
}
