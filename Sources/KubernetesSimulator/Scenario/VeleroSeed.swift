internal import SimulatorSupport

/// What Velero protects in a scenario, and how it behaves.
struct VeleroSeed: Sendable, ScenarioValue {
  var seed: UInt64 = 1
  var settings = VeleroSettings()
  var applications: [ProtectedApplicationSeed] = []
  var faults: [RunFault] = []
  private let path: String

  init(scenario json: JSON, path: String) throws(ScenarioError) {
    self.path = path
    var reader = try ObjectReader(json, path: path)
    var number = 1
    try reader.take("seed", &number)
    seed = UInt64(bitPattern: Int64(number))
    try reader.take("settings", &settings)
    try reader.take("applications", &applications)
    try reader.take("operationFaults", &faults)
    try reader.finish()
  }

  /// Fills clusters that have just been made.
  func fill(_ world: inout KubernetesWorld) throws(ScenarioError) {
    for (place, application) in applications.enumerated() {
      _ = try world.add(application, path: "\(path).applications[\(place)]")
    }
    world.faults += faults
  }
}
