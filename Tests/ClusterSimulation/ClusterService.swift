package import KubernetesSimulator
package import ServiceSimulation

/// A product in simulated clusters, as a service.
package protocol ClusterService: SimulatedService {
  /// The simulator's own world.
  var world: KubernetesWorld { get set }
  /// What is wrong with every watch.
  var watchTrouble: WatchTrouble? { get set }
}
