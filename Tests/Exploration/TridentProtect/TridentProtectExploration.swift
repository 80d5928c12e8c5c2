package import Exploration
internal import TridentProtectSimulation

extension FaultCatalogue {
  /// What can go wrong on the way to an API server with Trident protect, in its answers, and everywhere else.
  package static let tridentProtect = FaultCatalogue(
    answers: FaultKind.statusAnswers + FaultKind.watches + FaultKind.product,
    bodies: FaultKind.kubernetesBodies, opensFirst: true)
}

extension Explorer {
  /// Learns what the undisturbed missions come to at Trident protect.
  package static func tridentProtect() -> Explorer {
    Explorer(TridentProtectSetup(), faults: .tridentProtect) { !isOfOthers($0) }
  }

  /// Whether a mission is about what only another service has, or is played there for every service: an older release,
  /// restores and origins that are not shown, pages.
  private static func isOfOthers(_ mission: String) -> Bool {
    mission == "pipeline-v1" || mission == "nameless-restore-silent" || mission == "records-elsewhere"
      || mission.hasPrefix("origin-") && mission.hasSuffix("-hidden")
      || mission.hasPrefix("verify-broken-well") || mission == "verify-well-broken"
  }
}
