import StepTestSupport
import ServiceSimulation
import AstraBackup
import AstraClone
import AstraSnapshot
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// What an earlier run has begun, and is not finished: never a result, and waited for only on request.
@Suite(.eachService) struct UnderWayTests {
  /// A site where run-1 has begun a clone that will be looked through for a while, and run-2 is next.
  private func harness(discovery: Duration = .seconds(30)) throws -> StepHarness {
    let harness = try Magento.harness(run: "run-1") {
      ($0.clone, $0.cloneDiscovery) = (.seconds(3), discovery)
    }
    try harness.run(CloneStep.self, "--timeout", "4s").expect(.deadlinePassed, saying: "discovering")
    harness.environment["BUILD_TAG"] = "run-2"
    return harness
  }

  @Test(.only { $0.clonesByOneRequest }) func aCloneThatIsNotReadyIsNoResult() throws {
    let harness = try harness()
    let early = try harness.run(CloneStep.self, "--timeout", "4s", "--if-exists", "reuse")
    early.expect(.deadlinePassed, saying: "discovering")
    let waited = try harness.run(CloneStep.self, "--if-exists", "reuse")
    waited.expectSuccess()
    #expect(waited.standardError.contains("warning: "))
    #expect(
      harness.site.service.clones.map(\.state) == ["ready"] && waited.values["ASTRA_CLONE_STATE"] == "ready")
    #expect(harness.site.service.tally.clonesCreated == 1)
  }

  @Test(.only { $0.clonesByOneRequest }) func ageIsNoProofOfAnEnd() throws {
    let harness = try harness(discovery: .seconds(86_400))
    harness.site.pass(.seconds(7200))
    try harness.run(CloneStep.self, "--timeout", "60s", "--if-exists", "reuse").expect(
      .deadlinePassed, saying: "discovering")
    #expect(harness.site.service.clones.map(\.state) == ["discovering"])
  }

  @Test(.only { $0.clonesByOneRequest }) func theEndOfAnotherRunsCloneIsTheStepsOwn() throws {
    let harness = try harness(discovery: .seconds(300))
    let first = harness.site.requests.count
    harness.site.beforeRequest = { [unowned harness] number in
      if number == first + 12 { harness.site.service.failOperation(of: "magento-debug") }
    }
    try harness.run(CloneStep.self, "--if-exists", "reuse").expect(
      .operationFailed, saying: "failed", nature: "failure")
    #expect(harness.site.service.clones.map(\.state) == ["failed"])
  }

  @Test(.only { $0.clonesByOneRequest }) func withoutTheWordItIsRefusedAtOnce() throws {
    let harness = try harness()
    let before = harness.site.service.changes
    let began = harness.site.time.now
    let result = try harness.run(CloneStep.self)
    result.expect(.protected, saying: "discovering", "earlier run")
    #expect(result.standardError.contains("--if-exists reuse"))
    #expect(harness.site.service.changes == before && harness.site.time.now - began < .seconds(1))
  }

  @Test func aLeftoverThatIsLookedThroughAgainIsALeftover() throws {
    let harness = try Magento.harness(run: "run-1")
    try harness.run(CloneStep.self).expectSuccess()
    harness.environment["BUILD_TAG"] = "run-2"
    harness.site.pass(.seconds(7200))
    harness.site.service.setState("discovering", of: "magento-debug")
    try harness.run(CloneStep.self).expect(.protected, saying: "earlier run")
    let first = harness.site.requests.count
    harness.site.beforeRequest = { [unowned harness] number in
      if number == first + 10 { harness.site.service.setState("ready", of: "magento-debug") }
    }
    try harness.run(CloneStep.self, "--if-exists", "reuse").expectSuccess()
    #expect(harness.site.requests.count >= first + 10, "it was waited for")
  }

  @Test func aCopyThatAnEarlierRunBeganIsTakenOnRequestOnly() throws {
    func check<S: Step>(_ step: S.Type, made: (any SimulatedService) -> Int) throws {
      let harness = try Magento.harness(run: "run-1") {
        ($0.backup, $0.snapshot) = (.seconds(60), .seconds(60))
      }
      (harness.environment["BACKUP_NAME"], harness.environment["SNAPSHOT_NAME"]) = ("release", "release")
      try harness.run(step, "--timeout", "10s").expect(.deadlinePassed)
      harness.environment["BUILD_TAG"] = "run-2"
      harness.site.service.addRows(["order-1006"], to: Magento.production)
      try harness.run(step).expect(.protected, saying: "running", "earlier run", "today's data")
      let taken = try harness.run(step, "--if-exists", "reuse")
      taken.expectSuccess()
      #expect(taken.standardError.contains("warning: "))
      #expect(made(harness.site.service) == 1)
      #expect(harness.site.service.recoveryPoints(named: "release").map(\.state) == ["completed"])
    }
    try check(BackupStep.self) { $0.tally.backupsCreated }
    try check(SnapshotStep.self) { $0.tally.snapshotsCreated }
  }
}
