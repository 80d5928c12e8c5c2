internal import ServiceSimulation

extension FaultKind.Expectation {
  /// What is owed when the first operation of that kind goes wrong so, which that program has asked for.
  ///
  /// - Parameters:
  ///   - kind: what the server was asked for; a snapshot of `astra-restore` is its evidence.
  ///   - effect: how it goes wrong.
  ///   - program: who has asked.
  ///   - capabilities: what the service can do.
  init(
    _ kind: OperationKind, _ effect: OperationEffect, of program: Program?,
    _ capabilities: ServiceCapabilities
  ) {
    switch (kind, effect) {
    case (_, .unknownState), (_, .goesBack): self = .passes
    // Who wants a thing gone does not mind how it goes.
    case (.deletion, .vanishes), (.deletion, .removed): self = .passes
    case (_, .stalls): self = .breaks(75)
    case (.snapshot, _) where program == .snapshot: self = .breaks(1)
    // No copy of the present state, no restore.
    case (.snapshot, .fails), (.snapshot, .failsAtOnce), (.snapshot, .removed), (.snapshot, .vanishes):
      self = .ends(78)
    case (.snapshot, .hooksFail): self = .breaks(78)
    case (.backup, .hooksFail): self = .breaks(1)
    case (.clone, .hooksFail), (.restore, .hooksFail):
      self = capabilities.restoresCountHooks ? .breaks(1) : .passes
    case (_, .hooksFail): self = .passes
    // With most only recovery points end so.
    case (.clone, .removed), (.restore, .removed):
      self = capabilities.restoresEndRemoved ? .breaks(1) : .passes
    default: self = .breaks(1)
    }
  }
}

extension OperationKind {
  /// The program of a mission that asks for it.
  func program(in mission: Mission) -> Program? {
    switch self {
    case .backup: .backup
    case .clone: .clone
    case .snapshot: mission.stages.contains { $0.program == .snapshot } ? .snapshot : .restore
    case .restore: .restore
    case .deletion: .cleanup
    case .definition, .rediscovery: nil
    }
  }
}
