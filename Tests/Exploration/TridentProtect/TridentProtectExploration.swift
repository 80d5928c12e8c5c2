package import Exploration
internal import TridentProtectSimulation

extension FaultCatalogue {
  /// What can go wrong on the way to an API server with Trident protect, in its answers, and everywhere else.
  package static let tridentProtect = FaultCatalogue(
    answers: FaultKind.statusAnswers, bodies: FaultKind.kubernetesBodies)
}

extension Explorer {
  /// Learns what the undisturbed missions come to at Trident protect.
  package static func tridentProtect() -> Explorer {
    Explorer(TridentProtectSetup(), faults: .tridentProtect, missions: missionsOfTridentProtect)
  }

  /// The missions that mean the same there: a step by itself in each way that it has, and the pipeline.
  private static let missionsOfTridentProtect: Set<String> = [
    "backup", "clone", "clone-of-backup", "clone-of-backup-restore", "restore", "restore-latest", "snapshot",
    "pipeline",
  ]
}
