package import SimulatorSupport

// How the settings of Trident protect are read: lengths end in `Seconds`, the others have the names that they have here.
extension ProductSettings: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    self.init()
    try take(json, path: path)
  }

  /// Changes what the object names, and nothing else.
  mutating func take(_ json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    let lengths: [(String, WritableKeyPath<Self, Duration>)] = [
      ("backup", \.backup), ("snapshot", \.snapshot), ("clone", \.clone), ("settling", \.settling),
      ("restore", \.restore), ("firstLook", \.firstLook), ("restoreLag", \.restoreLag),
      ("deletion", \.deletion),
    ]
    for (name, member) in lengths {
      try reader.take("\(name)Seconds", &self[keyPath: member])
      guard self[keyPath: member] >= .zero else {
        throw ScenarioError("\(path).\(name)Seconds is negative: give 0 or more")
      }
    }
    let switches: [(String, WritableKeyPath<Self, Bool>)] = [
      ("completesEarly", \.completesEarly), ("writesSmallStates", \.writesSmallStates),
      ("showsApplication", \.showsApplication), ("tellsTime", \.tellsTime),
      ("showsHookResults", \.showsHookResults), ("replacesClaims", \.replacesClaims),
      ("failureLeavesSchedulesDisabled", \.failureLeavesSchedulesDisabled),
      ("successLeavesSchedulesDisabled", \.successLeavesSchedulesDisabled), ("blocks", \.blocks),
      ("copiesNamespaceAnnotations", \.copiesNamespaceAnnotations),
      ("refusesSecondRestore", \.refusesSecondRestore), ("deletionTakesCopies", \.deletionTakesCopies),
      ("failedCloneLeavesContent", \.failedCloneLeavesContent),
      ("restoreKeepsAddress", \.restoreKeepsAddress),
      ("webhooksAreDown", \.webhooksAreDown), ("webhooksHang", \.webhooksHang),
      ("controllerIsAway", \.controllerIsAway), ("vaultsAreUnavailable", \.vaultsAreUnavailable),
    ]
    for (name, member) in switches { try reader.take(name, &self[keyPath: member]) }
    try reader.take("cancelledState", &cancelledState)
    try reader.take("version", &version)
    try reader.take("labelledVersion", &labelledVersion)
    try reader.take("chartVersion", &chartVersion)
    try reader.take("warnings", &warnings)
    var (forgotten, unbound) = (Array(forgets), Array(leavesUnbound))
    try reader.take("forgets", &forgotten)
    try reader.take("leavesUnbound", &unbound)
    (forgets, leavesUnbound) = (Set(forgotten), Set(unbound))
    try reader.finish()
  }
}
