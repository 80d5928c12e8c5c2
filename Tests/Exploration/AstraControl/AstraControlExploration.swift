internal import AstraControlSimulation
internal import AstraSimulator
package import Exploration

extension FaultCatalogue {
  /// What can go wrong on the way to Astra Control, in its answers, and everywhere else.
  package static let astraControl = FaultCatalogue(answers: FaultKind.answers, bodies: FaultKind.bodies)
}

extension Explorer {
  /// Learns what the undisturbed missions come to at Astra Control, as a scenario file says it is.
  package static func astraControl(scenario file: [UInt8]) throws -> Explorer {
    Explorer(
      AstraControlSetup(try Scenario(file: file)), faults: .astraControl,
      isPlayed: { !isOfTridentProtect($0) && !isOfVelero($0) })
  }
}
