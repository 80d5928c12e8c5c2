internal import AstraBackup
internal import AstraCleanup
internal import AstraClone
internal import AstraControlSimulation
internal import AstraPreflight
internal import AstraRestore
internal import AstraSimulator
internal import AstraSnapshot
internal import AstraStatus
internal import AstraVerify
internal import Files
internal import SimulatedBackend
internal import SimulatorSupport
internal import StepCommon
internal import struct ServiceSimulation.ServiceRequest
package import Timing

/// A use of a step that is measured.
package enum StepUse: String, CaseIterable, Sendable {
  case preflightOfRelease = "preflight for backup"
  case preflightOfRescue = "preflight for clone and restore"
  case backup
  case snapshot
  case clone
  /// A clone of the same run is the evidence.
  case restore = "restore with a clone as evidence"
  /// The step makes a snapshot first.
  case restoreAlone = "restore without a clone"
  case verify
  /// The clone goes, by its labels.
  case cleanup
  case status

  /// The operation that it waits for, of those whose lengths are varied.
  var operation: ServerOperation? {
    switch self {
    case .backup: .backup
    case .clone: .clone
    case .restore, .restoreAlone: .restore
    default: nil
    }
  }

  /// Whether a request is the one that asks for what the step is for.
  func isAsked(by request: ServiceRequest) -> Bool {
    let path = request.target.prefix { $0 != "?" }
    return switch self {
    case .preflightOfRelease, .preflightOfRescue, .status, .verify: false
    case .backup: request.method == "POST" && path.hasSuffix("/appBackups")
    case .snapshot: request.method == "POST" && path.hasSuffix("/appSnaps")
    case .clone: request.method == "POST" && (path.hasSuffix("/apps") || path.hasSuffix("/managedApps"))
    case .restore, .restoreAlone: request.method == "PUT"
    case .cleanup: request.method == "DELETE"
    }
  }
}

/// A simulated site on which the steps of one pipeline run are measured, one after the other.
package final class Bench {
  private let harness: StepHarness
  /// Where the seeds of the steps and the latencies come from.
  private var chance: Timing.SeededRandom

  /// How long a request takes on its way.
  static let latency = 0.005..<0.020

  /// Sets up a site; everything that is left to chance follows from the seed.
  package init(_ scene: Scene, seed: UInt64, schedule: PollSchedule = PollSchedule()) {
    harness = StepHarness(scene.base, run: "jenkins-release-42")
    harness.site.world = scene.world
    harness.schedule = schedule
    harness.environment["ASTRA_LOG_LEVEL"] = "info"
    harness.environment["ASTRA_TIMEOUT"] = "12h"
    chance = Timing.SeededRandom(seed: seed)
    harness.site.beforeRequest = { [unowned self] _ in
      harness.site.latency = .seconds(Double.random(in: Self.latency, using: &chance))
    }
  }

  /// Runs a step to its good end.
  ///
  /// - Parameters:
  ///   - use: the step, and what for.
  ///   - length: how long the operation takes that it waits for, if that is of interest.
  /// - Returns: what it did.
  /// - Throws: `BenchmarkError` if it ended otherwise than well.
  package func run(_ use: StepUse, length: Duration? = nil) throws -> Measured {
    let site = harness.site
    harness.seed = chance.next()
    harness.environment["BACKUP_NAME"] =
      [.backup, .preflightOfRelease].contains(use) ? "before-2-4-4" : Scene.backup
    harness.environment["SNAPSHOT_NAME"] = use == .snapshot ? "before-2-4-4" : nil
    if let length { use.operation?.setLength(length, in: &site.world.settings) }

    var measured = Measured(began: site.time.now.sinceOrigin)
    site.exchanged = { request, response in
      if measured.asked == nil, use.isAsked(by: request) { measured.asked = measured.exchanges.count }
      measured.exchanges.append(
        Exchange(
          at: site.time.now.sinceOrigin, sent: request.wireBytes, received: response.wireBytes))
    }
    defer { site.exchanged = nil }
    let result = try run(use)
    guard result.code == .success else {
      throw BenchmarkError("\(use.rawValue) ended with \(result.code.rawValue): \(result.message)")
    }
    measured.ended = site.time.now.sinceOrigin
    measured.operationEnd = use.operation?.end(in: site.world)
    return measured
  }

  private func run(_ use: StepUse) throws -> StepHarness.Result {
    switch use {
    case .preflightOfRelease: try harness.run(PreflightStep.self, "--steps", "backup")
    case .preflightOfRescue: try harness.run(PreflightStep.self, "--steps", "clone restore")
    case .backup: try harness.run(BackupStep.self)
    case .snapshot: try harness.run(SnapshotStep.self)
    case .clone: try harness.run(CloneStep.self)
    case .restore, .restoreAlone: try harness.run(RestoreStep.self)
    case .verify: try harness.run(VerifyStep.self, "--url", page)
    case .cleanup: try harness.run(CleanupStep.self, "--remove-clone")
    case .status: try harness.run(StatusStep.self)
    }
  }

  /// The address of production's page.
  private var page: String {
    "http://\(harness.site.world.application(Scene.production)?.address ?? "")/"
  }

  /// Runs one use in a world of its own, after what it builds on.
  package static func measure(
    _ use: StepUse, in scene: Scene, length: Duration? = nil, seed: UInt64,
    schedule: PollSchedule = PollSchedule()
  ) throws -> Measured {
    let bench = Bench(scene, seed: seed, schedule: schedule)
    switch use {
    case .restore: _ = try bench.run(.clone, length: .seconds(2))
    case .cleanup:
      _ = try bench.run(.clone, length: .seconds(2))
      bench.leave()
    default: break
    }
    return try bench.run(use, length: length)
  }

  /// The record that a step leaves beside its report.
  static func record(of use: StepUse, in scene: Scene, seed: UInt64) throws -> RunRecord {
    let bench = Bench(scene, seed: seed)
    _ = try bench.run(use)
    let files = bench.harness.writtenFiles.filter { $0.key.hasSuffix(".json") }
    guard let record = files.values.compactMap({ RunRecord(parsing: $0) }).first else {
      throw BenchmarkError("\(use.rawValue) left no record")
    }
    return record
  }

  /// Lets time pass between two steps.
  func pass(_ duration: Duration) {
    harness.site.pass(duration)
  }

  /// Lets a week pass, and begins another run in another workspace.
  private func leave() {
    pass(.seconds(7 * 86_400))
    harness.files.contents = [:]
    harness.environment["BUILD_TAG"] = "jenkins-cleanup-7"
  }
}

/// Why a benchmark has no result.
package struct BenchmarkError: Error, CustomStringConvertible {
  package var description: String

  init(_ description: String) {
    self.description = description
  }
}
