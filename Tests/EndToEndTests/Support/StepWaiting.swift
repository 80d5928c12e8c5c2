import Foundation
import Testing

/// Steps at the point where they wait for an operation, which in these tests ends when the test says so.
extension StepProgram {
  /// The phase in which it waits.
  var waitingPhase: String {
    switch self {
    case .backup: "wait for backup"
    case .cleanup: "remove backups"
    case .preflight: "reach the backend"
    case .clone: "wait for clone"
    case .restore: "wait for in-place restore"
    case .snapshot: "wait for snapshot"
    case .status: "list recovery points"
    case .verify: "look at pages"
    }
  }

  /// What its log says as soon as it has seen the operation under way.
  var waitingWords: String {
    switch self {
    case .backup: "\" of \"magento-prod\": pending"
    case .cleanup: "to remove: "
    case .preflight: "answers"
    case .clone: "\" of \"magento-prod\": provisioning"
    case .restore: "\": restoring"
    case .snapshot: "\" of \"magento-prod\": pending"
    case .status: "application \"magento-prod\""
    case .verify: "looking again"
    }
  }

  /// What the operation is done to, by the names of the scenario.
  func subject(in environment: [String: String]) -> String {
    switch self {
    case .backup: (environment["BACKUP_NAME"] ?? "").replacing(".", with: "-")
    case .clone: "magento-debug"
    case .cleanup, .preflight, .restore, .status, .verify: "magento-prod"
    case .snapshot: environment["SNAPSHOT_NAME"] ?? ""
    }
  }
}

extension StepSite {
  /// What did not happen in time.
  struct Waited: Error, CustomStringConvertible {
    var description: String
  }

  /// Runs a step, and ends its operation well once the step was seen to wait for it.
  func runToItsEnd(
    _ step: StepProgram, _ arguments: [String] = [], shell: String? = nil, leaving remains: Remains = .report,
    at location: SourceLocation = #_sourceLocation
  ) async throws -> StepResult {
    try await run(step, arguments, shell: shell, leaving: remains, at: location) { running in
      try await waits(step, running)
      try await simulator.post("complete", ["subject": step.subject(in: environment)])
    }
  }

  /// Returns when the step has seen its operation under way, by its log.
  func waits(_ step: StepProgram, _ running: RunningCommand) async throws {
    try await until("\(step.rawValue) waits", running) { running.errors.contains(step.waitingWords) }
  }

  /// Returns when the condition holds; throws if the step ends before, or if it seems to hang.
  func until(
    _ what: String, _ running: RunningCommand, _ condition: () async throws -> Bool
  ) async throws {
    let end = ContinuousClock.now + .hang
    while try await !condition() {
      guard running.ended == nil, ContinuousClock.now < end else {
        throw Waited(description: "not seen: \(what)\n\(running.errors)")
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// The steps in the order of the pipeline, each in an environment of its own.
  var pipeline: [(StepProgram, StepSite)] {
    StepProgram.allCases.map { ($0, $0 == .backup ? with(["BACKUP_NAME": "before-2.4.3"]) : self) }
  }

  /// Checks that a backup, a clone and a restore have each been made, once, and hold what they must.
  ///
  /// `snapshots` is how many snapshots may have been made as evidence.
  func expectPipelineDone(
    backups: Int = 1, snapshots: ClosedRange<Int> = 0...0, at location: SourceLocation = #_sourceLocation
  ) async throws {
    let world = try await world()
    let made = world.tally.snapshotsCreated
    #expect(snapshots.contains(made), sourceLocation: location)
    let expected = WorldView.Tally(
      applicationsDefined: 0, backupsCreated: backups, snapshotsCreated: made, clonesCreated: 1, deletions: 0,
      restoresRequested: 1, restoresBegun: 1, restoresFinished: 1)
    #expect(world.tally == expected, sourceLocation: location)
    #expect(
      world.application("magento-prod")?.content
        == world.backup("before-2-4-2-debian-10-r14")?.content, sourceLocation: location)
    #expect(
      world.clones(of: "magento-prod").map(\.content?.version) == ["2.4.2-debian-10-r14"],
      sourceLocation: location)
    #expect(world.clones(of: "magento-prod").first?.content?.rows.count == 5, sourceLocation: location)
  }
}
