package import AstraSimulator

/// An operation of the server that a step asks for and waits for.
package enum ServerOperation: String, CaseIterable, Sendable {
  case backup
  case clone
  case restore

  /// Makes every operation of the kind take that long, from the request to the final state.
  ///
  /// The short state that comes first (`pending`) or last (`discovering`) takes a tenth of it, a second at most.
  package func setLength(_ length: Duration, in settings: inout SimulatorSettings) {
    let short = min(length / 10, .seconds(1))
    switch self {
    case .backup: (settings.backupPending, settings.backup) = (short, length - short)
    case .clone: (settings.clone, settings.cloneDiscovery) = (length - short, short)
    case .restore: (settings.restore, settings.restoreDiscovery) = (length - short, short)
    }
  }

  /// When the last one ended, by the world's own account; nil if none has.
  func end(in world: World) -> Duration? {
    world.journal.last { entry in
      switch self {
      case .backup: entry.event == .completed && entry.kind == .backup
      case .clone: entry.event == .completed && entry.kind == .clone
      case .restore: entry.event == .restoreFinished
      }
    }?.at
  }
}
