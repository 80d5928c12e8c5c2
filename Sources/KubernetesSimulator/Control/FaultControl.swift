internal import SimulatorSupport

/// What the control endpoints of a world keep besides the world.
struct ControlState: Sendable {
  /// A response fault, and how many of the requests that it counts have come since it was switched on.
  struct CountedFault: Sendable {
    var fault: ResponseFault
    var count = 0
  }

  var requestLog = RequestLog()
  var responseFaults: [CountedFault] = []
  /// The tokens of each cluster's first user before they were changed; nil: they were not.
  var ownTokens: [String?]?

  /// The fault that a request meets; counts the request.
  mutating func fault(concerning request: SimulatedRequest) -> ResponseFault? {
    guard !responseFaults.isEmpty else { return nil }
    let path = request.target.prefix { $0 != "?" }.drop { $0 == "/" }
    var met: ResponseFault?
    for index in responseFaults.indices
    where responseFaults[index].fault.concerns(request.method, path) {
      responseFaults[index].count += 1
      let fault = responseFaults[index].fault
      if met == nil, fault.meets(responseFaults[index].count) { met = fault }
    }
    return met
  }
}

// Faults that are switched on and taken off while the world runs.

extension KubernetesWorld {
  /// Adds a fault or takes one off; answers with the fault.
  mutating func controlFault(_ action: String, _ body: JSON) throws(ScenarioError) -> JSON {
    switch action {
    case "operationFault":
      var fault = try RunFault(scenario: body, path: "body")
      try fault.checkEffect(hasVelero: velero != nil, path: "body")
      if body["nth"] == nil { fault.nth = nextFree(fault.kind) }
      faults.append(fault)
      return fault.json
    case "responseFault":
      let fault = try ResponseFault(scenario: body, path: "body")
      controlState.responseFaults.append(.init(fault: fault))
      return fault.json
    case "removeOperationFault":
      let fault = try RunFault(scenario: body, path: "body")
      guard let index = faults.firstIndex(of: fault) else { throw Self.noSuchFault }
      return faults.remove(at: index).json
    default:
      let fault = try ResponseFault(scenario: body, path: "body")
      guard let index = controlState.responseFaults.firstIndex(where: { $0.fault == fault }) else {
        throw Self.noSuchFault
      }
      return controlState.responseFaults.remove(at: index).fault.json
    }
  }

  /// Gives the first user of every cluster a token; nil: the one of the start.
  mutating func changeTokens(to token: String?) {
    let own = controlState.ownTokens ?? clusters.map { $0.users.first?.token }
    for (index, own) in own.enumerated() {
      if let token = token ?? own { clusters[index].users[0].token = token }
    }
    controlState.ownTokens = token == nil ? nil : own
  }

  /// The number of the next run of a kind that no fault waits for.
  private func nextFree(_ kind: Run.Kind) -> Int {
    let taken = faults.filter { $0.kind == kind }.map(\.nth)
    var number = begun[kind, default: 0] + 1
    while taken.contains(number) { number += 1 }
    return number
  }

  private static var noSuchFault: ScenarioError {
    ScenarioError("body is no fault that is on: give one as /_simulator/overview shows it")
  }
}

extension RunFault {
  /// The fault as a scenario has it.
  var json: JSON {
    ["kind": .string(kind.rawValue), "nth": .integer(nth), "effect": .string(effect.rawValue)]
  }
}
