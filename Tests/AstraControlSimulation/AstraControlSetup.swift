package import AstraSimulator
package import ServiceSimulation
internal import SimulatorSupport
package import Timing

/// Astra Control before it starts: a scenario.
package struct AstraControlSetup: ServiceSetup {
  /// The simulator's own scenario, for tests that are about Astra Control.
  package var scenario: Scenario

  /// Takes a scenario.
  package init(_ scenario: Scenario) { self.scenario = scenario }

  package var behaviour: ServiceBehaviour {
    get { scenario.settings.behaviour }
    set { scenario.settings.behaviour = newValue }
  }

  package var startTime: Timestamp { Timestamp(sinceEpoch: scenario.startDate.sinceEpoch) }

  package mutating func add(_ fault: ServiceSimulation.OperationFault) {
    scenario.operationFaults.append(
      AstraSimulator.OperationFault(
        Operation.Kind(fault.kind), nth: fault.nth, AstraSimulator.OperationFault.Effect(fault.effect)))
  }

  package var operationFaults: [ServiceSimulation.OperationFault] {
    scenario.operationFaults.map {
      ServiceSimulation.OperationFault(OperationKind($0.kind), nth: $0.nth, OperationEffect($0.effect))
    }
  }

  package mutating func refuseRestores(_ count: Int, because reason: RefusalReason) {
    scenario.responseFaults.append(
      ResponseFault(
        "PUT", "k8s/v2/apps/{id}", count: count, status: 409, contentType: "application/problem+json",
        body: """
          {"type":"https://astra.netapp.io/problems/\(reason.problem.number)","title":"Refused","detail":"Not now.",\
          "status":"409","correlationID":"00000000-0000-4000-8000-000000000000"}
          """))
  }

  package mutating func useOlderRelease() { scenario.settings.beOlder() }

  package mutating func halveLengths() {
    let durations: [WritableKeyPath<SimulatorSettings, Duration>] = [
      \.backupPending, \.backup, \.snapshotPending, \.snapshot, \.clone, \.cloneDiscovery,
      \.restoreFirstState, \.restore, \.restoreDiscovery, \.definition, \.deletion,
    ]
    for duration in durations { scenario.settings[keyPath: duration] /= 2 }
  }

  package mutating func drawBehaviour(_ random: inout Timing.SeededRandom) {
    SettingsDraw.draw(&scenario.settings, &random)
  }

  package mutating func drawRelease(_ random: inout Timing.SeededRandom) {
    SettingsDraw.drawGeneration(&scenario.settings, &random)
  }

  package func start() -> any SimulatedService { AstraControlService(World(scenario: scenario)) }
}
