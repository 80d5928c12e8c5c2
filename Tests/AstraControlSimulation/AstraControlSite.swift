package import AstraSimulator
package import ServiceSimulation
package import SimulatedBackend
package import SimulatorSupport

// What tests that are about Astra Control itself do to a site of it.

extension Site {
  /// The simulator's own world; the site has to be one of Astra Control.
  package var world: World {
    get { astraControl.world }
    set { service = AstraControlService(newValue) }
  }

  private var astraControl: AstraControlService {
    guard let service = service as? AstraControlService else {
      preconditionFailure("the site is not one of Astra Control")
    }
    return service
  }
}

extension StepHarness {
  /// Sets up a site of Astra Control as a scenario says.
  package convenience init(
    _ scenario: Scenario, run: String? = "jenkins-post-mortem-42", folder: String? = nil
  ) {
    self.init(AstraControlSetup(scenario), run: run, folder: folder)
  }
}

extension SiteFault.Effect {
  /// Somebody or something changes the simulator's own world.
  package static func simulator(_ change: @escaping @Sendable (inout World) -> Void) -> Self {
    .world { service in
      guard var astraControl = service as? AstraControlService else { return }
      change(&astraControl.world)
      service = astraControl
    }
  }
}

extension ServiceResponse {
  /// The body as JSON; nil if it is anything else.
  package var json: JSON? { JSON(body) }
}

extension ServiceRequest {
  /// The bytes of the message, as the simulator counts them.
  package var wireBytes: Int { SimulatedRequest(self).wireBytes }
}

extension ServiceResponse {
  /// The bytes of the message, as the simulator counts them.
  package var wireBytes: Int { SimulatedResponse(status: status, headers: headers, body: body).wireBytes }
}
