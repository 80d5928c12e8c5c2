package import SimulatorSupport

/// Clusters to begin with, as a scenario file tells them, and what Trident protect or Velero protects in them.
///
/// `{"kubernetes": {"clusters": […], "tridentProtect": {…}}, "environment": {…}}`, or `velero` in the place of
/// `tridentProtect`; with neither the clusters have nothing but their API servers.
package struct ClusterScenario: Sendable {
  /// The clusters at their start, without a product.
  package var clusters: [KubernetesCluster] = []
  /// What the environment of a pipeline has besides the way to the clusters.
  package private(set) var environment: [String: String] = [:]
  private var seeds: [ClusterSeed] = []
  private var product: TridentProtectSeed?
  private var velero: VeleroSeed?
  private let startTime: WallTime

  /// Whether a scenario file is about clusters.
  package static func isOne(_ file: [UInt8]) -> Bool { JSON(file)?["kubernetes"] != nil }

  /// Reads a scenario file; the error names line and member, and what would be right.
  package init(file: [UInt8], startTime: WallTime) throws(ScenarioError) {
    self = try JSON.reading(file) { json throws(ScenarioError) in try Self(json, startTime: startTime) }
  }

  private init(_ json: JSON, startTime: WallTime) throws(ScenarioError) {
    self.startTime = startTime
    var reader = try ObjectReader(json, path: "scenario")
    let kubernetes: Kubernetes = try reader.require("kubernetes")
    try reader.take("environment", &environment)
    try reader.takeSchema()
    try reader.finish()
    (seeds, product, velero) = (kubernetes.clusters, kubernetes.tridentProtect, kubernetes.velero)
    for (place, seed) in seeds.enumerated() {
      var cluster = KubernetesCluster(
        name: seed.name, startTime: seed.startTime ?? startTime, kinds: try seed.kinds(),
        seed: seed.seed &+ UInt64(place) &* 1000)
      try seed.fill(&cluster)
      clusters.append(cluster)
    }
    // What does not fit together is found now.
    _ = try world(pagePort: 80)
  }

  /// What the steps call the product of the clusters; nil: they have none.
  package var backend: String? { velero != nil ? "velero" : product != nil ? "trident-protect" : nil }

  /// The clusters with the product in them; nil: the scenario has none.
  package func world(pagePort: Int) throws(ScenarioError) -> KubernetesWorld? {
    if let velero {
      var world = KubernetesWorld(
        clusters: seeds.map(\.name), startTime: startTime, velero: velero.settings, seed: velero.seed,
        pagePort: pagePort)
      for (index, seed) in seeds.enumerated() { try seed.fill(&world.clusters[index]) }
      try velero.fill(&world)
      return world
    }
    guard let product else { return nil }
    var world = KubernetesWorld(
      clusters: seeds.map(\.name), startTime: startTime, settings: product.settings, seed: product.seed,
      pagePort: pagePort)
    for (index, seed) in seeds.enumerated() { try seed.fill(&world.clusters[index]) }
    try product.fill(&world)
    return world
  }

  /// The member `kubernetes`.
  private struct Kubernetes: ScenarioValue {
    var clusters: [ClusterSeed]
    var tridentProtect: TridentProtectSeed?
    var velero: VeleroSeed?

    init(scenario json: JSON, path: String) throws(ScenarioError) {
      var reader = try ObjectReader(json, path: path)
      clusters = try reader.require("clusters")
      try reader.take("tridentProtect", &tridentProtect)
      try reader.take("velero", &velero)
      try reader.finish()
      guard !clusters.isEmpty else {
        throw ScenarioError("\(path).clusters is empty: give at least one cluster")
      }
      guard Set(clusters.map(\.name)).count == clusters.count else {
        throw ScenarioError("\(path).clusters has two clusters of one name: give each a name of its own")
      }
      guard tridentProtect == nil || velero == nil else {
        throw ScenarioError("\(path) has tridentProtect and velero: give one of them")
      }
      guard let product = velero != nil ? "Velero" : tridentProtect != nil ? "Trident protect" : nil else {
        return
      }
      if let bare = clusters.first(where: { !$0.missingKinds.isEmpty }) {
        throw ScenarioError(
          "\(path).clusters: \"\(bare.name)\" has missingKinds, and \(product) needs its own: leave one of them out"
        )
      }
      if let own = clusters.first(where: { $0.startTime != nil }) {
        throw ScenarioError(
          "\(path).clusters: \"\(own.name)\" has a startTime, which clusters with \(product) share: leave it out"
        )
      }
    }
  }
}
