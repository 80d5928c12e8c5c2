import StepTestSupport
import AstraControlSimulation
import AstraSimulator
import SimulatedBackend
import StepCommon
import Testing
import Timing
import AstraBackup
import AstraClone
import AstraRestore
import AstraVerify

/// Whatever the documentation of Astra Control leaves open is a setting of the simulator, and the whole
/// pipeline is right under every value of each.
@Suite(.eachGeneration) struct SettingTests {
  /// One value of one setting, other than the default.
  struct Variant: CustomTestStringConvertible, Sendable {
    var name: String
    var change: @Sendable (inout SimulatorSettings) -> Void
    var testDescription: String { name }

    init(_ name: String, _ change: @escaping @Sendable (inout SimulatorSettings) -> Void) {
      (self.name, self.change) = (name, change)
    }

    /// One for each value of a setting that is an enumeration.
    static func each<Value: CaseIterable & Sendable>(
      _ name: String, _ set: @escaping @Sendable (inout SimulatorSettings, Value) -> Void
    ) -> [Variant] where Value.AllCases: Sendable {
      Value.allCases.map { value in Variant("\(name)=\(value)") { set(&$0, value) } }
    }

    /// One for each truth of a setting.
    static func both(
      _ name: String, _ set: @escaping @Sendable (inout SimulatorSettings, Bool) -> Void
    ) -> [Variant] {
      [true, false].map { value in Variant("\(name)=\(value)") { set(&$0, value) } }
    }

    /// One for each of some lengths of time.
    static func seconds(
      _ name: String, _ values: [Double],
      _ set: @escaping @Sendable (inout SimulatorSettings, Duration) -> Void
    ) -> [Variant] {
      values.map { value in Variant("\(name)=\(value)") { set(&$0, .seconds(value)) } }
    }
  }

  static let variants: [Variant] =
    durations + appearances + requests
    + Variant.each("filter") { (settings, value: SimulatorSettings.Tolerance) in settings.filter = value
    }
    + Variant.each("filterOnPoints") { (settings, value: SimulatorSettings.Tolerance) in
      settings.filterOnPoints = value
    }
    + [1, 2, 3].map { size in Variant("pageSize=\(size)") { $0.pageSize = size } }
    + [Variant("pageSize=2, filter=refused") { ($0.pageSize, $0.filter) = (2, .refused) }]
    + shapes + generations

  /// What the older generation leaves open; nothing of it matters to the newer one.
  private static let generations: [Variant] =
    Variant.each("apiGeneration") { $0.apiGeneration = $1 }
    + Variant.each("newerAppsAnswer") { $0.newerAppsAnswer = $1 }
    + Variant.each("missingCollections") { $0.missingCollections = [$1] }
    + [200, 202, 204].map { status in
      Variant("olderRestoreStatus=\(status)") { $0.olderRestoreStatus = status }
    }
    + [1, 30, 31].map { number in Variant("legacyAppsProblem=\(number)") { $0.legacyAppsProblem = number } }
    + [
      Variant("newerAppsAnswer=page, filter=refused, pageSize=1") {
        ($0.newerAppsAnswer, $0.filter, $0.pageSize) = (.page, .refused, 1)
      }
    ]

  private static let durations: [Variant] =
    Variant.seconds("backup", [0, 0.3, 3000]) { $0.backup = $1 }
    + Variant.seconds("backupPending", [0, 600]) { $0.backupPending = $1 }
    + Variant.seconds("snapshot", [0, 0.3, 600]) { $0.snapshot = $1 }
    + Variant.seconds("clone", [0, 0.3, 2400]) { $0.clone = $1 }
    + Variant.seconds("cloneDiscovery", [0, 900]) { $0.cloneDiscovery = $1 }
    + Variant.seconds("restore", [0.3, 2400]) { $0.restore = $1 }
    + Variant.seconds("restoreLag", [0.7, 5, 45]) { $0.restoreLag = $1 }
    + Variant.seconds("restoreDiscovery", [0, 900]) { $0.restoreDiscovery = $1 }
    + Variant.seconds("rediscoveryEvery", [7, 90]) { $0.rediscoveryEvery = $1 }
    + Variant.seconds("modificationEvery", [1, 30]) { $0.modificationEvery = $1 }
    + Variant.seconds("clockSkew", [-86_400, -3, 3, 86_400]) { $0.clockSkew = $1 }

  private static let appearances: [Variant] =
    Variant.each("cloneFirstState") { $0.cloneFirstState = $1 }
    + Variant.each("cloneCapture") { $0.cloneCapture = $1 }
    + Variant.each("cloneVehicle") { $0.cloneVehicle = $1 }
    + Variant.both("cloneOriginShown") { $0.cloneOriginShown = $1 }
    + Variant.both("deletionLeavesEntry") { $0.deletionLeavesEntry = $1 }
    + Variant.each("snapshotCapture") { $0.snapshotCapture = $1 }
    + Variant.each("restoreFirstVisibleState") { $0.restoreFirstVisibleState = $1 }
    + Variant.each("restoreModification") { $0.restoreModification = $1 }
    + Variant.each("restoreSourceShown") { $0.restoreSourceShown = $1 }
    + Variant.both("cloneNamespacesAtOnce") { $0.cloneNamespacesAtOnce = $1 }
    + Variant.both("backupMakesSnapshot") { $0.backupMakesSnapshot = $1 }
    + Variant.both("restoreSourceForgottenAtEnd") { $0.restoreSourceForgottenAtEnd = $1 }
    + Variant.both("restoreCollects") { $0.restoreCollects = $1 }
    + Variant.both("operationsTouchSource") { $0.operationsTouchSource = $1 }

