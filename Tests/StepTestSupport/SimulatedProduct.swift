internal import AstraControlSimulation
internal import AstraSimulator
internal import Foundation
internal import KubernetesSimulator
internal import TridentProtectSimulation
internal import VeleroSimulation
package import ServiceSimulation

/// A product, or a release of one, that a simulator plays.
package struct SimulatedProduct: CustomStringConvertible, Sendable {
  package let description: String
  /// The worked example at it, not started yet.
  package let setup: @Sendable () throws -> any ServiceSetup
  /// Whether it is reached with an API token of its own, and not with a kubeconfig.
  package var hasTokenParameter = true
  /// Whether an id has several parts, of which the last one is the object's own.
  package var idsHaveParts = false
  /// Whether a live application is cloned by one request.
  package var clonesByOneRequest = true
  /// How many backups the clone of a live application on another cluster takes.
  package var backupsOfAClone: Int { clonesByOneRequest ? 0 : 1 }
  /// Whether it may be told to show neither where things come from nor what clients have written on them.
  package var mayHideOrigins = true
  /// Whether it may be told to hide from clients what they make.
  package var mayHideNewObjects = true
  /// Whether a deletion that was accepted may fail, so that what was to go stays.
  package var deletionsMayFail = true
  /// Whether two things of one kind may bear one name.
  package var allowsDuplicateNames = true
  /// Whether it can be told to restore no application that has failed, or is not ready.
  package var mayRefuseFailedApplications = true
  /// Whether an application may lie in several namespaces.
  package var applicationsSpanNamespaces = true
  /// Whether an in-place restore takes several changes, and `--replace-volumes`: the application is stopped and its data
  /// put aside before the restore itself is asked for.
  package var restoresByChanges = false
  /// Whether a copy that was removed may come back for a while, so that nobody believes at once that it is gone.
  package var removedCopiesMayComeBack = false
  /// What a copy is that has not begun, where it is refused.
  package var stateBeforeTheBeginning = "pending"
  /// The first request by which an in-place restore changes anything.
  package var beginningOfARestore: (action: RequestPurpose.Action, subject: RequestPurpose.Subject) = (
    .restore, .application
  )
  /// The request by which a clone is removed.
  package var removalOfAClone: (action: RequestPurpose.Action, subject: RequestPurpose.Subject) = (
    .delete, .application
  )

  /// Every product that the suites of all services run at.
  package static let all = [astraControl, olderAstraControl, tridentProtect, velero]

  package static let tridentProtect = {
    var product = SimulatedProduct(description: "Trident protect") { TridentProtectSetup() }
    (product.hasTokenParameter, product.clonesByOneRequest) = (false, false)
    (product.idsHaveParts, product.mayHideOrigins, product.mayHideNewObjects) = (true, false, false)
    product.deletionsMayFail = false
    (product.allowsDuplicateNames, product.mayRefuseFailedApplications) = (false, false)
    return product
  }()

  package static let velero = {
    var product = SimulatedProduct(description: "Velero") {
      var setup = VeleroSetup()
      // As a pipeline that clones into another cluster would have it; the tests' deadlines are of a minute.
      setup.settings.sync = .seconds(5)
      return setup
    }
    (product.hasTokenParameter, product.clonesByOneRequest) = (false, false)
    (product.idsHaveParts, product.mayHideOrigins, product.mayHideNewObjects) = (true, false, false)
    product.deletionsMayFail = false
    (product.allowsDuplicateNames, product.mayRefuseFailedApplications) = (false, false)
    (product.applicationsSpanNamespaces, product.restoresByChanges) = (false, true)
    product.beginningOfARestore = (.restore, .other)
    product.removalOfAClone = (.delete, .namespace)
    // Its synchronisation makes an object anew; a new one waits in a queue.
    (product.removedCopiesMayComeBack, product.stateBeforeTheBeginning) = (true, "blocked")
    return product
  }()

  package static let astraControl = SimulatedProduct(description: "Astra Control") {
    try astraControlSetup()
  }

  package static let olderAstraControl = SimulatedProduct(description: "Astra Control before 22.08") {
    var setup = try astraControlSetup()
    setup.useOlderRelease()
    return setup
  }

  private static func astraControlSetup() throws -> AstraControlSetup {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appending(path: "Fixtures/scenarios/magento.json")
    return AstraControlSetup(try Scenario(file: Array(try Data(contentsOf: file))))
  }
}
