package import SimulatorSupport

extension VeleroSettings.Downloads: ScenarioValue {}

// How the settings of Velero are read: lengths end in `Seconds`, the others have the names that they have here.
extension VeleroSettings: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    self.init()
    try take(json, path: path)
  }

  /// Changes what the object names, and nothing else.
  mutating func take(_ json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    for (name, member) in Self.lengths {
      try reader.take("\(name)Seconds", &self[keyPath: member])
      guard self[keyPath: member] >= .zero else {
        throw ScenarioError("\(path).\(name)Seconds is negative: give 0 or more")
      }
    }
    for (name, member) in Self.switches { try reader.take(name, &self[keyPath: member]) }
    for (name, member) in Self.names {
      var names = self[keyPath: member].sorted()
      try reader.take(name, &names)
      self[keyPath: member] = Set(names)
    }
    for (name, member) in Self.texts { try reader.take(name, &self[keyPath: member]) }
    try reader.take("version", &version)
    try reader.take("concurrentBackups", &concurrentBackups)
    try reader.take("downloads", &downloads)
    try reader.take("reclaimPolicy", &platform.reclaimPolicy)
    try reader.finish()
    guard ["Delete", "Retain"].contains(platform.reclaimPolicy) else {
      throw ScenarioError("\(path).reclaimPolicy is \"\(platform.reclaimPolicy)\": give Delete or Retain")
    }
    guard concurrentBackups > 0 else {
      throw ScenarioError("\(path).concurrentBackups is \(concurrentBackups): give 1 or more")
    }
  }

  private static var lengths: [(String, WritableKeyPath<Self, Duration>)] {
    [
      ("backup", \.backup), ("snapshot", \.snapshot), ("dataMovement", \.dataMovement),
      ("finalizing", \.finalizing),
      ("restore", \.restore), ("firstLook", \.firstLook), ("queueing", \.queueing),
      ("readyToStart", \.readyToStart),
      ("deletion", \.deletion), ("sync", \.sync), ("garbageCollection", \.garbageCollection),
      ("defaultTTL", \.defaultTTL), ("podStart", \.platform.podStart), ("binding", \.platform.binding),
    ]
  }

  private static var switches: [(String, WritableKeyPath<Self, Bool>)] {
    [
      ("isOADP", \.isOADP), ("hasNonAdmin", \.hasNonAdmin),
      ("enforcesDataMovement", \.enforcesDataMovement), ("usesCSI", \.usesCSI),
      ("hasSnapshotClass", \.hasSnapshotClass), ("missingSnapshotClassFails", \.missingSnapshotClassFails),
      ("hasNodeAgent", \.hasNodeAgent), ("movesDataByDefault", \.movesDataByDefault),
      ("readsFileSystemsByDefault", \.readsFileSystemsByDefault), ("queues", \.queues),
      ("secondLocationIsReadOnly", \.secondLocationIsReadOnly), ("locationIsReadOnly", \.locationIsReadOnly),
      ("completesEarly", \.completesEarly), ("failedRestoreHooksCount", \.failedRestoreHooksCount),
      ("failedCloneLeavesContent", \.failedCloneLeavesContent), ("deletionHangs", \.deletionHangs),
      ("tellsTime", \.tellsTime), ("showsProgress", \.showsProgress), ("serverIsAway", \.serverIsAway),
      ("resumesAfterAbsence", \.resumesAfterAbsence), ("locationsAreUnavailable", \.locationsAreUnavailable),
      ("locationsAreNotChecked", \.locationsAreNotChecked), ("bindsOnFirstUse", \.platform.bindsOnFirstUse),
      ("podsStayPending", \.platform.podsStayPending),
    ]
  }

  private static var names: [(String, WritableKeyPath<Self, Set<String>>)] {
    [
      ("withoutData", \.withoutData), ("failingData", \.failingData), ("forgets", \.forgets),
      ("unchangeable", \.unchangeable),
      ("leavesUnbound", \.platform.leavesUnbound),
    ]
  }

  private static var texts: [(String, WritableKeyPath<Self, [String]>)] {
    [
      ("backupWarnings", \.backupWarnings), ("restoreWarnings", \.restoreWarnings),
      ("deletionErrors", \.deletionErrors),
    ]
  }
}