  private static let requests: [Variant] =
    Variant.each("restoreDuringClone") { $0.restoreDuringClone = $1 }
    + Variant.each("restoreOfFailed") { $0.restoreOfFailed = $1 }
    + Variant.each("sourceClusterRequired") { $0.sourceClusterRequired = $1 }
    + Variant.each("withoutForceUpdate") { $0.withoutForceUpdate = $1 }
    + Variant.each("mediaTypes") { $0.mediaTypes = $1 }
    + Variant.each("unknownParameters") { $0.unknownParameters = $1 }
    + Variant.both("duplicateBackupNames") { $0.duplicateBackupNames = $1 }
    + Variant.both("duplicateSnapshotNames") { $0.duplicateSnapshotNames = $1 }
    + Variant.both("duplicateAppNames") { $0.duplicateAppNames = $1 }
    + Variant.both("labelsWritable") { $0.labelsWritable = $1 }
    + Variant.both("labelsRefused") { $0.labelsRefused = $1 }
    + Variant.both("clonesInheritLabels") { $0.clonesInheritLabels = $1 }
    + Variant.each("executionHooks") { $0.executionHooks = $1 }
    + [Variant("blockedByBackup=all") { $0.blockedByBackup = [.backup, .snapshot, .clone] }]

  private static let shapes: [Variant] =
    Variant.both("bareLists") { $0.bareLists = $1 }
    + Variant.both("labelsNull") { $0.labelsNull = $1 }
    + Variant.both("createdBySystem") { $0.createdBySystem = $1 }
    + Variant.both("transitionsWithoutFrom") { $0.transitionsWithoutFrom = $1 }
    + Variant.both("links") { $0.links = $1 }
    + Variant.both("numericProblemStatus") { $0.numericProblemStatus = $1 }
    + Variant.both("booleansAsStrings") { $0.booleansAsStrings = $1 }
    + Variant.both("fractionalTimestamps") { $0.fractionalTimestamps = $1 }
    + Variant.both("modificationTimestampShown") { $0.modificationTimestampShown = $1 }
    + Variant.both("failureTexts") { $0.failureTexts = $1 }
    + Variant.both("percentDoneShown") { $0.percentDoneShown = $1 }
    + Variant.both("hookStateShown") { $0.hookStateShown = $1 }
    + Variant.both("prerequisitesShown") { $0.prerequisitesShown = $1 }
    + Variant.both("clusterOnlyWhenReady") { $0.clusterOnlyWhenReady = $1 }
    + Variant.both("dateHeader") { $0.dateHeader = $1 }
    + Variant.both("countShown") { $0.countShown = $1 }
    + Variant.each("assets") { (settings, value: SimulatorSettings.Assets) in settings.assets = value }

  @Test(arguments: variants)
  func thePipelineIsRight(variant: Variant) throws {
    let harness = try Magento.astraControl(variant.change)
    let address = try #require(harness.site.world.application("magento-prod")?.address)
    // Twice, as the same run: the second time makes nothing.
    for _ in 1...2 {
      harness.environment["BACKUP_NAME"] = "before-2.4.3"
      try harness.run(BackupStep.self).expectSuccess()
      harness.environment["BACKUP_NAME"] = Magento.goodBackup
      try harness.run(CloneStep.self).expectSuccess()
      try harness.run(RestoreStep.self).expectSuccess()
    }
    let world = harness.site.world
    #expect(world.productionContent == Content(version: Magento.goodVersion, rows: Magento.goodRows))
    #expect(world.application("magento-prod")?.address == address)
    #expect(world.clones.count == 1 && world.clones[0].content?.rows == Magento.brokenRows)
    #expect(world.tally.backupsCreated == 1 && world.tally.clonesCreated == 1)
    #expect(world.tally.restoresFinished == 1 && world.tally.restoresRequested == 1)
    #expect(world.tally.deletions == 0)
    try harness.run(VerifyStep.self, "-u", "http://\(address)", "-B", Magento.goodBackup).expectSuccess()
    try harness.run(
      VerifyStep.self, "-a", "magento-debug", "-c", "ocp-debug", "--clone-of", "magento-prod", "-B",
      Magento.goodBackup, "-u", "http://\(world.clones[0].address)", "--expect-broken", "--other-address",
      String(address.prefix { $0 != ":" })
    ).expectSuccess()
    #expect(harness.site.world.tally == world.tally, "a look changes nothing")
  }

  @Test(arguments: Variant.each("licence") { $0.licence = $1 })
  func aLicenceThatDoesNotAllowItIsSaid(variant: Variant) throws {
    let harness = try Magento.astraControl(variant.change)
    let result = try harness.run(CloneStep.self)
    guard harness.site.world.settings.licence != .valid else { return result.expectSuccess() }
    result.expect(.operationFailed, saying: "icense", nature: "failure")
    #expect(harness.site.world.tally.clonesCreated == 0)
  }

  @Test(arguments: Variant.each("takenNamespace") { $0.takenNamespace = $1 })
  func aTakenNamespaceIsRefusedBeforeAnyChange(variant: Variant) throws {
    let harness = try Magento.astraControl(variant.change)
    harness.site.world.addNamespace("magento-debug", onCluster: "ocp-debug")
    let before = harness.site.world.changes
    try harness.run(CloneStep.self).expect(
      .protected, saying: "namespace \"magento-debug\" on cluster", "already exists")
    #expect(harness.site.world.changes == before)
  }
}
