import AstraBackup
import AstraCleanup
import AstraClone
import AstraControlSimulation
import AstraRestore
import AstraSimulator
import AstraSnapshot
import AstraVerify
import SimulatedBackend
import StepCommon
import StepReport
import StepTestSupport
import Testing
import Timing

/// What the steps make of what Astra Control shows and says of its operations, on both generations.
@Suite(.eachGeneration) struct ShownStateTests {
  @Test(
    arguments: SimulatorSettings.RestoreState.allCases,
    SimulatorSettings.Appearance.allCases)
  func isNotBelievedBeforeItHappened(
    first: SimulatorSettings.RestoreState, shown: SimulatorSettings.Appearance
  ) throws {
    for lag in [0, 1, 30] {
      for collects in [true, false] {
        for fails in [false, true] {
          let harness = try Magento.astraControl {
            $0.restoreLag = .seconds(lag)
            $0.restoreFirstVisibleState = first
            $0.restoreModification = shown
            $0.restoreSourceShown = shown
            $0.restoreCollects = collects
            $0.restore = .seconds(40)
          }
          if fails { harness.site.world.disturbNext(.restore, .fails) }
          let result = try harness.run(RestoreStep.self)
          let world = harness.site.world
          let story = Comment(
            rawValue:
              "lag \(lag), first \(first), shown \(shown), collects \(collects)\n\(result.standardError)")
          #expect(result.report.claimsSuccess == (result.code == .success), story)
          if fails {
            #expect(result.code == .operationFailed, story)
          } else {
            #expect(result.code == .success, story)
            #expect(
              world.tally.restoresFinished == 1 && world.application("magento-prod")?.state == "ready", story)
            #expect(world.productionContent?.version == Magento.goodVersion, story)
          }
        }
      }
    }
  }

  /// Percent grow in the line that moves, and a server that tells none leaves it as it was.
  @Test(arguments: [true, false]) func theLineThatMovesTellsHowFarABackupIs(_ tells: Bool) throws {
    let harness = try Magento.astraControl {
      $0.backup = .seconds(300)
      $0.percentDoneShown = tells
    }
    var text = ""
    harness.site.beginAttempt()
    defer { harness.site.endAttempt() }
    var host = harness.host(arguments: ["-b", "mine"])
    host.variables["TERM"] = "xterm"
    host.errorColumns = 160
    host.writeError = { text += $0 }
    #expect(Runner<BackupStep>(host).exitCode() == .success)
    let moved = text.split(separator: "\r\u{1B}[K").filter { !$0.contains("\n") }
    let percents = moved.compactMap {
      $0.firstMatch(of: #/: running, (\d+)%, /#).flatMap { Int($0.output.1) }
    }
    if tells {
      #expect(percents.count > 20 && percents == percents.sorted() && Set(percents).count > 10, "\(percents)")
      #expect(moved.contains { $0.contains(#/ MiB of 768 MiB, .* MiB/s, about \dm left/#) }, "\(moved)")
    } else {
      #expect(moved.contains { $0.hasSuffix(": running") } && !moved.contains { $0.contains("%") })
    }
  }

  @Test func aRefusedSnapshotIsNoEvidence() throws {
    let scenario = try Magento.scenario { $0.applications[0].supportsSnapshots = false }
    let harness = StepHarness(scenario)
    try harness.run(RestoreStep.self).expect(.protected, saying: "no copy of the present state")
    #expect(harness.site.world.tally.restoresRequested == 0)
    let discarded = try harness.run(RestoreStep.self, "--discard-present-state")
    discarded.expectSuccess()
    #expect(discarded.values["ASTRA_RESTORE_EVIDENCE"] == "none")
    #expect(discarded.standardError.contains("warning: the present state is thrown away"))
  }

  @Test func waitsForABackupThatIsRunning() throws {
    let harness = try Magento.astraControl { $0.backup = .seconds(100) }
    harness.environment["BACKUP_NAME"] = "running-now"
    try harness.run(BackupStep.self, "--timeout", "5s").expect(.deadlinePassed)
    harness.environment["BACKUP_NAME"] = Magento.goodBackup
    let result = try harness.run(RestoreStep.self, "--discard-present-state")
    result.expectSuccess()
    #expect(result.standardError.contains("In-place restore not supported"))
    #expect(harness.site.world.tally.restoresRequested == 1)
  }

  @Test func waitsForAnotherBackupToEnd() throws {
    let harness = try Magento.astraControl()
    harness.environment["BACKUP_NAME"] = "first"
    harness.environment["ASTRA_TIMEOUT"] = "2s"
    try harness.run(BackupStep.self).expect(.deadlinePassed)
    harness.environment["BACKUP_NAME"] = "second"
    harness.environment["ASTRA_TIMEOUT"] = "1h"
    let second = try harness.run(BackupStep.self)
    second.expectSuccess()
    #expect(second.standardError.contains("a backup is already in progress"))
  }

  @Test(arguments: SimulatorSettings.CloneState.allCases)
  func endsWhenTheCloneIsReady(first: SimulatorSettings.CloneState) throws {
    let harness = try Magento.astraControl {
      $0.cloneFirstState = first
      $0.clone = .seconds(90)
      $0.cloneDiscovery = .seconds(30)
    }
    let result = try harness.run(CloneStep.self)
    result.expectSuccess()
    let clone = try #require(harness.site.world.clones.first)
    #expect(clone.state == "ready" && clone.content?.rows == Magento.brokenRows)
    #expect(clone.namespaces == ["magento-debug"])
    #expect(result.values["ASTRA_CLONE_CLUSTER"] == "ocp-debug")
    #expect(result.values["ASTRA_CLONE_STATE"] == "ready")
  }

  @Test func anApplicationThatDoesNotTellItsClusterIsFoundOnIt() throws {
    let harness = try Magento.astraControl { $0.clusterOnlyWhenReady = true }
    harness.site.world.setState("unavailable", of: Magento.production)
    let result = try harness.run(CloneStep.self)
    #expect(
      result.standardError.contains("is unavailable (on cluster \"ocp-prod\""), "\(result.standardError)")
  }
}
