internal import ClusterExploration
package import Exploration
internal import KubernetesSimulator
internal import VeleroSimulation

extension FaultCatalogue {
  /// What can go wrong on the way to an API server with Velero, in its answers, and everywhere else.
  package static let velero = FaultCatalogue(
    answers: FaultKind.statusAnswers(.velero) + FaultKind.watches + FaultKind.veleroServer
      + FaultKind.otherClients,
    bodies: FaultKind.kubernetesBodies(.velero),
    // A restore whose namespace goes stands still: Velero's own object says nothing of that. It leaves alone what a
    // stranger has put into the namespace of a clone, and the clone is not whole then.
    endingAlso: ["subjectVanishes": 75, "strangerOfClonesName": 1], opensFirst: true)
}

extension Explorer {
  /// Learns what the undisturbed missions come to at Velero.
  package static func velero() -> Explorer {
    var setup = VeleroSetup()
    // What no restore brings back by itself has to be started again.
    setup.hasNewWorker = true
    // Their texts are fetched from object storage, so that whatever goes wrong there is played, too.
    setup.settings.backupWarnings = ["a pod is not running"]
    return Explorer(
      setup, faults: .velero, watch: { InPlaceWatch($0, others: $1) },
      isPlayed: { !isOfAstraControl($0) && !isOfTridentProtect($0) })
  }
}
