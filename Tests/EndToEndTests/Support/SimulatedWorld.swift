/// A product with the worked example in it, as a scenario file of the simulator describes it.
enum SimulatedWorld: String, CaseIterable, Sendable {
  case astraControl = "magento"
  case tridentProtect = "magento-trident-protect"

  /// The tokens of the scenario.
  var tokens: [String] {
    switch self {
    case .astraControl: ["not-a-real-token-of-the-magento-scenario"]
    case .tridentProtect: ["not-a-real-token-of-ocp-prod", "not-a-real-token-of-ocp-debug"]
    }
  }

  /// The settings that say how long operations take, with the part of a whole operation that each is here.
  private var lengths: [(name: String, part: Double)] {
    switch self {
    case .astraControl:
      [
        "backupPending", "backup", "snapshotPending", "snapshot", "clone", "cloneDiscovery", "restore",
        "restoreDiscovery",
      ].map { ($0, 0.5) }
    case .tridentProtect:
      [("backup", 1), ("snapshot", 1), ("clone", 0.5), ("settling", 0.5), ("restore", 0.5)]
    }
  }

  /// Lets operations take that long, or in Astra Control each of their two parts half of it.
  func setLengths(_ seconds: Double, in scenario: inout [String: Any]) {
    change("settings", in: &scenario) { (settings: inout [String: Any]) in
      for length in lengths { settings["\(length.name)Seconds"] = seconds * length.part }
    }
  }

  /// Changes a member of a scenario, wherever this product has it: `settings`, `applications`.
  func change<Value>(_ name: String, in scenario: inout [String: Any], _ change: (inout Value) -> Void) {
    var inner = scenario
    var kubernetes = scenario["kubernetes"] as? [String: Any] ?? [:]
    if self == .tridentProtect { inner = kubernetes["tridentProtect"] as? [String: Any] ?? [:] }
    guard var value = inner[name] as? Value else { return }
    change(&value)
    inner[name] = value
    switch self {
    case .astraControl: scenario = inner
    case .tridentProtect:
      kubernetes["tridentProtect"] = inner
      scenario["kubernetes"] = kubernetes
    }
  }
}
