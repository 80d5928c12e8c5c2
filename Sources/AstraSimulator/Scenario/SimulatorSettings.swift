package import SimulatorSupport

/// How the simulated server behaves wherever the documentation leaves it open.
///
/// Every setting has the same name in a scenario's `settings` object, where durations end in `Seconds`;
/// `docs/simulator.md` lists them all with their defaults and what is known about each.
package struct SimulatorSettings: Equatable, Sendable {
  /// Which generation of the API the server speaks: that of 22.08 and newer, the one before, or both.
  package enum APIGeneration: String, CaseIterable, ScenarioValue, Sendable { case v2, v1, both }

  /// What a server of the older generation says to the paths of the newer one: a problem, or a gateway's page.
  package enum NewerAppsAnswer: String, CaseIterable, ScenarioValue, Sendable {
    case problem1, problem2, problem30, problem31, page

    /// The number of the problem; 404, which is none, for the page.
    var problem: Int {
      switch self {
      case .problem1: 1
      case .problem2: 2
      case .problem30: 30
      case .problem31: 31
      case .page: 404
      }
    }
  }

  /// Collections that a server of the older generation may not have yet.
  package enum LaterCollection: String, CaseIterable, ScenarioValue, Sendable {
    case namespaces, accountBackups
  }

  /// When a recovery point or a clone takes its copy of the application's content.
  package enum CaptureMoment: String, CaseIterable, ScenarioValue, Sendable { case start, end }

  /// When a restore shows in a field of the application.
  package enum Appearance: String, CaseIterable, ScenarioValue, Sendable {
    case atRequest, atEachState, atEnd, never
  }

  /// The first state that a clone shows.
  package enum CloneState: String, CaseIterable, ScenarioValue, Sendable {
    case provisioning, pending, discovering
  }

  /// The first state that an in-place restore shows.
  package enum RestoreState: String, CaseIterable, ScenarioValue, Sendable {
    case restoring, discovering, unavailable
  }

  /// What a live clone leaves on its source besides the clone.
  package enum CloneVehicle: String, CaseIterable, ScenarioValue, Sendable { case nothing, backup, snapshot }

  /// What happens to a clone into a namespace that is there already.
  package enum TakenNamespace: String, CaseIterable, ScenarioValue, Sendable {
    case refused400, refused409, fails
  }

  /// What happens to a request that the documentation neither allows nor refuses.
  package enum Tolerance: String, CaseIterable, ScenarioValue, Sendable { case accepted, refused, ignored }

  /// What happens to a clone from a snapshot onto another cluster.
  package enum FarSnapshot: String, CaseIterable, ScenarioValue, Sendable { case refused, fails, allowed }

  /// Which clone requests need a `sourceClusterID`.
  package enum SourceClusterRule: String, CaseIterable, ScenarioValue, Sendable { case always, live, never }

  /// What a request for another account gets.
  package enum WrongAccount: String, CaseIterable, ScenarioValue, Sendable {
    case gatewayText, problem18, problem33
  }

  /// How media types are enforced.
  package enum MediaTypes: String, CaseIterable, ScenarioValue, Sendable {
    case lenient, problem12, unsupported415
  }

  /// What the server says to a request for execution hooks.
  package enum HookFeature: String, CaseIterable, ScenarioValue, Sendable {
    case listed, switchedOff, unknown
  }

  /// The state of the licence.
  package enum Licence: String, CaseIterable, ScenarioValue, Sendable {
    case valid, expired, absent, exceeded
  }

  /// Kinds of operation that a running backup of the same application keeps from starting.
  package enum BlockedByBackup: String, CaseIterable, ScenarioValue, Sendable { case backup, snapshot, clone }

  /// What the lists of resources (`appAssets`) tell.
  package enum Assets: String, CaseIterable, ScenarioValue, Sendable { case shown, empty, absent, refused }

  // The generation of the API.
  package var apiGeneration = APIGeneration.v2
  package var legacyAppsProblem = 2
  package var newerAppsAnswer = NewerAppsAnswer.problem2
  package var missingCollections: [LaterCollection] = []
  package var olderRestoreStatus = 204
  package var olderRestoreStateShown = true

  // How long things take.
  package var backupPending = Duration.seconds(1)
  package var backup = Duration.seconds(5)
  package var snapshotPending = Duration.milliseconds(500)
  package var snapshot = Duration.seconds(2)
  package var clone = Duration.seconds(5)
  package var cloneDiscovery = Duration.seconds(2)
  package var restoreLag = Duration.zero
  package var restoreFirstState = Duration.seconds(1)
  package var restore = Duration.seconds(5)
  package var restoreDiscovery = Duration.seconds(2)
  package var definition = Duration.seconds(3)
  package var deletion = Duration.seconds(1)
  package var rediscoveryEvery = Duration.zero
  package var rediscovery = Duration.seconds(2)
  package var modificationEvery = Duration.zero
  package var clockSkew = Duration.zero

  // What operations show and do.
  package var cloneFirstState = CloneState.provisioning
  package var cloneNamespacesAtOnce = false
  package var cloneCapture = CaptureMoment.end
  package var cloneVehicle = CloneVehicle.nothing
  package var failedCloneLeavesNamespace = true
  package var cloneOriginShown = true
  package var newHiddenFromToken = false
  package var clonesInheritLabels = false
  package var backupCapture = CaptureMoment.start
  package var snapshotCapture = CaptureMoment.start
  package var backupMakesSnapshot = false
  package var restoreFirstVisibleState = RestoreState.restoring
  package var restoreModification = Appearance.atEachState
  package var restoreSourceShown = Appearance.atRequest
  package var restoreSourceForgottenAtEnd = false
  package var restoreCollects = true
  package var restoreKeepsAddress = true
  package var restoreDuringClone = Tolerance.accepted
  package var restoreOfFailed = Tolerance.accepted
  package var operationsTouchSource = false
  package var deletionTakesPoints = true
  package var deletionLeavesEntry = false
  package var removedDeletable = true

  // What requests need and how they are refused.
  package var takenNamespace = TakenNamespace.refused400
  package var snapshotAcrossClusters = FarSnapshot.refused
  package var sourceClusterRequired = SourceClusterRule.always
  package var withoutForceUpdate = Tolerance.refused
  package var duplicateBackupNames = false
  package var duplicateSnapshotNames = false
  package var duplicateAppNames = true
  package var blockedByBackup: [BlockedByBackup] = [.backup]
  package var wrongAccount = WrongAccount.gatewayText
  package var invalidTokenProblem = 4
  package var missingItemProblem = 1
  package var mediaTypes = MediaTypes.lenient
  package var licence = Licence.valid
  package var labelsWritable = true
  package var labelsRefused = false
  package var executionHooks = HookFeature.listed

  // Lists.
  package var pageSize = 0
  package var pagesContinue = true
  package var filter = Tolerance.accepted
  package var filterOnPoints = Tolerance.refused
  package var unknownParameters = Tolerance.refused
  package var countShown = true
  package var assets = Assets.shown

  // The shape of bodies and headers.
  package var bareLists = true
  package var labelsNull = false
  package var createdBySystem = false
  package var transitionsWithoutFrom = true
  package var links = false
  package var numericProblemStatus = false
  package var booleansAsStrings = true
  package var fractionalTimestamps = false
  package var modificationTimestampShown = true
  package var failureTexts = true
  package var percentDoneShown = true
  package var hookStateShown = true
  package var prerequisitesShown = true
  package var clusterOnlyWhenReady = false
  package var dateHeader = true

  // What is written down.
  package var recordTimes = false

  /// The defaults: what real servers were seen to do, else what is likeliest.
  package init() {}

  /// The names that a scenario's `settings` object may hold, in the order of the documentation.
  package static var names: [String] {
    get throws {
      var settings = SimulatorSettings()
      var reader = try ObjectReader([:], path: "settings")
      try settings.take(from: &reader)
      return reader.known
    }
  }
}

