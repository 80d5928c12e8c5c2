package import ServiceSimulation
package import SimulatedBackend

/// The worked example, which every simulated service can start as.
package enum Magento {
  package static let production = "40516273-8495-4a6b-b7c8-d9eaf0011223"
  package static let goodBackup = "before-2-4-2-debian-10-r14"
  package static let goodBackupID = "62738495-a6b7-4c8d-99ea-fb0c12233445"
  package static let goodVersion = "2.4.1-debian-10-r14"
  package static let goodRows = ["order-1001", "order-1002", "order-1003"]
  package static let brokenVersion = "2.4.2-debian-10-r14"
  package static let brokenRows =
    goodRows + ["order-1004-after-the-upgrade", "order-1005-after-the-upgrade"]

  /// The service that it starts as; a suite with the trait `eachService` runs at every one.
  @TaskLocal package static var product = SimulatedProduct.astraControl

  /// Ends a step just before the first request by which an in-place restore changes anything.
  package static var killBeforeARestore: SiteFault {
    let (action, subject) = product.beginningOfARestore
    return SiteFault(.killBefore, action, subject)
  }

  /// A harness on the example, with the service's behaviour changed.
  package static func harness(
    run: String? = "jenkins-post-mortem-42", _ change: (inout ServiceBehaviour) -> Void = { _ in }
  ) throws -> StepHarness {
    var setup = try product.setup()
    change(&setup.behaviour)
    return StepHarness(setup, run: run)
  }
}

extension SimulatedService {
  /// What production holds.
  package var productionContent: Content? { application(Magento.production)?.content }
  /// How much has changed so far: for "nothing was changed".
  package var changes: Int { journalCount }
}
