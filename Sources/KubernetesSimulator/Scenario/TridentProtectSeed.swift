package import SimulatorSupport

/// What Trident protect protects in a scenario, and how it behaves.
struct TridentProtectSeed: Sendable, ScenarioValue {
  var seed: UInt64 = 1
  var settings = ProductSettings()
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
    for (place, fault) in faults.enumerated() {
      try fault.checkEffect(hasVelero: false, path: "\(path).operationFaults[\(place)]")
    }
  }

  /// Fills clusters that have just been made.
  func fill(_ world: inout KubernetesWorld) throws(ScenarioError) {
    for (place, application) in applications.enumerated() {
      _ = try world.add(application, path: "\(path).applications[\(place)]")
    }
    world.faults += faults
  }
}

/// An application of a scenario.
struct ProtectedApplicationSeed: Sendable, ScenarioValue {
  /// The uid of its object; nil: any.
  var id: String?
  var name: String
  var cluster: String
  /// Those that it includes; its own object lies in the first.
  var namespaces: [String]
  var content: WorldContent
  var backups: [CopySeed] = []
  var snapshots: [CopySeed] = []

  init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    (name, cluster) = (try reader.require("name"), try reader.require("cluster"))
    namespaces = [name]
    content = WorldContent(version: "1.0.0", broken: false, rows: [])
    try reader.take("id", &id)
    try reader.take("namespaces", &namespaces)
    try reader.take("content", &content)
    try reader.take("backups", &backups)
    try reader.take("snapshots", &snapshots)
    try reader.finish()
    guard !namespaces.isEmpty else { throw ScenarioError("\(path).namespaces is empty: give at least one") }
    try checkNames([name] + namespaces, path)
    try checkID(id, path)
  }
}

/// A backup or a snapshot of a scenario.
struct CopySeed: Sendable, ScenarioValue {
  /// The uid of its object; nil: any.
  var id: String?
  var name: String
  var state = "Completed"
  var hooksFailed = false
  /// How long before the start it was made.
  var age = Duration.seconds(86_400)
  /// What it holds; nil: what the application holds.
  var content: WorldContent?
  /// The schedule that made it, by its name; nil: a client did.
  var schedule: String?
  /// What a client has written on its object.
  var annotations: [String: String] = [:]

  init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    name = try reader.require("name")
    try reader.take("id", &id)
    try reader.take("state", &state)
    try reader.take("hooksFailed", &hooksFailed)
    try reader.take("ageSeconds", &age)
    try reader.take("content", &content)
    try reader.take("schedule", &schedule)
    try reader.take("annotations", &annotations)
    try reader.finish()
    try checkNames([name], path)
    try checkID(id, path)
  }
}

private func checkNames(_ names: [String], _ path: String) throws(ScenarioError) {
  let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789-")
  for name in names {
    let isLabel =
      (1...63).contains(name.utf8.count) && name.allSatisfy { letters.contains($0) } && name.first != "-"
      && name.last != "-"
    guard isLabel else {
      throw ScenarioError(
        "\(path): \"\(name)\" is no name in Kubernetes: give small letters, digits and hyphens")
    }
  }
}

private func checkID(_ id: String?, _ path: String) throws(ScenarioError) {
  guard let id, !isUUID(id) else { return }
  throw ScenarioError("\(path).id", mustBe: "a UUID", not: .string(id))
}

extension WorldContent: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    self.init(version: "1.0.0", broken: false, rows: [])
    try reader.take("version", &version)
    try reader.take("broken", &broken)
    try reader.take("rows", &rows)
    try reader.finish()
  }

  /// The content as it is shown in the world.
  var json: JSON {
    ["version": .string(version), "broken": .bool(broken), "rows": .array(rows.map { .string($0) })]
  }
}

extension Run.Kind: ScenarioValue {}
extension RunFault.Effect: ScenarioValue {}

extension RunFault: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    self.init(try reader.require("kind"), try reader.require("effect"))
    try reader.take("nth", &nth)
    try reader.finish()
    guard nth >= 1 else { throw ScenarioError("\(path).nth", mustBe: "1 or more", not: .integer(nth)) }
  }

  /// Refuses an effect that the product does not know.
  func checkEffect(hasVelero: Bool, path: String) throws(ScenarioError) {
    guard hasVelero || !effect.isVelerosOwn else {
      let known = Effect.allCases.filter { !$0.isVelerosOwn }.map(\.rawValue).joined(separator: ", ")
      throw ScenarioError("\(path).effect", mustBe: "one of \(known)", not: .string(effect.rawValue))
    }
  }
}

extension KubernetesWorld {
  /// Adds an application with its copies; returns its uid.
  mutating func add(_ seed: ProtectedApplicationSeed, path: String) throws(ScenarioError) -> String {
    guard index(ofCluster: seed.cluster) != nil else {
      let known = clusters.map(\.name).joined(separator: ", ")
      throw ScenarioError("\(path).cluster is \"\(seed.cluster)\": give one of \(known)")
    }
    let made = addApplication(
      seed.name, in: seed.namespaces, of: seed.cluster, holding: seed.content, uid: seed.id)
    guard let made else {
      throw ScenarioError(
        "\(path): namespace \(seed.namespaces[0]) of \(seed.cluster) has an application \"\(seed.name)\" already: give "
          + "another name")
    }
    for (place, copy) in seed.backups.enumerated() {
      _ = try add(copy, .backup, of: made, path: "\(path).backups[\(place)]")
    }
    for (place, copy) in seed.snapshots.enumerated() {
      _ = try add(copy, .snapshot, of: made, path: "\(path).snapshots[\(place)]")
    }
    return made
  }

  /// Adds a copy of an application, which its object's uid names; returns the copy's uid.
  mutating func add(
    _ seed: CopySeed, _ kind: Run.Kind, of application: String, path: String
  ) throws(ScenarioError) -> String {
    // At Velero the copies of all applications, of both kinds, are objects of one kind in one namespace.
    let isTaken = copies.contains {
      $0.name == seed.name && (velero != nil || $0.kind == kind && $0.application == application)
    }
    guard !isTaken else {
      throw ScenarioError("\(path): there is a \(kind.rawValue) \"\(seed.name)\" already: give another name")
    }
    let made = addCopy(
      kind, named: seed.name, of: application, holding: seed.content, state: seed.state,
      hooksFailed: seed.hooksFailed, age: seed.age, uid: seed.id, schedule: seed.schedule,
      annotations: seed.annotations)
    guard let made else { throw ScenarioError("\(path): there is no such application") }
    return made
  }
}
