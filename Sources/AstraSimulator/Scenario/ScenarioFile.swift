package import SimulatorSupport

// How each part of a scenario is read from its file.

extension Scenario: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    self.init(account: try reader.require("account"), token: try reader.require("token"))
    try reader.takeSchema()
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

  /// Refuses what does not fit together.
  private func check(path: String) throws(ScenarioError) {
    try check(account, isUUIDAt: "\(path).account")
    for (index, bucket) in buckets.enumerated() {
      try check(bucket.id, isUUIDAt: "\(path).buckets[\(index)].id")
    }
    for (index, cloud) in clouds.enumerated() {
      let path = "\(path).clouds[\(index)]"
      try check(cloud.id, isUUIDAt: "\(path).id")
      if let name = cloud.defaultBucket {
        try check(name, isOneOf: buckets.map(\.name), "\(path).defaultBucket", "bucket")
      }
    }
    for (index, cluster) in clusters.enumerated() {
      let path = "\(path).clusters[\(index)]"
      try check(cluster.id, isUUIDAt: "\(path).id")
      try check(cluster.cloud, isOneOf: clouds.map(\.name), "\(path).cloud", "cloud")
    }
    for (index, app) in applications.enumerated() {
      let path = "\(path).applications[\(index)]"
      try check(app.id, isUUIDAt: "\(path).id")
      try check(app.cluster, isOneOf: clusters.map(\.name), "\(path).cluster", "cluster")
      guard !app.namespaces.isEmpty else {
        throw ScenarioError("\(path).namespaces is empty: give at least one, or leave it out")
      }
      for (kind, points) in [("backups", app.backups), ("snapshots", app.snapshots)] {
        for (index, point) in points.enumerated() {
          try check(point.id, isUUIDAt: "\(path).\(kind)[\(index)].id")
        }
      }
    }
    for (index, fleet) in fleets.enumerated() {
      for (place, name) in fleet.clusters.enumerated() {
        let path = "\(path).fleets[\(index)].clusters[\(place)]"
        try check(name, isOneOf: clusters.map(\.name), path, "cluster")
      }
    }
  }

  private func check(_ id: String?, isUUIDAt path: String) throws(ScenarioError) {
    guard let id, !isUUID(id) else { return }
    throw ScenarioError(path, mustBe: "a UUID", not: .string(id))
  }

  private func check(
    _ name: String, isOneOf names: [String], _ path: String, _ kind: String
  ) throws(ScenarioError) {
    guard !names.contains(name) else { return }
    let known = names.isEmpty ? "there is none" : "known are \(names.joined(separator: ", "))"
    throw ScenarioError("\(path) names an unknown \(kind) \(JSON.string(name).shortText); \(known)")
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
