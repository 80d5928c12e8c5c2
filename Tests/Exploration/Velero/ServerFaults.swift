internal import Exploration
internal import KubernetesSimulator
internal import ServiceSimulation
internal import SimulatedBackend
internal import SimulatorSupport
internal import VeleroSimulation

// What goes wrong with Velero itself: its server, its locations, its data movers, the storage below.
extension FaultKind {
  static let veleroServer = server + with(.isWaitedFor, pauses) + with(.deceives, deceptions)

  private static let server: [FaultKind] = [
    .server("serverAway", .breaks(0, 75, 78)) { $0.serverIsAway = true },
    .server("locationAway-40s", for: .seconds(40), .breaks(0, 1, 77, 78)) {
      $0.locationsAreUnavailable = true
    },
    .server("locationAway", .breaks(0, 1, 75, 77, 78)) { $0.locationsAreUnavailable = true },
    .server("completesEarly", .passes) { $0.completesEarly = true },
    .server("claimsUnbound", .breaks(0, 75)) { $0.platform.leavesUnbound = ["magento-prod-db"] },
    .server("podsPending", .breaks(0, 75)) { $0.platform.podsStayPending = true },
    .server("volumesBoundLate", .passes) { $0.platform.binding = .seconds(20) },
  ]

  private static let pauses: [FaultKind] = [
    // A server that is away and comes back goes on, or has failed what it was at.
    .velero("serverPauses", .passes) {
      $0.veleroTrouble(for: nil) { $0.resumesAfterAbsence = true }
      $0.veleroTrouble(for: .seconds(40)) { $0.serverIsAway = true }
    }
  ]

  /// Something is lost, whether Velero says so or not.
  private static let deceptions: [FaultKind] = [
    .server("serverRestarts", for: .seconds(5), .breaks(0, 1, 78)) { $0.serverIsAway = true },
    .server("noData", .breaks(0, 1, 78)) { $0.withoutData = ["magento-prod-db"] },
    .server("partial", .breaks(0, 1, 78)) { $0.failingData = ["magento-prod-db"] },
    .server("claimsLeftOut", .breaks(0, 1, 75, 78)) { $0.forgets = ["magento-prod-db"] },
    // Nothing but its status tells of the data that a copy lacks.
    .server("noDataNoFiles", .breaks(0, 1, 78)) {
      $0.withoutData = ["magento-prod-db"]
      $0.downloads = .missing
    },
    // All data is there, and Velero says that something else has failed.
    .velero("nextBackupPartlyFails", .breaks(0, 1, 78)) { $0.disturbNext(.backup, .partiallyFails) },
    .velero("nextRestorePartlyFails", .breaks(0, 1, 78)) {
      $0.disturbNext(.restore, .partiallyFails)
      $0.disturbNext(.clone, .partiallyFails)
    },
  ]

  private static func server(
    _ name: String, for length: Duration? = nil, _ expectation: Expectation,
    _ change: @escaping @Sendable (inout VeleroSettings) -> Void
  ) -> FaultKind {
    .velero(name, expectation) { $0.veleroTrouble(for: length, change) }
  }

  /// A change of the world with Velero.
  static func velero(
    _ name: String, _ expectation: Expectation,
    _ change: @escaping @Sendable (inout KubernetesWorld) -> Void
  ) -> FaultKind {
    .request(
      name,
      .world { service in
        guard var changed = service as? VeleroService else { return }
        change(&changed.world)
        service = changed
      }, expectation)
  }
}
