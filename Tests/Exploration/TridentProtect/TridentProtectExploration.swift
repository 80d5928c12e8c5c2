internal import ClusterExploration
package import Exploration
internal import TridentProtectSimulation

extension FaultCatalogue {
  /// What can go wrong on the way to an API server with Trident protect, in its answers, and everywhere else.
  package static let tridentProtect = FaultCatalogue(
    answers: FaultKind.statusAnswers(.tridentProtect) + FaultKind.watches + FaultKind.product,
    bodies: FaultKind.kubernetesBodies(.tridentProtect), opensFirst: true)
}

extension Explorer {
  /// Learns what the undisturbed missions come to at Trident protect.
  package static func tridentProtect() -> Explorer {
    Explorer(
      TridentProtectSetup(), faults: .tridentProtect, isPlayed: { !isOfAstraControl($0) && !isOfVelero($0) })
  }
}
