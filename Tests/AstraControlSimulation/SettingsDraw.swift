internal import AstraSimulator
internal import Foundation
internal import SimulatorSupport
internal import Timing

/// Ways in which the documentation leaves a server free to behave: a seed draws some of them for its world.
enum SettingsDraw {
  /// Draws how the server of a world behaves.
  static func draw(_ settings: inout SimulatorSettings, _ random: inout Timing.SeededRandom) {
    drawDurations(&settings, &random)
    for change in changes where Int.random(in: 0..<8, using: &random) == 0 { change(&settings, &random) }
  }

  private static func drawDurations(_ settings: inout SimulatorSettings, _ random: inout Timing.SeededRandom)
  {
    func length(_ longest: Double) -> Duration {
      // As many short ones as long ones: the logarithm is even.
      .milliseconds(Int64(100 * pow(longest * 10, Double.random(in: 0...1, using: &random))))
    }
    settings.backupPending = length(60)
    settings.backup = length(120)
    settings.snapshotPending = length(5)
    settings.snapshot = length(60)
    settings.clone = length(120)
    settings.cloneDiscovery = length(60)
    settings.restoreFirstState = length(10)
    settings.restore = length(120)
    settings.restoreDiscovery = length(60)
  }

  private static let changes: [@Sendable (inout SimulatorSettings, inout Timing.SeededRandom) -> Void] = [
    { $0.restoreLag = .milliseconds(Int64.random(in: 0...45_000, using: &$1)) },
    { $0.rediscoveryEvery = .seconds(Int64.random(in: 7...200, using: &$1)) },
    { $0.modificationEvery = .seconds(Int64.random(in: 1...60, using: &$1)) },
    { $0.clockSkew = .seconds(Int64.random(in: -90_000...90_000, using: &$1)) },
    { $0.cloneFirstState = any(&$1) },
    { $0.cloneCapture = any(&$1) },
    { $0.cloneVehicle = any(&$1) },
    { $0.snapshotCapture = any(&$1) },
    { $0.restoreFirstVisibleState = any(&$1) },
    { $0.restoreModification = any(&$1) },
    { $0.restoreSourceShown = any(&$1) },
    { $0.restoreDuringClone = any(&$1) },
    { $0.restoreOfFailed = any(&$1) },
    { $0.sourceClusterRequired = any(&$1) },
    { $0.withoutForceUpdate = any(&$1) },
    { $0.filter = any(&$1) },
    { $0.filterOnPoints = any(&$1) },
    { $0.unknownParameters = any(&$1) },
    { $0.mediaTypes = any(&$1) },
    { settings, _ in settings.cloneNamespacesAtOnce = true },
    { settings, _ in settings.backupMakesSnapshot = true },
    { settings, _ in settings.restoreSourceForgottenAtEnd = true },
    { settings, _ in settings.restoreCollects = false },
    { settings, _ in settings.operationsTouchSource = true },
    { settings, _ in settings.duplicateBackupNames = false },
    { settings, _ in settings.duplicateSnapshotNames = false },
    { settings, _ in settings.duplicateAppNames = false },
    { settings, _ in settings.blockedByBackup = [.backup, .snapshot, .clone] },
    { settings, random in settings.pageSize = Int.random(in: 1...3, using: &random) },
    { settings, _ in settings.bareLists = false },
    { settings, _ in settings.fractionalTimestamps = true },
    { settings, _ in settings.clusterOnlyWhenReady = true },
    { settings, _ in settings.percentDoneShown = false },
    { settings, _ in settings.hookStateShown = false },
    { settings, _ in settings.booleansAsStrings = false },
    { settings, _ in settings.numericProblemStatus = true },
    { settings, _ in settings.links = true },
    { settings, _ in settings.labelsNull = true },
    { settings, _ in settings.countShown = false },
  ]

  /// Draws which generation of the API the server speaks, and how an older one does.
  static func drawGeneration(_ settings: inout SimulatorSettings, _ random: inout Timing.SeededRandom) {
    switch Int.random(in: 0..<16, using: &random) {
    case 0, 1: settings.beOlder()
    case 2: settings.apiGeneration = .both
    default: return
    }
    settings.newerAppsAnswer = any(&random)
    settings.olderRestoreStatus = [200, 202, 204].randomElement(using: &random) ?? 204
    settings.missingCollections = SimulatorSettings.LaterCollection.allCases.filter { _ in
      Int.random(in: 0..<4, using: &random) == 0
    }
    settings.olderRestoreStateShown = Int.random(in: 0..<4, using: &random) != 0
    settings.modificationTimestampShown = Int.random(in: 0..<4, using: &random) != 0
  }

  private static func any<Value: CaseIterable>(_ random: inout Timing.SeededRandom) -> Value {
    // An enumeration without cases has no values to draw.
    guard let value = Array(Value.allCases).randomElement(using: &random) else { preconditionFailure() }
    return value
  }
}
