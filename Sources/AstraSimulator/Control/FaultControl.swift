internal import SimulatorSupport

// Faults that are switched on and taken off while the world runs.

extension World {
  /// Adds a fault or takes one off; answers with the fault.
  mutating func controlFault(_ action: String, _ body: JSON) throws(ScenarioError) -> JSON {
    switch action {
    case "operationFault":
      var fault = try OperationFault(scenario: body, path: "body")
      if body["nth"] == nil { fault.nth = nextFree(fault.kind) }
      add(fault)
      return fault.json
    case "responseFault":
      var fault = try ResponseFault(scenario: body, path: "body")
      if body["nth"] == nil { fault.nth = requestCount(concerning: fault) + 1 }
      add(fault)
      return fault.json
    case "removeOperationFault":
      let fault = try OperationFault(scenario: body, path: "body")
      guard let index = operationFaults.firstIndex(of: fault) else { throw Self.noSuchFault }
      return operationFaults.remove(at: index).json
    default:
      let fault = try ResponseFault(scenario: body, path: "body")
      guard let index = responseFaults.firstIndex(of: fault) else { throw Self.noSuchFault }
      return responseFaults.remove(at: index).json
    }
  }

  /// Whether a fault answers requests with that status.
  package func hasResponseFault(of status: Int) -> Bool { responseFaults.contains { $0.status == status } }

  /// The number of the next operation of a kind that no fault waits for.
  private func nextFree(_ kind: Operation.Kind) -> Int {
    let taken = operationFaults.filter { $0.kind == kind }.map(\.nth)
    var number = started(kind) + 1
    while taken.contains(number) { number += 1 }
    return number
  }

  private static var noSuchFault: ScenarioError {
    ScenarioError("body is no fault that is on: give one as /_simulator/overview shows it")
  }
}

extension OperationFault {
  /// The fault as a scenario has it.
  var json: JSON {
    [
      "kind": .string(kind.rawValue), "nth": .integer(nth), "effect": .string(effect.rawValue),
      "state": .string(state),
    ]
  }
}
