internal import ServiceSimulation
internal import Timing

// Missions that find a clone of another origin, or of the one that is asked for, under the name of theirs.
extension Mission {
  /// What a clone is made from.
  private enum Origin: String, CaseIterable {
    case live, good, older, nightly

    var arguments: [String] {
      switch self {
      case .live: []
      case .good: ["--use-existing-backup", WorkedExample.goodBackup]
      case .older: ["--use-existing-backup", WorkedExample.olderBackup]
      case .nightly: ["--use-existing-snapshot", WorkedExample.nightly]
      }
    }
  }

  /// Every pair of what is there and what is asked for.
  static let origins: [Mission] = [true, false].flatMap { isShown in
    [true, false].flatMap { isNamed in
      [true, false].flatMap { reuses in
        [Origin.live, .good].flatMap { asked in
          Origin.allCases.map { origin(found: $0, asked: asked, reuses, isNamed, isShown) }
        }
      }
    }
  }

  private static func origin(
    found: Origin, asked: Origin, _ reuses: Bool, _ isNamed: Bool, _ isShown: Bool
  ) -> Mission {
    // A snapshot does not leave its cluster.
    let place = found == .nightly ? ["DEBUG_KUBERNETES_CLUSTER": "ocp-prod"] : [:]
    let traits =
      (reuses ? "-reused" : "") + (isNamed ? "" : "-nameless") + (isShown ? "" : "-hidden")
    return Mission(
      name: "origin-\(found.rawValue)-for-\(asked.rawValue)\(traits)",
      stages: [
        Stage(
          program: .clone, arguments: asked.arguments + (reuses ? ["--if-exists", "reuse"] : []),
          environment: place,
          owed: found == asked ? [0, 78] : [78], records: isShown ? nil : .gone("astra-clone"))
      ], isVariant: true,
      left: Leftover(
        stages: [Stage(program: .clone, arguments: found.arguments, environment: place)],
        run: isNamed ? "jenkins-post-mortem-41" : nil, age: .seconds(60)),
      run: isNamed ? usualRun : nil,
      server: {
        $0.behaviour.snapshotsLeaveTheirCluster = true
        if !isShown { $0.behaviour.hideOrigins() }
      }, kinds: .waysOfSeeing)
  }
}

extension ServiceBehaviour {
  /// Lets the server show nothing of what a clone was made from, and keep nothing of what clients write on it.
  mutating func hideOrigins() {
    (labels, showsCloneOrigin) = (.dropped, false)
  }
}
