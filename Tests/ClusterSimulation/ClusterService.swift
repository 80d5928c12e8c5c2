package import KubernetesSimulator
package import ServiceSimulation

/// A product in simulated clusters, as a service.
package protocol ClusterService: SimulatedService {
  /// The simulator's own world.
  var world: KubernetesWorld { get set }
  /// What is wrong with every watch.
  var watchTrouble: WatchTrouble? { get set }
}

extension ClusterService {
  package mutating func recover(to then: any SimulatedService) {
    guard let then = then as? Self else { return }
    watchTrouble = nil
    world.trouble(for: nil) { $0 = then.world.settings }
    world.veleroTrouble(for: nil) { $0 = then.world.veleroSettings }
    // Nor does a passing trouble leave behind what it found.
    world.trouble(for: .zero) { _ in }
    world.veleroTrouble(for: .zero) { _ in }
    for index in world.clusters.indices {
      world.clusters[index].settings = then.world.clusters[index].settings
    }
  }
}
