internal import ClusterSimulation
package import Exploration
internal import ServiceSimulation
internal import SimulatedBackend

// What goes wrong with the alarm clock: whatever it is, it costs time or a look more, and nothing else.
extension FaultKind {
  /// One watch that is not as it should be; and all of them from there on.
  package static let watches: [FaultKind] = WatchTrouble.allCases.flatMap { trouble in
    [
      .watch("watch-\(trouble.rawValue)", .bent { trouble.spoil(&$0) }),
      .watch(
        "watches-\(trouble.rawValue)",
        .world { service in
          guard var changed = service as? any ClusterService else { return }
          changed.watchTrouble = trouble
          service = changed
        }),
    ]
  }

  private static func watch(_ name: String, _ effect: SiteFault.Effect) -> FaultKind {
    var kind = FaultKind.request(name, effect, .passes)
    kind.meets = { event in
      if case .request("GET", let target, _) = event { target.contains("watch=1") } else { false }
    }
    return kind
  }
}
