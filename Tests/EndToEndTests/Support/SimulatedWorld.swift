/// A product with the worked example in it, as a scenario file of the simulator describes it.
enum SimulatedWorld: String, CaseIterable, Sendable {
  case astraControl = "magento"
  case tridentProtect = "magento-trident-protect"
  case velero

  /// The tokens of the scenario.
  var tokens: [String] {
    switch self {
    case .astraControl: ["not-a-real-token-of-the-magento-scenario"]
    case .tridentProtect, .velero: ["not-a-real-token-of-ocp-prod", "not-a-real-token-of-ocp-debug"]
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
    case .velero:
      [
        ("backup", 0.5), ("snapshot", 0.5), ("dataMovement", 0.25), ("finalizing", 0.25), ("restore", 0.5),
        ("podStart", 0.25), ("binding", 0.25),
      ]
    }
  }

  /// What its pipelines have in their environment for it besides the way to it.
  var parameters: [String: String] { self == .velero ? ["ASTRA_REPLACE_VOLUMES": "true"] : [:] }

  /// The name that the steps show for a copy of magento-prod: at Velero the object of one that they have made bears more.
  func shownName(ofCopy name: String) -> String {
    guard self == .velero, let parts = name.wholeMatch(of: /magento-prod-(.+)-[0-9a-f]{8}/) else {
      return name
    }
    return String(parts.1)
  }

  /// The member of `kubernetes` that tells of the product; nil: the scenario tells of nothing else.
  private var product: String? {
    switch self {
    case .astraControl: nil
    case .tridentProtect: "tridentProtect"
    case .velero: "velero"
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
    if let product { inner = kubernetes[product] as? [String: Any] ?? [:] }
    guard var value = inner[name] as? Value else { return }
    change(&value)
    inner[name] = value
    if let product {
      kubernetes[product] = inner
      scenario["kubernetes"] = kubernetes
    } else {
      scenario = inner
    }
  }
}
