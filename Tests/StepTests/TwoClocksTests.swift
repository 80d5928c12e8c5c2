import struct ServiceSimulation.ServiceResponse
import AstraControlSimulation
import AstraBackup
import AstraClone
import AstraSimulator
import AstraSnapshot
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// What appears under a name after a request for it is this run's, whatever the clocks of server and machine say.
@Suite(.eachGeneration) struct TwoClocksTests {
  /// What becomes of the request for a thing that is made.
  enum Loss: String, CaseIterable, Sendable {
    case answerLost, requestLost, answerCut, carriedOutLate, shownLate
    case killed, killedAndLate, killedBefore

    var effect: SiteFault.Effect {
      switch self {
      case .answerLost: .lostAnswer
      case .requestLost: .resetBefore
      case .answerCut: .cutAnswer
      case .carriedOutLate: .late(.seconds(10))
      case .shownLate: .several([.lag(.seconds(12)), .lostAnswer])
      case .killed: .killAfter
      case .killedAndLate: .several([.late(.seconds(10)), .killAfter])
      case .killedBefore: .killBefore
      }
    }
  }

  @Test(arguments: [-3600, -5, 0, 5, 3600], Loss.allCases)
  func aLostAnswerMakesNothingTwice(skew: Int, loss: Loss) throws {
    // Both at once where neither tells; the explorer plays the others.
    for (date, duplicates) in [(false, true), (true, false)] {
      func check<S: Step>(_ step: S.Type, _ method: String, _ ending: String, _ made: (World) -> Int) throws {
        let harness = try Magento.harness {
          ($0.dateHeader, $0.clockSkew) = (date, .seconds(skew))
          ($0.duplicateBackupNames, $0.duplicateSnapshotNames, $0.duplicateAppNames) = (
            duplicates, duplicates, duplicates
          )
        }
        harness.environment["BACKUP_NAME"] = "release-2.4.2"
        harness.environment["SNAPSHOT_NAME"] = "release-2.4.2"
        harness.site.faults = [SiteFault(loss.effect, method, endingIn: ending)]
        var result = try harness.run(step)
        if result.wasKilled { result = try harness.run(step) }
        let story: Comment =
          "\(S.identity.name), Date \(date), duplicates \(duplicates)\n\(result.standardError)"
        #expect(result.code == .success && result.report.claimsSuccess, story)
        #expect(made(harness.site.world) == 1, story)
        // And once more it is recognised.
        #expect(try harness.run(step).code == .success && made(harness.site.world) == 1, story)
      }
      try check(BackupStep.self, "POST", "appBackups") { $0.tally.backupsCreated }
      try check(SnapshotStep.self, "POST", "appSnaps") { $0.tally.snapshotsCreated }
      try check(CloneStep.self, "POST", Magento.apps) { $0.tally.clonesCreated }
    }
  }

  @Test(arguments: [-3600, 0, 3600])
  func whatOthersMadeBeforeIsNotOurs(skew: Int) throws {
    for date in [true, false] {
      let harness = try Magento.harness {
        ($0.dateHeader, $0.clockSkew, $0.duplicateBackupNames) = (date, .seconds(skew), false)
      }
      harness.environment["BACKUP_NAME"] = "release-2.4.2"
      // Somebody takes the name just before the request, which is refused.
      harness.site.beforeRequest = { [unowned harness] number in
        guard harness.site.requests[number - 1].hasPrefix("POST") else { return }
        harness.site.beforeRequest = nil
        var seed = RecoveryPointSeed("release-2-4-2", content: Content())
        seed.age = .zero
        harness.site.world.addBackup(seed, of: Magento.production)
        harness.site.faults = [
          SiteFault(
            .answers(
              ServiceResponse(
                status: 409, headers: [("Content-Type", "application/problem+json")],
                body: Array(#"{"type":"https://astra.netapp.io/problems/176","title":"Name taken"}"#.utf8))),
            atRequest: number)
        ]
      }
      let result = try harness.run(BackupStep.self)
      #expect(result.code == .protected, "\(result.standardError)")
      #expect(try harness.run(BackupStep.self).code == .protected)
      #expect(harness.site.world.tally.backupsCreated == 0)
    }
  }
}
