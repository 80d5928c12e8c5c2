internal import ServiceSimulation
internal import Timing

/// What an earlier run has left: it went through some stages, in its own time, and nobody judges it.
struct Leftover: Sendable {
  var stages: [Mission.Stage]
  /// What that run was called; nil where nothing names it.
  var run: String? = "jenkins-post-mortem-41"
  /// The time that each of its stages was given.
  var timeoutSeconds = 1800
  /// How long it was over when the run begins.
  var age = Duration.zero
}

// What the missions meet that begin where an earlier run has ended.
extension Mission {
  /// Clones and backups that an earlier run has begun, and that are on their way to a good or a bad end.
  static let leftovers: [Mission] = [false, true].flatMap { reuses -> [Mission] in
    let arguments = reuses ? ["--if-exists", "reuse"] : []
    let ending = reuses ? "-reused" : ""
    func mission(
      _ name: String, _ stage: Stage, after seconds: Int,
      _ behaviour: @escaping @Sendable (inout any ServiceSetup) -> Void
    ) -> Mission {
      var own = stage
      own.arguments += arguments
      own.owed = [0, 78]
      own.meanwhile = { $0.takeOrder("order-2001-between-the-runs") }
      return Mission(
        name: "leftover-\(name)\(ending)", stages: [own], isVariant: true,
        left: Leftover(stages: [stage], timeoutSeconds: seconds), server: behaviour,
        kinds: .waysOfRecognising)
    }
    return [
      mission("clone", clone, after: 2) { $0.behaviour.clone = .seconds(20) },
      mission("clone-discovering", clone, after: 4) {
        ($0.behaviour.clone, $0.behaviour.cloneDiscovery) = (.seconds(3), .seconds(30))
      }.hurried,
      mission("backup", backup, after: 4) { $0.behaviour.backup = .seconds(30) },
      mission("snapshot", snapshot, after: 2) { $0.behaviour.snapshot = .seconds(30) },
    ]
  }
}

// Missions whose run has no name, or begins with a wreck.
extension Mission {
  /// What a run with a name made a minute ago: it is young, and nothing says that it is this run's.
  static let strangers: [Mission] = single.map { (name: String, stage: Stage) -> Mission in
    var own = stage
    own.owed = [78]
    own.meanwhile = { $0.takeOrder("order-2001-between-the-runs") }
    return Mission(
      name: "stranger-\(name)", stages: [own], isVariant: true,
      left: Leftover(stages: [stage], age: .seconds(60)), run: nil, kinds: .waysOfSeeing)
  }

  /// Something of others bears the clone's name and has failed: it is not this tool's to replace.
  static let othersFailed: [Mission] = [
    Mission(
      name: "clone-replacing-others",
      stages: [backup, Stage(program: .clone, arguments: ["--replace-failed"], owed: [78])], isVariant: true,
      prepared: 1, found: [failedOfOthers], kinds: .waysOfSeeing)
  ]

  private static let failedOfOthers: ApplicationSeed = {
    var seed = ApplicationSeed(
      WorkedExample.cloneName, cluster: "ocp-debug", namespaces: [WorkedExample.cloneName],
      content: WorkedExample.goodContent)
    seed.state = "failed"
    return seed
  }()

  /// A restore that has failed, and the next one of the same run: on the wreck that it left, and on an application that
  /// somebody has mended by hand, where customers order again.
  static let wrecks: [Mission] = [false, true].map { isMended in
    var failing = restore
    failing.owed = [1]
    var again = restore
    again.meanwhile = { world in
      guard isMended else { return }
      world.setState("ready", of: WorkedExample.production)
      world.deploy(version: "2.4.1-mended", broken: true, rows: ["order-4001"], to: WorkedExample.production)
    }
    return Mission(
      name: isMended ? "wreck-mended" : "wreck", stages: [failing, again], isVariant: true, prepared: 1,
      server: { $0.add(OperationFault(.restore, nth: 1, .fails)) },
      kinds: .waysOfRecognising)
  }
}

extension Mission {
  /// The same with so little time that what was found is older than that.
  fileprivate var hurried: Mission {
    var mission = self
    for index in mission.stages.indices {
      mission.stages[index].arguments += ["--timeout", "4s"]
      mission.stages[index].owed.insert(75)
    }
    return mission
  }
}

extension SimulatedService {
  /// A customer orders something in production, whatever release runs there.
  mutating func takeOrder(_ row: String) {
    guard let content = application(WorkedExample.production)?.content else { return }
    deploy(
      version: content.version, broken: content.broken, rows: content.rows + [row],
      to: WorkedExample.production)
  }
}
