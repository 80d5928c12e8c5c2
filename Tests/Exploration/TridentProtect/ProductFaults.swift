internal import Exploration
internal import KubernetesSimulator
internal import ServiceSimulation
internal import SimulatedBackend
internal import TridentProtectSimulation

// What goes wrong with the product in the cluster: its controller, its validators, its object storage.
extension FaultKind {
  /// Each for a while, and for good.
  static let product: [FaultKind] =
    [
      .product("controllerRestarts", for: .seconds(40), .passes) { $0.controllerIsAway = true },
      .product("controllerAway", .breaks(0, 75)) { $0.controllerIsAway = true },
      .product("vaultsUnavailable", .breaks(0, 1, 77, 78)) { $0.vaultsAreUnavailable = true },
      .product("claimsUnbound", .breaks(0, 75)) { $0.leavesUnbound = ["magento-prod-db"] },
    ]
    + with(
      .leavesOpen,
      [
        .product("validatorsRestart", for: .seconds(20), .ends(0, 69, 78)) { $0.webhooksAreDown = true },
        .product("validatorsDown", .breaks(0, 69, 78)) { $0.webhooksAreDown = true },
        .product("validatorsHang", .breaks(0, 69, 78)) { $0.webhooksHang = true },
      ])
    + [
      .request(
        "namespacesStuck",
        .world { service in
          guard var changed = service as? TridentProtectService else { return }
          for index in changed.world.clusters.indices {
            changed.world.clusters[index].settings.stuckNamespaces = ["*"]
          }
          service = changed
        }, .breaks(0, 75))
    ]

  private static func product(
    _ name: String, for length: Duration? = nil, _ expectation: Expectation,
    _ change: @escaping @Sendable (inout ProductSettings) -> Void
  ) -> FaultKind {
    .request(
      name,
      .world { service in
        guard var changed = service as? TridentProtectService else { return }
        changed.world.trouble(for: length, change)
        service = changed
      }, expectation)
  }
}
