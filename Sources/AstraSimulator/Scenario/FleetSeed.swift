package import SimulatorSupport

/// Many applications of a scenario that differ in nothing but their names and clusters.
///
/// They are `prefix` and their number, from 1, with as many digits as the last one has; each lies in a namespace of its
/// own name, and the clusters take turns.
package struct FleetSeed: Equatable, Sendable {
  package var prefix: String
  package var count: Int
  /// The names of the clusters.
  package var clusters: [String]
  /// How many completed backups each has.
  package var backups = 0
  /// What the backups are called, before their number: that of the oldest is 1.
  package var backupPrefix = "backup-"
  /// How long one backup was made after the other, and the last one before the scenario's start.
  package var backupEvery = Duration.seconds(86_400)
  package var content = Content()
  /// How long before the scenario's start the applications were defined; nil: 30 days, or before their first backup.
  package var age: Duration?

  /// Makes a fleet.
  package init(_ prefix: String, count: Int, clusters: [String]) {
    (self.prefix, self.count, self.clusters) = (prefix, count, clusters)
  }

  /// How many things that are, applications and backups.
  package var size: Int { count * (1 + backups) }

  /// The applications, one after the other: all at once would take as much memory as the world that they make.
  var applications: some Sequence<ApplicationSeed> {
    let points = (0..<backups).map { index in
      var point = RecoveryPointSeed(Self.name(backupPrefix, index + 1, of: backups))
      point.age = backupEvery * (backups - index)
      return point
    }
    let first = backupEvery * (backups + 1)
    return (0..<count).lazy.map { index in
      var app = ApplicationSeed(
        Self.name(prefix, index + 1, of: count), cluster: clusters[index % clusters.count], content: content)
      app.age = age ?? max(app.age, first)
      app.backups = points
      return app
    }
  }

  private static func name(_ prefix: String, _ number: Int, of count: Int) -> String {
    let digits = String(number)
    return prefix + String(repeating: "0", count: String(count).count - digits.count) + digits
  }
}

extension FleetSeed: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    self.init(
      try reader.require("prefix"), count: try reader.require("count"),
      clusters: try reader.require("clusters"))
    try reader.take("backups", &backups)
    try reader.take("backupPrefix", &backupPrefix)
    try reader.take("backupEverySeconds", &backupEvery)
    try reader.take("content", &content)
    try reader.take("ageSeconds", &age)
    try reader.finish()
    guard count > 0 else { throw ScenarioError("\(path).count must be 1 or more, not \(count)") }
    guard backups >= 0 else { throw ScenarioError("\(path).backups must be 0 or more, not \(backups)") }
    guard !clusters.isEmpty else { throw ScenarioError("\(path).clusters is empty: give at least one") }
    guard backupEvery > .zero else { throw ScenarioError("\(path).backupEverySeconds must be more than 0") }
    // What one more digit than was meant would make is more than a machine holds.
    guard count <= Self.limit, backups <= Self.limit, size <= Self.limit else {
      throw ScenarioError("\(path) makes more than \(Self.limit) applications and backups")
    }
  }

  private static let limit = 5_000_000
}