extension SimulatorSettings: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    try take(from: &reader)
    try reader.finish()
  }

  mutating func take(from reader: inout ObjectReader) throws(ScenarioError) {
    try reader.take("apiGeneration", &apiGeneration)
    try reader.take("legacyAppsProblem", &legacyAppsProblem)
    try reader.take("newerAppsAnswer", &newerAppsAnswer)
    try reader.take("missingCollections", &missingCollections)
    try reader.take("olderRestoreStatus", &olderRestoreStatus)
    try reader.take("olderRestoreStateShown", &olderRestoreStateShown)

    try reader.take("backupPendingSeconds", &backupPending)
    try reader.take("backupSeconds", &backup)
    try reader.take("snapshotPendingSeconds", &snapshotPending)
    try reader.take("snapshotSeconds", &snapshot)
    try reader.take("cloneSeconds", &clone)
    try reader.take("cloneDiscoverySeconds", &cloneDiscovery)
    try reader.take("restoreLagSeconds", &restoreLag)
    try reader.take("restoreFirstStateSeconds", &restoreFirstState)
    try reader.take("restoreSeconds", &restore)
    try reader.take("restoreDiscoverySeconds", &restoreDiscovery)
    try reader.take("definitionSeconds", &definition)
    try reader.take("deletionSeconds", &deletion)
    try reader.take("rediscoveryEverySeconds", &rediscoveryEvery)
    try reader.take("rediscoverySeconds", &rediscovery)
    try reader.take("modificationEverySeconds", &modificationEvery)
    try reader.take("clockSkewSeconds", &clockSkew)

    try reader.take("cloneFirstState", &cloneFirstState)
    try reader.take("cloneNamespacesAtOnce", &cloneNamespacesAtOnce)
    try reader.take("cloneCapture", &cloneCapture)
    try reader.take("cloneVehicle", &cloneVehicle)
    try reader.take("failedCloneLeavesNamespace", &failedCloneLeavesNamespace)
    try reader.take("cloneOriginShown", &cloneOriginShown)
    try reader.take("newHiddenFromToken", &newHiddenFromToken)
    try reader.take("clonesInheritLabels", &clonesInheritLabels)
    try reader.take("backupCapture", &backupCapture)
    try reader.take("snapshotCapture", &snapshotCapture)
    try reader.take("backupMakesSnapshot", &backupMakesSnapshot)
    try reader.take("restoreFirstVisibleState", &restoreFirstVisibleState)
    try reader.take("restoreModification", &restoreModification)
    try reader.take("restoreSourceShown", &restoreSourceShown)
    try reader.take("restoreSourceForgottenAtEnd", &restoreSourceForgottenAtEnd)
    try reader.take("restoreCollects", &restoreCollects)
    try reader.take("restoreKeepsAddress", &restoreKeepsAddress)
    try reader.take("restoreDuringClone", &restoreDuringClone)
    try reader.take("restoreOfFailed", &restoreOfFailed)
    try reader.take("operationsTouchSource", &operationsTouchSource)
    try reader.take("deletionTakesPoints", &deletionTakesPoints)
    try reader.take("deletionLeavesEntry", &deletionLeavesEntry)
    try reader.take("removedDeletable", &removedDeletable)

    try reader.take("takenNamespace", &takenNamespace)
    try reader.take("snapshotAcrossClusters", &snapshotAcrossClusters)
    try reader.take("sourceClusterRequired", &sourceClusterRequired)
    try reader.take("withoutForceUpdate", &withoutForceUpdate)
    try reader.take("duplicateBackupNames", &duplicateBackupNames)
    try reader.take("duplicateSnapshotNames", &duplicateSnapshotNames)
    try reader.take("duplicateAppNames", &duplicateAppNames)
    try reader.take("blockedByBackup", &blockedByBackup)
    try reader.take("wrongAccount", &wrongAccount)
    try reader.take("invalidTokenProblem", &invalidTokenProblem)
    try reader.take("missingItemProblem", &missingItemProblem)
    try reader.take("mediaTypes", &mediaTypes)
    try reader.take("licence", &licence)
    try reader.take("labelsWritable", &labelsWritable)
    try reader.take("labelsRefused", &labelsRefused)
    try reader.take("executionHooks", &executionHooks)

    try reader.take("pageSize", &pageSize)
    try reader.take("pagesContinue", &pagesContinue)
    try reader.take("filter", &filter)
    try reader.take("filterOnPoints", &filterOnPoints)
    try reader.take("unknownParameters", &unknownParameters)
    try reader.take("countShown", &countShown)
    try reader.take("assets", &assets)

    try reader.take("bareLists", &bareLists)
    try reader.take("labelsNull", &labelsNull)
    try reader.take("createdBySystem", &createdBySystem)
    try reader.take("transitionsWithoutFrom", &transitionsWithoutFrom)
    try reader.take("links", &links)
    try reader.take("numericProblemStatus", &numericProblemStatus)
    try reader.take("booleansAsStrings", &booleansAsStrings)
    try reader.take("fractionalTimestamps", &fractionalTimestamps)
    try reader.take("modificationTimestampShown", &modificationTimestampShown)
    try reader.take("failureTexts", &failureTexts)
    try reader.take("percentDoneShown", &percentDoneShown)
    try reader.take("hookStateShown", &hookStateShown)
    try reader.take("prerequisitesShown", &prerequisitesShown)
    try reader.take("clusterOnlyWhenReady", &clusterOnlyWhenReady)
    try reader.take("dateHeader", &dateHeader)

    try reader.take("recordTimes", &recordTimes)
    for (name, period) in [
      ("rediscoveryEverySeconds", rediscoveryEvery), ("modificationEverySeconds", modificationEvery),
    ] where period > .zero && period < .seconds(1) {
      throw ScenarioError("\(reader.path).\(name) is more often than once a second: give 0, or 1 or more")
    }
    guard [200, 202, 204].contains(olderRestoreStatus) else {
      let path = "\(reader.path).olderRestoreStatus"
      throw ScenarioError(path, mustBe: "one of 200, 202, 204", not: .integer(olderRestoreStatus))
    }
    guard pageSize >= 0 else {
      throw ScenarioError("\(reader.path).pageSize", mustBe: "0 or more", not: .integer(pageSize))
    }
    for (name, number) in [
      ("invalidTokenProblem", invalidTokenProblem), ("missingItemProblem", missingItemProblem),
      ("legacyAppsProblem", legacyAppsProblem),
    ] where Problem.catalogue[number] == nil {
      let known = Problem.catalogue.keys.sorted().map(String.init).joined(separator: ", ")
      throw ScenarioError(
        "\(reader.path).\(name)", mustBe: "one of the problems \(known)", not: .integer(number))
    }
  }
}
