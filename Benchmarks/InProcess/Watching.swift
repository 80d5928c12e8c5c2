internal import AstraBackup
internal import AstraClone
internal import AstraRestore
internal import AstraSnapshot
internal import KubernetesSimulator
internal import ServiceSimulation
internal import SimulatedBackend
internal import SimulatorSupport
internal import StepCommon
internal import Timing
internal import TridentProtectSimulation
internal import VeleroSimulation

/// What waiting for an operation costs at services in a cluster, with the watch and where it is refused.
package struct WatchingBenchmark {
  /// The lengths of operations.
  package static let lengths: [Duration] = [300, 600, 1800, 7200].map { .seconds($0) }

  /// A service whose API tells of changes.
  package enum Service: String, CaseIterable, Sendable {
    case tridentProtect = "trident-protect"
    case velero
  }

  /// An operation that is waited for.
  package enum Operation: String, CaseIterable, Sendable {
    case backup
    case snapshot
    case clone
    case restore
  }

  /// What was asked while an operation went on.
  package struct Wait: Equatable, Sendable {
    /// How long was counted: all but its first ten seconds, without what is looked at when it has ended.
    package var length: Duration
    /// The requests that are no watches.
    package var requests = 0
    package var watches = 0
    /// From the server's end of the operation to the step's own.
    package var delay = Duration.zero
  }

  private let seed: UInt64

  /// Prepares the runs; everything that is left to chance follows from the seed.
  package init(seed: UInt64) { self.seed = seed }

  /// Runs every step at every length.
  package func run() throws -> Document {
    var rows: [Document] = []
    for service in Service.allCases {
      for operation in Operation.allCases {
        for length in Self.lengths {
          for isRefused in [false, true] {
            let wait = try Self.wait(operation, length, at: service, watchIsRefused: isRefused, seed: seed)
            rows.append(
              .members([
                "service": .text(service.rawValue), "step": .text(operation.rawValue),
                "lengthSeconds": .number(length.inSeconds),
                "watch": .text(isRefused ? "refused" : "served"),
                "countedSeconds": .number(wait.length.inSeconds),
                "requests": .count(wait.requests), "watches": .count(wait.watches),
                "delaySeconds": .number(wait.delay.inSeconds),
              ]))
          }
        }
      }
    }
    return .members(["benchmark": .text("watching"), "seed": .seed(seed), "results": .list(rows)])
  }

  /// One run of a step, at an operation that takes that long.
  package static func wait(
    _ operation: Operation, _ length: Duration, at service: Service, watchIsRefused: Bool, seed: UInt64
  ) throws -> Wait {
    var setup = service.setup
    switch operation {
    case .backup: setup.behaviour.backup = length
    case .snapshot: setup.behaviour.snapshot = length
    case .clone: setup.behaviour.clone = length
    case .restore: setup.behaviour.restore = length
    }
    let harness = StepHarness(setup, run: "jenkins-release-42")
    harness.seed = seed
    harness.environment["ASTRA_TIMEOUT"] = "12h"
    // Where an in-place restore takes several changes, they have to be wanted.
    if service == .velero { harness.environment["ASTRA_REPLACE_VOLUMES"] = "yes" }
    if watchIsRefused { harness.refuseWatches() }
    var exchanges: [(at: Duration, request: ServiceRequest)] = []
    harness.site.exchanged = { request, _ in
      exchanges.append((harness.site.time.now.sinceOrigin, request))
    }
    defer { harness.site.exchanged = nil }
    let result = try harness.run(operation)
    guard result.code == .success else {
      throw BenchmarkError("\(operation.rawValue) ended with \(result.code.rawValue): \(result.message)")
    }
    guard let asked = exchanges.last(where: { operation.isAsked(by: $0.request) })?.at,
      let end = harness.end(of: operation)
    else { throw BenchmarkError("\(operation.rawValue) was not asked for, or has no end") }
    let counted = exchanges.filter { $0.at > asked + .seconds(10) && $0.at < asked + length }
    let watches = counted.count { $0.request.target.contains("watch=1") }
    return Wait(
      length: length - .seconds(10), requests: counted.count - watches, watches: watches,
      delay: harness.site.time.now.sinceOrigin - end)
  }
}

extension WatchingBenchmark.Service {
  fileprivate var setup: any ServiceSetup {
    switch self {
    case .tridentProtect: TridentProtectSetup()
    case .velero: VeleroSetup()
    }
  }
}

extension WatchingBenchmark.Operation {
  /// Whether a request is the last that asks for the operation: a clone begins with a copy, and is a restore then.
  fileprivate func isAsked(by request: ServiceRequest) -> Bool {
    let path = request.target.prefix { $0 != "?" }
    guard request.method == "POST", !request.target.contains("dryRun") else { return false }
    return switch self {
    case .backup: path.hasSuffix("/backups")
    case .snapshot: path.hasSuffix("/snapshots") || path.hasSuffix("velero/backups")
    case .clone: path.hasSuffix("restores")
    case .restore: path.hasSuffix("restores")
    }
  }
}

extension StepHarness {
  fileprivate func run(_ operation: WatchingBenchmark.Operation) throws -> Result {
    switch operation {
    case .backup: try run(BackupStep.self, "--backup-name", "before-2-4-4")
    case .snapshot: try run(SnapshotStep.self, "--snapshot-name", "before-2-4-4")
    case .clone: try run(CloneStep.self)
    case .restore: try run(RestoreStep.self, "--discard-present-state")
    }
  }

  /// When the service had done it, by its own account; a clone is looked at for a while after that.
  fileprivate func end(of operation: WatchingBenchmark.Operation) -> Duration? {
    site.service.journal(from: 0).last { entry in
      switch operation {
      case .backup: entry.event == .completed && entry.kind == .backup
      case .snapshot: entry.event == .completed && entry.kind == .snapshot
      case .clone: entry.event == .completed && entry.kind == .clone
      case .restore: entry.event == .restoreFinished
      }
    }?.at
  }

  /// Takes the steps' user the right to watch, and no other.
  fileprivate func refuseWatches() {
    if var service = site.service as? TridentProtectService {
      service.world.refuseWatches()
      site.service = service
    } else if var service = site.service as? VeleroService {
      service.world.refuseWatches()
      site.service = service
    }
  }
}

extension KubernetesWorld {
  fileprivate mutating func refuseWatches() {
    let group = "rbac.authorization.k8s.io"
    let verbs: JSON = ["get", "list", "create", "update", "patch", "delete"]
    for index in clusters.indices {
      let token = clusters[index].users[0].token
      clusters[index].users = [User(token: token, name: "ci")]
      clusters[index].store.create(
        "clusterroles.\(group)",
        [
          "metadata": ["name": "ci"],
          "rules": [["apiGroups": ["*"], "resources": ["*"], "verbs": verbs]],
        ])
      clusters[index].store.create(
        "clusterrolebindings.\(group)",
        [
          "metadata": ["name": "ci"], "subjects": [["kind": "User", "name": "ci"]],
          "roleRef": ["kind": "ClusterRole", "name": "ci"],
        ])
    }
  }
}
