import AstraClone
import AstraRestore
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import StepCommon
import StepTestSupport
import Testing
import Timing
import TridentProtectSimulation

/// Copies that take longer than an attempt: each further attempt goes on with the one that is there.
@Suite struct LongCopyTests {
  private func backups(_ harness: StepHarness) -> [String] {
    harness.objects("backups").compactMap(\.name).filter { $0.hasPrefix("magento-debug") }
  }

  @Test func aCloneWaitsForTheBackupThatIsStillBeingMade() throws {
    let harness = Protect.harness { $0.behaviour.backup = .seconds(2 * 3600) }
    for _ in 1...3 {
      try harness.run(CloneStep.self, "--timeout", "30m").expect(.deadlinePassed)
      harness.site.pass(.seconds(600))
    }
    try harness.run(CloneStep.self, "--timeout", "30m").expectSuccess()
    #expect(backups(harness).count == 1)
  }

  @Test func aCloneTakesTheBackupThatWasCompletedMeanwhile() throws {
    let harness = Protect.harness { $0.behaviour.backup = .seconds(1200) }
    try harness.run(CloneStep.self, "--timeout", "15m").expect(.deadlinePassed)
    harness.site.pass(.seconds(600))
    try harness.run(CloneStep.self, "--timeout", "30m").expectSuccess()
    #expect(backups(harness).count == 1)
  }

  @Test func aBackupThatIsOldByThenIsMadeAnew() throws {
    let harness = Protect.harness { $0.behaviour.backup = .seconds(1200) }
    try harness.run(CloneStep.self, "--timeout", "15m").expect(.deadlinePassed)
    harness.site.pass(.seconds(3600))
    let result = try harness.run(CloneStep.self, "--timeout", "30m")
    result.expectSuccess()
    #expect(backups(harness).count == 2)
    // It does not say that the old one is gone on with.
    #expect(!result.standardError.contains("was made in this run already"))
  }

  @Test func aRestoreWaitsForTheSnapshotThatIsStillBeingMade() throws {
    let harness = Protect.harness { $0.behaviour.snapshot = .seconds(3600) }
    try harness.run(RestoreStep.self, "--timeout", "30m").expect(.deadlinePassed)
    harness.site.pass(.seconds(600))
    try harness.run(RestoreStep.self, "--timeout", "30m").expectSuccess()
    #expect(harness.objects("snapshots").compactMap(\.name).filter { $0.hasPrefix("evidence") }.count == 1)
  }
}
