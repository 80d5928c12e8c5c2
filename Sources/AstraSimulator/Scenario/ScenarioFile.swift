package import SimulatorSupport

// How each part of a scenario is read from its file.

extension Scenario: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    self.init(account: try reader.require("account"), token: try reader.require("token"))
    var start: WallTime?
    try reader.take("startDate", &start)
    hasStartDate = start != nil
    startDate = start ?? Self.usualStart
    try reader.take("seed", &seed)
    try reader.take("viewerToken", &viewerToken)
    try reader.take("disabledToken", &disabledToken)
    try reader.take("buckets", &buckets)
    try reader.take("clouds", &clouds)
    try reader.take("clusters", &clusters)
    try reader.take("applications", &applications)
    try reader.take("fleets", &fleets)
    try reader.take("settings", &settings)
    try reader.take("operationFaults", &operationFaults)
    try reader.take("responseFaults", &responseFaults)
    try reader.take("environment", &environment)
    try reader.finish()
    try check(path: path)
  }

  private func check(path: String) throws(ScenarioError) {
    guard isUUID(account) else { throw ScenarioError("\(path).account is not a UUID") }
    for cloud in clouds {
      if let name = cloud.defaultBucket, !buckets.contains(where: { $0.name == name }) {
        throw ScenarioError("\(path): cloud \"\(cloud.name)\" names an unknown bucket \"\(name)\"")
      }
    }
    for cluster in clusters where !clouds.contains(where: { $0.name == cluster.cloud }) {
      throw ScenarioError("\(path): cluster \"\(cluster.name)\" names an unknown cloud \"\(cluster.cloud)\"")
    }
    for app in applications where !clusters.contains(where: { $0.name == app.cluster }) {
      throw ScenarioError("\(path): application \"\(app.name)\" names an unknown cluster \"\(app.cluster)\"")
    }
    for fleet in fleets {
      for name in fleet.clusters where !clusters.contains(where: { $0.name == name }) {
        throw ScenarioError("\(path): fleet \"\(fleet.prefix)\" names an unknown cluster \"\(name)\"")
      }
    }
    for app in applications where app.namespaces.isEmpty {
      throw ScenarioError("\(path): application \"\(app.name)\" has no namespace")
    }
    let ids =
      buckets.map(\.id) + clouds.map(\.id) + clusters.map(\.id) + applications.map(\.id)
      + applications.flatMap { ($0.backups + $0.snapshots).map(\.id) }
    for case let id? in ids where !isUUID(id) { throw ScenarioError("\(path): id \"\(id)\" is not a UUID") }
  }
}

extension BucketSeed: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    self.init(try reader.require("name"))
    try reader.take("id", &id)
    try reader.take("state", &state)
    try reader.take("provider", &provider)
    try reader.finish()
  }
}

extension CloudSeed: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    self.init(try reader.require("name"))
    try reader.take("id", &id)
    try reader.take("cloudType", &cloudType)
    try reader.take("defaultBucket", &defaultBucket)
    try reader.finish()
  }
}

extension ClusterSeed: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    self.init(try reader.require("name"), cloud: try reader.require("cloud"))
    try reader.take("id", &id)
    try reader.take("clusterType", &clusterType)
    try reader.take("version", &version)
    try reader.take("managed", &isManaged)
    try reader.take("restoreTargetSupported", &restoreTargetSupported)
    try reader.take("snapshotClass", &snapshotClass)
    try reader.take("eligible", &isEligible)
    try reader.take("storageClasses", &storageClasses)
    try reader.take("classAvailability", &classAvailability)
    try reader.take("state", &state)
    try reader.take("managedState", &managedState)
    try reader.take("protectionState", &protectionState)
    try reader.take("tridentVersion", &tridentVersion)
    try reader.take("namespaces", &namespaces)
    try reader.finish()
  }
}

extension ApplicationSeed: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    self.init(try reader.require("name"), cluster: try reader.require("cluster"))
    try reader.take("id", &id)
    try reader.take("namespaces", &namespaces)
    try reader.take("state", &state)
    try reader.take("content", &content)
    try reader.take("ageSeconds", &age)
    try reader.take("hooks", &hooks)
    try reader.take("supportsSnapshots", &supportsSnapshots)
    try reader.take("supportsClones", &supportsClones)
    try reader.take("supportsSelectiveRestore", &supportsSelectiveRestore)
    try reader.take("backups", &backups)
    try reader.take("snapshots", &snapshots)
    try reader.take("source", &source)
    try reader.finish()
  }
}

extension RecoveryPointSeed: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    self.init(try reader.require("name"))
    try reader.take("id", &id)
    try reader.take("state", &state)
    try reader.take("hookState", &hookState)
    try reader.take("ageSeconds", &age)
    try reader.take("content", &content)
    try reader.take("schedule", &schedule)
    try reader.finish()
  }
}

extension Content: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    self.init()
    try reader.take("version", &version)
    try reader.take("broken", &broken)
    try reader.take("rows", &rows)
    try reader.finish()
  }

  /// The content as it is shown in the world.
  var json: JSON {
    ["version": .string(version), "broken": .bool(broken), "rows": .array(rows.map(JSON.string))]
  }
}
